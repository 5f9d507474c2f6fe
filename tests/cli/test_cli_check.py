from __future__ import annotations

import json

import numpy as np
import pytest
from worked import worked_trace

import chainrule as cr
from chainrule.data import read_csv

DZ1 = "dz1=[-1.2,1.37,0.857]"


def test_by_hand(chainrule):
    result = chainrule("check", "--by-hand", DZ1, "--digits", "3")
    told = worked_trace().check({"dz1": ["-1.2", "1.37", "0.857"]}, digits=3)
    assert (result.code, result.err) == (1, "")
    assert result.out == f"{told.to_text()}\n"
    assert "the slope of the activation is missing" in result.out


def test_a_hint_alone(chainrule):
    result = chainrule("check", "--by-hand", DZ1, "--digits", "3", "--hint")
    told = worked_trace().check({"dz1": ["-1.2", "1.37", "0.857"]}, digits=3)
    assert result.out == f"{told.to_text(hint=True)}\n"
    assert "missing" not in result.out


@pytest.mark.parametrize("digits", [[], ["--digits", "3"]])
def test_right(chainrule, digits):
    result = chainrule("check", "--by-hand", "dz1=[0,1.37,0.857]", *digits)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("Right: the line follows from its rule.\n")


def test_could_not_follow(chainrule):
    assert chainrule("check", "--by-hand", "x=[0.5,0.5]").code == 3


def test_files_of_a_trained_model(chainrule, folder):
    X, y = read_csv("iris.csv").train
    trace = cr.load("model.safetensors").trace(X[:4], y[:4], cr.SGD(0.01))
    mine = {name: np.array(trace[name]) for name in ("z1", "a1", "dW1")}
    words = ["--data", "iris.csv", "--sample", "0:4"]
    np.savez("mine.npz", **mine)
    result = chainrule("check", "model.safetensors", "mine.npz", *words)
    assert (result.code, result.err) == (0, "samples 0, 1, 2, 3 of iris.csv\n")
    mine["a1"] = mine["z1"]
    (folder / "mine.json").write_text(json.dumps({name: value.tolist() for name, value in mine.items()}))
    result = chainrule(
        "check", "model.safetensors", "mine.json", *words, "--format", "json", "--out", "told.json"
    )
    assert (result.code, result.out) == (1, "")
    assert json.loads((folder / "told.json").read_text(encoding="utf-8"))["line"] == "a1"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "there is nothing to check: give a file, such as mine.npz, or numbers, such as --by-hand "
             "'dz1=[-1.2,1.37,0.857]'."),
        (["mine.npz", "--by-hand", DZ1], "there is mine.npz, and --by-hand: give your numbers in one way."),
        (["a.npz", "b.npz"],
         "a.npz b.npz: give at most a model's file and one file with your numbers, an .npz or a .json."),
        (["none.npz"], "none.npz is not there: give the path of an .npz or a .json file."),
        (["--by-hand", DZ1, "--by-hand", DZ1], "--by-hand gives dz1 twice: give it once."),
        (["--by-hand", DZ1, "--format", "html"], "--format html: a check is written as text or json."),
        (["--by-hand", "dz1"], "'dz1': write a name, = and numbers, such as dz1=[-1.2,1.37,0.857]."),
    ],
)  # fmt: skip
def test_bad_input(chainrule, words, message):
    result = chainrule("check", *words)
    assert (result.code, result.out, result.err) == (2, "", f"chainrule: {message}\n")


PROGRAM = """\
import numpy as np
X = np.array([[0.5, -1.0], [1.5, 0.25], [-0.5, 2.0]])
y = np.array([[1.0], [0.0], [1.0]])
rng = np.random.default_rng(0)
V, U = rng.normal(size=(2, 4)), rng.normal(size=(4, 1))
for _ in range(9):
    h = np.tanh(X @ V)
    out = h @ U
    loss = np.mean((out - y) ** 2)
    e = 2 * (out - y) / 3
    V -= 0.1 * X.T @ (e @ U.T * (1 - h ** 2))
    U -= 0.1 * h.T @ e
"""


def test_a_program(chainrule, tmp_path):
    path = tmp_path / "net.py"
    path.write_text(PROGRAM)
    result = chainrule("check", str(path))
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("Right: each step moves the weights as the gradient of the loss says.\n")
    path.write_text(PROGRAM.replace(" * (1 - h ** 2)", ""))
    wrong = chainrule("check", str(path), "--format", "json")
    told = json.loads(wrong.out)
    assert (wrong.code, told["line"], told["at"]) == (1, "dz1", 11)
    path.write_text("x = 1.5\n")
    assert chainrule("check", str(path)).code == 3


def test_what_goes_with_a_program(chainrule, tmp_path):
    path = tmp_path / "net.py"
    path.write_text(PROGRAM)
    for arguments, told in (
        (
            [str(path), "mine.npz"],
            f"chainrule: {path} mine.npz: a program is checked alone, without other files and numbers.\n",
        ),
        (
            [str(path), "--x", "1,2"],
            "chainrule: --x and --y are what --run works with: add --run, such as --run 'train(x, y)'.\n",
        ),
        (
            ["--watch", "--by-hand", DZ1],
            "chainrule: --run and --watch are for programs: give a .py or an .ipynb file.\n",
        ),
        (
            [str(tmp_path / "no.py")],
            f"chainrule: {tmp_path / 'no.py'} is not there: give the path of a script or a notebook.\n",
        ),
    ):
        result = chainrule("check", *arguments)
        assert (result.code, result.err) == (2, told)
