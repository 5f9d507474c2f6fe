"""What is 0 but for rounding.

0.3×1 + 0.1×(-3) is 0, and floats give 5.55e-17. How far rounding may have moved a number is found by letting it
happen: the program's rules are followed a few times with every result moved up or down, at random, by half a unit of
its last place, and so is every number from outside that floats don't have, as 0.3. A number that is no larger than
these moves says nothing but that they took place; neither does a comparison of two numbers that are nearer than these.

Source: J. Vignes, A stochastic arithmetic for reliable scientific computation, 1993 (the zero of a computer); to
first order, so that a choice stays the one that training took.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from itertools import islice
from typing import Any

import numpy as np

from chainrule.expressions import Expr, Name, Node, evaluate, names, nodes
from chainrule.expressions import operations as ops
from chainrule.expressions.entry import Entries
from chainrule.expressions.node import Operation
from chainrule.model.answers import Answers
from chainrule.model.record import Record
from chainrule.notation import display, entry_text, formula
from chainrule.program.program import Quantity

RUNS = 8  # times that rounding is let happen
SURE = 3  # typical moves up to which a number may be one
NAMED = 2  # entries that a note names
MOST = 48  # choices that are written out
DUST = "0 but for rounding"
# So much smaller than what it is made of is a number that a sum left when it cancelled, or several one after another.
CANCELLED, CANCELLED_SINGLE = 1e-8, 1e-3

# Numbers are moved about, compared or chosen from, and none is rounded.
_EXACT = {
    ops.NEGATIVE, ops.ABSOLUTE, ops.SIGN, ops.FLOOR, ops.MAXIMUM, ops.MINIMUM, ops.WHERE, ops.INDICATOR, ops.TRANSPOSE,
    ops.COLUMN, ops.PICK_ROWS, ops.PUT_ROWS, ops.MAX, ops.ISNAN,
}  # fmt: skip
_MOVES = {ops.TRANSPOSE, ops.COLUMN, ops.PICK_ROWS, ops.PUT_ROWS}
_COMPARES = {
    ops.GREATER, ops.GREATER_EQUAL, ops.LESS, ops.LESS_EQUAL, ops.EQUAL, ops.NOT_EQUAL, ops.SIGN, ops.FLOOR,
}  # fmt: skip

# What the numbers are as large as, by their sizes, that an operation may cancel.
_CANCELS: dict[Operation, Callable[..., Any]] = {
    **dict.fromkeys((ops.ADD, ops.SUBTRACT), np.maximum),
    **{op: op.run for op in (ops.SUM, ops.MATMUL)},
    **dict.fromkeys((ops.EXPM1, ops.LOG, ops.LOG1P, ops.SIN, ops.COS), np.ones_like),
}

# Next to 0 these give anything; by the operand.
_DIVIDES = {ops.DIVIDE: 1, ops.RECIPROCAL: 0, ops.LOG: 0}


class Rounding:
    """Which numbers of a trace are 0 but for rounding, and which of its choices rounding has made.

    Parameters
    ----------
    trace : as it was computed; its numbers are judged, not changed
    quantities : those to judge, and all that they need, in order; every one unless given
    exact : whether all that they read and that is not among them is taken as it is
    zeros : whether a result of 0 is taken for what it is, too, though two roundings may have met in it
    """

    def __init__(
        self,
        trace: Record,
        quantities: Iterable[Quantity] | None = None,
        exact: bool = False,
        zeros: bool = True,
    ) -> None:
        self.trace, self.zeros = trace, zeros
        self._quantities = list(trace.program.quantities.values() if quantities is None else quantities)
        self._moves: dict[str, Any] = {}  # for each quantity the sum of the squares of its moves
        self._gaps: dict[Node, Any] = {}  # the same for what a node compares
        self._outputs: list[Any] = []
        if zeros and not exact and not self._near():
            return
        rng = np.random.default_rng(0)
        read = {n.name for quantity in self._quantities for n in names(quantity.rule)}
        read -= {quantity.name for quantity in self._quantities}
        given = {name: 0.0 if exact else _given(trace.results[name]) for name in sorted(read)}
        with np.errstate(all="ignore"):
            lines = [_Line(quantity, trace.results) for quantity in self._quantities]
            for _ in range(RUNS):
                _Run(self, lines, given, rng)

    def _near(self) -> bool:
        """Whether any number is so small against those it is made of that rounding could have made it.

        What rounding leaves is first left somewhere, by a sum that cancels; if no sum does, there is nothing to follow.
        """
        with np.errstate(all="ignore"):
            if any(_cancels(quantity.rule, self.trace.results) for quantity in self._quantities):
                return True
            a = np.asarray(self.trace.results.get(self.trace.program.activation, 0.0), dtype=np.float64)
            gaps = np.diff(np.sort(np.atleast_2d(a), axis=1), axis=1)
            return _small(gaps, np.abs(a).max(axis=1, keepdims=True)) or _small(
                a - _limit(self.trace.network.decisions), a
            )

    def dust(self, name: str) -> Any:
        """For every entry whether it is 0 but for rounding; what is exactly 0 is a fact."""
        value = np.asarray(self.trace.results[name])
        if name not in self._moves:
            return np.zeros(np.shape(value), bool)
        return _within(value, self._moves[name])

    def moved(self, name: str) -> Any:
        """For every entry how far rounding typically moves it."""
        return np.sqrt(np.asarray(self._moves[name]) / RUNS)

    def choices(self, name: str) -> list[str]:
        """What rounding has decided in a quantity's rule, as it is written of single entries, `MOST` of them at most.

        A comparison that came out otherwise than it would between equal numbers, and a division by what is 0 but for
        rounding.
        """
        rule = self.trace.program.quantities[name].rule
        decided = self._decided(name)
        if not decided:
            return []
        entries = Entries(rule, self.trace.results)
        places = ((node, at) for node, found in decided for at in found)
        return [formula(entries.of(node, tuple(map(int, at)))) for node, at in islice(places, MOST)]

    def _decided(self, name: str) -> list[tuple[Node, Any]]:
        """The nodes in a rule that rounding has decided, and the indices of their entries."""
        rule = self.trace.program.quantities[name].rule
        watched = [node for node in nodes(rule) if node in self._gaps]
        if not watched:
            return []
        memo: dict[Expr, Any] = {}
        with np.errstate(all="ignore"):
            evaluate(rule, self.trace.results, memo)
        found = []
        for node in watched:
            args = [_value(arg, self.trace.results, memo) for arg in node.args]
            decided = _within(_gap(node, args), self._gaps[node])
            if node.op in _COMPARES:
                decided = decided & (memo[node] != _even(node, args))
            if decided.any():
                found.append((node, np.argwhere(np.broadcast_to(decided, np.shape(memo[node])))))
        return found

    def close_rows(self, answers: Answers) -> Any:
        """For each sample whether rounding has decided what its outputs say; of equal ones the first is the class, an
        output by itself says yes above a threshold.
        """
        a = np.asarray(self.trace.results[self.trace.program.activation], dtype=np.float64)
        if answers.separate or answers.last_above is not None:
            deciding = slice(None) if answers.separate else slice(-1, None)
            above = a[:, deciding] - _limit(answers)
            close = _within(above, sum(np.square(moved[:, deciding]) for moved in self._outputs))
            return (close & (above > 0)).any(axis=1)
        top = a.argmax(axis=1)[:, None]
        ahead = np.take_along_axis(a, top, axis=1) - a
        moves = sum(np.square(np.take_along_axis(moved, top, axis=1) - moved) for moved in self._outputs)
        return (_within(ahead, moves) & (np.arange(a.shape[1]) < top)).any(axis=1)

    def words(self, name: str) -> list[str]:
        """What is to be said beside the line of a quantity."""
        dust, choices = self.dust(name), self.choices(name)
        said = []
        if dust.any():
            every = np.array_equal(dust, np.asarray(self.trace.results[name]) != 0)
            entries = np.argwhere(dust)
            first = [entry_text(display(name), tuple(map(int, at))) for at in entries[:NAMED]]
            said.append(DUST if every else f"{_list(first, len(entries))} {DUST}")
        if choices:
            count = sum(len(found) for _, found in self._decided(name))
            said.append(f"{_list(choices[:NAMED], count)} decided by rounding")
        return said


def _given(value: Any) -> Any:
    """The size of numbers that came as decimals, which floats don't have; small binary fractions are what they are."""
    if not isinstance(value, np.ndarray):
        return 0.0  # a setting or a count
    return np.where(np.mod(value * 2.0**20, 1) != 0, value, value.dtype.type(0))


