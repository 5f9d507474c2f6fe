"""chainrule compare: the library's comparison of what the options name, printed and drawn."""

from __future__ import annotations

import re
import shlex

import pytest

import chainrule as cr
from chainrule.data import read_csv
from chainrule.errors import UnknownName
from chainrule.parts.contract import Optimizer

OPTIONS = "--optimizers, --activations, --losses, --initializers and --regularizers"


def timeless(text):
    """The text without the seconds that end each row."""
    return re.sub(r"(?m)  +\d+\.\d\d$", "", text)


def test_it_is_the_librarys_comparison(chainrule):
    words = [
        "--optimizers",
        "sgd,adam:0.01",
        "--data",
        "iris.csv",
        "--hidden",
        "8",
        "--epochs",
        "3",
        "--seed",
        "2",
    ]
    words += ["--batch-size", "16", "--activation", "tanh", "--standardize", "--validation", "0.3"]
    result = chainrule("compare", *words)
    assert (result.code, result.err) == (0, "")
    (X, y), held = cr.data.split(*read_csv("iris.csv").train, 0.3, seed=2)
    found = cr.compare(
        [4, 8, 3], X, y, optimizers=["sgd", "adam:0.01"], hidden="tanh", scaling=cr.Standardize.fitted(X),
        dtype="float32", epochs=3, batch_size=16, seed=2, validation_data=held, progress=False,
    )  # fmt: skip
    first, rest = result.out.split("\n", 1)
    assert first == "iris.csv: 105 samples, 45 for validation, 4 features, 3 classes of species"
    assert timeless(rest) == timeless(f"{found}\n")
    assert max(map(len, result.out.splitlines())) <= 80


def test_the_defaults_are_a_spiral_that_adam_learns(chainrule):
    result = chainrule("compare", "--optimizers", "adam,adam:0.01")
    lines = result.out.splitlines()
    assert lines[0] == "spiral: 320 samples, 80 for validation, 2 features, 2 classes"
    assert lines[1:3] == [
        "2 → 32 relu → 32 relu → 2 softmax   cross-entropy",
        "same start, same batches (seed 0)   50 epochs of 320 samples, 32 at a time",
    ]
    accuracy = next(line.split() for line in lines if line.startswith("adam:0.01 "))[3]
    assert float(accuracy.rstrip("%")) > 95


def test_the_options_of_the_others_go_through(chainrule):
    common = ["--epochs", "2", "--data", "moons", "--hidden", "6"]
    for words, about in (
        (
            ["--activations", "relu,tanh", "--optimizer", "sgd", "--lr", "0.5"],
            "2 → 6 → 2 softmax   cross-entropy   SGD(0.5)",
        ),
        (["--initializers", "he,zeros", "--loss", "focal"], "2 → 6 relu → 2 softmax   focal   Adam(0.001)"),
        (["--regularizers", "none,dropout:0.2", "--lr", "0.02"], "2 → 6 relu → 2 softmax   cross-entropy   Adam(0.02)"),
        (["--losses", "cross_entropy,hinge", "--activation", "elu"], "2 → 6 elu → 2   Adam(0.001)"),
    ):  # fmt: skip
        result = chainrule("compare", *words, *common)
        assert (result.code, result.err) == (0, "")
        assert result.out.splitlines()[1] == about
    result = chainrule(
        "compare", "--activations", "relu, tanh", "--hidden", "6,5", "--validation", "0", "--epochs", "1"
    )
    assert result.out.startswith("spiral: 400 samples, 2 features, 2 classes\n2 → 6 → 5 → 2 softmax ")
    assert "gap" not in result.out
    assert "early_stopping" in chainrule("compare", "--regularizers", "none,early_stopping:1", *common).out


def test_numbers_are_compared_by_their_errors(chainrule):
    words = [
        "--losses",
        "huber,mean_squared_error",
        "--data",
        "diabetes.csv",
        "--standardize",
        "--epochs",
        "2",
    ]
    result = chainrule("compare", *words)
    assert result.code == 0
    assert "squared error  absolute error" in result.out
    assert result.out.startswith(
        "diabetes.csv: 354 samples, 88 for validation, 10 features, regression of progress\n"
    )
    result = chainrule(
        "compare", "--optimizers", "sgd,adam", "--data", "diabetes.csv", "--standardize", "--epochs", "2"
    )
    assert "10 → 32 relu → 32 relu → 1 identity   half squared error" in result.out


def test_divergence_is_a_row_not_an_error(chainrule):
    words = ["--optimizers", "sgd:1e30,adam", "--data", "iris.csv", "--epochs", "2"]
    result = chainrule("compare", *words)
    assert (result.code, result.err) == (0, "")
    assert re.search(r"(?m)^sgd:1e30 +1e\+30 +diverged( +-){4} +\d\.\d\d$", result.out)
    assert re.search(r"(?m)^sgd:1e30: diverged in epoch 1, batch \d of 4\.", result.out)


