"""Layers from a PyTorch state_dict, which has arrays by name and tells no activation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule.errors import InputError
from chainrule.exchange.chain import Link
from chainrule.exchange.tensors import as_array, common_dtype
from chainrule.parts import Dense
from chainrule.parts.contract import Activation, Array

WHOLE = "Give the module itself."


def of_state(state: Mapping[Any, Any], hidden: Any, output: Any) -> tuple[list[Link], str, Any]:
    """The layers of a state_dict of Linear layers, its dtype, and the output."""
    arrays = {str(name): _linear(str(name), tensor) for name, tensor in state.items()}
    if not arrays:
        raise InputError("the state_dict is empty: it needs the weight of a Linear at least.")
    layers: dict[str, dict[str, Array]] = {}
    for name, array in arrays.items():
        layer, _, local = name.rpartition(".")
        layers.setdefault(layer, {})[local] = array
    between = len(layers) - 1
    if output is None:
        raise InputError(
            'a state_dict doesn\'t tell what the last sums are for: give output="softmax", "sigmoid" or "identity".'
        )
    if hidden is None and between:
        raise InputError(
            f"a state_dict doesn't tell the activations of its {between} hidden layer{'s' if between > 1 else ''}: "
            'give hidden="relu", or a list with one for each.'
        )
    each = list(hidden) if isinstance(hidden, list | tuple) else [hidden] * between
    if len(each) != between:
        raise InputError(f"hidden names {len(each)} activations, and there are {between} hidden layers.")
    chain: list[Link] = []
    for i, (name, own) in enumerate(layers.items()):
        chain.append(_dense(name, own))
        if i < between:
            chain.append(Link(f"hidden activation {i}", Activation.of(each[i])))
    return chain, common_dtype(list(arrays.items())), output


def _linear(name: str, tensor: Any) -> Array:
    """The weight or the bias of a Linear; raises for anything that none has."""
    local = name.rpartition(".")[2]
    shape = tuple(getattr(tensor, "shape", ()))
    if hasattr(tensor, "shape") and (
        local not in ("weight", "bias") or len(shape) != (2 if local == "weight" else 1)
    ):
        raise InputError(
            f"{name}, of shape {shape}, belongs to no Linear: a state_dict with other layers doesn't tell in what "
            f"order their activations come. {WHOLE}"
        )
    return as_array(tensor, name)


def _dense(name: str, own: Mapping[str, Array]) -> Link:
    if "weight" not in own:
        raise InputError(
            f"{name}.bias comes without {name}.weight: a state_dict with other layers than Linear doesn't tell in "
            f"what order their activations come. {WHOLE}"
        )
    weight = own["weight"]
    arrays = {"W": weight.T, **({"b": own["bias"]} if "bias" in own else {})}
    return Link(name, Dense(weight.shape[1], len(weight), bias="bias" in own), arrays)
