"""The reading that trains: the program's quantities computed into buffers made once.

Each node of an expression is computed once to get its array, and from then on by the same operation with
`out=` that array. Scalars are Python numbers until they meet an array; there they become 0-d arrays of the
network's dtype. Arrays whose value is no longer needed are used again, which keeps the working set small.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from chainrule.engines.numbers import Numbers
from chainrule.expressions import Const, Expr, Name, Node, evaluate, names, nodes
from chainrule.expressions import operations as ops
from chainrule.expressions.node import Operation
from chainrule.parts.contract import Array
from chainrule.program.program import Quantity


def _may_share(row: Operation) -> bool:
    """Whether an operation may write over its operands: a choice writes one side before it reads the other."""
    return row.elementwise and row is not ops.WHERE


class Executor:
    """A straight line of calls over fixed buffers.

    Parameters
    ----------
    quantities : what to compute, in order
    leaves : the array of every name that comes from outside; its memory is read at every run
    scalars : the numbers at the first run
    outputs : arrays that receive a quantity, which may be leaves that nothing reads later
    keep : further quantities that stay readable in `values` after a run
    dtype : the network's
    """

    def __init__(
        self,
        quantities: Sequence[Quantity],
        leaves: Mapping[str, Array],
        scalars: Mapping[str, float],
        outputs: Mapping[str, Array],
        keep: Sequence[str] = (),
        dtype: Any = np.float64,
    ) -> None:
        self.dtype = np.dtype(dtype)
        self.calls: list[Callable[[], Any]] = []
        self.values: dict[str, Any] = dict(leaves)
        self._cells: dict[Expr, Array] = {}
        self._of: dict[Expr, Any] = {}
        shared = [(q.name, q.rule) for q in quantities if q.rule.scalar]  # numbers made from other numbers
        self._scalars = dict(scalars)
        self._first = dict(scalars)  # all numbers of the first run
        for name, rule in shared:
            self._first[name] = evaluate(rule, self._first)
        with np.errstate(all="ignore"):
            self._build(quantities, outputs, set(keep))
        changing = {e: c for e, c in self._cells.items() if names(e)}
        self._numbers = Numbers(shared, list(changing))
        self._changing = list(changing.values())

    def run(self, scalars: Mapping[str, float]) -> None:
        """Compute everything once more; `scalars` are this step's numbers."""
        if scalars != self._scalars:
            self._scalars = dict(scalars)
            for cell, value in zip(self._changing, self._numbers.of(scalars), strict=True):
                cell[()] = value
        for call in self.calls:
            call()

    # --- building -------------------------------------------------------------------------------------

    def _build(self, quantities: Sequence[Quantity], outputs: Mapping[str, Array], keep: set[str]) -> None:
        last = _last_reads(quantities, keep)
        free: dict[tuple[tuple[int, ...], Any], list[Array]] = {}
        busy: dict[int, Array] = {}  # buffers of ours by identity, in use
        copies: list[Callable[[], Any]] = []
        position = 0
        for quantity in quantities:
            own = [node for node in nodes(quantity.rule) if not node.scalar]
            for node in own:
                args = [self._operand(arg) for arg in node.args]
                dying = [
                    _base(a)
                    for arg, a in zip(node.args, args, strict=True)
                    if last.get(_key(arg)) == position
                ]
                is_root = node is quantity.rule
                target = outputs.get(quantity.name) if is_root else None
                if target is not None and not self._may_overwrite(target, node, args, last, position):
                    copies.append(self._copy_later(quantity.name, target))
                    target = None
                self._of[node] = self._emit(node, args, target, dying, free, busy)
                for buffer in dying:
                    if busy.pop(id(buffer), None) is not None:
                        free.setdefault((buffer.shape, buffer.dtype), []).append(buffer)
                position += 1
            self.values[quantity.name] = self._operand(quantity.rule)
            if not own and quantity.name in outputs:
                copies.append(self._copy_later(quantity.name, outputs[quantity.name]))
        self.calls += copies

    def _operand(self, item: Expr) -> Any:
        """The array that stands for an operand; for a scalar, a cell."""
        if isinstance(item, Name) and not item.scalar:
            return self.values[item.name]
        if isinstance(item, Node) and not item.scalar:
            return self._of[item]
        if item not in self._cells:
            value = evaluate(item, self._first)
            self._cells[item] = np.array(value, self.dtype)
        return self._cells[item]

    def _emit(
        self,
        node: Node,
        args: list[Any],
        target: Array | None,
        dying: list[Array],
        free: dict[Any, list[Array]],
        busy: dict[int, Array],
    ) -> Any:
        row = node.op
        if row.view:
            return row.run(*args)
        value = np.asarray(row.run(*args, **node.settings))
        if target is not None:
            out = target
        else:
            out = self._buffer(value.shape, value.dtype, row, dying, free, busy)
        self.calls.append(_call(row, args, out, node.settings))  # not made yet: an output may be a parameter
        return out

    def _buffer(
        self,
        shape: tuple[int, ...],
        dtype: Any,
        row: Operation,
        dying: list[Array],
        free: dict[Any, list[Array]],
        busy: dict[int, Array],
    ) -> Array:
        if _may_share(row):
            for buffer in dying:  # an operand that is read for the last time may receive the result
                if id(buffer) in busy and buffer.shape == shape and buffer.dtype == dtype:
                    dying[:] = [other for other in dying if other is not buffer]
                    return buffer
        reusable = free.get((shape, dtype), [])
        out = reusable.pop() if reusable else np.empty(shape, dtype)
        busy[id(out)] = out
        return out

    def _may_overwrite(
        self, target: Array, node: Node, args: list[Any], last: dict[Any, float], position: int
    ) -> bool:
        """Whether a leaf may be written now: nothing reads its old value later, or earlier in this very call."""
        for name, value in self.values.items():
            if value is target and last.get(name, -1) > position:
                return False
        return _may_share(node.op) or not any(np.shares_memory(target, a) for a in args)

    def _copy_later(self, name: str, target: Array) -> Callable[[], Any]:
        return lambda: np.copyto(target, self.values[name])


