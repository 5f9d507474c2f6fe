"""Factors by which right numbers may differ: 1/m here or there, a sum for a mean, half squares, y - a with a plus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from chainrule.check.intervals import Array
from chainrule.expressions import Const, Expr, Name, Node, rebuild
from chainrule.expressions import operations as ops


@dataclass(frozen=True)
class Factor:
    """± a power of m, k, 2 and of the learning rate, times a number that is none of these.

    Signs stay signs, so that a factor says the same of another batch.
    """

    sign: int = 1
    m: int = 0
    k: int = 0
    two: int = 0
    eta: int = 0
    number: float = 1.0

    def value(self, values: Mapping[str, Any]) -> float:
        """Its size on these numbers."""
        found: float = self.sign * 2.0**self.two * self.number
        for name, power in (("m", self.m), ("k", self.k), ("eta", self.eta)):
            if power:
                found *= float(values[name]) ** power
        return found

    def times(self, expr: Expr) -> Expr:
        """An expression times it, as a rule."""
        powers = [("m", self.m), ("k", self.k), ("eta", self.eta)]
        over: list[Expr] = [Name(name, scalar=True) for name, power in powers for _ in range(power)]
        under: list[Expr] = [Name(name, scalar=True) for name, power in powers for _ in range(-power)]
        over += [Const(2.0)] * self.two
        under += [Const(2.0)] * -self.two
        over += [Const(self.number)] if self.number != 1 else []
        for factor in over:
            expr = Node(ops.MULTIPLY, (factor, expr), {})
        for factor in under:
            expr = Node(ops.DIVIDE, (expr, factor), {})
        return Node(ops.NEGATIVE, (expr,), {}) if self.sign < 0 else expr

    def __str__(self) -> str:
        over = [f"{self.number:.4g}"] if self.number != 1 else []
        under: list[str] = []
        for name, power in (("2", self.two), ("m", self.m), ("k", self.k), ("η", self.eta)):
            (over if power > 0 else under).extend([name] * abs(power))
        above, below = " ".join(over), " ".join(under)
        text = f"{above or '1'}/{below if len(under) == 1 else f'({below})'}" if below else above
        return f"{'-' if self.sign < 0 else ''}{text or '1'}"

    @property
    def size(self) -> float:
        """How far from plain it is: the simplest one that fits is meant."""
        odd = 0 if self.number == 1 else 5
        return abs(self.m) + abs(self.k) + abs(self.two) + 2 * abs(self.eta) + (self.sign < 0) / 2 + odd

    @property
    def simple(self) -> bool:
        """Whether it is made of 1/m, here or later, of a mean over outputs and of a half, of three of them at most."""
        once = abs(self.k) <= 1 and abs(self.two) <= 1
        return once and abs(self.m) + abs(self.k) + abs(self.two) <= 3 and not self.eta and self.number == 1


ONE, MINUS = Factor(), Factor(sign=-1)


@cache
def _all(with_rate: bool, positive: bool) -> tuple[Factor, ...]:
    rates = (0, 1, -1) if with_rate else (0,)
    signs = (1,) if positive else (1, -1)
    found = (
        Factor(*powers) for powers in product(signs, (0, -1, 1, -2, 2), (0, -1, 1), (0, -1, 1, -2, 2), rates)
    )
    return tuple(sorted(found, key=lambda factor: (factor.size, not factor.simple)))


def allowed(
    values: Mapping[str, Any], with_rate: bool = False, positive: bool = False
) -> list[tuple[Factor, float]]:
    """The factors that are matters of convention, each with its size; of those that are one number the simplest."""
    known = _all(with_rate and isinstance(values.get("eta"), float), positive)
    if "m" not in values or "k" not in values:
        known = tuple(f for f in known if not f.m and not f.k)
    found: dict[float, Factor] = {}
    for factor in known:
        found.setdefault(round(factor.value(values), 12), factor)
    return [(factor, size) for size, factor in found.items()]


def alike(factor: Factor, values: Mapping[str, Any]) -> list[Factor]:
    """The plainest factors that are the same number here: with two samples 1/2 may be 1/m."""
    size = factor.value(values)
    same = [
        each
        for each in _all(bool(factor.eta), False)
        if np.isclose(each.value(values), size, rtol=1e-9, atol=0)
    ]
    least = min((each.size for each in same), default=factor.size)
    return [each for each in same if each.size == least and each != factor] + [factor]


def ratio(target: Array, value: Array) -> float | None:
    """What number times the value could be the target, seen at its largest entry; None where both are 0."""
    target, value = np.broadcast_arrays(np.asarray(target, np.float64), np.asarray(value, np.float64))
    size = np.where(np.isfinite(value), np.abs(value), 0)
    if not size.size or not size.max() > 0:
        return None
    at = np.unravel_index(int(size.argmax()), size.shape)
    found = float(target[at] / value[at])
    return found if np.isfinite(found) else None


def scaled(expr: Expr, read: Iterable[str], change: Callable[[Expr], Expr]) -> Expr:
    """The expression with some of the quantities that it reads changed."""
    changed = set(read)
    return rebuild(
        expr, lambda item: change(item) if isinstance(item, Name) and item.name in changed else item
    )
