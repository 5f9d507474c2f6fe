"""Data sets by their names and paths, as a network needs them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from worked import worked_trace

import chainrule as cr
from chainrule.cli.datasets import load_for
from chainrule.data import read_csv


def test_generated_sets_have_a_seed(chainrule):
    X, y = cr.data.circles(400, seed=5)
    result = chainrule("explain", "L", "--data", "circles", "--sample", "3", "--seed", "5")
    assert result.out == f"{worked_trace(X[3:4], y[3:4]).explain('L')}\n"
    assert result.err == "sample 3 of circles: class 0\n"


def test_npz_and_digits(chainrule, folder):
    X, y = read_csv("few.csv").train
    np.savez(folder / "few.npz", X=X, y=y)
    result = chainrule("explain", "z1", "--data", "few.npz", "--sample", "1")
    assert result.out == f"{worked_trace(X[1:2], y[1:2]).explain('z1')}\n"
    result = chainrule("explain", "z1", "--data", "digits", "--layers", "64,4,10", "--sample", "3")
    (_, _), (Xt, yt) = cr.data.load("digits")
    net = cr.Network([64, 4, 10])
    assert result.out == f"{net.trace(Xt[3:4], yt[3:4], cr.SGD(0.01)).explain('z1')}\n"
    assert result.err == f"sample 3 of the test samples of digits: digit {yt[3]}\n"


def test_a_class_that_the_model_does_not_know(refused, folder):
    text = (folder / "iris.csv").read_text()
    (folder / "other.csv").write_text(text.replace("virginica", "rose"))
    assert refused("explain", "model.safetensors", "--data", "other.csv") == (
        "other.csv does not go with this model: it has species 'rose', and the model knows setosa, versicolor, "
        "virginica."
    )


def test_classes_by_number_are_the_networks_where_a_file_lacks_some(tmp_path: Path) -> None:
    """The only class of the file is 1: it is the network's class 1, and not its first."""
    file = tmp_path / "ones.csv"
    file.write_text("a,b,class\n1,2,1\n3,4,1\n", encoding="utf-8")
    loaded = load_for(cr.Network([2, 3, 2]), str(file))
    assert loaded.train[1].tolist() == [1, 1]
    assert loaded.classes == ("0", "1")
