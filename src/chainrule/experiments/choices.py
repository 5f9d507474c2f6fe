"""What is compared: names, names with a number, and parts; and what each of them changes in a training."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError, UnknownName
from chainrule.experiments.comparison import REGULARIZER
from chainrule.network import Network
from chainrule.parts import Function
from chainrule.parts.contract import (
    Activation,
    Clipping,
    Initializer,
    Layer,
    Loss,
    Optimizer,
    Part,
    Penalty,
)
from chainrule.training import callbacks
from chainrule.training.callbacks import Callback

# What may be varied: one of it, and the argument of Network or of fit that it is.
KINDS = {
    "optimizers": Optimizer.kind,
    "activations": Activation.kind,
    "losses": Loss.kind,
    "initializers": Initializer.kind,
    "regularizers": REGULARIZER,
}
ARGUMENTS = {
    "optimizers": "optimizer",
    "activations": "hidden",
    "losses": "loss",
    "initializers": "initializer",
}
NONE = "none"  # the regularizer that changes nothing
SETTINGS: dict[str, type[Part]] = {"label_smoothing": Loss, "weight_decay": Optimizer}  # that regularize


@dataclass
class Setup:
    """How one network is made and trained.

    Parameters
    ----------
    network : the arguments of `Network`, by name
    optimizer : its own, which has counted nothing
    fitting : further arguments of `fit`
    """

    network: dict[str, Any]
    optimizer: Optimizer
    fitting: dict[str, Any] = field(default_factory=dict)

    def make(self, **instead: Any) -> Network:
        """A fresh network."""
        return Network(**{**self.network, **instead})


def are_sizes(layers: Any) -> bool:
    """Whether a network is given as numbers of units, not as layers."""
    return not isinstance(layers, str) and all(isinstance(each, int | np.integer) for each in layers)


def named(kind: str, given: Any) -> dict[str, Any]:
    """The choices by the names that the table shows.

    Parameters
    ----------
    kind : of `KINDS`
    given : a list of names and parts, or a dict of them with names of one's own
    """
    if isinstance(given, Mapping):
        found = {str(name): choice for name, choice in given.items()}
    elif isinstance(given, list | tuple):
        found = {}
        for choice in given:
            name = choice if isinstance(choice, str) else _written(choice)
            if name in found:
                raise InputError(
                    f"the {kind} have {name} twice: leave one out, or give a dict with a name for each."
                )
            found[name] = choice
    else:
        raise KindError(f"{kind} = {given!r} is no list: write {kind}=[…], with names or parts.")
    if not found:
        raise InputError(f"{kind} is empty: there is nothing to compare.")
    return found


def _written(choice: Any) -> str:
    if callable(choice) and not isinstance(choice, type | Part):
        return str(Function(choice))
    return str(choice)


# --- names and numbers --------------------------------------------------------------------------------------


def part(kind: type[Part], given: Any) -> Any:
    """The part that a name stands for, or a name with a number, such as ``"sgd:0.1"``: its first setting."""
    if kind is Activation and callable(given) and not isinstance(given, type | Part):
        return Function(given)
    if isinstance(given, str) and ":" in given:
        name, number = _split(given)
        known = kind.known()
        if name not in known:
            raise UnknownName(kind.kind, name, known)
        return _with_number(known[name], name, number)
    return kind.of(given)


def _split(given: str) -> tuple[str, float | None]:
    name, colon, text = given.partition(":")
    if not colon:
        return name, None
    try:
        return name, float(text)
    except ValueError:
        raise InputError(
            f"{given!r}: {text!r} is no number; write {name}, or with a number, such as {name}:0.1."
        ) from None


def _with_number(kind: type[Part], name: str, number: float | None) -> Part:
    if number is None:
        return kind()
    for each in dataclasses.fields(kind):
        if each.init and each.metadata and not each.kw_only:
            whole = each.metadata.get("whole") and number.is_integer()
            with _said_of(name, number, kind):
                return kind(**{each.name: int(number) if whole else number})
    raise InputError(f"'{name}:{number:g}': {name} takes no number; write {name} alone.")


@contextmanager
def _said_of(name: str, number: float, kind: type[Part]) -> Iterator[None]:
    """Say of what was written that its number is out of range."""
    try:
        yield
    except (InputError, KindError) as error:
        said = str(error).removeprefix(f"{kind.__name__}: ").replace(" = ", " ", 1)
        raise type(error)(f"'{name}:{number:g}': {said}") from None


def takes_rate(optimizer: Any) -> bool:
    """Whether an optimizer is named without a number, so that a common learning rate is for it."""
    return isinstance(optimizer, str) and ":" not in optimizer


def with_setting(optimizer: Optimizer, name: str, value: Any) -> Optimizer:
    """The same optimizer with another learning rate, say; one around another hands it on."""
    fields = dataclasses.fields(optimizer)
    if any(each.name == name and each.init for each in fields):
        return dataclasses.replace(optimizer, **{name: value})
    for each in fields:
        if isinstance(inner := getattr(optimizer, each.name), Optimizer):
            return dataclasses.replace(optimizer, **{each.name: with_setting(inner, name, value)})
    raise InputError(f"{optimizer} has no {name.replace('_', ' ')} that could be set: leave it out.")


# --- what a choice changes ----------------------------------------------------------------------------------


def setup(kind: str, given: Any, base: Setup, rate: float | None) -> Setup:
    """The training that a choice stands for.

    Parameters
    ----------
    kind : of `KINDS`
    given : a name, or a part
    base : what the choices have in common; it is left alone
    rate : the learning rate of optimizers that bring no number
    """
    own = Setup(dict(base.network), copy.deepcopy(base.optimizer), dict(base.fitting))
    if kind == "optimizers":
        own.optimizer = copy.deepcopy(part(Optimizer, given))
        if rate is not None and takes_rate(given):
            own.optimizer = with_setting(own.optimizer, "learning_rate", rate)
    elif kind == "regularizers":
        found = _regularizer(given, own)
        if found is not None:
            _regularize(found, own)
    else:
        of = {"activations": Activation, "losses": Loss, "initializers": Initializer}[kind]
        own.network[ARGUMENTS[kind]] = part(of, given)
    return own


def _regularizers() -> dict[str, type[Part]]:
    """What has a name of its own: penalties, layers within the network, clipping, callbacks."""
    layers = {
        name: layer
        for name, layer in Layer.known().items()
        if layer.takes in (Activation.takes, Activation.gives) and not issubclass(layer, Activation)
    }
    return {**Penalty.known(), **layers, **Clipping.known(), **_callbacks(Callback)}


def _callbacks(kind: type) -> dict[str, type[Part]]:
    """Those of chainrule's own that can be made without being told anything."""
    found: dict[str, type[Part]] = {}
    subs: list[type] = kind.__subclasses__()
    for sub in subs:
        found |= _callbacks(sub)
        own = sub.__module__ == callbacks.__name__ and not sub.__name__.startswith("_")
        if own and issubclass(sub, Part) and not sub.__subclasses__() and not _open(sub):
            found[sub.name()] = sub
    return found


