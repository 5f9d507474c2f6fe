"""A page's state in its address: readable settings, what was asked, and the weights of small networks.

data=spiral&net=4tanh,4tanh&opt=adam&eta=0.01&batch=20&step=320&line=dz1&why=dz1[0,1]&hide=dz1[0,2]

`data` always stands in it, so that it leads to the same place from every page; of the other settings those that are
not the usual ones. `shown` reads and writes what the page shows of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote

import numpy as np

from chainrule.errors import ChainruleError, InputError, UnknownName
from chainrule.page import shown as on_page
from chainrule.page.numbers import settle
from chainrule.page.settings import DEFAULT, SettingError, Settings, merged, optimizer_of
from chainrule.page.shown import number, whole
from chainrule.page.worlds import World

MOST_LETTERS = 8000
FEW = 400  # parameters that an address has room for
RATE = "learning_rate"
MOST_SECONDS = 60.0
MOST_STEPS = 20_000  # that are taken to come to where an address leads
_LAYER = re.compile(r"(\d+)([a-z_]+(?::[-\d.e]+)?)?(?:\*([a-z_]+))?(?:~([\d.e-]+))?")

_KEYS: Mapping[str, tuple[str, str, Callable[[str], Any]]] = {
    "data": ("data", "name", str), "noise": ("data", "noise", number), "samples": ("data", "samples", whole),
    "held": ("data", "held", number), "data.seed": ("data", "seed", whole), "classes": ("data", "classes", whole),
    "output": ("network", "output", str), "loss": ("network", "loss", str), "init": ("network", "initializer", str),
    "seed": ("network", "seed", whole), "dtype": ("network", "dtype", str), "opt": ("training", "optimizer", str),
    "batch": ("training", "batch", lambda text: None if text == "all" else whole(text)),
    "shuffle": ("training", "shuffle", lambda text: _yes(text)), "order": ("training", "seed", whole),
}  # fmt: skip


def written(world: World, shown: Mapping[str, Any]) -> str:
    """The address of a page as it stands.

    Raises
    ------
    InputError : for a state that is too large for an address
    """
    settings = world.settings
    if settings["data"]["name"] in ("file", "given") or settings["network"]["given"]:
        raise InputError("data and networks of one's own don't fit an address: save the page as a file.")
    found: list[tuple[str, str]] = []
    for key, (group, name, _) in _KEYS.items():
        if key == "data" or settings[group][name] != DEFAULT[group][name]:
            found.append((key, _text(settings[group][name])))
    network, training = settings["network"], settings["training"]
    if network["layers"] != DEFAULT["network"]["layers"]:
        found.append(("net", ",".join(map(_layer_text, network["layers"])) or "none"))
    if network["penalty"]["name"] != "none":
        found.append(("penalty", f"{network['penalty']['name']}:{network['penalty']['strength']!r}"))
    numbers, scheduled = _as_they_stand(world)
    rate = {RATE: 0.01} if training["optimizer"] == DEFAULT["training"]["optimizer"] else {}
    found += [
        ("eta" if name == RATE else f"opt.{name}", repr(value))
        for name, value in numbers.items() if rate.get(name) != value
    ]  # fmt: skip
    if training["schedule"]["name"] != "constant":
        found.append(("schedule", training["schedule"]["name"]))
        found += [(f"schedule.{name}", repr(value)) for name, value in scheduled.items()]
    found += _place(world)
    found += on_page.written(shown)
    text = "&".join(f"{key}={quote(value, safe=',[]():.~-*')}" for key, value in found)
    if len(text) > MOST_LETTERS:
        raise InputError(
            f"the state takes {len(text):,} letters, too many for an address: save the page as a file."
        )
    return text


def _as_they_stand(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """The numbers of the optimizer and of its schedule, also those that were changed on the way."""
    training = world.settings["training"]
    numbers, scheduled = dict(training["numbers"]), dict(training["schedule"]["numbers"])
    at_first = settle(optimizer_of(world.settings), {})
    for name, value in settle(world.course.optimizer, {}).items():
        if value != at_first.get(name):
            plain = name.removeprefix("schedule.")
            (numbers if plain in (name, RATE) else scheduled)[plain] = value
    return numbers, scheduled


def _place(world: World) -> list[tuple[str, str]]:
    """Where the training stands: the number of steps or, after changes by hand, the weights."""
    course = world.course
    moved = world.samples is not world.first
    found: list[tuple[str, str]] = []
    if moved:
        if len(world.samples.X) > 1 or world.samples.held is not None:
            raise InputError("points moved by hand don't fit an address: save the page as a file.")
        found += [("x", _numbers(world.samples.X[0])), ("y", str(world.samples.y[0]))]
    if not course.touched and course.step <= MOST_STEPS:
        return found + ([("step", str(course.step))] if course.step else [])
    model = course.model
    if model.parameters.flat.size > FEW:
        raise InputError(
            f"{model.parameters.flat.size:,} weights don't fit an address: save the page as a file."
        )
    return found + [(f"w.{name}", _numbers(array)) for name, array in model.parameters.items()]


def _text(value: Any) -> str:
    if value is None:
        return "all"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else repr(value)


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise InputError("it is yes or no.")
    return text == "yes"


def _numbers(array: Any) -> str:
    return ",".join(repr(float(value)).removesuffix(".0") for value in np.ravel(array))


def _layer_text(layer: Mapping[str, Any]) -> str:
    norm = f"*{layer['norm']}" if layer["norm"] else ""
    dropout = f"~{layer['dropout']!r}" if layer["dropout"] else ""
    return f"{layer['units']}{layer['activation']}{norm}{dropout}"


class Address:
    """What an address says.

    Parameters
    ----------
    text : after the sign #

    Raises
    ------
    InputError : for what does not fit, named as it stands there
    """

    def __init__(self, text: str) -> None:
        if len(text) > 4 * MOST_LETTERS:
            raise InputError(f"the address has {len(text):,} letters: {4 * MOST_LETTERS:,} at most are read.")
        self.settings: Settings = {"data": {}, "network": {}, "training": {}}
        self.weights: dict[str, list[float]] = {}
        self.shown: dict[str, Any] = {}
        self.step = 0
        self.x: list[float] | None = None
        self.y: int | None = None
        for key, value in parse_qsl(text.removeprefix("#"), keep_blank_values=True):
            try:
                self._take(key, value)
            except ChainruleError as error:
                raise InputError(f"the address says {key}={value}, which does not fit: {error}") from None
        merged(DEFAULT, self.settings)

    def _take(self, key: str, value: str) -> None:
        if key in _KEYS:
            group, name, kind = _KEYS[key]
            self.settings[group][name] = kind(value)
        elif key == "net":
            self.settings["network"]["layers"] = (
                [] if value == "none" else list(map(_layer, value.split(",")))
            )
        elif key == "penalty":
            name, _, strength = value.partition(":")
            self.settings["network"]["penalty"] = {"name": name, "strength": number(strength or "0.01")}
        elif key == "eta":
            self.settings["training"].setdefault("numbers", {})[RATE] = number(value)
        elif key.startswith("opt."):
            self.settings["training"].setdefault("numbers", {})[key[4:]] = number(value)
        elif key == "schedule":
            self.settings["training"].setdefault("schedule", {})["name"] = value
        elif key.startswith("schedule."):
            schedule = self.settings["training"].setdefault("schedule", {})
            given = number(value)
            schedule.setdefault("numbers", {})[key[9:]] = int(given) if given.is_integer() else given
        else:
            self._take_place(key, value)

    def _take_place(self, key: str, value: str) -> None:
        if key == "step":
            self.step = whole(value)
            if not 0 <= self.step <= MOST_STEPS:
                raise InputError(f"steps go from 0 to {MOST_STEPS:,} there.")
        elif key.startswith("w."):
            self.weights[key[2:]] = list(map(number, value.split(",")))
        elif key == "x":
            self.x = list(map(number, value.split(",")))
        elif key == "y":
            self.y = whole(value)
        elif key in on_page.KEYS:
            self.shown[key] = on_page.read(key, value)
        else:
            known = [*_KEYS, "net", "penalty", "eta", "schedule", "step", "x", "y", *on_page.KEYS]
            raise UnknownName("part of an address", key, known)

    @property
    def moves(self) -> bool:
        """Whether it leads away from where the network stands at first."""
        return bool(self.step or self.weights or self.x or self.y is not None)

    def apply(self, world: World) -> None:
        """Bring a world that was made of the settings to where the address leads."""
        if self.x is not None or self.y is not None:
            world.change_points([{"row": 0, "x": self.x or world.samples.X[0].tolist(), "label": self.y}])
        if self.weights:
            world.course.change(parameters={n: self._shaped(world, n) for n in self.weights})
        world.course.advance(self.step, MOST_SECONDS)
        if world.course.step < self.step and not world.course.diverged:
            raise InputError(
                f"step {self.step:,} of such a network is further than {MOST_SECONDS:g} seconds of training lead: "
                "open it without the step, and train it here."
            )

    def _shaped(self, world: World, name: str) -> Any:
        parameters = world.course.model.parameters
        value = np.array(self.weights[name])
        if name not in parameters:
            raise UnknownName("parameter", name, list(parameters))
        if value.size != parameters[name].size:
            raise InputError(
                f"the address has {value.size} numbers for {name}, which has {parameters[name].size}."
            )
        return value.reshape(parameters[name].shape)


def _layer(text: str) -> dict[str, Any]:
    found = _LAYER.fullmatch(text)
    if found is None:
        raise SettingError(
            f"{text!r} is no layer: write units and activation, such as 4tanh.", "network.layers"
        )
    units, activation, norm, dropout = found.groups()
    return {
        "units": int(units), "activation": activation or "relu", "norm": norm or "", "dropout": float(dropout or 0),
    }  # fmt: skip