def _call(row: Operation, args: list[Any], out: Array, settings: Mapping[str, Any]) -> Callable[[], Any]:
    """The call that computes a row into its buffer, with as little Python on the way as possible."""
    if row is ops.SUM:
        return partial(np.add.reduce, args[0], settings["axis"], None, out, settings["keepdims"])
    if row is ops.MAX:
        return partial(np.maximum.reduce, args[0], settings["axis"], None, out, settings["keepdims"])
    return partial(row.run, *args, out=out, **settings)


def _key(item: Expr) -> Any:
    return item.name if isinstance(item, Name) else item


def _last_reads(quantities: Sequence[Quantity], keep: set[str]) -> dict[Any, float]:
    """For each name and node, the position of the call that reads it last; views count for what they view.

    What is kept is read after all calls.
    """
    same: dict[Any, Any] = {}  # a quantity is the node that its rule ends in; a view is its operand

    def of(key: Any) -> Any:
        while key in same:
            key = same[key]
        return key

    for q in quantities:
        for node in nodes(q.rule):
            if node.op.view:
                same[node] = _key(node.args[0])
        if not isinstance(q.rule, Const):
            same[q.name] = _key(q.rule)
    last: dict[Any, float] = {}
    calls = (node for q in quantities for node in nodes(q.rule) if not node.scalar)
    for position, node in enumerate(calls):
        for arg in node.args:
            last[of(_key(arg))] = position
    last.update({of(name): math.inf for name in keep})
    for key in list(same):
        if of(key) in last:
            last[key] = last[of(key)]
    return last


def _base(array: Any) -> Any:
    """The buffer that a view looks at."""
    while isinstance(array, np.ndarray) and isinstance(array.base, np.ndarray):
        array = array.base
    return array
