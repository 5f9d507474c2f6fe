from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.data import read_csv
from chainrule.errors import UnknownName
from chainrule.parts.contract import Activation, Loss


def unknown(what, name, known, hint=""):
    """The message about a name that is not there, which is the library's to word."""
    return str(UnknownName(what, name, known.split(", "), hint))


def split(X, y, part, seed=0):
    count = round(part * len(X))
    order = np.random.default_rng(seed).permutation(len(X))
    return (X[order[count:]], y[order[count:]]), (X[order[:count]], y[order[:count]])


SEEN = """\
column        seen as   values                            missing  what is done
sepal_length  number    4.3 … 7.9                                  feature
sepal_width   number    2 … 4.4                                    feature
petal_length  number    1 … 6.9                                    feature
petal_width   number    0.1 … 2.5                                  feature
species       category  3: setosa, versicolor, virginica           target: 3 classes"""


def test_what_it_prints_and_saves(chainrule):
    words = ["--hidden", "8,4", "--standardize", "--epochs", "5", "--out", "iris.safetensors"]
    result = chainrule("train", "iris.csv", *words)
    assert (result.code, result.err) == (0, "")
    _, held = cr.data.split(*read_csv("iris.csv").train, 0.2)
    net = cr.load("iris.safetensors")
    lines = result.out.splitlines()
    assert lines[0] == "iris.csv: 120 samples, 30 for validation, 4 features, 3 classes of species"
    report = ["", *str(net.evaluate(*held)).splitlines(), ""]
    lines, told, (*report_lines,) = lines[: -len(report) - 3], lines[-3:], lines[-len(report) - 3 : -3]
    assert report_lines == report
    lines += told
    assert "\n".join(lines[1:-7]) == f"{SEEN}\n{net}"
    assert lines.pop(-2) == "repeat it: chainrule train --config iris.toml"
    assert re.fullmatch(r"5 epochs of 120 samples in \d+\.\d\d s   [\d,]+ samples/s   numpy", lines[-6])
    assert re.fullmatch(r"  training     loss [\d.]+   accuracy [\d.]+%", lines[-5])
    right = int((net.classify(held[0]) == held[1]).sum())
    assert lines[-4] == (
        f"  validation   loss {net.loss(*held):.6g}   accuracy {right / 30:.2%}   {right} of 30 right"
    )
    assert lines[-3] == "  training is the mean over the epoch's steps, validation is measured after it"
    assert lines[-2] == "saved to iris.safetensors"
    assert lines[-1] == "see it: chainrule explain iris.safetensors --data iris.csv --sample 0"
    assert max(map(len, lines)) <= 84


def test_it_is_fit_with_these_options(chainrule):
    words = [
        "--hidden",
        "6",
        "--activation",
        "tanh",
        "--optimizer",
        "momentum",
        "--lr",
        "0.05",
        "--epochs",
        "3",
    ]
    words += [
        "--batch-size",
        "16",
        "--seed",
        "3",
        "--validation",
        "0.4",
        "--dtype",
        "float64",
        "--standardize",
    ]
    assert chainrule("train", "iris.csv", *words, "--out", "m.safetensors").code == 0
    (X, y), held = cr.data.split(*read_csv("iris.csv").train, 0.4, seed=3)
    net = cr.Network([4, 6, 3], hidden="tanh", seed=3, scaling=cr.Standardize.fitted(X))
    net.fit(X, y, epochs=3, batch_size=16, optimizer=cr.Momentum(0.05), validation_data=held, seed=3)
    saved = cr.load("m.safetensors")
    assert saved.dtype == np.float64
    np.testing.assert_array_equal(saved.parameters.flat, net.parameters.flat)


def test_regression_speaks_of_no_accuracy(chainrule):
    result = chainrule("train", "diabetes.csv", "--standardize", "--epochs", "3", "--out", "d.safetensors")
    assert result.code == 0
    assert "10 features, regression of progress\n" in result.out
    assert "accuracy" not in result.out
    assert "right" not in result.out
    assert re.search(
        r"^88 samples +model +baseline\n  R² +\S+ +0\n  MAE +[\d.]+ +[\d.]+\n  RMSE ", result.out, re.M
    )
    net = cr.load("d.safetensors")
    assert (net.loss_part.name(), net.classes) == ("half_squared_error", None)
    assert re.search(
        r"  training     loss [\d.]+\n  validation   loss [\d.]+\n",
        result.out,
    )
    result = chainrule("explain", "d.safetensors", "--data", "diabetes.csv", "--sample", "0")
    assert result.err == "sample 0 of diabetes.csv: progress 151\n"
    assert "  y_raw = 151\n" in result.out
    assert "  ŷ = a2 ⊙ y_scale + y_center = " in result.out