def _open(kind: type[Part]) -> list[str]:
    """The settings that have no default."""
    return [
        each.name for each in dataclasses.fields(kind) if each.init and each.default is dataclasses.MISSING
    ]


def _regularizer(given: Any, own: Setup) -> Any:
    if not isinstance(given, str):
        if callable(given) and not isinstance(given, type | Part):
            return Penalty.of(given)
        if not isinstance(given, Part | Callback):
            raise KindError(
                f"{given!r} is no regularizer: give its name, such as {next(iter(Penalty.known()))!r}, or a part."
            )
        return given
    if given == NONE:
        return None
    name, number = _split(given)
    if name == NONE:
        raise InputError(f"{given!r}: {NONE} takes no number; write {NONE} alone.")
    known = _regularizers()
    if name in known:
        return _with_number(known[name], name, number)
    if name not in SETTINGS:
        raise UnknownName("regularizer", name, [NONE, *known, *SETTINGS])
    kind = SETTINGS[name]
    return _with_regularizing(own.optimizer if kind is Optimizer else own.network["loss"], kind, name, number)


def _with_regularizing(part: Part, kind: type[Part], name: str, number: float | None) -> Part:
    """A part with a setting; or one of the same settings and that one besides, whose name goes on from its own."""
    own = set(part.settings())
    for title, other in kind.known().items():
        names = {each.name for each in dataclasses.fields(other) if each.init}
        if name not in own and title.startswith(part.name()) and names == own | {name}:
            given = {} if number is None else {name: number}
            with _said_of(name, number or 0, other):
                return other(**part.settings(), **given)
    if name not in own:
        having = [title for title, other in kind.known().items() if hasattr(other, name)]
        raise InputError(
            f"{name} is a setting of {', '.join(having)}, and the {kind.kind} here is {part.name()}: take one of "
            f"those, or leave {name} out."
        )
    if number is None:
        raise InputError(
            f"{name} is {getattr(part, name):g} for {part.name()} unless a number is given: write one, such as "
            f"{name}:0.1."
        )
    with _said_of(name, number, type(part)):
        return dataclasses.replace(part, **{name: number})


def _regularize(part: Part | Callback, own: Setup) -> None:
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
