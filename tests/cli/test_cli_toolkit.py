"""The options that regularize, steer and begin a training do what the parts of those names do."""

from __future__ import annotations

import csv

import numpy as np
import pytest

import chainrule as cr
from chainrule.cli.groups import grouped
from chainrule.cli.toolkit import Toolkit
from chainrule.data import read_csv
from chainrule.errors import UnknownName
from chainrule.parts.contract import Clipping, Initializer, Schedule

EXAMPLE = ("train", "iris.csv", "--hidden", "6", "--epochs", "3", "--quiet", "--out", "m.safetensors")


def by_hand(layers=None, fitting=None, **settings):
    """The weights that the library gives for the same training."""
    (X, y), _ = cr.data.split(*read_csv("iris.csv").train, 0.2)
    between = [cr.Dense(4, 6), cr.ReLU(), cr.Dense(6, 3), cr.Softmax()] if layers is None else layers
    between = [cr.Standardize.fitted(X), *between]
    net = cr.Network(between, dtype="float32", classes=list(read_csv("iris.csv").classes), **settings)
    fitting = {"optimizer": "adam", **(fitting or {})}
    net.fit(X, y, epochs=3, batch_size=32, progress=False, **fitting)
    return net.parameters.flat


@pytest.mark.some(8)
@pytest.mark.parametrize(
    ("words", "own"),
    [
        (
            ["--dropout", "0.3"],
            {"layers": [cr.Dense(4, 6), cr.ReLU(), cr.Dropout(0.3), cr.Dense(6, 3), cr.Softmax()]},
        ),
        (
            ["--batch-norm"],
            {"layers": [cr.Dense(4, 6), cr.BatchNorm(), cr.ReLU(), cr.Dense(6, 3), cr.Softmax()]},
        ),
        (
            ["--layer-norm", "--dropout", "0.1"],
            {
                "layers": [
                    cr.Dense(4, 6),
                    cr.LayerNorm(),
                    cr.ReLU(),
                    cr.Dropout(0.1),
                    cr.Dense(6, 3),
                    cr.Softmax(),
                ]
            },
        ),
        (["--l1", "0.01"], {"penalty": cr.L1(0.01)}),
        (["--l2", "0.01"], {"penalty": cr.L2(0.01)}),
        (["--l1", "0.02", "--l2", "0.01"], {"penalty": cr.ElasticNet(l1=0.02, l2=0.01)}),
        (["--clip", "0.1"], {"fitting": {"optimizer": cr.Adam(clip=cr.ClipNorm(0.1))}}),
        (["--clip", "clip_value:0.1"], {"fitting": {"optimizer": cr.Adam(clip=cr.ClipValue(0.1))}}),
        (["--label-smoothing", "0.1"], {"loss": cr.CrossEntropy(label_smoothing=0.1)}),
        (["--schedule", "cosine"], {"fitting": {"optimizer": cr.Adam(cr.Cosine(0.001))}}),
        (
            ["--schedule", "step_decay:2", "--lr", "0.1", "--warmup", "4"],
            {"fitting": {"optimizer": cr.Adam(cr.StepDecay(0.1, 2, warmup=4))}},
        ),
        (
            ["--schedule", "exponential:0.9", "--optimizer", "sgd"],
            {"fitting": {"optimizer": cr.SGD(cr.Exponential(0.01, 0.9))}},
        ),
        (["--warmup", "5"], {"fitting": {"optimizer": cr.Adam(cr.WarmUp(0.001, 5))}}),
        (["--class-weight", "balanced"], {"fitting": {"class_weight": "balanced"}}),
        (
            ["--class-weight", "setosa=2, virginica=0.5"],
            {"fitting": {"class_weight": {"setosa": 2, "virginica": 0.5}}},
        ),
        (["--initializer", "he"], {"initializer": "he"}),
        (["--initializer", "normal:0.2"], {"initializer": cr.Normal(0.2)}),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_an_option_is_the_part_of_its_name(chainrule, words, own):
    assert chainrule(*EXAMPLE, *words).code == 0
    np.testing.assert_array_equal(cr.load("m.safetensors").parameters.flat, by_hand(**own))


def test_images_are_moved(chainrule):
    words = ["--hidden", "4", "--epochs", "1", "--validation", "0", "--quiet", "--out", "d.safetensors"]
    assert chainrule("train", "digits", *words, "--augment", "shift=1,rotation=5").code == 0
    digits = cr.data.load("digits")
    net = cr.Network([64, 4, 10], dtype="float32")
    net.fit(
        *digits.train, batch_size=32, transform=cr.data.Augment((8, 8), shift=1, rotation=5), progress=False
    )  # fmt: skip
    np.testing.assert_array_equal(cr.load("d.safetensors").parameters.flat, net.parameters.flat)


def test_a_row_of_the_log_for_each_epoch(chainrule):
    assert chainrule(*EXAMPLE, "--log", "log.csv").code == 0
    with open("log.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert set(rows[0]) >= {"loss", "validation_loss", "accuracy", "validation_accuracy", "learning_rate"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--batch-norm", "--layer-norm"], "there is --batch-norm, and --layer-norm: give one of them."),
        (["--dropout", "2"], "'dropout:2': rate 2.0 is out of range: it must be at least 0 and below 1."),
        (
            ["--hidden", "", "--dropout", "0.2"],
            "Dropout(0.2) stands at hidden activations, and the network has none: give it hidden layers.",
        ),
        (["--clip", "norm"], str(UnknownName("clipping", "norm", list(Clipping.registry())))),
        (["--schedule", "cosin"], str(UnknownName("schedule", "cosin", list(Schedule.registry())))),
        (["--initializer", "hee"], str(UnknownName("initializer", "hee", list(Initializer.registry())))),
        (
            ["--schedule", "exponential"],
            "--schedule exponential: its factor is missing; write it behind a colon, such as exponential:0.999 or "
            "step_decay:500.",
        ),
        (
            ["--optimizer", "lbfgs", "--schedule", "cosine"],
            "--schedule: lbfgs has no learning rate; leave --schedule out.",
        ),
        (
            ["--optimizer", "lbfgs", "--warmup", "3"],
            "--warmup: lbfgs has no learning rate; leave --warmup out.",
        ),
        (
            ["--optimizer", "sgd:0.1", "--lr", "0.2"],
            "there is --lr 0.2, and sgd:0.1 has a number of its own: give one of them.",
        ),
        (
            ["--class-weight", "setosa"],
            "--class-weight 'setosa': 'setosa' is no name, = and number; write balanced, or no=1,yes=5.",
        ),
        (
            ["--class-weight", "setosa=1,setosa=2"],
            "--class-weight 'setosa=1,setosa=2': setosa is there twice; give it once.",
        ),
        (
            ["--augment", "shift=1"],
            "--augment shift=1 moves images, and the inputs are none: leave --augment out.",
        ),
        (
            ["--augment", "turn=1"],
            str(UnknownName("setting of --augment", "turn", ["shift", "rotation", "scaling", "noise"])),
        ),
        (
            ["--loss", "hinge", "--label-smoothing", "0.1"],
            "label_smoothing is a setting of binary_cross_entropy, cross_entropy, and the loss here is hinge: take one "
            "of those, or leave label_smoothing out.",
        ),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_what_does_not_go_together_is_refused_before_the_training(refused, words, message):
    assert refused("train", "iris.csv", *words) == message


def test_numbers_have_no_classes_to_weigh(refused):
    message = refused("train", "diabetes.csv", "--class-weight", "balanced")
    assert message == (
        "--class-weight balanced: the target 'progress' is numbers, which have no classes; leave --class-weight out, "
        "or give --kind classification."
    )


@pytest.mark.parametrize(
    ("varied", "choices", "option"),
    [
        ("optimizers", "sgd,adam", ["--schedule", "cosine"]),
        ("optimizers", "sgd,adam", ["--warmup", "9"]),
        ("optimizers", "sgd,adam", ["--clip", "1"]),
        ("activations", "relu,tanh", ["--dropout", "0.1"]),
        ("losses", "hinge,focal", ["--batch-norm"]),
        ("losses", "hinge,focal", ["--label-smoothing", "0.1"]),
        ("initializers", "he,glorot", ["--initializer", "he"]),
    ],
)
def test_an_option_that_would_change_what_is_compared_is_refused(refused, varied, choices, option):
    message = refused("compare", f"--{varied}", choices, *option)
    assert message == f"there is --{varied}, and {option[0]}: give one of them."


def test_all_that_is_compared_has_the_same_options(chainrule):
    words = ["--data", "iris.csv", "--hidden", "6", "--epochs", "2", "--validation", "0.2"]
    found = chainrule(
        "compare", "--regularizers", "none,l2:0.1", *words, "--dropout", "0.3", "--schedule", "cosine"
    )
    assert (found.code, found.err) == (0, "")
    assert "4 → 6 relu dropout → 3 softmax   cross-entropy   Adam(Cosine(0.001))" in found.out


def test_a_group_of_options_needs_a_command_that_takes_it():
    def command(*, toolkit: Toolkit, first: int = 1) -> None:
        assert (toolkit.dropout, toolkit.l2, first) == (0.5, None, 2)

    one = grouped(command)
    every = dict.fromkeys(Toolkit.__dataclass_fields__)
    one(first=2, **{**every, "dropout": 0.5})
