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
    assert header == ["row", "species", "probability", "p(setosa)", "p(versicolor)", "p(virginica)"]
    X = read_csv("iris.csv").train[0][::30]
    expected = cr.load("model.safetensors").predict(X)
    np.testing.assert_allclose([[float(p) for p in row[3:]] for row in found], expected, atol=5e-7)
    names = np.array(["setosa", "versicolor", "virginica"])
    assert [row[1] for row in found] == list(names[expected.argmax(axis=1)])
    assert [row[2] for row in found] == [max(row[3:], key=float) for row in found]
    assert [row[0] for row in found] == [str(i) for i in range(5)]


def test_a_table_with_its_target_and_to_a_file(chainrule, folder):
    result = chainrule("predict", "model.safetensors", "iris.csv", "--out", "p.csv")
    assert (result.code, result.out, result.err) == (0, "", "written to p.csv\n")
    _, found = rows((folder / "p.csv").read_text())
    truth = [line.rpartition(",")[2] for line in (folder / "iris.csv").read_text().split()[1:]]
    assert np.mean([row[1] == name for row, name in zip(found, truth, strict=True)]) > 0.9


def test_regression_gives_numbers(chainrule):
    assert (
        chainrule("train", "diabetes.csv", "--standardize", "--epochs", "2", "--out", "d.safetensors").code
        == 0
    )
    result = chainrule("predict", "d.safetensors", "diabetes.csv")
    header, found = rows(result.out)
    assert header == ["row", "progress"]
    X = read_csv("diabetes.csv").train[0]
    expected = cr.load("d.safetensors").predict(X)
    np.testing.assert_allclose(np.array(found, dtype=float)[:, 1:], expected, rtol=1e-5, atol=1e-6)


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
    assert header == ["row", "y", "probability", "p(a)", "p(b)", "p(c)"]
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
        assert header == ["row", *names, *(f"{word}({name})" for name in names)]
        assert [row[1:4] for row in found] == [["1", "0", "0"], ["0", "1", "0"]]
        probable = np.array([row[4:] for row in found], float)
        np.testing.assert_allclose(probable, net.predict([[1, -2], [-1, 3]]), atol=5e-7)


def test_a_column_names_the_rows(chainrule, folder):
    header, *lines = (folder / "new.csv").read_text().split()
    for name, words in (("patient", ["--id", "patient"]), ("ID", []), ("Id", ["--id", "Id"])):
        table = [f"{name},{header}", *(f"p{i},{line}" for i, line in enumerate(lines))]
        (folder / "named.csv").write_text("\n".join(table))
        head, found = rows(chainrule("predict", "model.safetensors", "named.csv", *words).out)
        assert head[:2] == [name, "species"]
        assert [row[0] for row in found] == ["p0", "p1", "p2", "p3", "p4"]
    plain = rows(chainrule("predict", "model.safetensors", "new.csv").out)[1]
    assert [row[1:] for row in found] == [row[1:] for row in plain]


def test_an_id_that_is_a_feature_names_no_rows(chainrule, folder):
    (folder / "ids.csv").write_text(
        "id,v,kind\n" + "".join(f"{i},{i % 3},{'ab'[i % 2]}\n" for i in range(20))
    )
    assert chainrule("train", "ids.csv", "--epochs", "1", "--out", "i.safetensors").code == 0
    assert chainrule("predict", "i.safetensors", "ids.csv").out.startswith(
        "row,kind,probability,p(a),p(b)\n0,"
    )


@pytest.mark.parametrize("outputs", [1, 2])
def test_the_models_threshold_decides_and_the_answers_own_probability_is_told(chainrule, folder, outputs):
    (folder / "two.csv").write_text("a\n0.4\n-1\n3\n")
    weights = {"W1": [[1.0]], "b1": [0.0]} if outputs == 1 else {"W1": [[0.0, 1.0]], "b1": [0.0, 0.0]}
    net = cr.Network(
        [1, outputs], output="sigmoid" if outputs == 1 else "softmax", parameters=weights, features=["a"],
        classes=["no", "yes"],
    )  # fmt: skip
    net.metadata["target"] = "fraud"
    net.threshold = 0.7
    net.save("t.safetensors")
    head, found = rows(chainrule("predict", "t.safetensors", "two.csv").out)
    shown = ["p(yes)"] if outputs == 1 else ["p(no)", "p(yes)"]
    assert head == ["row", "fraud", "probability", *shown]
    yes = 1 / (1 + np.exp(-np.array([0.4, -1, 3])))
    assert [row[1] for row in found] == ["no", "no", "yes"]  # 0.599, 0.269, 0.953
    np.testing.assert_allclose([float(row[2]) for row in found], [1 - yes[0], 1 - yes[1], yes[2]], atol=1e-6)
    np.testing.assert_allclose([float(row[-1]) for row in found], yes, atol=1e-6)


def test_outputs_that_are_not_finite_are_refused_with_their_row(refused, folder):
    (folder / "large.csv").write_text("a\n1\n1e30\n-1e30\n")
    net = cr.Network(
        [1, 1], output="identity", loss="mean_squared_error", dtype="float32", features=["a"],
        parameters={"W1": [[1e20]], "b1": [0.0]},
    )  # fmt: skip
    net.save("large.safetensors")
    assert refused("predict", "large.safetensors", "large.csv", "--out", "p.csv") == (
        "the output for row 1 is inf, and those of 1 more rows are not finite: the network's weights are too large for "
        "these inputs, as after a training that diverged. Train it again, with scaled inputs or a smaller "
        "learning rate."
    )
    assert not (folder / "p.csv").exists()


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
        (
            ["model.safetensors", "new.csv", "--id", "patient"],
            str(
                UnknownName(
                    "column",
                    "patient",
                    ["petal_width", "petal_length", "sepal_width", "sepal_length"],
                    "These are the columns of new.csv.",
                )
            ),
        ),
        (
            ["model.safetensors", "digits", "--id", "patient"],
            "digits does not go with this model: it lacks sepal_length, sepal_width, petal_length, petal_width. "
            "Its features are pixel_0_0, pixel_0_1, pixel_0_2, pixel_0_3, pixel_0_4, pixel_0_5, pixel_0_6, "
            "pixel_0_7, … (64).",
        ),
    ],
)
def test_errors(refused, words, message):
    said = refused("predict", *words)
    assert said == message or (message is None and said.startswith(". can't be written: "))


def test_a_missing_value_is_pointed_at(refused, folder):
    text = (folder / "new.csv").read_text().splitlines()
    (folder / "new.csv").write_text("\n".join([*text[:2], "1,,3,4", *text[2:]]))
    assert refused("predict", "model.safetensors", "new.csv") == (
        "new.csv, line 3, column 'petal_length': the value is missing. Fill it in, or leave the row out."
    )
