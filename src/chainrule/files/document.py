"""A network as plain values and arrays by name, and back; strictly, since a file may come from a stranger."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from chainrule.errors import ChainruleError, InputError, KindError, UnknownName
from chainrule.model.layer_list import DTYPES
from chainrule.model.model import Model
from chainrule.parts.contract import Activation, Array, Initializer, Layer, Loss, Part, Penalty
from chainrule.program.names import buffer_name
from chainrule.utils.checks import short

FORMAT = 3  # raise it whenever an older chainrule could misread what is written

P = TypeVar("P", bound=Part)
M = TypeVar("M", bound=Model)


def describe(network: Model) -> tuple[dict[str, Any], dict[str, Array]]:
    """The network as a document of plain values, and its arrays by name.

    Parameters, and what layers remember, keep their names. A layer's constants are named by its place, counted from
    0 as in the document's list: ``layers.0.center``; those of what scales targets ``scale_target.center``. They are the
    part's own, float64 in a float32 network too.

    Returns
    -------
    the document, and the arrays, each contiguous

    Raises
    ------
    KindError : for a network with code of one's own
    """
    document = {
        "format": FORMAT,
        "layers": [_described(layer) for layer in network.layers],
        "loss": _described(network.loss_part),
        "penalty": None if network.penalty is None else _described(network.penalty),
        "scale_target": None if network.scale_target is None else _described(network.scale_target),
        "dtype": network.dtype.name,
        "frozen": sorted(network.frozen),
        "features": network.features and list(network.features),
        "classes": network.classes and list(network.classes),
        "threshold": network.threshold,
        "about": network.metadata,
    }
    arrays = {**network.parameters, **network.buffers}
    for place, layer in enumerate(network.layers):
        stored = layer.constants() if layer.stored else {}
        arrays |= {f"layers.{place}.{name}": array for name, array in stored.items()}
    if network.scale_target is not None:
        arrays |= {f"scale_target.{name}": array for name, array in network.scale_target.constants().items()}
    return document, {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def _described(part: Part) -> dict[str, Any]:
    kind = next(kind for kind in (Activation, Layer, Loss, Penalty) if isinstance(part, kind))
    known = kind.registry()
    if known.get(part.name()) is not type(part):
        if "own" in part.kind:
            own = f"function {getattr(part.function, '__name__', type(part.function).__name__)}"  # type: ignore[attr-defined]
        else:
            own = f"class {type(part).__name__}"
        raise KindError(
            f"the network can't be saved: the {own} is your own code, and a file holds data alone. Take a "
            f"part of chainrule ({', '.join(known)}), or save the parameters alone: "
            'np.savez("parameters.npz", **net.parameters).'
        )
    settings = {
        name: value.tolist() if isinstance(value, np.generic | np.ndarray) else value
        for name, value in part.settings().items()
    }
    return {"name": part.name(), "settings": settings}


def build(kind: type[M], document: Any, arrays: Mapping[str, Array]) -> M:
    """The network that `describe` described.

    Nothing is made before every size is known to be that of an array at hand, and nothing is looked up but
    the names of chainrule's own parts.

    Raises
    ------
    ChainruleError : if anything is missing, too much or of another kind; the message says what
    """
    _check_document(document)
    parameters = dict(arrays)
    layers = [_layer(f"layers.{place}.", of, parameters) for place, of in enumerate(document["layers"])]
    scaling = document.get("scale_target")
    scale_target = None if scaling is None else _layer("scale_target.", scaling, parameters)
    longest = max((length for array in parameters.values() for length in array.shape), default=0)
    _check_parameters(parameters, _layout(layers, longest), document["dtype"])
    network = kind(
        layers,
        loss=_part(Loss, document["loss"], {}),
        penalty=None if document.get("penalty") is None else _part(Penalty, document["penalty"], {}),
        dtype=document["dtype"],
        initializer=_Blank(),
        scale_target=scale_target,
        features=document["features"],
        classes=document["classes"],
    )
    for name, array in {**network.parameters, **network.buffers}.items():
        array[...] = parameters[name]
    network.freeze(*document["frozen"])
    network.threshold = document.get("threshold")
    network.metadata = document["about"]
    return network


# --- the document ---------------------------------------------------------------------------------------


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _entry(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"name", "settings"}
        and isinstance(value["name"], str)
        and isinstance(value["settings"], dict)
    )


ENTRY = '{"name": …, "settings": {…}}'
CONTENT: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "layers": (f"a list of {ENTRY}", lambda v: isinstance(v, list) and all(map(_entry, v))),
    "loss": (ENTRY, _entry),
    "penalty": (f"{ENTRY}, or null", lambda v: v is None or _entry(v)),
    "scale_target": (f"{ENTRY}, or null", lambda v: v is None or _entry(v)),
    "dtype": (" or ".join(DTYPES), lambda v: isinstance(v, str) and v in DTYPES),
    "frozen": ("a list of texts", _texts),
    "features": ("a list of texts, or null", lambda v: v is None or _texts(v)),
    "classes": ("a list of texts, or null", lambda v: v is None or _texts(v)),
    "threshold": ("a number, or null", lambda v: v is None or type(v) in (int, float)),
    "about": ("texts by name", lambda v: isinstance(v, dict) and _texts([*v, *v.values()])),
}


SINCE = {"penalty": 2, "threshold": 3, "scale_target": 3}


def _check_document(document: Any) -> None:
    version = document.get("format") if isinstance(document, dict) else None
    if type(version) is not int or version < 1:
        raise InputError(
            f"its description has no format, a whole number from 1 to {FORMAT}: chainrule did not write it."
        )
    if version > FORMAT:
        raise InputError(
            f"it was made by a newer chainrule (format {version}, and this one reads up to {FORMAT}). "
            "Update with: pip install --upgrade chainrule"
        )
    known = {name: of for name, of in CONTENT.items() if name not in SINCE or SINCE[name] <= version}
    for name, (what, fits) in known.items():
        if name not in document:
            raise InputError(f"its description has no {name!r}: it must be {what}.")
        if not fits(document[name]):
            raise InputError(f"its {name} is {short(document[name])}: it must be {what}.")
    for name in document:
        if name not in known and name != "format":
            raise InputError(f"its description has {name!r}, which format {version} does not know.")


def _layer(prefix: str, entry: Any, arrays: dict[str, Array]) -> Layer:
    """A layer with its constants, whose names begin so, and which are taken out of `arrays`."""
    own = {name: arrays.pop(name) for name in list(arrays) if name.startswith(prefix)}
    for name, array in own.items():
        if array.ndim != 1 or array.dtype != np.float64:
            raise InputError(
                f"{name} is {array.dtype} of shape {array.shape}: it must be float64 and have one axis."
            )
        _check_finite(name, array)
    if len({array.size for array in own.values()} - {1}) > 1:
        raise InputError(f"{' and '.join(own)} differ in length.")
    return _part(Layer, entry, {name.removeprefix(prefix): array for name, array in own.items()})


def _part(kind: type[P], entry: Any, arrays: Mapping[str, Array]) -> P:
    name, known = entry["name"], kind.registry()
    if name not in known:
        raise UnknownName(kind.kind, name, known)
    given = {**entry["settings"], **arrays}
    takes = inspect.signature(known[name]).parameters
    for setting in given:
        if setting not in takes:
            raise InputError(f"{name} has no {setting!r}: it takes {', '.join(takes) or 'nothing'}.")
    for setting, parameter in takes.items():
        if setting not in given and parameter.default is parameter.empty:
            raise InputError(f"{name} lacks its {setting!r}.")
    try:
        return known[name](**given)
    except ChainruleError:
        raise
    except (TypeError, ValueError, ArithmeticError) as error:  # a setting that its part takes unchecked
        raise InputError(f"{name} can't be made with {short(entry['settings'])}: {error}.") from error


# --- the arrays -----------------------------------------------------------------------------------------


class _Blank(Initializer):
    """Zeros that take no memory, however many: layers tell their shapes before their sizes are believed."""

    def draw(self, rng: np.random.Generator, inputs: int, outputs: int) -> Array:
        return np.broadcast_to(np.float64(0), (inputs, outputs))


def _layout(layers: Sequence[Layer], longest: int) -> dict[str, tuple[int, ...]]:
    """The names and shapes of the parameters of a network of these layers, and of what they remember.

    No layer is believed to be wider than any array at hand is long.
    """
    layout: dict[str, tuple[int, ...]] = {}
    rng, number = np.random.default_rng(0), 0
    width = next((int(getattr(layer, "inputs", 1)) for layer in layers if layer.has_weights), 1)
    for layer in layers:
        number += layer.has_weights
        widest = max(getattr(layer, "inputs", width), layer.width(None) or 0) if layer.has_weights else 0
        if widest > longest:
            raise InputError(f"{layer} has {widest} units, and no array in the file is as long.")
        own, kept = layer.parameters(width, _Blank(), rng), layer.buffers(width)
        width = layer.width(None) or width
        layout |= {f"{name}{number or ''}": array.shape for name, array in own.items()}
        layout |= {buffer_name(name, number): array.shape for name, array in kept.items()}
    return layout


def _check_parameters(arrays: Mapping[str, Array], layout: Mapping[str, tuple[int, ...]], dtype: str) -> None:
    for name, shape in layout.items():
        if name not in arrays:
            raise InputError(f"{name} is missing: its layers have it in the shape {shape}.")
        if arrays[name].shape != shape:
            raise InputError(f"{name} has the shape {arrays[name].shape}: its layers have it in {shape}.")
    for name, array in arrays.items():
        if name not in layout:
            raise InputError(f"{name} is too much: its layers have {', '.join(layout)}.")
        if array.dtype != dtype:
            raise InputError(f"{name} is {array.dtype}: the dtype of the network is {dtype}.")
        _check_finite(name, array)


def _check_finite(name: str, array: Array) -> None:
    if len(wrong := np.argwhere(~np.isfinite(array))):
        entry = ", ".join(map(str, wrong[0]))
        raise InputError(f"{name}[{entry}] is {array[tuple(wrong[0])]}: every entry must be finite.")
