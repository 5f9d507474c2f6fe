"""The settings of losses: their ranges, and how a loss is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from loss_rows import told

import chainrule as cr
from chainrule.errors import InputError, KindError


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: cr.Huber(0), InputError, "Huber: delta = 0 is out of range: it must be above 0."),
        (
            lambda: cr.Quantile(1),
            InputError,
            "Quantile: q = 1 is out of range: it must be above 0 and below 1.",
        ),
        (lambda: cr.Triplet(-1), InputError, "Triplet: margin = -1 is out of range: it must be above 0."),
        (lambda: cr.Focal(-0.5), InputError, "Focal: gamma = -0.5 is out of range: it must be at least 0."),
        (
            lambda: cr.Focal(alpha=1.5),
            InputError,
            "Focal: alpha = 1.5 is out of range: it must be at least 0 and at most 1.",
        ),
        (
            lambda: cr.Focal(alpha=-1),
            InputError,
            "Focal: alpha = -1 is out of range: it must be at least 0 and at most 1.",
        ),
        (
            lambda: cr.CrossEntropy(label_smoothing=1),
            InputError,
            "CrossEntropy: label_smoothing = 1 is out of range: it must be at least 0 and below 1.",
        ),
        (
            lambda: cr.BinaryCrossEntropy(label_smoothing="a bit"),
            KindError,
            "BinaryCrossEntropy: label_smoothing = 'a bit' is no number: give one that is at least 0 and below 1.",
        ),
        (
            lambda: cr.CrossEntropy(from_logits=1),
            KindError,
            "CrossEntropy: from_logits = 1 is neither True nor False.",
        ),
        (
            lambda: cr.BinaryCrossEntropy(from_logits="no"),
            KindError,
            "BinaryCrossEntropy: from_logits = 'no' is neither True nor False.",
        ),
        (
            lambda: cr.Poisson(log_input=None),
            KindError,
            "Poisson: log_input = None is neither True nor False.",
        ),
        (
            lambda: cr.CrossEntropy(class_weights=[1, 0, 2]),
            InputError,
            "CrossEntropy: class_weights[1] = 0 is out of range: it must be finite and above 0.",
        ),
        (
            lambda: cr.CrossEntropy(class_weights=[1, np.inf]),
            InputError,
            "CrossEntropy: class_weights[1] = inf is out of range: it must be finite and above 0.",
        ),
        (
            lambda: cr.CrossEntropy(class_weights="balanced"),
            KindError,
            "CrossEntropy: class_weights = 'balanced' is no list of numbers: give one above 0 for each class.",
        ),
        (
            lambda: cr.CrossEntropy(class_weights=[]),
            KindError,
            "CrossEntropy: class_weights = [] is no list of numbers: give one above 0 for each class.",
        ),
    ],
)
def test_settings_out_of_range(make: Callable[[], Any], kind: type[Exception], message: str) -> None:
    assert told(make, kind) == message


def test_how_a_loss_is_written() -> None:
    weights = np.array([1, 2.5])
    made = [
        cr.CrossEntropy(), cr.CrossEntropy(label_smoothing=0.1, class_weights=weights), cr.Focal(), cr.Focal(0, 0.25),
        cr.Huber(0.5), cr.Poisson(log_input=False), cr.KLDivergence(), cr.BinaryCrossEntropy(from_logits=True),
    ]  # fmt: skip
    assert list(map(str, made)) == [
        "CrossEntropy()", "CrossEntropy(label_smoothing=0.1, class_weights=(1.0, 2.5))", "Focal(2.0)",
        "Focal(0.0, alpha=0.25)", "Huber(0.5)", "Poisson(log_input=False)", "KLDivergence()",
        "BinaryCrossEntropy(from_logits=True)",
    ]  # fmt: skip
