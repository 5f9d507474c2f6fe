"""What a part is: the contract of layers, activations, losses and optimizers, and their names.

A part is a small dataclass whose fields are its settings. It says which quantities it adds by assigning
them on a scope `q`, in plain NumPy. Its string name is its class name in snake_case.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import weakref
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, dataclass_transform

import numpy as np

from chainrule.errors import InputError, KindError, UnknownName

Array = np.ndarray[Any, Any]
Rule = Any  # the scope `q`: its attributes are arrays or symbols, and rules treat both alike


def snake_case(name: str) -> str:
    """``LeakyReLU`` → ``leaky_relu``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.replace("ReLU", "Relu")).lower()


def setting(
    default: Any, *, least: float | None = None, above: float | None = None, below: float | None = None
) -> Any:
    """A field of a part that is a number in a range, checked when the part is made."""
    return dataclasses.field(default=default, metadata={"least": least, "above": above, "below": below})


@dataclass_transform(eq_default=False, field_specifiers=(setting,))
@dataclasses.dataclass(eq=False, repr=False)
class Part:
    """The base of everything that adds quantities to a program. Annotated fields are its settings, as in a dataclass.

    `notes` are sentences that a walk-through prints beside a quantity, by its local name. `quiet` names
    quantities that stand only for safe computing: a walk-through leaves them out where all the values of the
    last of them are 0.
    """

    kind: ClassVar[str] = "part"
    notes: ClassVar[Mapping[str, str]] = {}
    quiet: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def name(cls) -> str:
        """The string name, e.g. ``"relu"``."""
        return snake_case(cls.__name__)

    @classmethod
    def title(cls) -> str:
        """The name as a heading shows it, e.g. ``"mean squared error"``."""
        return cls.name().replace("_", " ")

    def label(self) -> str:
        """The name of this part in drawings and headings."""
        return self.title()

    @classmethod
    def known(cls) -> dict[str, type[Self]]:
        """All parts of this kind, by their string names."""
        found: dict[str, type[Self]] = {}
        for sub in cls.__subclasses__():
            found |= sub.known()
            if (
                not sub.__name__.startswith("_")
                and "kind" not in vars(sub)
                and sub.__module__.startswith(__package__)
            ):
                found[sub.name()] = sub
        return found

    @classmethod
    def of(cls, given: Any) -> Self:
        """The part itself, or the one of that name with its default settings.

        Raises
        ------
        UnknownName, KindError
        """
        if isinstance(given, cls):
            return given
        if isinstance(given, str):
            known = cls.known()
            if given not in known:
                raise UnknownName(cls.kind, given, known)
            return known[given]()
        if isinstance(given, type) and issubclass(given, cls):
            raise KindError(f"{given.__name__} is a class: write {given.__name__}(), with brackets.")
        raise KindError(
            f"{given!r} is no {cls.kind}: give its name, such as {next(iter(cls.known()))!r}, or a part."
        )

    def __init_subclass__(cls) -> None:
        if "forward" in vars(cls) and "backward" not in vars(cls):
            # The backward rule that a part would inherit belongs to another forward rule.
            cls.backward = lambda self, q: q.derive_backward()  # type: ignore[attr-defined]
        if inspect.get_annotations(cls):  # not in vars(cls) from Python 3.14 on
            dataclasses.dataclass(eq=False, repr=False)(cls)

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            if field.metadata:
                setattr(
                    self, field.name, self._checked(field.name, getattr(self, field.name), field.metadata)
                )

    def _checked(self, name: str, value: Any, bounds: Mapping[str, float | None]) -> float:
        least, above, below = bounds["least"], bounds["above"], bounds["below"]
        parts = [
            f"{word} {bound:g}"
            for word, bound in (("at least", least), ("above", above), ("below", below))
            if bound is not None
        ]
        if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
            raise KindError(
                f"{type(self).__name__}: {name} = {value!r} is no number: give one that is {' and '.join(parts)}."
            )
        inside = (
            np.isfinite(value)
            and (least is None or value >= least)
            and (above is None or value > above)
            and (below is None or value < below)
        )
        if not inside:
            raise InputError(
                f"{type(self).__name__}: {name} = {value} is out of range: it must be {' and '.join(parts)}."
            )
        return float(value)

    def settings(self) -> dict[str, Any]:
        """The part's settings by name."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.init}

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        """The part as one would write it: its first setting, and those that are not the default."""
        shown = []
        for place, field in enumerate(dataclasses.fields(self)):
            value = getattr(self, field.name)
            if field.init and (place == 0 or value != field.default):
                shown.append(str(value) if place == 0 else f"{field.name}={value}")
        return f"{type(self).__name__}({', '.join(shown)})"


class Layer(Part):
    """A part of the network that turns one quantity into the next.

    `takes` and `gives` are the local names of its input and output. A layer that `counts` has weights and
    raises the number that its names carry. `parameters` are trained, `constants` are not.
    """

    kind: ClassVar[str] = "layer"
    takes: ClassVar[str] = "x"
    gives: ClassVar[str] = "x"
    counts: ClassVar[bool] = False

    def width(self, incoming: int | None) -> int | None:
        """The number of outputs for that number of inputs; raises InputError where they don't go together."""
        return incoming

    def parameters(self, initializer: Any, rng: np.random.Generator) -> dict[str, Array]:
        """Fresh parameters by local name."""
        return {}

    def constants(self) -> dict[str, Array]:
        """Arrays that the rules read and training leaves alone, by local name."""
        return {}

    def forward(self, q: Rule) -> None:
        """State the output, and every quantity on the way that deserves a name."""
        raise NotImplementedError

    def backward(self, q: Rule) -> None:
        """State the gradients. Left out, they are derived from `forward` by the chain rule."""
        q.derive_backward()


