"""What ONNX's operators compute, in NumPy: by this composed forms are recognized, and what was read is tried.

A network never computes by it. Numbers that vary are in double precision; what would make an array larger than those
that it is made of is not run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from chainrule.expressions import erf
from chainrule.parts.contract import Array

SMALL = 4096  # entries of an array that may be put together from others
LARGE = 2**24  # entries of an array that may be larger than its operands
CASTS = {
    1: np.float64,
    11: np.float64,
    6: np.int32,
    7: np.int64,
    9: np.bool_,
    8: np.object_,
}


class Operated(Protocol):
    """A node, as far as running it goes."""

    @property
    def place(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def inputs(self) -> tuple[str, ...]: ...
    @property
    def outputs(self) -> tuple[str, ...]: ...
    @property
    def attributes(self) -> dict[str, Any]: ...


class CannotRun(Exception):
    """An operator that is not run here, or not on such arrays."""


def run(node: Operated, values: Sequence[Array | None]) -> Array:
    """The first output of a node.

    Raises
    ------
    CannotRun : for an operator that is not in the table, or operands that don't fit it
    """
    function = OPERATORS.get(node.kind)
    if function is None:
        raise CannotRun(node.place)
    try:
        with np.errstate(all="ignore"):
            return np.asarray(function(node.attributes, *values))
    except CannotRun:
        raise
    except Exception as error:  # operands may be of any number, kind and shape
        raise CannotRun(node.place) from error


def run_all(
    nodes: Iterable[Operated], constants: Mapping[str, Array], given: Mapping[str, Array]
) -> dict[str, Array]:
    """What is left of the values of nodes, run in order from those that are given: those that no later node reads."""
    known, ordered = dict(given), list(nodes)
    last = {name: i for i, node in enumerate(ordered) for name in node.inputs}
    for i, node in enumerate(ordered):
        values = [known[name] if name in known else _double(constants.get(name)) for name in node.inputs]
        known[node.outputs[0]] = run(node, values)
        for name in {*node.inputs} & {*known}:
            if last[name] == i:
                del known[name]
    return known


def _double(array: Array | None) -> Array | None:
    return array.astype(np.float64) if array is not None and array.dtype == np.float32 else array


# --- operators ----------------------------------------------------------------------------------------------

Operator = Callable[..., Any]


def _each(function: Callable[..., Any]) -> Operator:
    """An operator on entries."""

    def bounded(at: Mapping[str, Any], *arrays: Array) -> Any:
        size = math.prod(np.broadcast_shapes(*(array.shape for array in arrays)))
        if size > max(LARGE, *(array.size for array in arrays)):
            raise CannotRun
        return function(*arrays)

    return bounded


def _setting(name: str, default: float, function: Callable[[Any, float], Any]) -> Operator:
    return lambda at, x: function(x, at.get(name, default))


def _softplus(x: Array) -> Array:
    return np.asarray(np.logaddexp(0, x))


def _sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


def _gelu(at: Mapping[str, Any], x: Array) -> Any:
    if at.get("approximate", "none") == "tanh":
        return x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2
    return x * (1 + erf(x / math.sqrt(2))) / 2


def _selu(at: Mapping[str, Any], x: Array) -> Any:
    alpha, gamma = at.get("alpha", 1.6732632423543772), at.get("gamma", 1.0507009873554805)
    return gamma * np.where(x > 0, x, alpha * np.expm1(np.minimum(0, x)))


def _clip(at: Mapping[str, Any], x: Array, low: Array | None = None, high: Array | None = None) -> Any:
    low, high = at.get("min", low), at.get("max", high)
    x = x if low is None else np.maximum(x, low)
    return x if high is None else np.minimum(x, high)


def _axes(at: Mapping[str, Any], given: Array | None) -> tuple[int, ...] | None:
    axes = at.get("axes") if given is None else given
    return None if axes is None or len(axes) == 0 else tuple(int(axis) for axis in axes)


def _reduced(function: Callable[..., Any]) -> Operator:
    def reduce(at: Mapping[str, Any], x: Array, axes: Array | None = None) -> Any:
        return function(x, axis=_axes(at, axes), keepdims=bool(at.get("keepdims", 1)))

    return reduce


def _softmax(at: Mapping[str, Any], x: Array) -> Array:
    e = np.exp(x - x.max(axis=at.get("axis", -1), keepdims=True))
    return np.asarray(e / e.sum(axis=at.get("axis", -1), keepdims=True))


def _log_softmax(at: Mapping[str, Any], x: Array) -> Array:
    z = x - x.max(axis=at.get("axis", -1), keepdims=True)
    return np.asarray(z - np.log(np.exp(z).sum(axis=at.get("axis", -1), keepdims=True)))


def _layer_norm(at: Mapping[str, Any], x: Array, gamma: Array, beta: Array | float | None = None) -> Any:
    axes = tuple(range(at.get("axis", -1) % x.ndim, x.ndim))
    centred = x - x.mean(axis=axes, keepdims=True)
    sd = np.sqrt(np.square(centred).mean(axis=axes, keepdims=True) + at.get("epsilon", 1e-5))
    return centred / sd * gamma + (0.0 if beta is None else beta)


def _batch_norm(at: Mapping[str, Any], x: Array, gamma: Array, beta: Array, mean: Array, var: Array) -> Any:
    return (x - mean) / np.sqrt(var + at.get("epsilon", 1e-5)) * gamma + beta


def _gemm(at: Mapping[str, Any], a: Array, b: Array, c: Array | float | None = None) -> Any:
    a, b = (a.T if at.get("transA") else a), (b.T if at.get("transB") else b)
    return at.get("alpha", 1.0) * (a @ b) + at.get("beta", 1.0) * (0.0 if c is None else c)


def _reshape(at: Mapping[str, Any], x: Array, shape: Array) -> Any:
    kept = not at.get("allowzero", 0)
    return x.reshape([x.shape[i] if size == 0 and kept else int(size) for i, size in enumerate(shape)])


def _flatten(at: Mapping[str, Any], x: Array) -> Any:
    axis = at.get("axis", 1)
    return x.reshape(math.prod(x.shape[:axis]), -1)


def _unsqueeze(at: Mapping[str, Any], x: Array, axes: Array | None = None) -> Any:
    return np.expand_dims(x, _axes(at, axes) or ())


def _small(size: int) -> None:
    if size > SMALL:
        raise CannotRun


def _concat(at: Mapping[str, Any], *arrays: Array) -> Any:
    if any(array.ndim < 2 for array in arrays):
        _small(sum(array.size for array in arrays))
    elif len(arrays) > 2:
        raise CannotRun
    return np.concatenate(arrays, at["axis"])


def _gather(at: Mapping[str, Any], x: Array, places: Array) -> Any:
    axis = at.get("axis", 0)
    _small(places.size * (x.size // max(1, x.shape[axis])))
    return np.take(x, places, axis)


def _slice(
    at: Mapping[str, Any], x: Array, starts: Any = None, ends: Any = None, axes: Any = None, steps: Any = None
) -> Any:
    starts = at.get("starts") if starts is None else starts
    ends = at.get("ends") if ends is None else ends
    axes = at.get("axes", range(len(starts))) if axes is None else axes
    cut = [slice(None)] * x.ndim
    for i, axis in enumerate(axes):
        cut[int(axis)] = slice(int(starts[i]), int(ends[i]), 1 if steps is None else int(steps[i]))
    return x[tuple(cut)]


def _cast(at: Mapping[str, Any], x: Array) -> Any:
    to = CASTS.get(at["to"])
    if to is None:
        raise CannotRun
    if to is np.object_ and x.dtype != object:
        return np.array([str(each) for each in x.ravel().tolist()], object).reshape(x.shape)
    return x if to is np.float64 and x.dtype.kind == "f" else x.astype(to)


def _constant(at: Mapping[str, Any]) -> Any:
    for name, dtype in (("value_float", np.float32), ("value_floats", np.float32), ("value_int", np.int64)):
        if name in at:
            return np.asarray(at[name], dtype)
    return at["value"] if "value" in at else np.asarray(at["value_ints"], np.int64)


def _label(at: Mapping[str, Any], x: Array) -> Any:
    """LabelEncoder: each key's value."""
    keys = next(
        at[name] for name in ("keys_int64s", "keys_strings", "keys_floats", "keys_tensor") if name in at
    )
    words = next(
        at[name]
        for name in ("values_int64s", "values_strings", "values_floats", "values_tensor")
        if name in at
    )
    known = dict(zip(list(keys), list(words), strict=True))
    return np.array([known[key] for key in x.ravel().tolist()], object).reshape(x.shape)