def _list(first: list[str], count: int) -> str:
    """``a1[0, 1] is``; of many, the first and how many more."""
    if count <= NAMED:
        return f"{' and '.join(first)} {'is' if count == 1 else 'are'}"
    return f"{first[0]} and {count - 1} more are"


def _value(item: Expr, values: Mapping[str, Any], memo: Mapping[Expr, Any]) -> Any:
    if isinstance(item, Name):
        return values[item.name]
    return memo[item] if isinstance(item, Node) else item.value


def _limit(answers: Answers) -> float:
    """Above which an output says yes."""
    return answers.threshold if answers.last_above is None else answers.last_above


def _within(value: Any, squares: Any) -> Any:
    """Whether numbers other than 0 are no larger than what moves them."""
    return (value != 0) & (np.abs(value) <= SURE * np.sqrt(np.asarray(squares) / RUNS))


def _gap(node: Node, args: list[Any]) -> Any:
    """How far from the other outcome a comparison is, or what is divided by from 0."""
    if node.op in _DIVIDES:
        return np.asarray(args[_DIVIDES[node.op]], dtype=np.float64)
    a = np.asarray(args[0], dtype=np.float64)
    if node.op is ops.FLOOR:
        return a - np.round(a)
    return a - np.asarray(args[1], dtype=np.float64) if len(args) == 2 else a


