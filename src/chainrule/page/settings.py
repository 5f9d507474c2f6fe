"""The settings of a page: what they are, what they may be, and the network and training that they make."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from chainrule.errors import ChainruleError, InputError, KindError, UnknownName
from chainrule.model.model import Model
from chainrule.model.worked import PARAMETERS, SIZES
from chainrule.page.numbers import described
from chainrule.page.samples import GENERATED, TITLES, Samples, options_of
from chainrule.parts import BatchNorm, Dense, Dropout, LayerNorm
from chainrule.parts.contract import Activation, Initializer, Layer, Loss, Optimizer, Penalty, Schedule

WORKED = "worked"  # the initializer that gives the worked example its weights
NORMS: Mapping[str, type[Layer]] = {"batch_norm": BatchNorm, "layer_norm": LayerNorm}
LIMITS = {"units": 1024, "layers": 12, "samples": 20_000, "parameters": 2_000_000}

Settings = dict[str, Any]

DEFAULT: Settings = {
    "data": {"name": "worked", "noise": 0.05, "samples": 300, "held": 0.25, "seed": 0, "classes": 2, "file": ""},
    "network": {
        "layers": [{"units": 3, "activation": "relu", "norm": "", "dropout": 0.0}],
        "output": "softmax", "loss": "cross_entropy", "penalty": {"name": "none", "strength": 0.01},
        "initializer": WORKED, "seed": 0, "dtype": "float64", "given": False,
    },
    "training": {
        "optimizer": "sgd", "numbers": {"learning_rate": 0.01}, "schedule": {"name": "constant", "numbers": {}},
        "batch": None, "shuffle": True, "seed": 0,
    },
}  # fmt: skip


class SettingError(InputError):
    """A setting that does not fit; `field` is its place, such as ``"network.layers.0.units"``."""

    def __init__(self, text: str, field: str) -> None:
        super().__init__(text)
        self.field = field


def merged(before: Settings, changes: Any) -> Settings:
    """Settings with some of them changed.

    Raises
    ------
    SettingError, KindError : for a setting that there is not, or of another kind
    """
    after = copy.deepcopy(before)
    if not isinstance(changes, Mapping):
        raise KindError(f"settings = {changes!r} are none: give {{'data': …, 'network': …, 'training': …}}.")
    for group, values in changes.items():
        if group not in after:
            raise SettingError(str(UnknownName("group of settings", group, list(after))), str(group))
        if not isinstance(values, Mapping):
            raise SettingError(f"{group} = {values!r} has no settings: give them by name.", str(group))
        for name, value in values.items():
            if name not in after[group]:
                raise SettingError(str(UnknownName("setting", name, list(after[group]))), f"{group}.{name}")
            after[group][name] = _fitting(f"{group}.{name}", after[group][name], value)
    return _consequences(before, after, changes)


def _fitting(field: str, before: Any, value: Any) -> Any:
    """A setting's new value, of the kind of the old one."""
    if isinstance(before, dict) and isinstance(value, Mapping):
        return {**before, **value} if field != "training.numbers" else dict(value)
    if field == "network.layers":
        return _layers(value)
    kinds: tuple[type, ...] = {bool: (bool,), int: (int,), float: (int, float), str: (str,)}.get(
        type(before), (object,)
    )
    if not isinstance(value, kinds) or (
        isinstance(value, bool) and bool not in kinds and object not in kinds
    ):
        raise SettingError(f"{field} = {value!r} does not fit: it is {before!r} now.", field)
    if field == "data.samples" and isinstance(value, int) and not 1 <= value <= LIMITS["samples"]:
        raise SettingError(f"{value:,} samples: give a whole number from 1 to {LIMITS['samples']:,}.", field)
    return value