def test_the_picture(chainrule, folder):
    words = ["--optimizers", "sgd,adam", "--epochs", "2", "--data", "moons"]
    result = chainrule("compare", *words, "--plot", "pictures/found.png")
    assert result.code == 0
    assert result.out.endswith("\npicture: pictures/found.png\n")
    assert (folder / "pictures" / "found.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert chainrule("compare", *words, "--plot", "found.SVG").code == 0
    assert "<!-- adam, η = 0.001 -->" in (folder / "found.SVG").read_text(encoding="utf-8")
    assert chainrule("compare", "--activations", "relu,tanh", *words[2:], "--plot", "found.svg").code == 0
    shown = (folder / "found.svg").read_text(encoding="utf-8")
    assert "<!-- activation, η = 0.001 -->" in shown  # the same in all of them
    assert "<!-- tanh -->" in shown
    before = sorted(path.name for path in folder.iterdir())
    chainrule("compare", *words)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_help_is_ascii_and_its_examples_run(chainrule):
    shown = chainrule("compare", "--help")
    assert shown.code == 0
    assert max(map(len, shown.out.splitlines())) <= 80
    assert {c for c in shown.out if not c.isascii()} <= set("╭╮╰╯─│")
    found = [line.strip() for line in shown.out.splitlines() if line.strip().startswith("chainrule compare ")]
    assert len(found) == 3
    for line in found:
        result = chainrule(*shlex.split(line)[1:])
        assert (result.code, result.err) == (0, "")
    assert "│ compare " in chainrule("--help").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], f"nothing is compared: give one of {OPTIONS}."),
        (
            ["--optimizers", "sgd", "--losses", "hinge"],
            f"--optimizers and --losses are compared together: give one of {OPTIONS}.",
        ),
        (["--optimizers", "sgd,adm"], str(UnknownName("optimizer", "adm", Optimizer.registry()))),
        (
            ["--optimizers", "sgd,,adam"],
            "--optimizers 'sgd,,adam': it is names with commas between them, such as a,b,c.",
        ),
        (["--optimizers", "sgd,sgd"], "--optimizers sgd,sgd: sgd is there twice; give it once."),
        (["--optimizers", "sgd:-1"], "'sgd:-1': learning_rate -1.0 is out of range: it must be at least 0."),
        (["--optimizers", "sgd", "--lr", "-1"], "sgd: --lr -1.0 is out of range: it must be at least 0."),
        (
            ["--optimizers", "sgd:x"],
            "'sgd:x': 'x' is no number; write sgd, or with a number, such as sgd:0.1.",
        ),
        (
            ["--optimizers", "sgd", "--optimizer", "adam"],
            "there is --optimizers, and --optimizer adam: give one of them.",
        ),
        (["--losses", "hinge", "--loss", "focal"], "there is --losses, and --loss focal: give one of them."),
        (
            ["--activations", "relu", "--activation", "elu"],
            "there is --activations, and --activation elu: give one of them.",
        ),
        (
            ["--regularizers", "l2", "--validation", "0"],
            "--regularizers are compared by the gap between training and validation, and no samples are held out: give "
            "another --validation.",
        ),
        (
            ["--regularizers", "dropout", "--hidden", ""],
            "dropout: Dropout(0.5) stands at hidden activations, and the network has none: give it hidden layers.",
        ),
        (
            ["--losses", "huber,hinge", "--data", "diabetes.csv"],
            "hinge: this loss is for classes, and the targets are numbers: take mean_squared_error, "
            "half_squared_error, mean_absolute_error, huber, log_cosh, quantile or poisson.",
        ),
        (
            ["--optimizers", "sgd", "--plot", "x.gif"],
            "--plot x.gif: a picture is saved as .png, .svg or .pdf; give a name that ends so.",
        ),
        (["--optimizers", "sgd", "--data", "nope.csv"], "nope.csv can't be read: No such file or directory."),
        (
            ["--optimizers", "sgd", "--validation", "1"],
            "--validation 1 is out of range: it is a part of the samples, 0 to below 1.",
        ),
        (
            ["--optimizers", "sgd", "--hidden", "x"],
            "--hidden 'x': it is whole numbers of at least 1, with commas between them, such as 2,4,3.",
        ),
        (
            ["--optimizers", "sgd", "--epochs", "0"],
            "Invalid value for '--epochs': 0 is too small, it must be at least 1. See: chainrule compare --help",
        ),
    ],
)
def test_errors(refused, words, message):
    assert refused("compare", *words) == message


@pytest.mark.parametrize("place", ["/proc/x.png", "iris.csv/x.png"])
def test_the_pictures_place_is_looked_at_before_the_training(refused, place):
    said = refused("compare", "--optimizers", "sgd", "--plot", place)
    assert re.match(r"(/proc/x\.png|iris\.csv) can't be ", said)
