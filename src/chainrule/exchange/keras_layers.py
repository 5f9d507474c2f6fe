"""What the layers of Keras are here, from their settings and arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule import parts
from chainrule.errors import ChainruleError, InputError
from chainrule.exchange.chain import Link
from chainrule.exchange.keras_chain import Item
from chainrule.exchange.scaling import Scaling
from chainrule.parts.contract import Activation, Array, Layer

Settings = Mapping[str, Any]
ACTIVATIONS: dict[str, Callable[[], Activation]] = {
    "linear": parts.Identity, "relu": parts.ReLU, "leaky_relu": lambda: parts.LeakyReLU(0.2), "elu": parts.ELU,
    "selu": parts.SELU, "sigmoid": parts.Sigmoid, "tanh": parts.Tanh, "softplus": parts.Softplus,
    "silu": parts.SiLU, "swish": parts.SiLU, "hard_silu": parts.HardSwish, "hard_swish": parts.HardSwish,
    "gelu": parts.GELU, "mish": parts.Mish, "softmax": parts.Softmax, "log_softmax": parts.LogSoftmax,
}  # fmt: skip
# Layers without a width of their own; what is there of "trainable" and "dtype" is looked at for all alike.
LAYERS: dict[str, Callable[[Settings], Layer]] = {
    "Activation": lambda c: activation(c["activation"]),
    "ReLU": lambda c: parts.LeakyReLU(c["negative_slope"]) if c["negative_slope"] else parts.ReLU(),
    "LeakyReLU": lambda c: parts.LeakyReLU(c["negative_slope"]),
    "PReLU": lambda c: parts.PReLU(),
    "ELU": lambda c: parts.ELU(c["alpha"]),
    "Softmax": lambda c: parts.Softmax(),
    "Dropout": lambda c: parts.Dropout(c["rate"]),
    "BatchNormalization": lambda c: parts.BatchNorm(rate=round(1 - c["momentum"], 12), epsilon=c["epsilon"]),
    "LayerNormalization": lambda c: parts.LayerNorm(epsilon=c["epsilon"]),
}
SCALINGS = ("Normalization", "Rescaling")
KNOWN = ("Dense", "Flatten", *SCALINGS, *LAYERS)
# The arrays of each, in Keras's order, by chainrule's names, and the setting without which one is not there.
ARRAYS: dict[str, tuple[tuple[str, str], ...]] = {
    "Dense": (("W", ""), ("b", "use_bias")),
    "PReLU": (("alpha", ""),),
    "BatchNormalization": (("gamma", "scale"), ("beta", "center"), ("mu_run", ""), ("var_run", "")),
    "LayerNormalization": (("gamma", "scale"), ("beta", "center")),
}
LAST = (-1, 1, [-1], [1])  # the axis of the units, where samples are rows
# What chainrule's layers can't do, and Keras's can: what is right, and the reason otherwise.
LIMITS: dict[str, tuple[Callable[[Settings], bool], str]] = {
    "ReLU": (
        lambda c: not c.get("threshold") and c.get("max_value") is None,
        "chainrule's begins at 0 and has no upper bound",
    ),
    "PReLU": (lambda c: not c.get("shared_axes"), "chainrule's learns an α for each unit: leave shared_axes out"),
    "Softmax": (lambda c: c["axis"] in LAST, "chainrule's goes over the outputs of a sample: take axis=-1"),
    "BatchNormalization": (
        lambda c: c["axis"] in LAST and c.get("trainable", True) and not c.get("synchronized"),
        "chainrule's is over the units, and takes each batch's own mean in training: leave axis and synchronized "
        "out, and set trainable=True",
    ),
    "LayerNormalization": (
        lambda c: c["axis"] in LAST and not c.get("rms_scaling"),
        "chainrule's is over the units, and takes their mean off: leave axis and rms_scaling out",
    ),
    "Dropout": (
        lambda c: c["rate"] < 1 and c.get("noise_shape") is None,
        "chainrule's drops each unit by itself, and not all of them: leave noise_shape out, and take a rate below 1",
    ),
    "Flatten": (
        lambda c: c.get("data_format") in (None, "channels_last"),
        "it takes the channels first, and chainrule's samples are rows in their own order: take data_format="
        '"channels_last"',
    ),
    "Normalization": (lambda c: not c.get("invert"), "it undoes a scaling: take invert=False"),
    "Dense": (
        lambda c: not c.get("lora_rank") and c.get("quantization_config") is None,
        "its weights are made of others, by LoRA or quantization, and chainrule's are numbers of their own",
    ),
}  # fmt: skip


def activation(given: Any) -> Activation:
    """The activation that a layer names."""
    if not isinstance(given, str) or given not in ACTIVATIONS:
        name = given if isinstance(given, str) else "code of one's own"
        raise InputError(f"its activation is {name}, and there are {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[given]()


def check(item: Item) -> None:
    """Raise InputError for a layer that chainrule has none for, or with settings that it can't have."""
    if item.kind not in KNOWN:
        raise InputError(f"{item.place}, is none that chainrule has: it has Input, {', '.join(KNOWN)}.")
    fits, reason = LIMITS.get(item.kind, (lambda c: True, ""))
    if not fits(item.config):
        raise InputError(f"{item.place}: {reason}.")
    for name, value in item.config.items():
        if (
            name.endswith(("_regularizer", "_constraint"))
            and name != "kernel_regularizer"
            and value is not None
        ):
            raise InputError(
                f"{item.place} has a {name}, which a network of chainrule has not: leave it out, or give its weights "
                "alone to a model without."
            )
    policy = item.config.get("dtype")
    dtype = policy["config"]["name"] if isinstance(policy, Mapping) else policy
    if dtype is not None and (
        dtype not in ("float32", "float64") or _kind(policy) not in ("", "DTypePolicy")
    ):
        raise InputError(f"{item.place} computes in {dtype}: a network is float32 or float64.")


