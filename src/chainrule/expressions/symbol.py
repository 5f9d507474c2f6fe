"""Symbols: what a rule is called on so that it writes itself down.

A symbol stands for a quantity. NumPy hands its functions over to it (NEP 13, NEP 18), and each of them gives
a new symbol whose expression has one more node. Beside the expression a symbol carries an example value, so
that shapes and dtypes are NumPy's own.
"""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

import numpy as np

from chainrule.errors import LanguageError
from chainrule.expressions import operations as ops
from chainrule.expressions.node import TABLE, Const, Expr, Node, Operation

_COMPARISONS = {
    ops.GREATER, ops.GREATER_EQUAL, ops.LESS, ops.LESS_EQUAL, ops.EQUAL, ops.NOT_EQUAL, ops.ISNAN,
}  # fmt: skip
_BOOL = np.dtype(np.bool_)
_NUMPY = os.path.dirname(np.__file__)
_INTERNAL = os.path.dirname(__file__)


def _refuse(what: str) -> NoReturn:
    """Say which line of a rule uses what the language does not have."""
    frame = sys._getframe(1)
    while frame.f_back is not None and (frame.f_code.co_filename.startswith((_INTERNAL, _NUMPY))):
        frame = frame.f_back
    code = frame.f_code
    place = f"{code.co_filename}, line {frame.f_lineno}, in {code.co_name}"
    raise LanguageError(f"{place}: {what} A rule may use {ops.language()}.")