def _feature(at: Mapping[str, Any], x: Array, places: Array) -> Any:
    """ArrayFeatureExtractor: entries along the last axis."""
    _small(places.size * (x.size // max(1, x.shape[-1])))
    return np.take(np.atleast_2d(x), places.ravel(), -1)


OPERATORS: dict[str, Operator] = {
    "Identity": lambda at, x: x, "Dropout": lambda at, x, *of: x, "Cast": _cast, "Constant": _constant,
    "Add": _each(np.add), "Sub": _each(np.subtract), "Mul": _each(np.multiply), "Div": _each(np.divide),
    "Pow": _each(np.power), "Max": _each(lambda *of: np.max(np.broadcast_arrays(*of), axis=0)),
    "Min": _each(lambda *of: np.min(np.broadcast_arrays(*of), axis=0)), "Sum": _each(lambda *of: sum(of)),
    "Neg": _each(np.negative), "Sqrt": _each(np.sqrt), "Reciprocal": _each(np.reciprocal), "Abs": _each(np.abs),
    "Sign": _each(np.sign), "Exp": _each(np.exp), "Log": _each(np.log), "Tanh": _each(np.tanh), "Erf": _each(erf),
    "Greater": _each(np.greater), "GreaterOrEqual": _each(np.greater_equal), "Less": _each(np.less),
    "LessOrEqual": _each(np.less_equal), "Equal": _each(np.equal), "Not": _each(np.logical_not),
    "And": _each(np.logical_and), "Or": _each(np.logical_or), "Where": _each(np.where),
    "Relu": _each(lambda x: np.maximum(0, x)), "Sigmoid": _each(_sigmoid), "Softplus": _each(_softplus),
    "HardSwish": _each(lambda x: x * np.clip(x / 6 + 0.5, 0, 1)), "Mish": _each(lambda x: x * np.tanh(_softplus(x))),
    "PRelu": _each(lambda x, slope: np.where(x > 0, x, slope * x)), "Gelu": _gelu, "Selu": _selu, "Clip": _clip,
    "LeakyRelu": _setting("alpha", 0.01, lambda x, alpha: np.where(x > 0, x, alpha * x)),
    "Elu": _setting("alpha", 1.0, lambda x, alpha: np.where(x > 0, x, alpha * np.expm1(np.minimum(0, x)))),
    "Celu": _setting("alpha", 1.0, lambda x, alpha: np.where(x > 0, x, alpha * np.expm1(np.minimum(0, x) / alpha))),
    "Swish": _setting("alpha", 1.0, lambda x, alpha: x * _sigmoid(alpha * x)),
    "HardSigmoid": lambda at, x: np.clip(at.get("alpha", 0.2) * x + at.get("beta", 0.5), 0, 1),
    "ReduceSum": _reduced(np.sum), "ReduceMean": _reduced(np.mean), "ReduceMax": _reduced(np.max),
    "ReduceSumSquare": _reduced(lambda x, **of: np.square(x).sum(**of)), "Softmax": _softmax,
    "ReduceLogSumExp": _reduced(lambda x, **of: np.log(np.exp(x).sum(**of))), "LogSoftmax": _log_softmax,
    "LayerNormalization": _layer_norm, "BatchNormalization": _batch_norm, "Gemm": _gemm,
    "MatMul": lambda at, a, b: a @ b, "Transpose": lambda at, x: np.transpose(x, at.get("perm")), "Reshape": _reshape,
    "Flatten": _flatten, "Unsqueeze": _unsqueeze, "Concat": _concat, "Gather": _gather, "Slice": _slice,
    "Squeeze": lambda at, x, axes=None: np.squeeze(x, _axes(at, axes)),
    "Shape": lambda at, x: np.array(x.shape, np.int64),
    "ArgMax": lambda at, x: (np.argmax(x, at.get("axis", 0), keepdims=bool(at.get("keepdims", 1)))),
    "Scaler": lambda at, x: (x - at.get("offset", np.zeros(1))) * at.get("scale", np.ones(1)),
    "Binarizer": lambda at, x: (x > at.get("threshold", 0.0)).astype(np.float64),
    "LabelEncoder": _label, "ArrayFeatureExtractor": _feature,
}  # fmt: skip
PRODUCTS = {"MatMul", "Gemm", "BatchNormalization", "LayerNormalization"}
LABELS = {"ArgMax", "ArrayFeatureExtractor", "LabelEncoder", "Binarizer"}
# What is worked out of constants, and what may be within a composed form.
FOLDED = set(OPERATORS) - PRODUCTS - LABELS - {"Dropout", "Scaler"}
FORMS = set(OPERATORS) - PRODUCTS - LABELS