def _kind(policy: Any) -> str:
    return str(policy["class_name"]) if isinstance(policy, Mapping) else ""


def links(item: Item, arrays: Sequence[Array]) -> list[Link]:
    """A layer of Keras's, and the activation that it brings along."""
    try:
        if item.kind == "Dense":
            own = _arrays(item, arrays, len(arrays[0].T) if len(arrays) else 0)
            if own["W"].ndim != 2 or own["W"].shape[1] != item.config["units"]:
                raise InputError(
                    f"its kernel has the shape {own['W'].shape}, and units are {item.config['units']}"
                )
            layers: list[Layer] = [parts.Dense(*own["W"].shape), activation(item.config["activation"])]
        else:
            own = _arrays(item, arrays, len(arrays[-1]) if len(arrays) and arrays[-1].ndim else 0)
            layers = [LAYERS[item.kind](item.config)]
    except ChainruleError as error:
        raise InputError(f"{item.place}: {str(error).rstrip('.')}.") from error
    missing = {local for local, when in ARRAYS.get(item.kind, ()) if when and not item.config[when]}
    still = (
        {local for local in own if not local.endswith("_run")}
        if not item.config.get("trainable", True)
        else set()
    )
    first = Link(item.place, layers[0], own, frozenset(missing | still))
    return [first, *(Link(item.place, layer) for layer in layers[1:])]


def _arrays(item: Item, arrays: Sequence[Array], size: int) -> dict[str, Array]:
    """A layer's arrays by chainrule's names; those that it has not are as if they did nothing, and stay so."""
    told = ARRAYS.get(item.kind, ())
    there = [local for local, when in told if not when or item.config[when]]
    if len(arrays) != len(there):
        raise InputError(f"it has {len(arrays)} arrays, and needs {len(there)}: build the model first")
    own = dict(zip(there, arrays, strict=True))
    dtype = arrays[0].dtype if len(arrays) else np.dtype(np.float32)
    for local, _ in told:
        own.setdefault(local, np.full(size, float(local == "gamma"), dtype))
    return own


def scaling(item: Item, arrays: Sequence[Array], shape: tuple[int, ...] | None) -> Scaling:
    """What a layer that scales the inputs takes off and divides by, for samples that are laid flat."""
    config = item.config
    if item.kind == "Rescaling":
        scale, offset = _spread(_number(config["scale"]), shape), _spread(_number(config["offset"]), shape)
        if not (np.isfinite(scale).all() and (np.asarray(scale) > 0).all()):
            raise InputError(f"{item.place}: its scale is not above 0, as chainrule's is.")
        return item.place, -offset / scale, 1 / scale
    if config.get("mean") is None and len(arrays) < 2:
        raise InputError(f"{item.place} has no mean yet: call adapt first.")
    mean, variance = (
        (arrays[0], arrays[1])
        if config.get("mean") is None
        else (_number(config["mean"]), _number(config["variance"]))
    )
    shape = shape or np.shape(mean)
    axes = config["axis"] if isinstance(config["axis"], list | tuple) else [config["axis"]]
    kept = {axis % (len(shape) + 1) for axis in axes if axis is not None}
    if 0 in kept:
        raise InputError(f"{item.place} scales each sample of a batch by its place: take axis=-1.")
    sizes = [shape[i - 1] if i in kept else 1 for i in range(1, len(shape) + 1)]
    own = tuple(size for i, size in enumerate(sizes, 1) if i in kept)
    center, spread = (np.broadcast_to(each, own).reshape(sizes) for each in (mean, variance))
    return item.place, _spread(center, shape), _spread(np.maximum(np.sqrt(spread), 1e-7), shape)


def _number(value: Any) -> Array:
    """A number or numbers of a description, in which arrays are written by name."""
    if isinstance(value, Mapping):
        value = value["config"]["value"]
    return np.asarray(value, np.float64)


def _spread(value: Any, shape: tuple[int, ...] | None) -> Array:
    """Numbers for all inputs of a sample, laid flat; a single one stays one."""
    own: Array = np.asarray(value, np.float64)
    if own.ndim == 0 or shape is None or own.size == 1:
        return own.reshape(()) if own.size == 1 else own.ravel()
    if math.prod(shape) > 2**27:
        raise InputError(f"samples of the shape {shape} are too large.")
    spread: Array = np.broadcast_to(own, shape).ravel()
    return spread