class Symbol(np.lib.mixins.NDArrayOperatorsMixin):
    """A quantity in a rule that is being written down."""

    __slots__ = ("expr", "real", "value")
    __hash__ = None  # type: ignore[assignment]  # == writes a comparison down, so symbols can't be keys

    def __init__(self, expr: Expr, value: Any, real: Any = None) -> None:
        """Make a symbol; `real` is, for a condition, the dtype of the numbers that it compares."""
        self.expr = expr
        self.value = value
        self.real = getattr(value, "dtype", None) if real is None or value.dtype != _BOOL else real

    def __repr__(self) -> str:
        return f"Symbol({self.expr!r})"

    # --- NumPy's protocols ----------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method == "reduce":
            if ufunc == np.add or ufunc == np.maximum:
                reduction = ops.SUM if ufunc == np.add else ops.MAX
                return _reduce(reduction, inputs[0], kwargs.get("axis", 0), kwargs.get("keepdims", False))
            _refuse(f"np.{ufunc.__name__}.reduce is not in the table of operations.")
        if method != "__call__":
            _refuse(f"np.{ufunc.__name__}.{method} is not in the table of operations.")
        if "out" in kwargs:
            _refuse("A quantity can't be changed in place (+=, out=): write a new one.")
        if kwargs:
            _refuse(f"np.{ufunc.__name__}({', '.join(kwargs)}=…) is not possible on a quantity.")
        if ufunc == np.positive:
            return inputs[0]
        row = TABLE.get(ufunc)
        if row is None:
            _refuse(f"np.{ufunc.__name__} is not in the table of operations.")
        if row is ops.POWER and isinstance(inputs[1], int | float) and not _as_symbol(inputs[0]).expr.scalar:
            # NumPy itself computes these powers by other functions: x ** 2 is x * x, bit for bit.
            if inputs[1] in (2, 0.5, -1):
                row = {2: ops.SQUARE, 0.5: ops.SQRT, -1: ops.RECIPROCAL}[inputs[1]]
                inputs = inputs[:1]
            elif inputs[1] == 1:
                return inputs[0]
        return _apply(row, *inputs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if func is np.where and len(args) == 3:
            return _apply(ops.WHERE, *args)
        if func in (np.sum, np.max, np.mean, np.transpose):
            symbol = _as_symbol(args[0])
            named = {
                np.sum: symbol.sum,
                np.max: symbol.max,
                np.mean: symbol.mean,
                np.transpose: symbol.transpose,
            }
            return named[func](*args[1:], **kwargs)
        if func is np.clip:
            names = {"a_min": "low", "min": "low", "a_max": "high", "max": "high"}
            return _clip(*args, **{names.get(name, name): value for name, value in kwargs.items()})
        _refuse(f"np.{func.__name__} is not in the table of operations.")

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        _refuse("A quantity can't be turned into an array while its rule is written down.")

    # --- methods that rules use -----------------------------------------------------------------------

    @property
    def T(self) -> Symbol:
        return _apply(ops.TRANSPOSE, self)

    def transpose(self) -> Symbol:
        return _apply(ops.TRANSPOSE, self)

    @property
    def ndim(self) -> int:
        return int(np.ndim(self.value))

    def sum(self, axis: int | None = None, keepdims: bool = False, **unknown: Any) -> Symbol:
        return _reduce(ops.SUM, self, axis, keepdims, **unknown)

    def max(self, axis: int | None = None, keepdims: bool = False, **unknown: Any) -> Symbol:
        return _reduce(ops.MAX, self, axis, keepdims, **unknown)

    def mean(self, axis: int | None = None, keepdims: bool = False) -> Any:
        if axis not in (1, -1) or self.ndim != 2:
            _refuse("A mean over the samples is written .sum(axis=0) / q.m: their number varies.")
        return self.sum(axis, keepdims) / float(self.value.shape[axis])

    # --- what a rule can't do -------------------------------------------------------------------------

    def __bool__(self) -> NoReturn:
        _refuse("Python's if, and, or, not and while can't see a quantity's value: use np.where.")

    def __iter__(self) -> NoReturn:
        _refuse("A quantity can't be iterated over: write the rule for whole arrays.")

    def __contains__(self, value: Any) -> NoReturn:
        _refuse("Python's in can't see a quantity's values: use a comparison.")

    def __len__(self) -> NoReturn:
        _refuse("A quantity has no len(): the number of samples is q.m.")

    def __float__(self) -> NoReturn:
        _refuse("A quantity can't be turned into a Python number while its rule is written down.")

    __int__ = __index__ = __complex__ = __float__

    def __setitem__(self, index: Any, value: Any) -> NoReturn:
        _refuse("Entries of a quantity can't be assigned: use np.where.")

    def __getitem__(self, index: Any) -> Symbol:
        column = isinstance(index, tuple) and len(index) == 2 and index[0] == slice(None) and index[1] is None
        if column and self.ndim == 1:
            return _apply(ops.COLUMN, self)
        if isinstance(index, slice) and index.stop is None and self.ndim and self._divides(index.step):
            start = 0 if index.start is None else index.start
            if isinstance(start, int) and 0 <= start < index.step:
                return _apply(ops.PICK_ROWS, self, start=start, step=index.step)
        _refuse("Entries of a quantity can't be picked: write the rule for whole arrays.")

    def _divides(self, step: Any) -> bool:
        """Whether every so many rows can be picked: a batch is whole groups of them."""
        return isinstance(step, int) and step > 1 and len(self.value) % step == 0

    def put_rows(self, start: int, step: int) -> Symbol:
        """These as every `step`-th row from `start` on, with zeros between: the derivative of picking them."""
        return _apply(ops.PUT_ROWS, self, start=start, step=step)

    def __iadd__(self, other: Any) -> NoReturn:
        _refuse("A quantity can't be changed in place (+=, out=): write a new one.")

    __isub__ = __imul__ = __itruediv__ = __ipow__ = __imatmul__ = __iadd__

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        _refuse(f"A quantity has no .{name} in a rule.")


def erf(x: Any) -> Any:
    """The error function, 2/√π times the integral of e^-t² from 0 to x, for rules: NumPy has none.

    On numbers and arrays it computes, in their dtype, within 3 units of the last place; in a rule it writes itself
    down, like a function of NumPy.

    >>> erf(np.array([-6.0, 0.0, 0.5]))
    array([-1.        ,  0.        ,  0.52049988])
    """
    return _apply(ops.ERF, x) if isinstance(x, Symbol) else ops.ERF.run(x)


def _clip(a: Any, low: Any = None, high: Any = None) -> Any:
    a = a if low is None else np.maximum(a, low)
    return a if high is None else np.minimum(a, high)


def _as_symbol(value: Any) -> Symbol:
    """A symbol, or a plain number of the rule as one."""
    if isinstance(value, Symbol):
        return value
    if isinstance(value, (bool, int, float, np.integer, np.floating, np.bool_)) or (
        isinstance(value, np.ndarray) and value.ndim == 0
    ):
        number = value.item() if isinstance(value, np.generic | np.ndarray) else value
        return Symbol(Const(number), number)
    kind = "an array" if isinstance(value, np.ndarray) else f"{type(value).__name__} {value!r}"
    _refuse(f"{kind[0].upper()}{kind[1:]} from outside the rule can't be part of it: only numbers can.")


def _apply(row: Operation, *inputs: Any, **settings: Any) -> Symbol:
    symbols = [_as_symbol(value) for value in inputs]
    if row is ops.WHERE:
        symbols = [_as_condition(symbols[0]), *map(_as_number, symbols[1:])]
    elif row not in _COMPARISONS and any(map(_is_condition, symbols)):
        alone = all(map(_is_condition, symbols))
        if alone and row in (ops.ADD, ops.SUBTRACT, ops.NEGATIVE):
            _refuse("Conditions can't be added or subtracted: multiply numbers by them, or use np.where.")
        if not (alone and row is ops.MULTIPLY):  # which is "and", a condition again
            symbols = [_as_number(s) for s in symbols]
    reals = {s.real for s in symbols if s.real is not None and s.real != _BOOL}
    real = np.result_type(*reals) if reals else None
    if row is ops.WHERE and symbols[1].expr.scalar and symbols[2].expr.scalar:
        settings["dtype"] = real  # a choice between numbers, which have no dtype of their own
    node = Node(row, tuple(s.expr for s in symbols), settings)
    values = [s.value for s in symbols]
    if row is ops.DIVIDE and node.args[1] == Const(0):
        _refuse("A division by 0 gives no number.")
    if node.scalar:
        number = row.on_scalars(*values)
        return Symbol(Const(number) if all(isinstance(a, Const) for a in node.args) else node, number)
    try:
        with np.errstate(all="ignore"):
            return Symbol(node, row.run(*values, **settings), real)
    except (TypeError, ValueError) as error:
        _refuse(f"NumPy says: {str(error).rstrip('.')}.")


def _is_condition(symbol: Symbol) -> bool:
    return getattr(symbol.value, "dtype", None) == _BOOL and not symbol.expr.scalar


def _as_number(symbol: Symbol) -> Symbol:
    """A condition that meets arithmetic becomes 1 and 0."""
    if not _is_condition(symbol):
        return symbol
    real = symbol.real if symbol.real != _BOOL else np.dtype(np.float64)
    settings = {"dtype": real}
    return Symbol(Node(ops.INDICATOR, (symbol.expr,), settings), ops.INDICATOR.run(symbol.value, **settings))


def _as_condition(symbol: Symbol) -> Symbol:
    """A number that chooses is compared with 0."""
    return symbol if _is_condition(symbol) or symbol.expr.scalar else _apply(ops.NOT_EQUAL, symbol, 0)


def _reduce(
    row: Operation, symbol: Any, axis: int | None = None, keepdims: bool = False, **unknown: Any
) -> Symbol:
    if unknown:
        _refuse(f"A .{row.name}() takes axis= and keepdims= alone, not {', '.join(unknown)}=.")
    return _apply(row, symbol, axis=axis, keepdims=bool(keepdims))
