"""chainrule draw: each picture in each kind of file, and what can't be drawn is said."""

from __future__ import annotations

import pytest

KINDS = (
    "network, activations, gradients, gradient_flow, weights, activation_functions, pca, loss_surface, boundary, "
    "digits, confusion, calibration, predicted"
)


@pytest.mark.some(1)
@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_worked_example_forward_and_backward(chainrule, folder, ending):
    begins = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending]
    for words in ([], ["--backward"]):
        result = chainrule("draw", *words, "--out", f"a/net.{ending}")
        assert (result.code, result.out, result.err) == (0, "", f"written to a/net.{ending}\n")
        assert (folder / "a" / f"net.{ending}").read_bytes().startswith(begins)


def text_of(path):
    """An SVG, in which matplotlib leaves each text as a remark beside its outlines."""
    return path.read_text(encoding="utf-8")


def test_backward_has_the_gradients(chainrule, folder):
    chainrule("draw", "--out", "f.svg")
    chainrule("draw", "--backward", "--out", "b.svg")
    assert "<!-- z 1.15 -->" in text_of(folder / "f.svg")
    assert "<!-- dz 1.37 -->" in text_of(folder / "b.svg")
    assert "<!-- dz 1.37 -->" not in text_of(folder / "f.svg")


@pytest.mark.some(4)
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["activations"], "<!-- a1 (150, 8)"),
        (["gradients"], "<!-- dW2 (8, 3)"),
        (["gradient_flow"], "<!-- dW2 -->"),
        (["weights"], "<!-- W1 (4, 8) -->"),
        (["activation_functions"], "<!-- relu -->"),
        (["pca"], "of the variance of a1 -->"),
        (["pca", "--layer", "1"], "of the variance of a1 -->"),
        (["loss_surface"], "<!-- α, random direction -->"),
        (["confusion"], "<!-- versicolor -->"),
        (["calibration"], "<!-- probability of the answer -->"),
    ],
)
def test_pictures_of_a_model(chainrule, folder, words, told):
    result = chainrule("draw", "model.safetensors", *words, "--data", "iris.csv", "--out", "x.svg")
    assert (result.code, result.out) == (0, "")
    assert result.err == "150 samples (0, 1, …, 149) of iris.csv\nwritten to x.svg\n"
    assert told in text_of(folder / "x.svg")


def test_a_fresh_network_needs_no_sample_for_its_weights(chainrule, folder):
    words = ["--layers", "2,5,2", "--activation", "tanh", "--out", "x.svg"]
    assert chainrule("draw", "weights", *words).code == 0
    assert "<!-- W1 (2, 5) -->" in text_of(folder / "x.svg")
    assert chainrule("draw", "activation_functions", *words).code == 0
    assert "<!-- tanh -->" in text_of(folder / "x.svg")


def test_a_network_without_a_sample_is_drawn_without_numbers(chainrule, refused, folder):
    for words in (["--layers", "4,8,3"], ["model.safetensors"]):
        result = chainrule("draw", *words, "--out", "x.svg")
        assert (result.code, result.out, result.err) == (0, "", "written to x.svg\n")
        assert "<!-- a1[0] -->" in text_of(folder / "x.svg")
    which = "which sample? Give --data with --sample, or --x with 4 numbers and --y."
    for words in (["--backward"], ["--step", "2"], ["--lr", "0.1"]):
        assert refused("draw", "--layers", "4,8,3", *words, "--out", "y.svg") == which
    assert refused("draw", "weights", "--layers", "4,3", "--y", "1", "--out", "y.svg") == (
        "there is --y without --x: give the inputs too, such as --x 1,2 --y 0."
    )


def test_a_sample_and_a_later_step(chainrule, folder):
    chainrule("draw", "model.safetensors", "--data", "iris.csv", "--sample", "3", "--out", "x.svg")
    assert "<!-- label setosa, predicted setosa -->" in text_of(folder / "x.svg")
    assert chainrule("draw", "gradient_flow", "--step", "3", "--lr", "0.1", "--out", "y.svg").code == 0
    assert chainrule("draw", "gradient_flow", "--out", "z.svg").code == 0
    assert text_of(folder / "y.svg") != text_of(folder / "z.svg")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            [],
            "where to? Give a file with --out, such as network.png, network.svg or network.pdf.",
        ),
        (["pca"], "where to? Give a file with --out, such as pca.png, pca.svg or pca.pdf."),
        (
            ["--out", "x.jpg"],
            "--out x.jpg: a picture is saved as .png, .svg or .pdf; give a name that ends so.",
        ),
        (
            ["gradientflow", "--out", "x.png"],
            f"there is no picture 'gradientflow'. Did you mean 'gradient_flow'? There is: {KINDS}.",
        ),
        (
            ["weights", "--backward", "--out", "x.png"],
            "--backward draws the network, and weights is another picture: leave one out.",
        ),
        (
            ["weights", "--layer", "1", "--out", "x.png"],
            "--layer 1 is one of the hidden layers for pca: leave it out of weights.",
        ),
        (
            ["weights", "--step", "3", "--lr", "0.1", "--out", "x.png"],
            "weights shows no training step: leave out --lr and --step.",
        ),
        (
            ["pca", "--optimizer", "adam", "--out", "x.png"],
            "pca shows no training step: leave out --optimizer.",
        ),
        (
            ["weights", "pca", "--out", "x.png"],
            "weights pca: give at most a model's file and one kind of picture, such as model.safetensors pca.",
        ),
        (["pca", "--out", "x.png"], "pca needs at least 3 samples, and there is 1: give more."),
        (
            ["model.safetensors", "confusion", "--x", "1,2,3,4", "--out", "x.png"],
            "confusion needs targets: give --y too, or --data that has the target.",
        ),
        (
            ["--backward", "--x", "1,2", "--out", "x.png"],
            "this trace is forward only, without gradients: give --y too, or --data that has the target.",
        ),
        (
            ["predicted", "--out", "x.png"],
            "predicted draws one number a sample, and this network gives something else.",
        ),
        (
            ["activation_functions", "--layers", "2,2", "--out", "x.png"],
            "the network has no activation with a curve over one z: give --activation.",
        ),
        (["--out", "few.csv/x.png"], None),
        (
            ["pca", "--layer", "2", "--x", "1,2; 2,1; 0,1", "--y", "0; 1; 1", "--out", "x.png"],
            "--layer 2 is out of range: the network has one hidden layer, 1.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_line_and_nothing_is_written(refused, folder, words, message):
    said = refused("draw", *words)
    if message is not None:
        assert said == message
    assert not (folder / "x.png").exists()


def test_why_as_a_picture(chainrule, refused, folder):
    result = chainrule("why", "dW1", "0", "1", "--depth", "2", "--out", "why.svg")
    assert (result.code, result.out, result.err) == (0, "", "written to why.svg\n")
    assert "<!-- dW1[0, 1] = 0.685542 -->" in text_of(folder / "why.svg")
    assert chainrule("why", "dW1", "0", "1", "--out", "why.pdf").code == 0
    assert (folder / "why.pdf").read_bytes().startswith(b"%PDF")
    assert chainrule("why", "dW1", "0", "1", "--format", "text", "--out", "text.png").code == 0
    assert (folder / "text.png").read_bytes().startswith(b"dW1")  # as was said
    said = refused("why", "dW1", "0", "1", "--out", "few.csv/why.png")
    assert said.startswith("few.csv can't be made: ")
