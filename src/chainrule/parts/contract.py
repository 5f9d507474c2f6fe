"""What a part is: the contract of each kind, from layers to learning rates, and the names of parts.

A part is a small dataclass whose fields are its settings. It says which quantities it adds by assigning
them on a scope `q`, in plain NumPy. Its string name is its class name in snake_case.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, dataclass_transform

import numpy as np

from chainrule.errors import Fixed, InputError, KindError, LanguageError, UnknownName
from chainrule.expressions import Renamed
from chainrule.parts.misnamed import check_names, is_ours
from chainrule.utils import checks

Array = np.ndarray[Any, Any]
Rule = Any  # the scope `q`: its attributes are arrays or symbols, and rules treat both alike


SYMBOLS = {"learning_rate": "eta", "momentum": "mu"}  # settings that rules read by a letter


def snake_case(name: str) -> str:
    """``LeakyReLU`` → ``leaky_relu``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name).lower()


BOUNDS = ("least", "most", "above", "below", "whole")


def setting(
    default: Any,
    *,
    least: float | None = None,
    most: float | None = None,
    above: float | None = None,
    below: float | None = None,
    whole: bool = False,
    kw_only: bool = False,
) -> Any:
    """A field of a part that is a number in a range, or a whole number, checked when the part is made.

    A setting whose default is None may be left open.
    """
    bounds = dict(zip(BOUNDS, (least, most, above, below, whole), strict=True))
    return dataclasses.field(default=default, metadata=bounds, kw_only=kw_only)


class _Making(type):
    """The class of the parts' classes: a part is checked and fixed once it is made, however its class makes it."""

    def __call__(cls, *args: Any, **settings: Any) -> Any:
        if getattr(vars(cls).get("__dataclass_params__"), "eq", False):
            raise KindError(f"{cls.__name__} is a dataclass by itself: leave the decorator @dataclass out.")
        try:
            part = super().__call__(*args, **settings)
        except TypeError:
            signature = inspect.signature(cls)
            try:
                signature.bind(*args, **settings)
            except TypeError as error:
                takes = ", ".join(signature.parameters) or "nothing"
                raise KindError(f"{cls.__name__}: {error}; it takes {takes}.") from None
            raise
        part._check_settings()
        part._own_arrays()
        part.__dict__["_made"] = True
        return part

    @property
    def __signature__(cls) -> inspect.Signature:  # what `help` shows, and not that of `__call__`
        signature = inspect.signature(cls.__init__)  # type: ignore[misc]
        return signature.replace(parameters=list(signature.parameters.values())[1:])


