"""The operations of the table as ONNX has them: one node, or a few where it has none."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.export.onnx_graph import Graph
from chainrule.expressions import operations as ops
from chainrule.expressions.node import Operation

OPSET, IR_VERSION = 17, 8  # of 2022: what every program of the last years reads

Dtype = np.dtype[Any]
Writer = Callable[[Graph, Dtype, list[str]], str]

# Operations that are one node of ONNX, entry by entry.
OPERATORS: dict[Operation, str] = {
    ops.ADD: "Add", ops.SUBTRACT: "Sub", ops.MULTIPLY: "Mul", ops.DIVIDE: "Div", ops.NEGATIVE: "Neg",
    ops.POWER: "Pow", ops.SQRT: "Sqrt", ops.RECIPROCAL: "Reciprocal", ops.ABSOLUTE: "Abs", ops.SIGN: "Sign",
    ops.FLOOR: "Floor", ops.EXP: "Exp", ops.LOG: "Log", ops.SIN: "Sin", ops.COS: "Cos", ops.TANH: "Tanh",
    ops.ARCTAN: "Atan", ops.MAXIMUM: "Max", ops.MINIMUM: "Min", ops.GREATER: "Greater",
    ops.GREATER_EQUAL: "GreaterOrEqual", ops.LESS: "Less", ops.LESS_EQUAL: "LessOrEqual", ops.EQUAL: "Equal",
    ops.ISNAN: "IsNaN", ops.WHERE: "Where", ops.MATMUL: "MatMul", ops.TRANSPOSE: "Transpose",
}  # fmt: skip


def _square(graph: Graph, dtype: Dtype, args: list[str]) -> str:
    return graph.add("Mul", args[0], args[0])


def _not_equal(graph: Graph, dtype: Dtype, args: list[str]) -> str:
    return graph.add("Not", graph.add("Equal", *args))


def _expm1(graph: Graph, dtype: Dtype, args: list[str]) -> str:
    """e^x - 1 = tanh(x/2) (e^x + 1), which keeps its digits near 0."""
    half = graph.add("Tanh", graph.add("Mul", args[0], graph.number(0.5, dtype)))
    return graph.add("Mul", half, graph.add("Add", graph.add("Exp", args[0]), graph.number(1.0, dtype)))


def _log1p(graph: Graph, dtype: Dtype, args: list[str]) -> str:
    """log(1 + x) with u = 1 + x rounded: log u + (x - (u - 1)) / u, which keeps its digits near 0."""
    (x,), one = args, graph.number(1.0, dtype)
    u = graph.add("Add", x, one)
    log = graph.add("Log", u)
    lost = graph.add("Div", graph.add("Sub", x, graph.add("Sub", u, one)), u)
    return graph.add("Where", graph.add("Less", x, one), graph.add("Add", log, lost), log)


def _logaddexp(graph: Graph, dtype: Dtype, args: list[str]) -> str:
    """log(e^a + e^b) = max(a, b) + log(1 + e^-|a - b|)."""
    apart = graph.add("Neg", graph.add("Abs", graph.add("Sub", *args)))
    return graph.add("Add", graph.add("Max", *args), _log1p(graph, dtype, [graph.add("Exp", apart)]))


def _erf(graph: Graph, dtype: Dtype, args: list[str]) -> str:
    """ONNX's own; in double precision, where onnxruntime has no kernel for it, the series that `erf` runs."""
    if dtype != np.float64:
        return graph.add("Erf", args[0])
    assert ops.ERF.source is not None
    series = inspect.signature(ops.ERF.source).parameters["series"].default
    size = graph.add("Min", graph.add("Abs", args[0]), graph.number(6.0, dtype))
    p = graph.number(series[0], dtype)
    for term in series[1:]:
        p = graph.add("Add", graph.add("Mul", p, size), graph.number(term, dtype))
    below = _expm1(graph, dtype, [graph.add("Neg", graph.add("Mul", p, size))])
    return graph.add("Mul", graph.add("Sign", args[0]), graph.add("Neg", below))


# What ONNX has no operator for.
FORMS: dict[Operation, Writer] = {
    ops.SQUARE: _square, ops.NOT_EQUAL: _not_equal, ops.EXPM1: _expm1, ops.LOG1P: _log1p,
    ops.LOGADDEXP: _logaddexp, ops.ERF: _erf,
}  # fmt: skip
