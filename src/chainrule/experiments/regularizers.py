"""What regularizes, by its name, and what it changes in a training."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

from chainrule.errors import InputError, KindError, UnknownName
from chainrule.experiments.setups import Setup
from chainrule.parts.contract import Activation, Clipping, Layer, Loss, Optimizer, Part, Penalty
from chainrule.parts.contract.written import naming, split_number, with_number
from chainrule.parts.misnamed import is_ours
from chainrule.parts.named import is_function, with_setting
from chainrule.training.callbacks import Callback

NONE = "none"  # the regularizer that changes nothing
SETTINGS: dict[str, type[Part]] = {"label_smoothing": Loss, "weight_decay": Optimizer}  # that regularize


def regularize(given: Any, own: Setup) -> None:
    """Change a training as a regularizer says: a name, a name with a number, or a part."""
    found = _regularizer(given, own)
    if found is not None:
        _apply(found, own)


def _regularizers() -> dict[str, type[Part]]:
    """What has a name of its own: penalties, layers within the network, clipping, callbacks."""
    layers = {
        name: layer
        for name, layer in Layer.registry().items()
        if layer.takes in (Activation.takes, Activation.gives) and not issubclass(layer, Activation)
    }
    return {**Penalty.registry(), **layers, **Clipping.registry(), **_callbacks(Callback)}


def _callbacks(kind: type) -> dict[str, type[Part]]:
    """Those of chainrule's own that can be made without being told anything."""
    found: dict[str, type[Part]] = {}
    subs: list[type] = kind.__subclasses__()
    for sub in subs:
        found |= _callbacks(sub)
        a_base = any(map(is_ours, sub.__subclasses__()))  # a user's class of ours makes none of it
        if (
            is_ours(sub)
            and issubclass(sub, Part)
            and getattr(sub, "regularizes", True)
            and not a_base
            and not _open(sub)
        ):
            found[sub.name()] = sub
    return found


def _open(kind: type[Part]) -> list[str]:
    """The settings that have no default."""
    return [
        each.name for each in dataclasses.fields(kind) if each.init and each.default is dataclasses.MISSING
    ]


def _regularizer(given: Any, own: Setup) -> Any:
    """The part that a name stands for, alone or as a setting of the loss or the optimizer; None for "none"."""
    if not isinstance(given, str):
        if is_function(given):
            return Penalty.of(given)
        if not isinstance(given, Part | Callback):
            raise KindError(
                f"{given!r} is no regularizer: give its name, such as {next(iter(Penalty.registry()))!r}, or a part."
            )
        return given
    if given == NONE:
        return None
    name, number = split_number(given)
    if name == NONE:
        raise InputError(f"{given!r}: {NONE} takes no number; write {NONE} alone.")
    known = _regularizers()
    if name in known:
        return with_number(known[name], name, number)
    if name not in SETTINGS:
        raise UnknownName("regularizer", name, [NONE, *known, *SETTINGS])
    kind = SETTINGS[name]
    return _with_regularizing(own.optimizer if kind is Optimizer else own.network["loss"], kind, name, number)


def _with_regularizing(part: Part, kind: type[Part], name: str, number: float | None) -> Part:
    """A part with a setting; or one of the same settings and that one besides, whose name goes on from its own."""
    own = set(part.settings())
    for title, other in kind.registry().items():
        names = {each.name for each in dataclasses.fields(other) if each.init}
        if name not in own and title.startswith(part.name()) and names == own | {name}:
            given = {} if number is None else {name: number}
            with naming(name, number or 0, other):
                return other(**part.settings(), **given)
    if name not in own:
        having = [title for title, other in kind.registry().items() if hasattr(other, name)]
        raise InputError(
            f"{name} is a setting of {', '.join(having)}, and the {kind.kind} here is {part.name()}: take one of "
            f"those, or leave {name} out."
        )
    if number is None:
        raise InputError(
            f"{name} is {getattr(part, name):g} for {part.name()} unless a number is given: write one, such as "
            f"{name}:0.1."
        )
    with naming(name, number, type(part)):
        return dataclasses.replace(part, **{name: number})


def _apply(part: Part | Callback, own: Setup) -> None:
    """Put a part in its place."""
    if isinstance(part, Penalty):
        own.network["penalty"] = part
    elif isinstance(part, Loss):
        own.network["loss"] = part
    elif isinstance(part, Optimizer):
        own.optimizer = copy.deepcopy(part)
    elif isinstance(part, Clipping):
        own.optimizer = with_setting(own.optimizer, "clip", part)
    elif isinstance(part, Callback):
        own.fitting["callbacks"] = [*own.fitting.get("callbacks", ()), part]
    elif isinstance(part, Layer) and not isinstance(part, Activation):
        among = {"layers": _around_hidden(part, own), "scaling": None, "hidden": None, "output": None}
        own.network = {**own.network, **among}
    elif callable(part):
        own.fitting["transform"] = part
    else:
        raise KindError(f"{part} regularizes nothing: give a penalty, a layer, a clipping or a callback.")


def _around_hidden(part: Layer, own: Setup) -> list[Layer]:
    """The layers, with one more before or after each hidden activation, by what it takes."""
    layers = list(own.make().layers)
    hidden = [i for i, layer in enumerate(layers) if isinstance(layer, Activation)][:-1]
    if not hidden:
        raise InputError(
            f"{part} stands at hidden activations, and the network has none: give it hidden layers."
        )
    for i in reversed(hidden):
        layers.insert(i if part.takes == Activation.takes else i + 1, part)
    return layers
