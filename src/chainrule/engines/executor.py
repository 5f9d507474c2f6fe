"""The reading that trains: a tape's operations on buffers made once.

Scalars are Python numbers until they meet an array; there they become 0-d arrays of its dtype. Arrays whose value is
no longer needed are used again, which keeps the working set small.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from chainrule.expressions import operations as ops
from chainrule.expressions.node import Node, Operation
from chainrule.expressions.tape import Call, Tape
from chainrule.parts.contract import Array

Form = tuple[tuple[int, ...], Any]  # shape and dtype


class Executor:
    """A straight line of calls over fixed buffers.

    Parameters
    ----------
    tape : the operations
    leaves : the array of every name that comes from outside; its memory is read at every run
    scalars : the numbers at the first run
    outputs : places on the tape, each with an array that receives what is computed there, which may be a leaf that
        nothing reads later
    """

    def __init__(
        self,
        tape: Tape,
        leaves: Mapping[str, Array],
        scalars: Mapping[str, float],
        outputs: Sequence[tuple[int, Array]],
    ) -> None:
        self._tape, self._outputs = tape, dict(reversed(outputs))  # of several at a place, the first one
        self.calls: list[Callable[[], Any]] = []
        self._reads = [name for name, place in tape.given.items() if tape.scalar[place]]
        self._scalars = [scalars[name] for name in self._reads]
        self._numbers = tape.numbers(scalars)
        self._cells: dict[tuple[int, Any], Array] = {}  # numbers where they meet arrays of a dtype
        self._arrays: dict[int, Array] = {
            place: leaves[name] for name, place in tape.given.items() if name in leaves
        }
        self._last = tape.last_reads([*tape.wanted.values(), *self._outputs])
        self._free: dict[Form, list[Array]] = {}
        self._busy: dict[int, Array] = {}  # buffers of ours by identity, in use
        with np.errstate(all="ignore"):
            for position, call in enumerate(tape.arrays):
                self._add(call, position)
        self.values = {name: self._result(place) for name, place in tape.wanted.items()}
        self.calls += [
            partial(np.copyto, target, self._result(place))
            for place, target in outputs
            if self._result(place) is not target
        ]
        self._changing = [(place, cell) for (place, _), cell in self._cells.items() if tape.changing[place]]
        del self._arrays, self._free, self._busy, self._last

    def run(self, scalars: Mapping[str, float]) -> None:
        """Compute everything once more; `scalars` are this step's numbers."""
        given = [scalars[name] for name in self._reads]
        if given != self._scalars:
            self._scalars = given
            numbers = self._tape.numbers(scalars)
            for place, cell in self._changing:
                cell[()] = numbers[place]
        for call in self.calls:
            call()

    # --- building -------------------------------------------------------------------------------------

    def _result(self, place: int) -> Array:
        """The array at a place of the tape; for a number, a cell in double precision."""
        return self._cell(place, np.dtype(np.float64)) if self._tape.scalar[place] else self._arrays[place]

    def _cell(self, place: int, dtype: Any) -> Array:
        if (place, dtype) not in self._cells:
            self._cells[place, dtype] = np.array(self._numbers[place], dtype)
        return self._cells[place, dtype]

    def _operands(self, call: Call) -> list[Array]:
        scalar, arrays = self._tape.scalar, self._arrays
        if not any(scalar[arg] for arg in call.args):
            return [arrays[arg] for arg in call.args]
        real = [arrays[arg].dtype for arg in call.args if not scalar[arg] and arrays[arg].dtype != np.bool_]
        dtype = np.result_type(*(real or [call.node.settings.get("dtype", np.float64)]))
        return [self._cell(arg, dtype) if scalar[arg] else arrays[arg] for arg in call.args]

    def _add(self, call: Call, position: int) -> None:
        node, place, args = call.node, call.place, self._operands(call)
        if node.op.view:
            self._arrays[place] = node.op.run(*args)
            return
        read = dict.fromkeys(self._tape.whole[arg] for arg in call.args if not self._tape.scalar[arg])
        dying = [self._arrays[whole] for whole in read if self._last[whole] == position]
        out = self._outputs.get(place)
        if out is None or not self._may_overwrite(out, node, args, position):
            out = self._buffer(_form(node, args), node.op, dying)
        self._arrays[place] = out
        self.calls += _calls(node, args, out)
        for buffer in dying:
            if buffer is not out and self._busy.pop(id(buffer), None) is not None:
                self._free.setdefault((buffer.shape, buffer.dtype), []).append(buffer)

    def _buffer(self, form: Form, row: Operation, dying: list[Array]) -> Array:
        """An operand that is read for the last time, where the result may be written over it; else one that is free."""
        if _may_share(row):
            for buffer in dying:
                if id(buffer) in self._busy and (buffer.shape, buffer.dtype) == form:
                    return buffer
        reusable = self._free.get(form)
        out = reusable.pop() if reusable else np.empty(*form)
        self._busy[id(out)] = out
        return out

    def _may_overwrite(self, target: Array, node: Node, args: list[Array], position: int) -> bool:
        """Whether a leaf may be written now: nothing reads its old value later, or earlier in this very call."""
        for place, array in self._arrays.items():
            if array is target and self._last.get(place, -1) > position:
                return False
        return _may_share(node.op) or not any(np.shares_memory(target, arg) for arg in args)


