"""What several losses state and check; and with which outputs they go."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.parts.activations import Identity, Sigmoid
from chainrule.parts.contract import Activation, Array, Loss, Rule
from chainrule.utils import checks

LEAST_LOG = -100  # of a probability that may be 0, as PyTorch has it

# --- what several of them state -----------------------------------------------------------------------------


def log_softmax(q: Rule) -> None:
    q.log_a = q.z - q.shift - np.log(q.s)
    q.also(log_a=np.log(q.a))


def log_sigmoid(q: Rule) -> None:
    q.log_a = -np.logaddexp(0, -q.z)
    q.also(log_a=np.log(q.a))
    q.log_not_a = -np.logaddexp(0, q.z)
    q.also(log_not_a=np.log(1 - q.a))


def class_margins(q: Rule) -> None:
    q.right = (q.y * q.a).sum(axis=1, keepdims=True)
    q.margin = np.maximum(0, 1 - q.right + q.a) * (1 - q.y)


# --- what goes with what ------------------------------------------------------------------------------------


def is_own(output: Activation) -> bool:
    """Whether an output is a user's own, which may give anything."""
    return type(output) not in Activation.registry().values()


def check_logits(loss: Loss, output: Activation) -> None:
    if not (isinstance(output, Identity) or is_own(output)):
        raise InputError(
            f"{type(loss).__name__}(from_logits=True) takes logits, and the output {output} gives none: take "
            "output='identity', or from_logits=False."
        )


def of_logits(output: Activation, loss: str) -> str:
    return f"loss={loss}(from_logits=True), " if isinstance(output, Identity) else ""


def margins(loss: Loss, output: Activation, outputs: int, binary: type[Loss], several: type[Loss]) -> Loss:
    if outputs == 1 and isinstance(output, Sigmoid):
        raise InputError(
            f"{loss.name()} says yes above 0, and {output} gives nothing below: take output='identity', or "
            "loss='binary_cross_entropy'."
        )
    return binary() if outputs == 1 else several()


# --- settings and targets -----------------------------------------------------------------------------------


def class_weights(given: Any) -> tuple[float, ...] | None:
    if given is None:
        return None
    what = "CrossEntropy: class_weights"
    numbers = checks.array(given, what)
    if numbers.ndim != 1 or not numbers.size or numbers.dtype.kind not in "fiu":
        raise KindError(f"{what} = {given!r} is no list of numbers: give one above 0 for each class.")
    numbers = numbers.astype(np.float64)
    for place, value in enumerate(numbers.tolist()):
        if not (math.isfinite(value) and value > 0):
            raise InputError(f"{what}[{place}] = {value:g} is out of range: it must be finite and above 0.")
    return tuple(numbers.tolist())


def entry(y: Array, wrong: Array) -> str:
    i, j = wrong[0]
    return f"y[{i}, {j}] is {y[i, j]:g}"


def check_probabilities(y: Array, loss: str) -> None:
    if len(wrong := np.argwhere((y < 0) | (y > 1))):
        raise InputError(f"{entry(y, wrong)}: targets of {loss} lie between 0 and 1.")


def check_shares(y: Array, what: str) -> None:
    check_probabilities(y, what.split()[-1])
    sums = y.sum(axis=1)
    if len(wrong := np.flatnonzero(np.abs(sums - 1) > 1e-6)):
        row = int(wrong[0])
        raise InputError(
            f"y[{row}] sums to {sums[row]:g}: with {what} the targets of a sample are probabilities that sum to 1, "
            "or give y as class labels."
        )


def check_answers(y: Array, loss: str) -> None:
    if len(wrong := np.argwhere((y != 0) & (y != 1))):
        raise InputError(f"{entry(y, wrong)}: targets of {loss} are 1 for yes and 0 for no.")


def check_one_class(y: Array, loss: str) -> None:
    wrong = np.flatnonzero(((y != 0) & (y != 1)).any(axis=1) | (y.sum(axis=1) != 1))
    if len(wrong):
        raise InputError(
            f"y[{wrong[0]}] names no class: with {loss} the targets of a sample are a single 1 among zeros, or give y "
            "as class labels."
        )
