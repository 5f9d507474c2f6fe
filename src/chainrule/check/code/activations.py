"""Which activation gives one array from another: those of the package, and slips of them that are often made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.check.code.book import close
from chainrule.check.code.recording import SAME
from chainrule.check.functions import functions
from chainrule.expressions import evaluate
from chainrule.parts.contract import Activation

LEAKY = next(name for name, kind in Activation.registry().items() if "slope" in kind.__dataclass_fields__)


def outputs(z: Any, coupled: bool = True) -> Iterator[tuple[str, Any]]:
    """What each activation makes of z, by its name; those whose outputs depend on each other where wanted."""
    with np.errstate(all="ignore"):
        for rules in functions():
            if rules.dz is not None or coupled:
                a = np.asarray(evaluate(rules.a, {"z": z}))
                if a.shape == np.shape(z) and np.isfinite(a).all():
                    yield rules.name, a


NAMES = [rules.name for rules in functions() if rules.dz is not None and rules.name != "identity"]


def is_output(name: str) -> bool:
    """Whether an activation may be a network's output: one that compares outputs gives probabilities."""
    kind = Activation.registry()[name]
    return kind.probabilities or not kind.couples_outputs


def slipped(z: Any) -> Iterator[tuple[str, str, Any]]:
    """What slips of the output's functions make of z: the function's name, the slip's, and the result."""
    with np.errstate(all="ignore"):
        for name, a in outputs(z):
            kind = Activation.registry()[name]
            if kind.probabilities and kind.couples_outputs:
                e = np.exp(z)
                yield name, "softmax_axis", e / e.sum(axis=0)
                yield name, "softmax_all", e / e.sum()
            elif kind.probabilities:
                yield name, "sigmoid_sign", dict(outputs(-z))[name]
            if kind.probabilities:
                yield name, "activation_twice", dict(outputs(a))[name]


def part(name: str, z: Any, a: Any) -> Activation:
    """The activation of that name, with the slope that it has here where z < 0."""
    kind = Activation.registry()[name]
    if "slope" not in kind.__dataclass_fields__:
        return kind()
    slope = leak(z, a, 1e-4)
    return kind() if slope is None else kind(slope=slope)  # type: ignore[call-arg]


def leak(z: Any, a: Any, tolerance: float = SAME) -> float | None:
    """By what z is multiplied where it is below 0, if it is left as it is above; None if it is not so."""
    z, a = np.asarray(z), np.asarray(a)
    below = z < 0
    if np.sum(below) < 2 or (np.any(~below) and not close(a[~below], z[~below], tolerance)):
        return None
    slope = float(a[below][0] / z[below][0])
    written = abs(round(slope, 4) - slope) < max(1e-7, tolerance * slope)  # as somebody writes it down
    return slope if 0 < slope <= 0.5 and written and close(a[below], slope * z[below], tolerance) else None


def activation_between(z: Any, a: Any, tolerance: float) -> Iterator[str]:
    """The names of the activations that give a from z; where all z are positive it may be several."""
    known = [name for name, value in outputs(z, coupled=False) if close(value, a, tolerance)]
    yield from known
    if LEAKY not in known and leak(z, a, tolerance) is not None:
        yield LEAKY
