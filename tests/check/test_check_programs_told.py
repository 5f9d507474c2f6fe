"""What is told of a program: lines, names, layouts; comments, code to run, and a file that is watched."""

from __future__ import annotations

import itertools
import threading
import time
from pathlib import Path

from followed import checked

from chainrule.check.code.watch import saves

NET = """\
import numpy as np

rng = np.random.default_rng(3)
X = rng.normal(size=(6, 3))
Y = (X[:, :2] > 0).astype(float)
V = rng.normal(size=(3, 4)) * 0.5
c = np.zeros(4)
U = rng.normal(size=(4, 2)) * 0.5
d = np.zeros(2)


def train(X, Y, steps):
    global V, c, U, d
    for _ in range(steps):
        h = np.tanh(X @ V + c)
        out = 1 / (1 + np.exp(-(h @ U + d)))
        print("loss", np.mean((out - Y) ** 2))
        delta = (Y - out) * out * (1 - out)
        back = delta @ U.T * (1 - h * h)
        U += 0.1 * h.T @ delta
        d += 0.1 * delta.sum(axis=0)
        V += 0.1 * X.T @ back
        c += 0.1 * back.sum(axis=0)


"""
TRAIN = "train(X, Y, 20)\n"


def test_how_it_was_read_is_told(tmp_path: Path) -> None:
    report = checked(tmp_path, NET + TRAIN)
    assert report.right
    told = report.to_text(width=100).splitlines()
    assert told[0] == "Right: each step moves the weights as the gradient of the loss says."
    assert told[2] == "How I read it: 3 → 4 tanh → 2 sigmoid, half squared error"
    assert "  a1: `h`, line 15" in told
    assert "  dz2: `delta`, line 18, -m times ours" in told
    assert report.to_dict()["quantities"]["dz2"] == {
        "line": 18, "cell": None, "file": None, "text": "delta = (Y - out) * out * (1 - out)", "name": "delta",
        "factor": "-m", "columns": False,
    }  # fmt: skip


def test_a_wrong_line_is_told_where_it_stands(tmp_path: Path) -> None:
    report = checked(tmp_path, NET.replace("* (1 - h * h)", "") + TRAIN)
    assert report.verdict == "dz1 is the first line that is wrong, line 19."
    assert (report.line, report.at, report.mistakes[0]) == ("dz1", 19, "slope_skipped")
    text = report.to_text(width=200).splitlines()
    assert text[2] == "there      back = delta @ U.T"
    assert text[4] == "should be  dz1 = da1 ⊙ (1 - a1²)"
    assert text[5].startswith("you did    the slope of the activation is missing")


def test_a_hint_gives_nothing_away(tmp_path: Path) -> None:
    text = checked(tmp_path, NET.replace("* (1 - h * h)", "") + TRAIN).to_text(hint=True)
    assert "should be" not in text
    assert "hint       A gradient that goes back through a function" in text


def test_where_nothing_is_trained_nothing_is_said(tmp_path: Path) -> None:
    report = checked(tmp_path, NET)
    assert (report.state, report.exit_code) == ("not followed", 3)


def test_code_can_be_run_after_it(tmp_path: Path) -> None:
    x = [[0.5, -1.0, 0.25], [1.5, 0.75, -0.5], [-0.25, 0.5, 1.0]]
    y = [[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]
    assert checked(tmp_path, NET, run="train(x, y, 9)", x=x, y=y).right
    wrong = checked(tmp_path, NET.replace("0.1 * X.T", "-0.1 * X.T"), run="train(x, y, 9)", x=x, y=y)
    assert (wrong.line, wrong.at, wrong.mistakes[0]) == ("dW1", 22, "dW_sign")


def test_a_notebook_is_told_by_cells(tmp_path: Path) -> None:
    import json

    text = NET.replace("* (1 - h * h)", "") + TRAIN
    top, body = text.split("\n\n\n", 1)
    cells = [
        {"cell_type": "markdown", "source": ["# A net"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "!pip install numpy\n", top]},
        {"cell_type": "code", "source": body},
    ]
    report = checked(tmp_path, json.dumps({"cells": cells}), "net.ipynb")
    assert report.verdict == "dz1 is the first line that is wrong, cell 3, line 8."


def test_saves_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text("a = 1\n", encoding="utf-8")

    def save() -> None:
        time.sleep(0.5)
        path.write_text("a = 1.25\n", encoding="utf-8")

    threading.Thread(target=save).start()
    assert len(list(itertools.islice(saves(path, watch=True), 2))) == 2
    assert len(list(saves(path, watch=False))) == 1
