"""What each part is, beside its rules: facts that other rooms ask for, by hand, for every part that there is."""

from __future__ import annotations

from typing import Any

import pytest

import chainrule as cr
from chainrule.errors import KindError
from chainrule.parts.contract import Activation, Layer, Loss, Optimizer

CLASSIFIES = {"binary_cross_entropy", "cross_entropy", "focal", "kl_divergence", "hinge", "squared_hinge"}


def _those(kind: type, fact: str, value: object = True) -> set[str]:
    return {name for name, part in kind.registry().items() if getattr(part, fact) == value}  # type: ignore[attr-defined]


def test_of_losses() -> None:
    assert _those(Loss, "is_classification") == CLASSIFIES
    assert _those(Loss, "reads_targets", False) == {"triplet"}
    assert _those(Loss, "real_targets", False) == {"poisson"}  # counts
    assert _those(Loss, "threshold", 0.0) == {
        "hinge",
        "squared_hinge",
    }  # the others halve what is from 0 to 1
    assert _those(Loss, "threshold", 0.5) == set(Loss.registry()) - {"hinge", "squared_hinge"}


@pytest.mark.parametrize(
    ("loss", "output", "outputs", "single"),
    [
        ("cross_entropy", "softmax", 3, True),
        ("cross_entropy", "log_softmax", 3, True),
        (cr.CrossEntropy(from_logits=True), "identity", 3, True),
        ("cross_entropy", "sigmoid", 3, False),
        ("focal", "softmax", 3, True),
        ("focal", "sigmoid", 3, False),
        ("kl_divergence", "softmax", 3, True),
        ("hinge", "identity", 3, True),
        ("hinge", "identity", 1, False),
        ("squared_hinge", "tanh", 3, True),
        ("squared_hinge", "tanh", 1, False),
        ("binary_cross_entropy", "sigmoid", 3, False),
        ("mean_squared_error", "sigmoid", 3, False),
    ],
)
def test_whether_a_sample_belongs_to_one_class(loss: Any, output: str, outputs: int, single: bool) -> None:
    net = cr.Network([2, outputs], output=output, loss=loss)
    assert (net.paired_loss.single_label, net.paired_loss.is_classification) == (
        single,
        Loss.of(loss).name() in CLASSIFIES,
    )


def test_of_layers_and_optimizers() -> None:
    assert _those(Activation, "probabilities") == {"sigmoid", "softmax"}
    assert _those(Activation, "couples_outputs") == {"softmax", "log_softmax"}
    made: list[Layer] = [cr.Dense(2, 3), cr.BatchNorm(), cr.LayerNorm(), cr.Dropout(0.5), cr.ReLU()]
    assert [layer.has_weights for layer in made] == [True, False, False, False, False]
    assert [layer.ignores_shift for layer in made] == [False, True, False, False, False]
    assert all(layer.stored for layer in made)
    assert _those(Optimizer, "full_batch") == {"lbfgs"}


@pytest.mark.parametrize(
    ("schedule", "required"),
    [
        (cr.WarmUp, ("learning_rate", "steps")),
        (cr.StepDecay, ("learning_rate", "every")),
        (cr.Exponential, ("learning_rate", "factor")),
        (cr.Cosine, ("learning_rate",)),
        (cr.OneCycle, ("learning_rate",)),
    ],
)
def test_what_a_schedule_can_not_do_without(schedule: Any, required: tuple[str, ...]) -> None:
    given = dict.fromkeys(required, 1)
    schedule(**given)
    for name in required:
        with pytest.raises(KindError) as caught:
            schedule(**{other: value for other, value in given.items() if other != name})
        assert str(caught.value).startswith(
            f"{schedule.__name__}: missing a required argument: {name!r}; it takes "
        )