@dataclass_transform(eq_default=False, field_specifiers=(setting, dataclasses.field))
@dataclasses.dataclass(eq=False, repr=False)
class Part(metaclass=_Making):
    """The base of everything that adds quantities to a program. Annotated fields are its settings, as in a dataclass.

    What a part is made with stays: programs are written with it, so setting it later is refused, and arrays and lists
    are copied. Numbers that are read anew at every step (`Steered`) may be set. What a rule of one's own keeps on its
    part is called `_something`.

    `notes` are sentences that a walk-through prints beside a quantity, by its local name. `quiet` names
    quantities that stand only for safe computing: a walk-through leaves them out where all the values of the
    last of them are 0.
    """

    kind: ClassVar[str] = "part"
    notes: ClassVar[Mapping[str, str]] = {}
    quiet: ClassVar[tuple[str, ...]] = ()
    letters: ClassVar[Mapping[str, str]] = SYMBOLS
    wrapper: ClassVar[Any] = (
        None  # the part of this kind that is made from a plain function; see `OfFunction`
    )
    _made: ClassVar[bool] = False  # an instance is, once it is made

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
        """The part itself, or the one of that name with its default settings, or the one made from a plain function.

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
        if cls.wrapper is not None and callable(given) and not isinstance(given, type):
            wrapped: Self = cls.wrapper(given)
            return wrapped
        raise KindError(
            f"{given!r} is no {cls.kind}: give its name, such as {next(iter(cls.known()))!r}, or a part."
        )

    def __init_subclass__(cls) -> None:
        check_names(cls, vars(Part))
        if "forward" in vars(cls) and "backward" not in vars(cls):
            # The backward rule that a part would inherit belongs to another forward rule.
            cls.backward = lambda self, q: q.derive_backward()  # type: ignore[attr-defined]
        own = inspect.get_annotations(cls)  # not in vars(cls) from Python 3.14 on
        if not own:
            return
        dataclasses.dataclass(eq=False, repr=False)(cls)
        fields = {
            name for base in cls.__mro__[1:] if dataclasses.is_dataclass(base) for name in _fields(base)
        }
        for name in own.keys() & _fields(cls).keys() - fields:
            taken = [base for base in cls.__mro__[1:] if name in vars(base)]
            if taken:
                raise KindError(
                    f"{cls.__name__}: a setting can't be called {name}, which every {taken[0].__name__} has already: "
                    "rename the field."
                )

    def __post_init__(self) -> None:
        self._check_settings()

    def _check_settings(self) -> None:
        own = vars(self)
        fields: dict[str, str] = {}
        for field in dataclasses.fields(self):
            first = fields.setdefault(self.letters.get(field.name, field.name), field.name)
            if first != field.name:
                raise InputError(
                    f"{type(self).__name__}: its rules would read both {first} and {field.name} as "
                    f"q.{self.letters.get(first, first)}: rename one of the fields."
                )
            if field.name not in own:  # left out by a class with an __init__ of its own
                continue
            value = own[field.name]
            if field.metadata and not (value is None and field.default is None):
                own[field.name] = self._checked(field.name, value, field.metadata)
            elif isinstance(field.default, bool) or field.type in (bool, "bool"):
                own[field.name] = checks.truth(value, f"{type(self).__name__}: {field.name}")

    def _checked(self, name: str, value: Any, bounds: Mapping[str, Any]) -> Any:
        least, most, above, below, whole = map(bounds.get, BOUNDS)
        words = (("at least", least), ("above", above), ("below", below), ("at most", most))
        parts = [f"{word} {bound:g}" for word, bound in words if bound is not None] or ["finite"]
        kinds = (int, np.integer) if whole else (int, float, np.integer, np.floating)
        if isinstance(value, bool) or not isinstance(value, kinds):
            what = "whole number" if whole else "number"
            raise KindError(
                f"{type(self).__name__}: {name} = {value!r} is no {what}: give one that is {' and '.join(parts)}."
            )
        inside = (
            np.isfinite(value)
            and (least is None or value >= least)
            and (most is None or value <= most)
            and (above is None or value > above)
            and (below is None or value < below)
        )
        if not inside:
            raise InputError(
                f"{type(self).__name__}: {name} = {value} is out of range: it must be {' and '.join(parts)}."
            )
        return int(value) if whole else float(value)

    # --- once it is made ------------------------------------------------------------------------------

    def _own_arrays(self) -> None:
        """Copy what a caller could change later, and keep the copies from being written to."""
        own, fields = vars(self), {field.name for field in dataclasses.fields(self)}
        for name in [name for name in own if name[0] != "_"]:
            if isinstance(own[name], np.ndarray):
                own[name] = own[name].copy()
                own[name].flags.writeable = False
            elif name in fields and isinstance(own[name], list):
                own[name] = tuple(own[name])

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._own_arrays()  # a copy's arrays could be written to again

    def __setattr__(self, name: str, value: Any) -> None:
        if self._made and name[0] != "_":
            self._change(name, value)
        else:
            object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        if self._made and name[0] != "_":
            raise Fixed(f"{type(self).__name__}: {name} can't be deleted: {self._instead()}.")
        object.__delattr__(self, name)

    def _change(self, name: str, value: Any) -> None:
        """Set a public attribute of a part that is made, or raise."""
        own = type(self).__name__
        what = f"{own}: {name} can't be set to {checks.short(value)}"
        if getattr(getattr(type(self), name, None), "fset", None) is not None:
            object.__setattr__(self, name, value)
        elif name in vars(self):
            raise Fixed(f"{what} once the part is made: {self._instead()}.{self._hint(name)}")
        elif hasattr(type(self), name):
            raise Fixed(
                f"{what}, since it belongs to the class: write class Mine({own}) with another {name}."
            )
        else:
            raise UnknownName(f"setting of {own}", name, self.settings(), self._hint(name).lstrip())

    def _hint(self, name: str) -> str:
        if is_ours(type(self)) or name in self.settings():
            return ""
        return f" What a part of your own keeps for itself is called _{name}."

    def _instead(self) -> str:
        """What to do where a setting can't be changed."""
        return f"make a new {type(self).__name__}"

    def settings(self) -> dict[str, Any]:
        """The part's settings by name."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.init}

    def numbers(self) -> dict[str, float]:
        """The settings that are numbers, by the names that rules use, e.g. ``eta`` for the learning rate."""
        numbers = {name: value for name, value in self.settings().items() if _is_number(value)}
        return {self.letters.get(name, name): value for name, value in numbers.items()}

    def scalars(self) -> dict[str, float]:
        """The numbers that a step takes anew each time, by the names that the rules use."""
        return self.numbers()

    def form(self) -> tuple[Any, ...]:
        """What tells the rules of one part from those of another: all but the numbers that they read by name."""
        return (type(self), *(_form(value) for value in self.settings().values()))

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        """The part as one would write it: its first setting, and those that are not the default."""
        shown: list[str] = []
        for field in sorted(dataclasses.fields(self), key=lambda field: bool(field.kw_only)):
            value = getattr(self, field.name)
            first = not shown and not field.kw_only
            if field.init and (first or _differs(value, field.default)):
                shown.append(str(value) if first else f"{field.name}={value}")
        return f"{type(self).__name__}({', '.join(shown)})"


def _fields(part: Any) -> dict[str, Any]:
    return {field.name: field for field in dataclasses.fields(part)}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _form(value: Any) -> Any:
    if isinstance(value, Part):
        return value.form()
    return float if isinstance(value, float) else repr(value)


def _differs(value: Any, default: Any) -> bool:
    return not (value is default or (np.ndim(value) == 0 and value == default))


IN_A_NETWORK = (
    "make a new {}, and a new network with it; Network(…, parameters=net.parameters) keeps the weights"
)


def _lacks(part: Part, rule: str, states: str) -> LanguageError:
    return LanguageError(f"{type(part).__name__} has no {rule}, which states {states}: write one.")


class Steered(Part):
    """A part whose numbers are read anew at every step: they may be set at any time, within their ranges.

    Not what decides which lines there are, its `form`: a whole number, a truth value, a part, a momentum of 0.
    """

    def _change(self, name: str, value: Any) -> None:
        field = next((field for field in dataclasses.fields(self) if field.name == name), None)
        own = vars(self)
        if field is None or not isinstance(own[name], float):
            super()._change(name, value)
            return
        form, before = self.form(), own[name]
        own[name] = self._checked(name, value, field.metadata)
        if self.form() != form:
            own[name] = before
            raise Fixed(
                f"{type(self).__name__}: {name} can't go from {before:g} to {checks.short(value)}, which makes other "
                f"lines of it: {self._instead()}."
            )


class OfFunction(Part):
    """The base of what is made from a plain function of a user's.

    The function is called, not read: it may be a lambda, a closure, or come from a notebook. Ours are what their kind
    makes of one, as in ``Loss.of(function)``.
    """

    function: Callable[..., Any]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        kind: Any = next(base for base in cls.__mro__[1:] if "kind" in vars(base))
        if is_ours(cls):
            kind.wrapper = cls

    def form(self) -> tuple[Any, ...]:
        return (*super().form(), self.function)

    def label(self) -> str:
        return str(self)

    def __str__(self) -> str:
        name = str(getattr(self.function, "__name__", type(self.function).__name__))
        return "own function" if name == "<lambda>" else name


class Layer(Part):
    """A part of the network that turns one quantity into the next.

    `takes` and `gives` are the local names of its input and output. A layer that `counts` has weights and
    raises the number that its names carry. `parameters` are trained, and those among them that are `weights` get
    the penalty; `constants` stay. `memory` is what a step leaves for later ones, and `noise` what chance brings
    to each step: arrays as large as the layer's input, "uniform" between 0 and 1 or "normal", by local name.
    """

    kind: ClassVar[str] = "layer"
    takes: ClassVar[str] = "x"
    gives: ClassVar[str] = "x"
    counts: ClassVar[bool] = False
    weights: ClassVar[tuple[str, ...]] = ()
    noise: ClassVar[Mapping[str, str]] = {}
    fewest: ClassVar[int] = 1  # samples that a training step needs

    def _instead(self) -> str:
        return IN_A_NETWORK.format(type(self).__name__)

    def width(self, incoming: int | None) -> int | None:
        """The number of outputs for that number of inputs; raises InputError where they don't go together."""
        return incoming

    def parameters(self, width: int, initializer: Any, rng: np.random.Generator) -> dict[str, Array]:
        """Fresh parameters by local name, for so many inputs."""
        return {}

    def constants(self) -> dict[str, Array]:
        """Arrays that the rules read and training leaves alone, by local name."""
        return {}

    def memory(self, width: int) -> dict[str, Array]:
        """Fresh arrays by local name, of which `forward` states the next values: ``q.mu_run_new`` for ``mu_run``."""
        return {}

    def forward(self, q: Rule) -> None:
        """State the output, and every quantity on the way that deserves a name."""
        raise _lacks(self, "forward(q)", "its output")

    def evaluate(self, q: Rule) -> None:
        """The same where nothing is trained: for predictions and validation. As in training, unless said otherwise."""
        self.forward(q)

    def backward(self, q: Rule) -> None:
        """State the gradients. Left out, they are derived from `forward` by the chain rule."""
        q.derive_backward()