def _even(node: Node, args: list[Any]) -> Any:
    """What a comparison would give between equal numbers."""
    if node.op is ops.FLOOR:
        return np.round(args[0])
    return node.op.ufunc(*(0.0 for _ in args))


def _cancels(rule: Expr, values: Mapping[str, Any]) -> bool:
    """Whether a rule makes a number, or compares or divides by one, that is small against what it is made of."""
    memo: dict[Expr, Any] = {}
    evaluate(rule, values, memo)
    for node in nodes(rule):
        args = [np.asarray(_value(arg, values, memo)) for arg in node.args]
        if node.op in _COMPARES and _small(_gap(node, args), *args):
            return True
        if node.op in _CANCELS and _small(memo[node], _CANCELS[node.op](*map(np.abs, args), **node.settings)):
            return True
    return False


def _small(value: Any, *of: Any) -> bool:
    """Whether an entry other than 0 is small against others."""
    single = any(getattr(each, "dtype", None) == np.float32 for each in of)
    size = np.abs(np.asarray(value, dtype=np.float64))
    room = reduce(np.maximum, map(np.abs, of)) * (CANCELLED_SINGLE if single else CANCELLED)
    return bool(((size > 0) & (size <= room)).any())


class _Line:
    """What is the same each time that a quantity's rule is followed: for each node operands, result, and size."""

    def __init__(self, quantity: Quantity, values: Mapping[str, Any]) -> None:
        self.quantity = quantity
        memo: dict[Expr, Any] = {}
        evaluate(quantity.rule, values, memo)
        self.nodes: list[tuple[Node, list[Any], Any, Any]] = []
        for node in nodes(quantity.rule):
            args = [_value(arg, values, memo) for arg in node.args]
            size = None if node.op in _EXACT or node.op in _COMPARES else _size(node, memo[node], args)
            self.nodes.append((node, args, memo[node], size))


