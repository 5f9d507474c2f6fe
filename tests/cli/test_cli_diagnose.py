"""chainrule diagnose."""

from __future__ import annotations

import json

import numpy as np
import pytest

import chainrule as cr
from chainrule.data import read_csv


def test_of_data_it_says_what_python_says(chainrule):
    result = chainrule("diagnose", "blobs", "--lr", "1e-6", "--epochs", "30", "--no-trials")
    X, y = cr.data.blobs(400, seed=0)
    net = cr.Network([2, 32, 2], dtype="float32", classes=["0", "1"], features=["x0", "x1"])
    kept, out = cr.data.splitting.rows(400, 0.2, 0, classes=y, groups=None, last=False)
    held = X[out], y[out]
    found = net.diagnose(
        X[kept],
        y[kept],
        epochs=30,
        batch_size=32,
        optimizer=cr.Adam(1e-6),
        validation_data=held,
        trials=False,
    )
    assert found.names == ["rate_too_low"]
    assert result.out == str(found.to_text()).replace("learning_rate=", "--lr ") + "\n"
    assert result.code == 1
    assert result.err == (
        "blobs: 320 samples, 80 for validation, 2 features, 2 classes\n"
        "Network(2 → 32 relu → 2 softmax, cross_entropy, 162 parameters, float32), Adam(1e-06)\n"
    )


def test_nothing_found_ends_with_0(chainrule):
    result = chainrule("diagnose", "blobs", "--lr", "0.01", "--epochs", "30")
    assert (result.code, result.out) == (
        0,
        "Nothing is found to be wrong.\nLooked at 320 rows, and at 300 steps of a copy; the network is as it was.\n",
    )


def test_a_table_is_scaled_as_train_scales_it(chainrule):
    plain = chainrule("diagnose", "diabetes.csv", "--no-standardize", "--lr", "0.01", "--epochs", "10")
    assert (plain.code, plain.out.splitlines()[0]) == (1, "1. unscaled inputs  [proof]")
    assert "   do      --standardize\n" in plain.out
    assert "1. unscaled" not in chainrule("diagnose", "diabetes.csv", "--lr", "0.01", "--epochs", "10").out


def test_a_model_goes_on_from_its_weights(chainrule, folder):
    before = (folder / "model.safetensors").read_bytes()
    result = chainrule("diagnose", "model.safetensors", "--data", "iris.csv", "--optimizer", "sgd", "--lr", "0",
                       "--no-trials", "--format", "json")  # fmt: skip
    told = json.loads(result.out)
    assert result.code == 1
    assert told["findings"][0]["name"] == "nothing_moves"
    assert (folder / "model.safetensors").read_bytes() == before


def test_a_column_that_is_the_target_is_a_warning(chainrule, folder):
    X, y = read_csv("iris.csv").train
    names = np.array(["a", "b", "c"])[y]
    rows = [
        ",".join([*map(str, row), name, f"{code}.5"]) for row, name, code in zip(X, names, y, strict=True)
    ]
    (folder / "leak.csv").write_text("\n".join(["p,q,r,s,kind,again", *rows]) + "\n")
    result = chainrule("diagnose", "leak.csv", "--target", "kind", "--lr", "0.02", "--epochs", "60")
    assert result.out.startswith("1. target in inputs  [warning, proof]\n")
    assert "column 4 (again)" in result.out
    assert result.code == 0


def test_to_a_file(chainrule, folder):
    result = chainrule("diagnose", "blobs", "--epochs", "5", "--lr", "0", "--no-trials", "--out", "why.json")
    assert (result.code, result.out) == (1, "")
    assert result.err.endswith("written to why.json\n")
    assert json.loads((folder / "why.json").read_text())["findings"][0]["name"] == "nothing_moves"


def test_options_of_train_go_with_it(chainrule):
    strong = chainrule("diagnose", "blobs", "--l2", "50", "--epochs", "20", "--batch-norm", "--no-trials")
    assert strong.out.startswith("1. penalty too strong  [proof]\n")
    frozen = chainrule("diagnose", "blobs", "--freeze", "W1,b1,W2,b2", "--epochs", "20", "--no-trials")
    assert "   do      leave --freeze out\n" in frozen.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["moons", "--data", "moons"],
            "--data moons belongs to a model: give its file too, as chainrule diagnose model.safetensors --data moons; "
            "or the data alone, as chainrule diagnose moons",
        ),
        (
            ["model.safetensors"],
            "on which samples? Give model.safetensors the data that it is for: chainrule diagnose model.safetensors "
            "--data DATA",
        ),
        (
            ["model.safetensors", "--data", "iris.csv", "--hidden", "8"],
            "--hidden 8: the model model.safetensors has its own; leave --hidden out.",
        ),
        (
            ["model.safetensors", "--data", "iris.csv", "--batch-norm"],
            "--batch-norm: the model model.safetensors has its own; leave --batch-norm out.",
        ),
        (["moons", "--format", "html"], "there is no format 'html'. There is: text, json."),
        (["iris.csv", "--epochs", "0"], "0 is too small, it must be at least 1. See: chainrule diagnose --help"),
        (["moons", "--lr", "-1"], "--lr -1.0 is out of range: it must be at least 0."),
        (["moons", "--freeze", "W9"], "there is no parameter 'W9'. There is: W1, b1, W2, b2."),
    ],
)  # fmt: skip
def test_refused(refused, words, message):
    told = refused("diagnose", *words)
    assert told.endswith(message) if "--epochs" in words else told == message
