"""chainrule evaluate."""

from __future__ import annotations

import json

import numpy as np
import pytest

import chainrule as cr
from chainrule.data import read_csv
from chainrule.errors import UnknownName


def test_it_prints_what_python_prints(chainrule):
    result = chainrule("evaluate", "model.safetensors", "iris.csv")
    assert (result.code, result.err) == (0, "all 150 samples of iris.csv\n")
    net = cr.load("model.safetensors")
    assert result.out == f"{net.evaluate(*read_csv('iris.csv').train)}\n"


def test_of_a_set_with_test_samples_these_are_evaluated(chainrule):
    chainrule("train", "digits", "--epochs", "1", "--out", "digits.safetensors")
    result = chainrule("evaluate", "digits.safetensors", "digits")
    assert (result.code, result.err) == (0, "the 360 test samples of digits\n")
    assert result.out == f"{cr.load('digits.safetensors').evaluate(*cr.data.load('digits').test)}\n"


def test_as_json(chainrule, folder):
    expected = cr.load("model.safetensors").evaluate(*read_csv("iris.csv").train).to_dict()
    result = chainrule("evaluate", "model.safetensors", "iris.csv", "--format", "json")
    assert json.loads(result.out) == expected
    result = chainrule("evaluate", "model.safetensors", "iris.csv", "--out", "report.json")
    assert (result.out, result.err) == ("", "all 150 samples of iris.csv\nwritten to report.json\n")
    assert json.loads((folder / "report.json").read_text()) == expected


def test_another_threshold_is_tried_and_not_kept(chainrule, folder):
    rng = np.random.default_rng(2)
    x = rng.standard_normal(100)
    (folder / "t.csv").write_text(
        "a,kind\n" + "".join(f"{v:.4f},{'ny'[int(v + rng.standard_normal() > 0)]}\n" for v in x)
    )
    chainrule("train", "t.csv", "--epochs", "30", "--lr", "0.05", "--out", "t.safetensors")
    before = (folder / "t.safetensors").read_bytes()
    net = cr.load("t.safetensors")
    net.threshold = 0.2
    X, y = read_csv("t.csv").train
    result = chainrule("evaluate", "t.safetensors", "t.csv", "--threshold", "0.2")
    assert result.out == f"{net.evaluate(X, y)}\n"
    assert "  y is said above the threshold 0.2\n" in result.out
    assert (folder / "t.safetensors").read_bytes() == before


def test_pictures(chainrule, folder):
    result = chainrule("evaluate", "model.safetensors", "iris.csv", "--plots", "pictures")
    assert result.err == (
        "all 150 samples of iris.csv\npicture: pictures/confusion.png\npicture: pictures/calibration.png\n"
    )
    chainrule("train", "diabetes.csv", "--standardize", "--epochs", "2", "--out", "d.safetensors")
    result = chainrule("evaluate", "d.safetensors", "diabetes.csv", "--plots", "more")
    assert result.err == "all 442 samples of diabetes.csv\npicture: more/predicted.png\n"
    assert {path.name for path in folder.glob("*/*.png")} == {
        "confusion.png",
        "calibration.png",
        "predicted.png",
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["model.safetensors", "nope.csv"], "nope.csv can't be read: No such file or directory."),
        (
            ["model.safetensors", "iris.csv", "--format", "html"],
            str(UnknownName("format", "html", ["text", "json"])),
        ),
        (
            ["model.safetensors", "iris.csv", "--threshold", "0.3"],
            "--threshold 0.3: a threshold parts yes from no, of one output or of two classes, and this network gives 3 "
            "outputs: leave it out.",
        ),
        (
            ["model.safetensors", "iris.csv", "--threshold", "x"],
            "--threshold 'x': it is a number, such as 0.3.",
        ),
        (
            ["model.safetensors", "iris.csv", "--threshold", "best"],
            "--threshold best is found by chainrule train, on its validation: what is evaluated here must not choose "
            "it. Give a number.",
        ),
        (
            ["model.safetensors", "new.csv"],
            str(
                UnknownName(
                    "column",
                    "species",
                    ["petal_width", "petal_length", "sepal_width", "sepal_length"],
                    "These are the columns of new.csv.",
                )
            ),
        ),
    ],
)
def test_errors(refused, words, message):
    assert refused("evaluate", *words) == message