class Activation(Layer):
    """A layer applied to the sums z of the layer before it."""

    kind: ClassVar[str] = "activation"
    takes: ClassVar[str] = "z"
    gives: ClassVar[str] = "a"
    probabilities: ClassVar[bool] = False  # whether its values are
    shares: ClassVar[bool] = False  # whether a sample's values share a whole, so that one alone says nothing


class Loss(Part):
    """What training makes small: one value a sample, `q.l`, from the outputs `q.a` and the targets `q.y`.

    The program takes the mean over the m samples, each times its weight; so every gradient that a loss states
    carries the 1/m, and none the weight.
    """

    kind: ClassVar[str] = "loss"
    compares_classes: ClassVar[bool] = False
    exclusive: ClassVar[bool] = False  # whether a sample belongs to one class of several
    threshold: ClassVar[float] = 0.5  # a single output above it says yes
    group: ClassVar[int] = 1  # rows that stand together, and have one value of the loss
    reads_targets: ClassVar[bool] = True

    def _instead(self) -> str:
        return IN_A_NETWORK.format(type(self).__name__)

    def paired(self, output: Activation, outputs: int) -> Loss:
        """The rules to use with that output activation and so many outputs; raises InputError where they don't go
        together.
        """
        return self

    def constants(self) -> dict[str, Array]:
        """Arrays that the rules read, by local name, such as a weight for each class."""
        return {}

    def check_targets(self, y: Array) -> None:
        """Raise InputError where targets (m, outputs) are outside what this loss is defined for.

        Targets are checked a piece at a time, so a row must be right or wrong by itself; of class labels, one row
        of each class may stand for all.
        """

    def forward(self, q: Rule) -> None:
        """State `q.l`, one value a sample."""
        raise _lacks(self, "forward(q)", "q.l")

    def backward(self, q: Rule) -> None:
        """State `q.da`, and `q.dz` where the chain rule through the output collapses. Left out: derived."""
        q.derive_backward()


