"""Which known name was meant."""

from __future__ import annotations

import pytest

from chainrule.errors import UnknownName
from chainrule.nearest import MEANINGS, nearest
from chainrule.parts.contract import Activation, Initializer, Loss, Optimizer, Part

KINDS: tuple[type[Part], ...] = (Activation, Initializer, Loss, Optimizer)


@pytest.mark.parametrize(
    ("kind", "given", "meant"),
    [
        (Loss, "mse", "mean_squared_error"),
        (Loss, "rmse", "mean_squared_error"),
        (Loss, "l2_loss", "mean_squared_error"),
        (Loss, "mae", "mean_absolute_error"),
        (Loss, "bce", "binary_cross_entropy"),
        (Loss, "binary_crossentropy", "binary_cross_entropy"),
        (Loss, "categorical_crossentropy", "cross_entropy"),
        (Loss, "sparse_categorical_crossentropy", "cross_entropy"),
        (Loss, "nll", "cross_entropy"),
        (Loss, "log_loss", "cross_entropy"),
        (Loss, "logloss", "cross_entropy"),
        (Loss, "logistic", "binary_cross_entropy"),
        (Activation, "logistic", "sigmoid"),
        (Activation, "linear", "identity"),
        (Optimizer, "adma", "adam"),
        (Optimizer, "adm", "adam"),
        (Optimizer, "sgd_momentum", "momentum"),
        (Optimizer, "L-BFGS", "lbfgs"),
        (Initializer, "xavier", "glorot"),
        (Initializer, "kaiming", "he"),
    ],
)
def test_a_part_by_another_librarys_name(kind: type[Part], given: str, meant: str) -> None:
    known = ", ".join(kind.registry())
    with pytest.raises(UnknownName) as caught:
        kind.of(given)
    assert str(caught.value) == (
        f"there is no {kind.kind} {given!r}. Did you mean {meant!r}? There is: {known}."
    )


@pytest.mark.parametrize("name", ["swish", "silu", "lbfgs"])
def test_names_that_there_are_need_no_meaning(name: str) -> None:
    assert any(name in kind.registry() for kind in KINDS)
    assert name not in MEANINGS


@pytest.mark.parametrize(
    ("given", "known", "expected"),
    [
        ("mse", ["huber", "quantile"], None),  # what it means is not there
        ("loss", ["accuracy", "validation_loss"], "validation_loss"),
        ("loss", ["Loss", "validation_loss"], "Loss"),
        ("val_acc", ["accuracy", "validation_accuracy"], "validation_accuracy"),
        ("adma", ["adamax", "adam"], "adam"),
        ("W12", ["W1", "W21"], "W1"),  # numbers that changed places are other numbers
        ("W3", ["W1", "W2"], None),
        (3, ["W1", "W2"], None),
        ("rellu", ["elu", "relu"], "relu"),
    ],
)
def test_nearest(given: object, known: list[str], expected: str | None) -> None:
    assert nearest(given, known) == expected