def _layers(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or len(value) > LIMITS["layers"]:
        raise SettingError(
            f"layers: give a list of at most {LIMITS['layers']} hidden layers.", "network.layers"
        )
    plain = DEFAULT["network"]["layers"][0]
    for i, layer in enumerate(value):
        field = f"network.layers.{i}"
        if not isinstance(layer, dict) or not layer.keys() <= plain.keys():
            raise SettingError(
                f"layer {i + 1} has units, activation, norm and dropout, not {layer!r}.", field
            )
        units = layer.get("units")
        if type(units) is not int or not 1 <= units <= LIMITS["units"]:
            raise SettingError(
                f"layer {i + 1} has {units!r} units: give a whole number from 1 to {LIMITS['units']}.",
                f"{field}.units",
            )
    return [{**plain, **layer} for layer in value]


def _consequences(before: Settings, after: Settings, changes: Mapping[str, Any]) -> Settings:
    """What follows from a change: another optimizer has its own numbers, and other layers other weights."""
    training, told = after["training"], changes.get("training", {})
    if training["optimizer"] != before["training"]["optimizer"] and "numbers" not in told:
        training["numbers"] = {}
    if "schedule" in told and "numbers" not in told["schedule"]:
        training["schedule"]["numbers"] = {}
    network = after["network"]
    if changes.get("network") and "given" not in changes["network"]:
        network["given"] = False
    if (
        network["initializer"] == WORKED
        and "initializer" not in changes.get("network", {})
        and not _is_worked(after)
    ):
        network["initializer"] = "glorot"
    return after


def _is_worked(settings: Settings) -> bool:
    layers = settings["network"]["layers"]
    plain = all(not layer["norm"] and not layer["dropout"] for layer in layers)
    return (
        [layer["units"] for layer in layers] == SIZES[1:-1] and plain and settings["data"]["name"] == WORKED
    )


def model_of(settings: Settings, samples: Samples) -> Model:
    """The network that settings describe, for samples.

    Raises
    ------
    SettingError : for what does not fit, with its place
    """
    network = settings["network"]
    layers: list[Any] = []
    width = len(samples.features)
    for i, wanted in enumerate(network["layers"]):
        layers += _hidden(i, width, wanted)
        width = wanted["units"]
    output = _part(Activation, network["output"], "network.output")
    outputs = len(samples.classes) if samples.classes is not None else 1
    if outputs == 2 and not output.couples_outputs and network["loss"] != "cross_entropy":
        outputs = 1  # yes or no
    layers += [Dense(width, outputs), output]
    size = sum((a.inputs + 1) * a.outputs for a in layers if isinstance(a, Dense))
    if size > LIMITS["parameters"]:
        raise SettingError(
            f"that network has {size:,} parameters, and a page draws {LIMITS['parameters']:,}: take fewer units.",
            "network.layers",
        )
    try:
        return Model(
            layers,
            loss=_part(Loss, network["loss"], "network.loss"),
            penalty=_penalty(network["penalty"]),
            initializer=Initializer.of("glorot" if network["initializer"] == WORKED else network["initializer"]),
            parameters=PARAMETERS if network["initializer"] == WORKED else None,
            seed=network["seed"], dtype=network["dtype"],
            features=samples.features, classes=samples.classes,
        )  # fmt: skip
    except SettingError:
        raise
    except ChainruleError as error:
        raise SettingError(str(error), "network.loss" if "loss" in str(error) else "network") from None


def _hidden(place: int, width: int, wanted: Mapping[str, Any]) -> list[Layer]:
    """The layers that a hidden layer of the page consists of."""
    field, units = f"network.layers.{place}", wanted["units"]
    found: list[Layer] = [Dense(width, units)]
    if wanted["norm"]:
        if wanted["norm"] not in NORMS:
            raise SettingError(
                str(UnknownName("normalization", wanted["norm"], list(NORMS))), f"{field}.norm"
            )
        found.append(NORMS[wanted["norm"]]())
    found.append(_part(Activation, wanted["activation"], f"{field}.activation"))
    if wanted["dropout"]:
        try:
            found.append(Dropout(wanted["dropout"]))
        except ChainruleError as error:
            raise SettingError(str(error), f"{field}.dropout") from None
    return found


def _part(kind: Any, given: Any, field: str) -> Any:
    """A part by its name, or its name and a number."""
    try:
        return kind.of(given)
    except ChainruleError as error:
        raise SettingError(str(error), field) from None


def _penalty(wanted: Mapping[str, Any]) -> Penalty | None:
    if wanted["name"] == "none":
        return None
    try:
        known: dict[str, Any] = Penalty.registry()
        if wanted["name"] not in known:
            raise UnknownName("penalty", wanted["name"], ["none", *known])
        made: Penalty = known[wanted["name"]](wanted["strength"])
        return made
    except ChainruleError as error:
        raise SettingError(str(error), "network.penalty") from None


def optimizer_of(settings: Settings) -> Optimizer:
    """The optimizer that settings describe.

    Raises
    ------
    SettingError : for what does not fit
    """
    training = settings["training"]
    known = optimizers()
    if training["optimizer"] not in known:
        raise SettingError(
            str(UnknownName("optimizer", training["optimizer"], list(known))), "training.optimizer"
        )
    kind, numbers = known[training["optimizer"]], dict(training["numbers"])
    schedule = training["schedule"]
    try:
        if schedule["name"] != "constant":
            kinds: dict[str, Any] = Schedule.registry()
            if schedule["name"] not in kinds:
                raise UnknownName("schedule", schedule["name"], ["constant", *kinds])
            rate = numbers.pop("learning_rate", kind().learning_rate)  # type: ignore[attr-defined]
            given = {**opened(kinds[schedule["name"]]), **schedule["numbers"], "learning_rate": rate}
            numbers["learning_rate"] = kinds[schedule["name"]](**given)
        return kind(**numbers)
    except ChainruleError as error:
        raise SettingError(str(error), "training.numbers") from None


def optimizers() -> dict[str, type[Optimizer]]:
    """The optimizers that take single steps and are made of numbers alone, by name."""
    return {
        name: kind
        for name, kind in Optimizer.registry().items()
        if not kind.full_batch and name not in ("lookahead", "update_function")
    }


def opened(kind: type[Schedule]) -> dict[str, float]:
    """Values for what a schedule has no default for, or leaves open."""
    common = {"steps": 1000, "every": 300, "factor": 0.5 if kind.name() == "step_decay" else 0.999}
    takes = inspect.signature(kind).parameters
    left_open = (None, inspect.Parameter.empty)
    return {
        name: common[name] for name, each in takes.items() if name in common and each.default in left_open
    }


def choices() -> dict[str, Any]:
    """What each setting that has a list may be, in the order of the lists."""
    optimizer_numbers = {name: described(kind()) for name, kind in optimizers().items()}
    kinds: dict[str, Any] = Schedule.registry()
    schedules = {name: described(kind(learning_rate=0.01, **opened(kind))) for name, kind in kinds.items()}
    return {
        "data": [
            {**each, "takes": options_of(each["value"])}
            for each in _titled([WORKED, *GENERATED, *(["digits"] if find_spec("sklearn") else [])], TITLES)
        ],
        "activation": _titled(
            [name for name, kind in Activation.registry().items() if not kind.couples_outputs]
        ),
        "output": _titled([name for name in Activation.registry() if name != "function"]),
        "norm": _titled(["", *NORMS], {"": "none"}),
        "loss": _titled([name for name in Loss.registry() if name not in ("triplet", "loss_function")]),
        "penalty": _titled(["none", *(name for name in Penalty.registry() if name != "penalty_function")]),
        "initializer": _titled([WORKED, *Initializer.registry()], {WORKED: "as in the worked example"}),
        "dtype": _titled(["float64", "float32"]),
        "optimizer": _titled(list(optimizer_numbers)),
        "schedule": _titled(["constant", *schedules]),
        "numbers": optimizer_numbers,
        "schedule_numbers": {
            name: [n for n in numbers if n["name"] != "learning_rate"] for name, numbers in schedules.items()
        },
    }


def _titled(names: list[str], titles: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    return [{"value": name, "title": (titles or {}).get(name, name.replace("_", " "))} for name in names]