class _Run:
    """Follows the program once with every result moved at random; adds up the squares of the moves."""

    def __init__(
        self, rounding: Rounding, lines: Iterable[_Line], given: Mapping[str, Any], rng: np.random.Generator
    ) -> None:
        self.rng, self.gaps = rng, rounding._gaps
        trace = rounding.trace
        self.moved: dict[str, Any] = {name: self._noise(size) for name, size in given.items()}
        for line in lines:
            quantity = line.quantity
            # What came out as 0 is told as 0, and so taken for it; a number put in is what it is.
            kept = (np.asarray(trace.results[quantity.name]) != 0) | (not rounding.zeros)
            if trace.put_in(quantity.name):
                kept = kept & trace.free(quantity.name)
            moved = np.where(kept, self._result(line), 0.0)
            self.moved[quantity.name] = moved
            total = rounding._moves.get(quantity.name, 0.0)
            rounding._moves[quantity.name] = total + np.square(moved)
            if quantity.name == trace.program.activation:
                rounding._outputs.append(np.broadcast_to(moved, np.shape(trace.results[quantity.name])))

    def _noise(self, size: Any) -> Any:
        """Half a unit of the last place of numbers of that size, up or down."""
        if not np.ndim(size) and not size:
            return 0.0
        unit = float(np.finfo(getattr(size, "dtype", np.float64)).eps) / 2
        drawn = self.rng.random(np.shape(size), np.float32)
        return np.where(drawn < 0.5, unit, -unit) * size

    def _result(self, line: _Line) -> Any:
        moved: dict[Expr, Any] = {}

        def of(item: Expr) -> Any:
            if isinstance(item, Name):
                return self.moved[item.name]
            return moved[item] if isinstance(item, Node) else 0.0

        for node, args, result, size in line.nodes:
            moves = [of(arg) for arg in node.args]
            if node.op in _COMPARES:
                self._add_gap(node, moves[0] - moves[1] if len(moves) == 2 else moves[0])
                moved[node] = 0.0
                continue
            if node.op in _DIVIDES and not node.args[_DIVIDES[node.op]].scalar:
                self._add_gap(node, moves[_DIVIDES[node.op]])
            found = self._passed_on(node, result, args, moves)
            if size is not None:
                found = found + self._noise(size)
            finite = np.isfinite(found)
            moved[node] = found if finite.all() else np.where(finite, found, 0.0)
        return of(line.quantity.rule)

    def _add_gap(self, node: Node, gap: Any) -> None:
        self.gaps[node] = self.gaps.get(node, 0.0) + np.square(gap)

    def _passed_on(self, node: Node, result: Any, args: list[Any], moves: list[Any]) -> Any:
        """How a result moves where its operands do."""
        op, settings = node.op, node.settings
        first = moves[0] if op.elementwise else np.broadcast_to(moves[0], np.shape(args[0]))
        if op in _MOVES:
            return op.run(first, **settings)
        if op is ops.INDICATOR:
            return 0.0
        if op is ops.WHERE:
            return np.where(args[0], moves[1], moves[2])
        if op is ops.SUM:
            return op.run(first, **settings)
        if op is ops.MAX:
            kept = np.max(args[0], axis=settings["axis"], keepdims=True) == args[0]
            return op.run(np.where(kept, first, -np.inf), **settings)
        if op is ops.MATMUL:
            return first @ args[1] + args[0] @ np.broadcast_to(moves[1], np.shape(args[1]))
        if node.scalar:  # of Python numbers a derivative that divides by 0 is an error
            result, args = np.float64(result), [np.float64(arg) for arg in args]
        partial = op.derivative(1.0, result, *args)
        return sum(p * m for p, m in zip(partial, moves, strict=True) if p is not None and np.any(m))


def _size(node: Node, result: Any, args: list[Any]) -> Any:
    """The size of a number at whose last place a result is rounded: of a sum, as its parts add up at random."""
    if node.op is ops.MATMUL:
        squares = np.square(args[0]) @ np.square(args[1])
        return np.sqrt(squares * np.asarray(1 + args[0].shape[1] / 4, squares.dtype))
    if node.op is ops.SUM:
        squares = ops.SUM.run(np.square(args[0]), **node.settings)
        return np.sqrt(squares * (np.size(args[0]) / max(np.size(squares), 1) / 4)).astype(args[0].dtype)
    return result
