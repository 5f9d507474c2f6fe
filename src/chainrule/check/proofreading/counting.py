"""A formula on a page counted with what its printed digits may stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.check.intervals import Interval, run_on_intervals
from chainrule.check.proofreading.tree import Array, Name, Number, Tree, calls
from chainrule.expressions import operations as ops

Meaning = Callable[[Number], Interval]  # what a printed number may stand for
LARGEST = 700.0  # an exponent beyond which e^x is no double


class NotCounted(Exception):
    """What can't be counted: a name, an operation on shapes that don't fit, no finite result."""


@dataclass(frozen=True)
class Conventions:
    """What a sign means where pages differ: the base of log, σ, and the product of two rows of numbers."""

    log: str = "log"
    sigma: str = "sigmoid"
    product: str = "matrix"


def exactly(number: Number) -> Interval:
    """The printed number itself."""
    return Interval.around(number.value, 0.0)


def count(
    tree: Tree,
    meaning: Meaning = exactly,
    conventions: Conventions | None = None,
    names: Mapping[str, Interval] | None = None,
) -> Interval:
    """Count a formula; what it gives is an interval for each entry.

    Raises
    ------
    NotCounted
    """
    try:
        with np.errstate(all="ignore"):
            found = _Counter(meaning, conventions or Conventions(), names or {}).value(tree)
    except (ArithmeticError, ValueError):
        raise NotCounted from None
    if not (np.all(np.isfinite(found.low)) and np.all(np.isfinite(found.high))):
        raise NotCounted
    return found


def _run(row: Any, *args: Any, **settings: Any) -> Interval:
    try:
        found = run_on_intervals(row, list(args), settings)
    except (ValueError, TypeError, IndexError):
        raise NotCounted from None
    assert isinstance(found, Interval)
    return found


def _number(value: float) -> Interval:
    return Interval.around(value, 0.0)


class _Counter:
    def __init__(self, meaning: Meaning, conventions: Conventions, names: Mapping[str, Interval]) -> None:
        self.meaning, self.conventions, self.names = meaning, conventions, names

    def value(self, tree: Tree) -> Interval:
        if isinstance(tree, Number):
            return self.meaning(tree)
        if isinstance(tree, Name):
            if tree.text not in self.names:
                raise NotCounted
            return self.names[tree.text]
        if isinstance(tree, Array):
            rows = [[self.value(each) for each in row] for row in tree.rows]
            return _stacked(rows[0]) if tree.flat else _stacked([_stacked(row) for row in rows])
        args = [self.value(each) for each in tree.args]
        if tree.op == "call":
            return self.call(tree.of, args)
        if tree.op == "^":
            return _power(*args)
        if tree.op in _SIMPLE:
            return _run(_SIMPLE[tree.op], *_fitted(*args))
        if tree.op in ("*", "times", "dot"):
            return self.product(tree.op, *args)
        if tree.op == "T":
            return _turned(args[0])
        raise NotCounted

    def product(self, op: str, a: Interval, b: Interval) -> Interval:
        """A product: of two arrays, that of matrices where it fits, or entry by entry."""
        if not np.ndim(a.low) or not np.ndim(b.low):
            return _run(ops.MULTIPLY, a, b)
        entrywise = (op == "*") == (self.conventions.product == "matrix")
        first, other = (_entrywise, _matrix) if entrywise else (_matrix, _entrywise)
        try:
            return first(a, b)
        except NotCounted:
            return other(a, b)

    def call(self, of: str, args: list[Interval]) -> Interval:
        """A function of numbers."""
        if of in ("max", "min"):
            row = ops.MAXIMUM if of == "max" else ops.MINIMUM
            if len(args) == 1:
                ends = (np.max, np.max) if of == "max" else (np.min, np.min)
                return Interval(ends[0](args[0].low), ends[1](args[0].high))
            found = args[0]
            for each in args[1:]:
                found = _run(row, found, each)
            return found
        if len(args) != 1:
            raise NotCounted
        of = {"log": self.conventions.log, "σ": self.conventions.sigma}.get(of, of)
        return _FUNCTIONS[of](args[0])


_SIMPLE = {"+": ops.ADD, "-": ops.SUBTRACT, "/": ops.DIVIDE, "⊙": ops.MULTIPLY, "neg": ops.NEGATIVE}


def _stacked(parts: list[Interval]) -> Interval:
    try:
        return Interval(np.stack([p.low for p in parts]), np.stack([p.high for p in parts]))
    except ValueError:
        raise NotCounted from None


def _turned(a: Interval) -> Interval:
    """A transpose; that of a single row is a column."""
    if np.ndim(a.low) == 1:
        return Interval(a.low[:, None], a.high[:, None])
    return Interval(np.transpose(a.low), np.transpose(a.high))


def _fitted(*args: Interval) -> list[Interval]:
    """Operands of an operation on entries: a row in one pair of brackets lies as the column beside it."""
    if len(args) == 2:
        shapes = [np.shape(each.low) for each in args]
        for one, other in ((0, 1), (1, 0)):
            if len(shapes[one]) == 1 and shapes[other] == (*shapes[one], 1) and shapes[one] != (1,):
                turned = _turned(args[one])
                return [turned, args[1]] if one == 0 else [args[0], turned]
    return list(args)


def _entrywise(a: Interval, b: Interval) -> Interval:
    return _run(ops.MULTIPLY, *_fitted(a, b))


def _matrix(a: Interval, b: Interval) -> Interval:
    """A product of matrices; a single row is a row or a column, as it fits."""
    left, right = np.shape(a.low), np.shape(b.low)
    if len(right) == 1 and left[-1] != right[0] and left[-1] == 1:
        b = Interval(b.low[None], b.high[None])
    if len(left) == 1 and len(right) == 2 and left[0] != right[0] and right[0] == 1:
        a = _turned(a)
    return _run(ops.MATMUL, a, b)


def _power(base: Interval, exponent: Interval) -> Interval:
    if np.ndim(exponent.low) or exponent.low != exponent.high:
        if np.any(base.low <= 0):
            raise NotCounted
        return _run(ops.POWER, base, exponent)
    power = float(exponent.low)
    if power == 2:
        return _run(ops.SQUARE, base)
    if power < 0:
        return _run(ops.DIVIDE, _number(1.0), _power(base, _number(-power)))
    if power == int(power):
        if int(power) % 2 == 0:
            base = _run(ops.ABSOLUTE, base)
        return Interval(np.power(base.low, power), np.power(base.high, power))
    if np.any(base.low < 0):
        raise NotCounted
    return Interval(np.power(base.low, power), np.power(base.high, power))


def _sigmoid(a: Interval) -> Interval:
    return Interval(1 / (1 + np.exp(-np.asarray(a.low))), 1 / (1 + np.exp(-np.asarray(a.high))))


def _softmax(a: Interval) -> Interval:
    """Each output grows with its own input, and falls with the others."""
    if np.ndim(a.low) not in (1, 2):
        raise NotCounted
    top = np.max(a.high, axis=-1, keepdims=True)
    low, high = np.exp(a.low - top), np.exp(a.high - top)
    all_low, all_high = np.sum(low, -1, keepdims=True), np.sum(high, -1, keepdims=True)
    return Interval(low / (low + all_high - high), high / (high + all_low - low))


def _logarithm(base: float) -> Callable[[Interval], Interval]:
    def run(a: Interval) -> Interval:
        if np.any(np.asarray(a.low) <= 0):
            raise NotCounted
        found = _run(ops.LOG, a)
        return Interval(found.low / np.log(base), found.high / np.log(base))

    return run


def _root(a: Interval) -> Interval:
    if np.any(np.asarray(a.low) < 0):
        raise NotCounted
    return _run(ops.SQRT, a)


def _relu(a: Interval) -> Interval:
    return Interval(np.maximum(a.low, 0.0), np.maximum(a.high, 0.0))


_FUNCTIONS: dict[str, Callable[[Interval], Interval]] = {
    "exp": lambda a: _run(ops.EXP, a), "log": _logarithm(float(np.e)), "log10": _logarithm(10.0),
    "log2": _logarithm(2.0), "sqrt": _root, "tanh": lambda a: _run(ops.TANH, a), "sigmoid": _sigmoid,
    "relu": _relu, "softmax": _softmax, "abs": lambda a: _run(ops.ABSOLUTE, a), "sin": lambda a: _run(ops.SIN, a),
    "cos": lambda a: _run(ops.COS, a), "sum": lambda a: Interval(np.sum(a.low), np.sum(a.high)),
    "mean": lambda a: Interval(np.mean(a.low), np.mean(a.high)),
}  # fmt: skip


def conventions_of(tree: Tree) -> list[Conventions]:
    """The other meanings that a formula's signs may have."""
    found: list[Conventions] = []
    called = calls(tree)
    if "log" in called:
        found += [Conventions(log="log10"), Conventions(log="log2")]
    if "σ" in called:
        found += [Conventions(sigma=name) for name in ("tanh", "relu", "softmax")]
    if called & {"*", "times", "dot"}:
        found.append(Conventions(product="entries"))
    return found
