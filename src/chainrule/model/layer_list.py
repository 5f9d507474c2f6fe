"""A network's layers, made from sizes, names, functions or parts; and what else it is given to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError, LanguageError, UnknownName
from chainrule.parts import Dense, Identity
from chainrule.parts.contract import Activation, Layer
from chainrule.utils import checks
from chainrule.utils.memory import memory

DTYPES = ("float32", "float64")
BYTES = 24  # that a weight takes at least: drawn, kept, and its gradient


def as_layers(layers: Sequence[Any], hidden: Any, output: Any, scaling: Layer | None) -> list[Layer]:
    """A network's layers from what was given for them, the last one an activation; raises where they are none."""
    if isinstance(layers, np.ndarray):
        layers = layers.tolist()
    if isinstance(layers, str) or not isinstance(layers, Sequence) or len(layers) == 0:
        raise KindError(f"{layers!r} is no list of layers: write sizes, such as [2, 3, 2], or layers.")
    if all(isinstance(item, int | np.integer) and not isinstance(item, bool) for item in layers):
        hidden, output = "relu" if hidden is None else hidden, "softmax" if output is None else output
        found = _from_sizes([int(n) for n in layers], hidden, output)
    elif wrong := [item for item in layers if isinstance(item, float | bool)]:
        raise KindError(f"{wrong[0]!r} is no number of units: sizes are whole numbers, such as [2, 3, 2].")
    else:
        for name, given in (("hidden", hidden), ("output", output)):
            if given is not None:
                raise InputError(
                    f"{name} = {given!r} goes with sizes, such as [2, 3, 2], and layers are given: write it among them."
                )
        found = [_layer(item) for item in layers]
        if not isinstance(found[-1], Activation):
            found.append(Identity())
    if scaling is not None and not isinstance(scaling, Layer):
        raise KindError(f"scaling = {scaling!r} is no layer: give one that scales the inputs.")
    return found if scaling is None else [scaling, *found]


def _from_sizes(sizes: list[int], hidden: Any, output: Any) -> list[Layer]:
    if len(sizes) < 2:
        raise InputError(
            f"{sizes} names one layer: give at least the numbers of inputs and of outputs, as [2, 2]."
        )
    between = len(sizes) - 2
    each = list(hidden) if isinstance(hidden, list | tuple) else [hidden] * between
    if len(each) != between:
        raise InputError(f"hidden names {len(each)} activations, and there are {between} hidden layers.")
    found: list[Layer] = []
    for i, activation in enumerate([*each, output]):
        found += [Dense(sizes[i], sizes[i + 1]), Activation.of(activation)]
    return found


def _layer(given: Any) -> Layer:
    if isinstance(given, str):
        return (Layer if given.partition(":")[0] in Layer.registry() else Activation).of(given)
    if callable(given) and not isinstance(given, type | Layer):
        return Activation.of(given)
    return Layer.of(given)


def widths(layers: Sequence[Layer]) -> tuple[int, int]:
    """The numbers of inputs and of outputs; raises where layers don't go together."""
    counting = [layer for layer in layers if layer.has_weights]
    if not counting:
        raise InputError("the network has no layer with weights: put in a Dense.")
    for layer in counting:
        if not isinstance(getattr(layer, "inputs", None), int | np.integer):
            raise LanguageError(
                f"{type(layer).__name__} has weights, and does not say for how many inputs: give it a setting inputs, "
                "as Dense has."
            )
    for layer in layers[1:]:
        if layer.raw_features is not None:
            raise InputError(
                f"{layer} reads the columns of a table, so it must be the first layer: put it there."
            )
    width: int | None = None
    weights = 0
    for layer in layers:
        before, width = width, layer.width(width)
        if layer.has_weights:
            weights += (before or getattr(layer, "inputs")) * (width or 0)  # noqa: B009
    if weights * BYTES > memory():
        raise InputError(
            f"the network would have {weights:,} weights, which this machine's memory can't hold: take fewer units."
        )
    raw = layers[0].raw_features
    inputs = getattr(counting[0], "inputs") if raw is None else len(raw)  # noqa: B009
    assert width is not None
    return int(inputs), int(width)


def as_dtype(dtype: Any) -> Any:
    """NumPy's dtype, of those that a network may have."""
    name = np.dtype(dtype).name if isinstance(dtype, type | np.dtype) else dtype
    if name not in DTYPES:
        raise UnknownName("dtype", name, DTYPES)
    return np.dtype(name)


def as_labels(what: str, given: Sequence[Any] | None, count: int) -> tuple[str, ...] | None:
    """So many names, each once."""
    if given is None:
        return None
    if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray):
        raise KindError(f"{what} = {checks.short(given)} is no list of names.")
    checks.unmasked(given, what)
    if isinstance(given, np.ndarray) and given.ndim != 1:
        raise KindError(f"{what} has the shape {given.shape}: it is a list of names.")
    if len(given) != count:  # before they are looked at: there may be any number
        raise InputError(f"{what} names {len(given)}, and the network has {count}.")
    if len(set(map(str, given))) != len(given):
        raise InputError(f"{what} names one twice: {', '.join(map(str, given))}.")
    return tuple(str(name) for name in given)
