"""The layers of a Keras model in their order, from its description alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.errors import InputError

MODELS = ("Sequential", "Functional")
DEEPEST = 20  # models within each other


@dataclass(frozen=True)
class Item:
    """A layer as Keras describes it.

    Parameters
    ----------
    place : where it stands, for messages
    kind : the name of Keras's class
    config : its settings
    names : the names of the models that it is in, and its own
    path : where a file has its arrays
    """

    place: str
    kind: str
    config: Mapping[str, Any]
    names: tuple[str, ...]
    path: str


def items(model: Mapping[str, Any]) -> list[Item]:
    """The layers of a model, those of models within it too, without those that only say what comes in.

    Raises
    ------
    InputError : for a model that is no chain, naming the place
    """
    return [item for item in _inside(model, "the model", (), "") if item.kind != "InputLayer"]


def input_shape(model: Mapping[str, Any]) -> tuple[int, ...] | None:
    """The shape of a sample, where the description tells it."""
    found = next((i for i in _inside(model, "the model", (), "") if i.kind == "InputLayer"), None)
    shape = found.config.get("batch_shape") if found else model["config"].get("build_input_shape")
    if not isinstance(shape, list | tuple) or not all(isinstance(size, int) for size in shape[1:]):
        return None
    return tuple(shape[1:])


def _inside(model: Mapping[str, Any], place: str, names: tuple[str, ...], path: str) -> Iterator[Item]:
    if len(names) > DEEPEST:
        raise InputError(f"{place} is more than {DEEPEST} models deep.")
    own = model.get("module") == "keras" or str(model.get("module")).startswith("keras.")
    if (
        model["class_name"] not in MODELS
        or not own
        or model.get("registered_name") not in (None, model["class_name"])
    ):
        raise InputError(
            f"{place} is {model['class_name']}, whose way from layer to layer can't be read: build a Sequential of its "
            "layers."
        )
    layers = model["config"]["layers"]
    files = dict(zip((layer["config"]["name"] for layer in layers), _file_names(layers), strict=True))
    if len(files) < len(layers):
        raise InputError(f"{place} has two layers of one name.")
    order = layers if model["class_name"] == "Sequential" else _ordered(model["config"], place)
    for layer in order:
        name = layer["config"]["name"]
        own, inner = (*names, name), f"{path}layers/{files[name]}/"
        where = f"layer {'.'.join(own)!r}, {layer['class_name']}"
        if layer["class_name"] in MODELS:
            yield from _inside(layer, where, own, inner)
        elif layer.get("module") != "keras.layers" or layer.get("registered_name"):
            raise InputError(f"{where}, is none of Keras's own layers: what it does can't be read.")
        else:
            yield Item(where, layer["class_name"], layer["config"], own, f"{inner}vars")


def _file_names(layers: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What Keras's files call layers: their classes, and of several the number."""
    counts: dict[str, int] = {}
    for layer in layers:
        name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", layer["class_name"])
        name = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
        counts[name] = counts.get(name, -1) + 1
        yield f"{name}_{counts[name]}" if counts[name] else name


def _ordered(config: Mapping[str, Any], place: str) -> list[Mapping[str, Any]]:
    """The layers of a functional model from the input on; raises where they are no chain."""
    layers = {layer["config"]["name"]: layer for layer in config["layers"]}
    ends = [_only(config[of]) for of in ("input_layers", "output_layers")]
    if None in ends:
        raise InputError(f"{place} has several inputs or outputs, and a network has one.")
    first, name = ends
    found = []
    while True:
        if name not in layers:
            raise InputError(f"{place} is no chain of layers: one is read that is not there, or read twice.")
        found.append(layer := layers.pop(name))
        if name == first:
            break
        before = _parent(layer)
        if before is None:
            raise InputError(
                f"layer {name!r}, {layer['class_name']}, takes something else than the output of the one layer before "
                "it: a network is a chain."
            )
        name = before
    if layers:
        raise InputError(f"{place} has branches, at {', '.join(map(repr, layers))}: a network is a chain.")
    return found[::-1]


def _only(ends: Any) -> Any:
    """The name of the one layer at an end, or None."""
    while isinstance(ends, list | tuple) and len(ends) == 1:
        ends = ends[0]
    one = isinstance(ends, list | tuple) and len(ends) == 3 and isinstance(ends[0], str)
    return ends[0] if one else None


def _parent(layer: Mapping[str, Any]) -> str | None:
    """The name of the layer whose output another one takes; None unless it is one, once."""
    nodes = layer.get("inbound_nodes")
    if not isinstance(nodes, list) or len(nodes) != 1 or not isinstance(nodes[0], Mapping):
        return None
    args, more = nodes[0]["args"], nodes[0].get("kwargs", {})
    if (
        len(args) != 1
        or not isinstance(args[0], Mapping)
        or any(value not in (None, False) for value in more.values())
    ):
        return None
    name, _, output = args[0]["config"]["keras_history"]
    return str(name) if output == 0 else None