class Penalty(Part):
    """What large weights cost: `q.penalty`, a single number, from `q.w`, for every weight matrix alike.

    Parameters
    ----------
    biases : whether all other parameters cost as well
    """

    biases: bool = dataclasses.field(default=False, kw_only=True)

    kind: ClassVar[str] = "penalty"

    def _instead(self) -> str:
        return IN_A_NETWORK.format(type(self).__name__)

    def forward(self, q: Rule) -> None:
        """State `q.penalty`."""
        raise _lacks(self, "forward(q)", "q.penalty")

    def backward(self, q: Rule) -> None:
        """State `q.dw_penalty`, what it adds to the gradient. Left out: derived."""
        q.derive_backward()


class Clipping(Steered):
    """What keeps gradients from being too large: `q.dw_clipped` from `q.dw`, which the optimizer gets in its place."""

    kind: ClassVar[str] = "clipping"

    def measure(self, q: Rule) -> None:
        """State what has to be known of each gradient, for every parameter alike, such as `q.dw_squares`."""

    def join(self, q: Rule) -> None:
        """State what is one for all parameters; ``q.total("dw_squares")`` is the sum over them, in order."""

    def clip(self, q: Rule) -> None:
        """State `q.dw_clipped`."""
        raise _lacks(self, "clip(q)", "q.dw_clipped")


class Schedule(Steered):
    """How the learning rate goes: `q.eta` for step `q.t` from the settings, of which `learning_rate` is `q.eta0`.

    Parameters
    ----------
    warmup : steps over which the rate first rises to what it would be, at least 0
    """

    warmup: float = setting(default=0.0, least=0, kw_only=True)

    kind: ClassVar[str] = "schedule"
    letters: ClassVar[Mapping[str, str]] = {**SYMBOLS, "learning_rate": "eta0"}

    def scalars(self) -> dict[str, float]:
        for name, value in self.settings().items():
            if value is None:
                raise InputError(f"{self} has no {name}: give {name}=…, or train by fit, which knows it.")
        numbers = self.numbers()
        warmup = numbers.pop("warmup")
        return {**numbers, "warmup": warmup} if self.warmup else numbers

    def over(self, steps: int) -> None:
        """Take the number of the last step of a training, for what was left open."""

    def span(self, steps: int) -> None:
        """`over`, before a training: what is left open may be set."""
        made = self.__dict__.pop("_made")
        try:
            self.over(steps)
        finally:
            self.__dict__["_made"] = made

    def rate(self, q: Rule) -> None:
        """State `q.eta`, without the warm-up."""
        raise _lacks(self, "rate(q)", "q.eta")

    def prepare(self, q: Rule) -> None:
        """State `q.eta` as the optimizer gets it."""
        self.rate(Renamed(q, eta="eta_full") if self.warmup else q)
        if self.warmup:
            q.eta = q.eta_full * np.minimum(1, q.t / q.warmup)

    def form(self) -> tuple[Any, ...]:
        return (*super().form(), bool(self.warmup))


