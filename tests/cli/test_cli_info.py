from __future__ import annotations

import chainrule as cr


def test_layers_parameters_names(chainrule):
    result = chainrule("info", "model.safetensors")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    network = str(cr.load("model.safetensors")).splitlines()
    assert lines[: len(network)] == network
    rest = lines[len(network) :]
    assert [line.split()[0] for line in rest] == [
        "W1", "b1", "W2", "b2", "features:", "classes:", "target:", "kind:",
    ]  # fmt: skip
    assert rest[4:] == [
        "  features: sepal_length, sepal_width, petal_length, petal_width",
        "  classes: setosa, versicolor, virginica",
        "  target: species",
        "  kind: classification",
    ]


def test_many_names_are_shortened(chainrule):
    chainrule("train", "digits", "--epochs", "1", "--out", "digits.safetensors")
    out = chainrule("info", "digits.safetensors").out
    assert "  classes: 0, 1, 2, 3, 4, 5, 6, 7, … (10)\n" in out
    assert "pixel_0_7, … (64)\n" in out