def prices(folder, seed=0):
    """Two hundred prices of about 350,000, which go with the size; and which of them are held out by that seed."""
    rng = np.random.default_rng(7)
    size = rng.uniform(50, 300, 200)
    price = 2_000 * size + 10_000 * rng.normal(size=200)
    rows = "".join(f"{a:.1f},{b:.0f}\n" for a, b in zip(size, price, strict=True))
    (folder / "prices.csv").write_text(f"size,price\n{rows}")
    X, y = read_csv("prices.csv", kind="regression").train
    return split(X, y, 0.2, seed)


def share_explained(net, X, y):
    return 1 - np.square(net.predict(X)[:, 0] - y).sum() / np.square(y - y.mean()).sum()


@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_numbers_far_from_0_are_learnt_with_default_options(chainrule, folder, seed):
    (X, y), held = prices(folder, int(seed))
    result = chainrule("train", "prices.csv", "--seed", seed, "--out", "p.safetensors")
    assert (result.code, result.err) == (0, "")
    net = cr.load("p.safetensors")
    assert share_explained(net, *held) > 0.95
    # Both scales are those of the part that it was trained with.
    np.testing.assert_allclose(net.scale_target.center, y.mean(), rtol=1e-13)
    np.testing.assert_allclose([net.layers[0].center, net.layers[0].scale], [X.mean(0), X.std(0)], rtol=1e-13)
    told = f"y_center = {net.scale_target.center[0]:.12g}"[:20]
    assert told in result.out
    assert told in chainrule("info", "p.safetensors").out


def test_numbers_as_they_are(chainrule, folder):
    _, held = prices(folder)
    words = ["--no-scale-target", "--no-standardize", "--out", "p.safetensors"]
    assert chainrule("train", "prices.csv", *words).code == 0
    net = cr.load("p.safetensors")
    assert (net.scale_target, len(net.layers)) == (None, 4)
    assert share_explained(net, *held) < 0


def test_classes_have_no_scale(refused):
    assert refused("train", "iris.csv", "--scale-target") == (
        "--scale-target scales numbers, and the target 'species' is classes: leave it out."
    )


def test_counts_have_no_scale(chainrule, refused):
    words = ["train", "diabetes.csv", "--loss", "poisson", "--epochs", "1"]
    assert "of the scaled target" not in chainrule(*words).out
    assert refused(*words, "--scale-target") == (
        "--scale-target scales targets that are numbers, and poisson takes counts: leave it out."
    )


def test_the_hint_that_it_gives_runs(chainrule, folder):
    (folder / "my iris.csv").write_text((folder / "iris.csv").read_text())
    for data, words in (("my iris.csv", []), ("spiral", ["--seed", "4"])):
        out = chainrule("train", data, *words, "--epochs", "1", "--out", "my model.safetensors").out
        hint = out.splitlines()[-1].removeprefix("see it: chainrule ")
        import shlex

        result = chainrule(*shlex.split(hint))
        assert result.code == 0
        assert result.err.startswith(f"sample 0 of {data}: ")
    assert hint.endswith("--data spiral --seed 4 --sample 0")


