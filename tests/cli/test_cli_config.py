"""Options from a TOML file, and the file that repeats a training."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
import typer

import chainrule as cr
from chainrule.cli.app import app


def written(text):
    Path("run.toml").write_text(text, encoding="utf-8")
    return "run.toml"


def test_a_file_gives_the_options_and_the_command_line_goes_first(chainrule):
    place = written('epochs = 2\nhidden = [5, 3]\nbatch-norm = true\nlr = 0.05\ndtype = "float64"\n')
    assert (
        chainrule("train", "iris.csv", "--config", place, "--lr", "0.01", "--out", "one.safetensors").code
        == 0
    )
    words = ["--epochs", "2", "--hidden", "5,3", "--batch-norm", "--lr", "0.01", "--dtype", "float64"]
    assert chainrule("train", "iris.csv", *words, "--out", "two.safetensors").code == 0
    one, two = cr.load("one.safetensors"), cr.load("two.safetensors")
    assert one.dtype == np.float64
    np.testing.assert_array_equal(one.parameters.flat, two.parameters.flat)


def test_underscores_are_as_good_as_hyphens(chainrule):
    place = written("batch_size = 7\nlayer_norm = true\nepochs = 1\n")
    assert chainrule("train", "iris.csv", "--config", place, "--quiet").code == 0


def test_each_model_has_a_file_beside_it_that_repeats_its_training(chainrule):
    words = [
        "--hidden",
        "5",
        "--epochs",
        "2",
        "--dropout",
        "0.25",
        "--class-weight",
        "setosa=2",
        "--seed",
        "3",
    ]
    first = chainrule("train", "iris.csv", *words, "--quiet", "--out", "m.safetensors")
    assert "repeat it: chainrule train --config m.toml" in first.out.splitlines()
    weights = cr.load("m.safetensors").parameters.flat.copy()
    told = tomllib.loads(Path("m.toml").read_text(encoding="utf-8"))
    assert told == {
        "data": "iris.csv", "hidden": "5", "optimizer": "adam", "epochs": 2, "dtype": "float32", "seed": 3, "seeds": 1,
        "engine": "auto", "out": "m.safetensors", "quiet": True, "dropout": 0.25, "class-weight": "setosa=2",
    }  # fmt: skip
    Path("m.safetensors").unlink()
    again = chainrule("train", "--config", "m.toml")
    assert (again.code, again.err) == (0, "")
    np.testing.assert_array_equal(cr.load("m.safetensors").parameters.flat, weights)


def test_a_file_of_somebody_elses_is_left_alone(chainrule):
    Path("m.toml").write_text("[tool]\n", encoding="utf-8")
    result = chainrule("train", "iris.csv", "--epochs", "1", "--quiet", "--out", "m.safetensors")
    assert "repeat it" not in result.out
    assert Path("m.toml").read_text(encoding="utf-8") == "[tool]\n"


COMMAND = typer.main.get_command(app).commands["train"]  # type: ignore[attr-defined]
OPTIONS = [
    each.name.strip("_").replace("_", "-") for each in COMMAND.params if each.name not in ("config", "help")
]
KNOWN = ", ".join([*OPTIONS[:48], "…"])  # more than a message lists


def test_columns_to_leave_out_are_a_list(chainrule):
    place = written('ignore = ["petal_width", "sepal_width"]\nepochs = 1\n')
    assert chainrule("train", "iris.csv", "--config", place, "--quiet", "--out", "m.safetensors").code == 0
    assert cr.load("m.safetensors").features == ("sepal_length", "petal_length")
    told = tomllib.loads(Path("m.toml").read_text(encoding="utf-8"))
    assert told["ignore"] == ["petal_width", "sepal_width"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epoch = 3", f"there is no option in run.toml 'epoch'. Did you mean 'epochs'? There is: {KNOWN}."),
        ("[train]\nepochs = 3", f"there is no option in run.toml 'train'. There is: {KNOWN}."),
        (
            "epochs = 2.5",
            "Invalid value for '--epochs': '2.5' is no whole number: give one that is at least 1. "
            "See: chainrule train --help",
        ),
        ("epochs = [", "run.toml is no TOML file: Invalid value (at end of document)."),
        (
            "epochs = " + "1" * 5000,
            "run.toml holds a whole number of thousands of digits: give a shorter one.",
        ),
        (
            "epochs = 0x" + "1" * 5000,
            "run.toml: epochs is a whole number of thousands of digits: give a shorter one.",
        ),
        ("batch-norm = 1", "run.toml: batch-norm = 1: it is true or false."),
        ("lr = true", "run.toml: lr = true: it is a number or a text."),
        ("hidden = [[1]]", "run.toml: hidden = [[1]]: it is a number or a text, or a list of them."),
    ],
)
def test_a_file_that_can_not_be_meant_is_refused(refused, text, message):
    assert refused("train", "iris.csv", "--config", written(text)) == message


def test_no_file(refused):
    message = refused("train", "iris.csv", "--config", "none.toml")
    assert message == "none.toml can't be read: No such file or directory."


def test_no_text(refused):
    Path("run.toml").write_bytes(b"\xff\xfe")
    assert (
        refused("train", "iris.csv", "--config", "run.toml")
        == "run.toml is no TOML file: it is not in UTF-8."
    )