def _may_share(row: Operation) -> bool:
    """Whether an operation may write over its operands: a choice writes one side before it reads the other."""
    return row.elementwise and row is not ops.WHERE


def _form(node: Node, args: list[Array]) -> Form:
    """The shape and dtype of an operation's result, without computing all of it where that can be said."""
    row = node.op
    if row.elementwise:
        shapes = {arg.shape for arg in args if arg.shape}
        shape = shapes.pop() if len(shapes) == 1 else np.broadcast_shapes(*shapes)
        return shape, _dtype(row, node.settings.get("dtype"), *(arg.dtype for arg in args))
    if row is ops.MATMUL and args[0].ndim == args[1].ndim == 2:
        return (args[0].shape[0], args[1].shape[1]), np.result_type(*args)
    result = np.asarray(row.run(*args, **node.settings))
    return result.shape, result.dtype


@cache
def _dtype(row: Operation, dtype: Any, *of: Any) -> Any:
    """The dtype of what an operation gives for single numbers of some dtypes."""
    settings = {} if dtype is None else {"dtype": dtype}
    return np.asarray(row.run(*(np.ones((), each) for each in of), **settings)).dtype


def _calls(node: Node, args: list[Array], out: Array) -> list[Callable[[], Any]]:
    """The calls that compute an operation into its buffer, with as little on the way as possible."""
    row, settings = node.op, node.settings
    if row is ops.SUM or row is ops.MAX:
        reduction = np.add if row is ops.SUM else np.maximum
        return [partial(reduction.reduce, args[0], settings["axis"], None, out, settings["keepdims"])]
    if row.elementwise:
        args = [_stretched(arg, out) for arg in args]
    if row is ops.INDICATOR or row is ops.CAST:
        return [partial(np.copyto, out, args[0])]
    if row is ops.WHERE and args[0].dtype == np.bool_:
        return [partial(np.copyto, out, args[2]), partial(np.copyto, out, args[1], where=args[0])]
    if row.run is row.ufunc and row not in (ops.MAXIMUM, ops.MINIMUM):  # which want `out` by its name
        return [partial(row.run, *args, out)]
    return [partial(row.run, *args, out=out, **settings)]


def _stretched(arg: Array, out: Array) -> Array:
    """An operand in the shape of the result, or as a single number, where it can be: NumPy is quicker then."""
    if arg.shape == out.shape or not arg.flags.c_contiguous:
        return arg
    if arg.size == 1:
        return arg.reshape(())
    return arg.reshape(out.shape) if arg.size == out.size else arg
