"""The table's operations in LLVM's assembly, for one number or for several lanes at once.

What the processor has is used as it is; the rest is made of series.
"""

from __future__ import annotations

from collections.abc import Callable

import chainrule.compiler.series as series
from chainrule.compiler.assembly import Function, Value, real
from chainrule.expressions import Const, Node
from chainrule.expressions import operations as ops
from chainrule.expressions.node import Operation


def _comparison(how: str) -> Callable[..., Value]:
    return lambda f, a, b: f.compare(how, a, b)


def _own(name: str) -> Callable[..., Value]:
    return lambda f, *args: f.intrinsic(name, *args)


def _extreme(name: str, beyond: str) -> Callable[..., Value]:
    """The larger or smaller one, and NaN where one is; beside a constant that takes a single instruction."""

    def write(f: Function, a: Value, b: Value) -> Value:
        if a.constant:
            a, b = b, a
        return f.select(f.compare(beyond, b, a), b, a) if b.constant else f.intrinsic(name, a, b)

    return write


EMIT: dict[Operation, Callable[..., Value]] = {
    ops.ADD: series.add,
    ops.SUBTRACT: series.subtract,
    ops.MULTIPLY: series.multiply,
    ops.DIVIDE: series.divide,
    ops.NEGATIVE: lambda f, a: f.unary("fneg", a),
    ops.POWER: _own("pow"),
    ops.SQUARE: lambda f, a: series.multiply(f, a, a),
    ops.SQRT: _own("sqrt"),
    ops.RECIPROCAL: series.reciprocal,
    ops.ABSOLUTE: _own("fabs"),
    ops.SIGN: series.sign,
    ops.FLOOR: _own("floor"),
    ops.EXP: series.exp,
    ops.LOG: series.log,
    ops.LOG1P: series.log1p,
    ops.EXPM1: series.expm1,
    ops.LOGADDEXP: series.logaddexp,
    ops.SIN: _own("sin"),
    ops.COS: _own("cos"),
    ops.TANH: series.tanh,
    ops.ERF: series.error_function,
    ops.ARCTAN: _own("atan"),
    ops.MAXIMUM: _extreme("maximum", "ogt"),
    ops.MINIMUM: _extreme("minimum", "olt"),
    ops.GREATER: _comparison("ogt"),
    ops.GREATER_EQUAL: _comparison("oge"),
    ops.LESS: _comparison("olt"),
    ops.LESS_EQUAL: _comparison("ole"),
    ops.EQUAL: _comparison("oeq"),
    ops.NOT_EQUAL: _comparison("une"),
    ops.ISNAN: lambda f, a: f.compare("uno", a, a),
    ops.INDICATOR: lambda f, a: a,
    ops.WHERE: lambda f, a, b, c: f.select(f.compare("une", a, series.like(0, a)), b, c),
}


# Rounded after each operation, as NumPy does it: a product and a sum are never one instruction.
EXACT = EMIT | {
    ops.ADD: lambda f, a, b: f.op("fadd", a, b),
    ops.SUBTRACT: lambda f, a, b: f.op("fsub", a, b),
    ops.MULTIPLY: lambda f, a, b: f.op("fmul", a, b),
}


def emit(f: Function, node: Node, args: list[Value], element: str) -> Value:
    """The instructions of one element-wise operation; `element` is the type of the network's numbers.

    A comparison gives a condition, which is 1 or 0 to whoever reads it; one of scalars is a number itself.
    """
    args = [as_number(f, arg, element) for arg in args]
    exponent = node.args[-1]
    if node.op is ops.POWER and isinstance(exponent, Const) and abs(exponent.value) in (0.5, 1, 2, 3, 4):
        return series.fixed_power(f, args[0], exponent.value)
    result = EMIT[node.op](f, *args)
    return as_number(f, result, element) if node.scalar else result


def as_number(f: Function, a: Value, element: str) -> Value:
    """A condition as 1 and 0."""
    return f.select(a, real(1, element, a.lanes), real(0, element, a.lanes)) if a.element == "i1" else a
