from __future__ import annotations

import csv
import io

import numpy as np
import pytest

import chainrule as cr
from chainrule.data import read_csv
from chainrule.errors import UnknownName


def rows(text):
    header, *found = csv.reader(io.StringIO(text))
    return header, found


def test_new_samples_need_no_target_and_columns_go_by_name(chainrule):
    result = chainrule("predict", "model.safetensors", "new.csv")
    assert (result.code, result.err) == (0, "")
    header, found = rows(result.out)
    assert header == ["species", "p(setosa)", "p(versicolor)", "p(virginica)"]
    X = read_csv("iris.csv").train[0][::30]
    expected = cr.load("model.safetensors").predict(X)
    np.testing.assert_allclose([[float(p) for p in row[1:]] for row in found], expected, atol=5e-7)
    names = np.array(["setosa", "versicolor", "virginica"])
    assert [row[0] for row in found] == list(names[expected.argmax(axis=1)])


def test_a_table_with_its_target_and_to_a_file(chainrule, folder):
    result = chainrule("predict", "model.safetensors", "iris.csv", "--out", "p.csv")
    assert (result.code, result.out, result.err) == (0, "", "written to p.csv\n")
    _, found = rows((folder / "p.csv").read_text())
    truth = [line.rpartition(",")[2] for line in (folder / "iris.csv").read_text().split()[1:]]
    assert np.mean([row[0] == name for row, name in zip(found, truth, strict=True)]) > 0.9


def test_regression_gives_numbers(chainrule):
    assert (
        chainrule("train", "diabetes.csv", "--standardize", "--epochs", "2", "--out", "d.safetensors").code
        == 0
    )
    result = chainrule("predict", "d.safetensors", "diabetes.csv")
    header, found = rows(result.out)
    assert header == ["progress"]
    X = read_csv("diabetes.csv").train[0]
    expected = cr.load("d.safetensors").predict(X)
    np.testing.assert_allclose(np.array(found, dtype=float), expected, rtol=1e-5, atol=1e-6)


def test_of_a_set_with_test_samples_these_are_predicted(chainrule):
    chainrule("train", "digits", "--epochs", "1", "--out", "digits.safetensors")
    result = chainrule("predict", "digits.safetensors", "digits")
    assert result.err == "the 360 test samples of digits\n"
    assert len(rows(result.out)[1]) == 360


def test_npz(chainrule, folder):
    X, y = read_csv("iris.csv").train
    np.savez("iris.npz", X=X, y=np.array(["a", "b", "c"])[y])
    assert chainrule("train", "iris.npz", "--epochs", "1", "--out", "n.safetensors").code == 0
    np.savez("new.npz", X=X)  # without labels
    assert (
        chainrule("predict", "n.safetensors", "new.npz").out
        == chainrule("predict", "n.safetensors", "iris.npz").out
    )
    header, found = rows(chainrule("predict", "n.safetensors", "iris.npz").out)
    assert header == ["y", "p(a)", "p(b)", "p(c)"]
    assert len(found) == 150


def test_of_several_labels_each_has_a_column_of_yes_and_no(chainrule, folder):
    weights = {"W1": [[1.0, 0, 0], [0, 1, 0]], "b1": [0, 0, -1.0]}
    (folder / "two.csv").write_text("a,b\n1,-2\n-1,3\n")
    for loss, output, word in (
        ("cross_entropy", "sigmoid", "p"),
        (cr.BinaryCrossEntropy(from_logits=True), "identity", "output"),
    ):
        names = ["red", "wet", "big"]
        net = cr.Network(
            [2, 3], output=output, loss=loss, parameters=weights, features=["a", "b"], classes=names
        )
        net.save("labels.safetensors")
        header, found = rows(chainrule("predict", "labels.safetensors", "two.csv").out)
        assert header == [*names, *(f"{word}({name})" for name in names)]
        assert [row[:3] for row in found] == [["1", "0", "0"], ["0", "1", "0"]]
        probable = np.array([row[3:] for row in found], float)
        np.testing.assert_allclose(probable, net.predict([[1, -2], [-1, 3]]), atol=5e-7)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["model.safetensors", "nope.csv"], "nope.csv can't be read: No such file or directory."),
        (
            ["model.safetensors", "few.csv"],
            str(
                UnknownName(
                    "column",
                    "sepal_length",
                    ["a", "b", "label"],
                    "few.csv lacks: sepal_length, sepal_width, petal_length, petal_width.",
                )
            ),
        ),
        (
            ["model.safetensors", "digits"],
            "digits does not go with this model: it lacks sepal_length, sepal_width, petal_length, petal_width. "
            "Its features are pixel_0_0, pixel_0_1, pixel_0_2, pixel_0_3, pixel_0_4, pixel_0_5, pixel_0_6, "
            "pixel_0_7, … (64).",
        ),
        (["model.safetensors", "new.csv", "--out", "."], None),
    ],
)
def test_errors(refused, words, message):
    said = refused("predict", *words)
    assert said == message or (message is None and said.startswith(". can't be written: "))


def test_a_missing_value_is_pointed_at(refused, folder):
    text = (folder / "new.csv").read_text().splitlines()
    (folder / "new.csv").write_text("\n".join([*text[:2], "1,,3,4", *text[2:]]))
    assert refused("predict", "model.safetensors", "new.csv") == (
        "new.csv, line 3, column 'petal_length': the value is missing. Fill it in, or leave the row or the "
        "column out."
    )