def test_exploding_stops_and_keeps_what_there_was(chainrule):
    words = ["--hidden", "16", "--standardize", "--optimizer", "sgd", "--lr", "10"]
    result = chainrule("train", "diabetes.csv", *words, "--out", "d.safetensors")
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert result.err.startswith("chainrule: epoch 1, batch ")
    assert result.err.endswith(" Like that they were saved to d.diverged.safetensors.\n")
    assert np.isfinite(cr.load("d.diverged.safetensors").parameters.flat).all()
    assert not Path("d.safetensors").exists()
    result = chainrule("train", "diabetes.csv", *words)
    assert result.code == 2
    assert result.err.startswith("chainrule: epoch 1, batch ")
    assert "saved" not in result.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["moon"],
            unknown(
                "data set, folder or file",
                "moon",
                "mnist, digits, blobs, moons, circles, xor, spiral",
                "Or give the path of a table (.csv, .xlsx, ...), an .npz, an .npy, an IDX file or a folder of those.",
            ),
        ),
        (["nope.csv"], "nope.csv can't be read: No such file or directory."),
        (["moons", "--target", "x"], "moons is generated, with two classes: leave --target and --kind out."),
        (
            ["iris.csv", "--data-dir", "x"],
            "--data-dir x belongs to mnist alone, not to iris.csv: leave it out.",
        ),
        (
            ["mnist", "--data-dir", "nowhere"],
            "there is no folder nowhere. Name one that holds MNIST's files, or none.",
        ),
        (
            ["iris.csv", "--target", "nope"],
            unknown(
                "column",
                "nope",
                "sepal_length, sepal_width, petal_length, petal_width, species",
                "These are the columns of iris.csv.",
            ),
        ),
        (
            ["digits", "--kind", "regression"],
            "'digits' is for classification, not for regression. Leave --kind out.",
        ),
        (
            ["iris.csv", "--hidden", "12,x"],
            "--hidden '12,x': it is whole numbers of at least 1, with commas between them, such as 2,4,3.",
        ),
        (
            ["iris.csv", "--hidden", "0"],
            "--hidden '0': it is whole numbers of at least 1, with commas between them, such as 2,4,3.",
        ),
        (
            ["iris.csv", "--activation", "rulu"],
            unknown("activation", "rulu", ", ".join(Activation.registry())),
        ),
        (
            ["iris.csv", "--loss", "x"],
            unknown("loss", "x", ", ".join(Loss.registry())),
        ),
        (
            ["diabetes.csv", "--loss", "cross_entropy"],
            "--loss cross_entropy is for classes, and the target 'progress' is numbers: take half_squared_error "
            "or mean_squared_error, or --kind classification.",
        ),
        (
            ["iris.csv", "--dtype", "float16"],
            unknown("dtype", "float16", "float32, float64"),
        ),
        (
            ["iris.csv", "--validation", "1"],
            "--validation 1 is out of range: it is a part of the samples, 0 to below 1.",
        ),
        (
            ["iris.csv", "--validation", "nan"],
            "--validation nan is out of range: it is a part of the samples, 0 to below 1.",
        ),
        (
            ["few.csv", "--validation", "0.9"],
            "--validation 0.9 leaves none of 3 samples to train with.",
        ),
        (["iris.csv", "--lr", "-1"], "--lr -1.0 is out of range: it must be at least 0."),
        (
            ["iris.csv", "--optimizer", "lookahead", "--lr", "-1"],
            "--lr -1.0 is out of range: it must be at least 0.",
        ),
        (
            ["iris.csv", "--optimizer", "lbfgs", "--lr", "0.1"],
            "--lr 0.1: lbfgs has no learning rate; leave --lr out.",
        ),
    ],
)
def test_errors(refused, words, message):
    assert refused("train", *words) == message


@pytest.mark.parametrize("optimizer", ["lbfgs", "lookahead", "adamw"])
def test_every_optimizer_is_there_by_its_name(chainrule, optimizer):
    result = chainrule("train", "iris.csv", "--optimizer", optimizer, "--epochs", "5")
    assert result.code == 0
    assert "5 epochs of 120 samples" in result.out


