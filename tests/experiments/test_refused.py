"""Bad choices are told in a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from compared import X, compare, regularizers, y

import chainrule as cr
from chainrule.errors import UnknownName
from chainrule.parts.contract import Activation, Initializer, Loss, Optimizer

ONE_OF = "give one of optimizers, activations, losses, initializers, regularizers."
REGULARIZERS = [
    "none", *regularizers(), "early_stopping", "reduce_on_plateau", "label_smoothing", "weight_decay",
]  # fmt: skip


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({}, f"nothing is varied: {ONE_OF}"),
        (
            {"optimizers": ["sgd"], "losses": ["hinge"]},
            f"optimizers and losses are varied together: {ONE_OF}",
        ),
        ({"optimizers": []}, "optimizers is empty: there is nothing to compare."),
        (
            {"optimizers": "adam"},
            "optimizers = 'adam' is no list: write optimizers=[…], with names or parts.",
        ),
        (
            {"optimizers": ["sgd", "sgd"]},
            "the optimizers have sgd twice: leave one out, or give a dict with a name for each.",
        ),
        (
            {"optimizers": ["sgd:fast"]},
            "'sgd:fast': 'fast' is no number; write sgd, or with a number, such as sgd:0.1.",
        ),
        (
            {"optimizers": ["sgd:-1"]},
            "'sgd:-1': learning_rate -1.0 is out of range: it must be at least 0.",
        ),
        (
            {"optimizers": [cr.SGD]},
            "<class 'chainrule.parts.optimizers.gradient_descent.SGD'>: SGD is a class: write SGD(), with brackets.",
        ),
        ({"activations": ["relu:2"]}, "'relu:2': relu takes no number; write relu alone."),
        ({"optimizers": ["adm"]}, str(UnknownName("optimizer", "adm", Optimizer.registry()))),
        ({"optimizers": ["adm:1"]}, str(UnknownName("optimizer", "adm", Optimizer.registry()))),
        ({"activations": ["rulu"]}, str(UnknownName("activation", "rulu", Activation.registry()))),
        ({"losses": ["hings"]}, str(UnknownName("loss", "hings", Loss.registry()))),
        ({"initializers": ["hee"]}, str(UnknownName("initializer", "hee", Initializer.registry()))),
        ({"regularizers": ["l3"]}, str(UnknownName("regularizer", "l3", REGULARIZERS))),
        ({"regularizers": ["none:1"]}, "'none:1': none takes no number; write none alone."),
        (
            {"regularizers": ["dropout:1"]},
            "'dropout:1': rate 1.0 is out of range: it must be at least 0 and below 1.",
        ),
        (
            {"regularizers": ["early_stopping:1.5"]},
            "'early_stopping:1.5': patience 1.5 is no whole number: give one that is at least 1.",
        ),
        (
            {"regularizers": ["label_smoothing"]},
            "label_smoothing is 0 for cross_entropy unless a number is given: write one, such as label_smoothing:0.1.",
        ),
        (
            {"regularizers": ["label_smoothing:2"]},
            "'label_smoothing:2': label_smoothing 2.0 is out of range: it must be at least 0 and below 1.",
        ),
        (
            {"regularizers": ["label_smoothing:0.1"], "loss": "hinge", "output": "identity"},
            "label_smoothing is a setting of binary_cross_entropy, cross_entropy, and the loss here is hinge: take one "
            "of those, or leave label_smoothing out.",
        ),
        (
            {"regularizers": ["weight_decay"], "optimizer": "sgd"},
            "weight_decay is a setting of adamw, lion, and the optimizer here is sgd: take one of those, or leave "
            "weight_decay out.",
        ),
        (
            {"regularizers": [3]},
            "3 is no regularizer: give its name, such as 'l1', or a part.",
        ),
        (
            {"regularizers": ["l2"], "validation_data": None},
            "regularizers are compared by the gap between training and validation: give validation_data=(X, y).",
        ),
        (
            {"losses": ["triplet"]},
            "triplet: this loss does not compare outputs with targets, so it has no measure in common with others: "
            "leave it out.",
        ),
        (
            {"losses": ["hinge"], "loss": "focal"},
            "losses are varied, and loss is given too: leave loss out.",
        ),
        (
            {"optimizers": ["sgd"], "optimizer": "adam"},
            "optimizers are varied, and optimizer is given too: leave optimizer out.",
        ),
        ({"optimizers": ["sgd"], "epochs": 0}, "epochs = 0 is out of range: it must be at least 1."),
        (
            {"regularizers": ["none", "batch_norm"], "batch_size": 7},
            "batch_norm: the last batch has 1 sample, and batch norm needs at least 2 in a training step: take another "
            "batch_size, or another number of samples.",
        ),
        (
            {"optimizers": ["sgd"], "validation_data": 3},
            "validation_data is no pair: give (X, y).",
        ),
        (
            {"optimizers": ["sgd"], "dtype": "float16"},
            str(UnknownName("dtype", "float16", ["float32", "float64"])),
        ),
        (
            {"activations": ["tanh"], "validation_data": (X[:, :1], y)},
            "validation_data: X has the shape (120, 1): it must be (samples, 2), one column for each input of the "
            "network.",
        ),
        (
            {"optimizers": ["sgd"], "callbacks": print},
            f"callbacks = {print!r} is no list: write callbacks=[…].",
        ),
    ],
)
def test_bad_choices_are_told_in_a_sentence(how: dict[str, Any], message: str) -> None:
    with pytest.raises(cr.ChainruleError) as raised:
        compare(**how)
    assert str(raised.value) == message