class Optimizer(Steered):
    """How parameters move: `q.w_new` from `q.w` and its gradient `q.dw`, for every parameter alike.

    `state` names what it remembers of each parameter, at first 0 or what `start` says. Hyper-parameters are its
    fields; `q.t` counts the steps from 1. State and count live here, so a second `fit` goes on where the first ended.
    They stay those of one network: to copy or pickle both, do it together, as ``copy.deepcopy((network, optimizer))``.
    The learning rate may be a `Schedule` in place of a number.

    Parameters
    ----------
    clip : a `Clipping` for the gradients, or its name
    """

    clip: Any = dataclasses.field(default=None, kw_only=True)

    kind: ClassVar[str] = "optimizer"
    state: ClassVar[tuple[str, ...]] = ()
    start: ClassVar[Mapping[str, float]] = {}
    full_batch: ClassVar[bool] = (
        False  # of scipy's: the program ends at the gradients, and no step takes a part
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.state, str):
            raise KindError(
                f"{type(self).__name__}: state = {self.state!r} is a word: write ({self.state!r},), a tuple."
            )
        self.clip = None if self.clip is None else Clipping.of(self.clip)
        self.t = 0  # steps counted
        # Whose state it is: the very layout of their parameters, which is copied, and pickled, with both or with none.
        self._owner: Any = None
        self._memory: dict[str, Array] = {}

    def label(self) -> str:
        return type(self).__name__

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "t" and type(value) is int and value >= 0:
            object.__setattr__(self, name, value)  # at once: at every step
        else:
            super().__setattr__(name, value)

    def _change(self, name: str, value: Any) -> None:
        if name == "t":
            self.__dict__[name] = self._checked(name, value, {"least": 0, "whole": True})
        else:
            super()._change(name, value)

    def _checked(self, name: str, value: Any, bounds: Mapping[str, Any]) -> Any:
        if name == "learning_rate" and isinstance(value, Schedule):
            return value
        return super()._checked(name, value, bounds)

    @property
    def schedule(self) -> Schedule | None:
        """How the learning rate goes, unless it is a number."""
        rate = getattr(self, "learning_rate", None)
        return rate if isinstance(rate, Schedule) else None

    def roles(self) -> dict[str, Any]:
        """The parts whose numbers an update takes, each with names of its own: schedule, optimizer, clipping."""
        parts = {"schedule": self.schedule, "": self, "clip": self.clip}
        return {role: part for role, part in parts.items() if part is not None}

    def memory(self, parameters: Any) -> dict[str, Array]:
        """The state as flat arrays in the layout of a network's `Parameters`; as at first until a step was counted.

        Raises
        ------
        InputError : if steps of another network have been counted
        """
        if self.t == 0 and self._owner is not parameters.layout:
            self._owner = parameters.layout
            self._memory = {
                name: np.full_like(parameters.flat, self.start.get(name, 0)) for name in self.state
            }
        if self._owner is not parameters.layout:
            raise InputError(
                f"this {type(self).__name__} has counted {self.t} steps of another network: give each network an "
                "optimizer of its own. A copy of both is made together: copy.deepcopy((network, optimizer))."
            )
        return self._memory

    def prepare(self, q: Rule) -> None:
        """State what is one number for all parameters at step `q.t`, from the settings alone."""

    def update(self, q: Rule) -> None:
        """State `q.w_new`, and `q.<state>_new` for everything in `state`."""
        raise _lacks(self, "update(q)", "q.w_new")


class Initializer(Part):
    """How fresh weights are drawn."""

    kind: ClassVar[str] = "initializer"

    def draw(self, rng: np.random.Generator, inputs: int, outputs: int) -> Array:
        """A fresh matrix of weights (inputs, outputs), float64."""
        raise LanguageError(
            f"{type(self).__name__} has no draw(rng, inputs, outputs), which gives a matrix: write one."
        )