class Activation(Layer):
    """A layer without parameters, applied to the sums z of the layer before it."""

    kind: ClassVar[str] = "activation"
    takes: ClassVar[str] = "z"
    gives: ClassVar[str] = "a"


class Loss(Part):
    """What training makes small: one value a sample, `q.l`, from the outputs `q.a` and the targets `q.y`.

    The program takes the mean over the m samples; so every gradient that a loss states carries the 1/m.
    """

    kind: ClassVar[str] = "loss"
    compares_classes: ClassVar[bool] = False
    exclusive: ClassVar[bool] = False  # whether a sample belongs to one class of several

    def paired(self, output: Activation) -> Loss:
        """The rules to use with that output activation; raises InputError where the two don't go together."""
        return self

    def check_targets(self, y: Array) -> None:
        """Raise InputError where targets (m, outputs) are outside what this loss is defined for.

        Targets are checked a piece at a time, so a row must be right or wrong by itself; of class labels, one row
        of each class may stand for all.
        """

    def forward(self, q: Rule) -> None:
        """State `q.l`, one value a sample."""
        raise NotImplementedError

    def backward(self, q: Rule) -> None:
        """State `q.da`, and `q.dz` where the chain rule through the output collapses. Left out: derived."""
        q.derive_backward()


SYMBOLS = {"learning_rate": "eta", "momentum": "mu"}


class Optimizer(Part):
    """How parameters move: `q.w_new` from `q.w` and its gradient `q.dw`, for every parameter alike.

    `state` names what it remembers of each parameter, zero at first. Hyper-parameters are its fields; `q.t`
    counts the steps from 1. State and count live here, so a second `fit` goes on where the first ended.
    """

    kind: ClassVar[str] = "optimizer"
    state: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.state, str):
            raise KindError(
                f"{type(self).__name__}: state = {self.state!r} is a word: write ({self.state!r},), a tuple."
            )
        self.t = 0
        self._owner: Callable[[], Any] = lambda: None  # the parameters that the state belongs to
        self._memory: dict[str, Array] = {}

    def scalars(self) -> dict[str, float]:
        """The hyper-parameters by the names that the rules use, e.g. ``eta`` for the learning rate."""
        numbers = {
            name: value
            for name, value in self.settings().items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
        return {SYMBOLS.get(name, name): value for name, value in numbers.items()}

    def memory(self, parameters: Any) -> dict[str, Array]:
        """The state as flat arrays in the layout of a network's `Parameters`; zeros until a step was counted.

        Raises
        ------
        InputError : if steps of another network have been counted
        """
        if self.t == 0 and self._owner() is not parameters:
            self._owner = weakref.ref(parameters)
            self._memory = {name: np.zeros_like(parameters.flat) for name in self.state}
        if self._owner() is not parameters:
            raise InputError(
                f"this {type(self).__name__} has counted {self.t} steps of another network: "
                "give each network an optimizer of its own."
            )
        return self._memory

    def update(self, q: Rule) -> None:
        """State `q.w_new`, and `q.<state>_new` for everything in `state`."""
        raise NotImplementedError


class Initializer(Part):
    """How fresh weights are drawn."""

    kind: ClassVar[str] = "initializer"

    def draw(self, rng: np.random.Generator, inputs: int, outputs: int) -> Array:
        """A fresh matrix of weights (inputs, outputs), float64."""
        raise NotImplementedError