TABLES = {
    "text.csv": (
        "a,b,c\n" + "".join(f"{i},note {i},{i % 2}\n" for i in range(30)),
        "text.csv, column 'b': 30 different texts in 30 rows, such as 'note 0', are too many for a column each. Leave "
        "it out with --ignore b, or take the frequent ones with --categorical b.",
    ),
    "missing.csv": (
        "a,b,c\n1,2,0\n1,5,\n3,1,1\n",
        "missing.csv, line 3, column 'c': the value is missing. Fill it in, or leave the row out.",
    ),
    "one.csv": ("a,b\n1,x\n2,x\n", "the target 'b' has one class, 'x': there is nothing to tell apart."),
    "empty.csv": (
        "",
        "empty.csv is empty. It takes a header that names the columns, then a row for each sample.",
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_that_cannot_be_used(refused, folder, name):
    text, message = TABLES[name]
    (folder / name).write_text(text)
    assert refused("train", name) == message


@pytest.mark.parametrize("option", ["--out", "--plots"])
def test_places_are_looked_at_before_the_training(refused, folder, option):
    for place in ("/proc/x", "iris.csv/x"):
        said = refused("train", "iris.csv", option, place)
        assert said.startswith(f"{place} can't be ")
    assert (folder / "iris.csv").read_text().startswith("sepal_length,")


def test_a_model_that_is_there_stays_while_nothing_better_is(refused, folder):
    before = (folder / "model.safetensors").read_bytes()
    refused("train", "iris.csv", "--lr", "-1", "--out", "model.safetensors")
    refused("train", "iris.csv", "--plots", "iris.csv", "--out", "model.safetensors")
    assert (folder / "model.safetensors").read_bytes() == before
    assert not list(folder.glob(".*"))


def test_mnist_from_both_places_to_its_explanation(chainrule, mnist_folder, monkeypatch):
    words = [
        "train",
        "mnist",
        "--hidden",
        "8",
        "--batch-size",
        "500",
        "--epochs",
        "1",
        "--out",
        "m.safetensors",
    ]
    result = chainrule(*words, "--data-dir", str(mnist_folder))
    assert result.code == 0
    assert result.out.startswith(
        "mnist: 60,000 samples, 10,000 for the test, 784 features, 10 classes of digit\n"
    )
    assert result.out.endswith(
        f"see it: chainrule explain m.safetensors --data mnist --data-dir {mnist_folder} --sample 0\n"
    )
    monkeypatch.setenv("CHAINRULE_DATA", str(mnist_folder.parent))
    result = chainrule("explain", "m.safetensors", "--data", "mnist", "--sample", "3")
    assert (result.code, result.err) == (0, "sample 3 of the test samples of mnist: digit 0\n")
    assert "label 0" in result.out
    assert max(map(len, result.out.splitlines())) <= 80
    assert len(result.out.splitlines()) < 125
    result = chainrule(
        "why", "m.safetensors", "dW1", "300", "5", "--data", "mnist", "--sample", "3", "--depth", "1"
    )
    assert result.code == 0
    assert result.out.startswith("dW1[300, 5] = ")
    result = chainrule("predict", "m.safetensors", "mnist")
    assert (result.out.count("\n"), result.err) == (10_001, "the 10,000 test samples of mnist\n")


def test_a_column_that_float32_rounds_to_a_few_is_told_in_one_line(chainrule, folder):
    rows = "".join(f"{1700000001 + i},{i % 7},{'ab'[i % 2]}\n" for i in range(200))
    (folder / "clock.csv").write_text(f"time,day,kind\n{rows}")
    named = ["--features", "time,day"]  # otherwise the times would be taken for an id
    train = [
        "train", "clock.csv", "--epochs", "1", "--quiet", "--validation", "0", "--no-standardize", *named,
    ]  # fmt: skip
    told = (
        "chainrule: X[:, 0] (time) goes from 1700000001.0 to 1700000200.0, and float32 tells numbers of that size "
        "apart by steps of 128 alone: take --standardize, or --dtype float64.\n"
    )
    assert chainrule(*train).err == told
    compare = [
        "compare",
        "--optimizers",
        "adam,adamax",
        "--data",
        "clock.csv",
        "--epochs",
        "1",
        "--validation",
        "0",
    ]
    assert chainrule(*compare, *named, "--quiet", "--no-standardize").err == told
    train.remove("--no-standardize")
    assert chainrule(*train).err == chainrule(*train, "--dtype", "float64").err == ""


def test_seconds_are_scaled_in_double_precision(chainrule, folder):
    """Which half of 200 seconds it is: in float32 they are three numbers."""
    rows = "".join(f"{1700000001 + i},{'ab'[i >= 100]}\n" for i in range(200))
    (folder / "clock.csv").write_text(f"time,half\n{rows}")
    found = [
        chainrule(
            "train",
            "clock.csv",
            "--epochs",
            "60",
            "--lr",
            "0.05",
            "--quiet",
            "--dtype",
            dtype,
        )
        for dtype in ("float32", "float64")
    ]
    accuracies = [re.findall(r"accuracy ([\d.]+)%", result.out) for result in found]
    assert accuracies[0] == accuracies[1]
    assert float(accuracies[0][0]) > 98
