"""What every part is: settings that are checked and then stay, a name, and what programs ask of it."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, ClassVar, Self, dataclass_transform

import numpy as np

from chainrule.errors import Fixed, InputError, KindError, LanguageError, UnknownName
from chainrule.parts.contract import written
from chainrule.parts.contract.making import Making, init, settings_of
from chainrule.parts.contract.setting import checked, setting
from chainrule.parts.misnamed import check_names, is_ours
from chainrule.utils import checks

Array = np.ndarray[Any, Any]
Rule = Any  # the scope `q`: its attributes are arrays or symbols, and rules treat both alike

SYMBOLS = {"learning_rate": "eta", "momentum": "mu"}  # settings that rules read by a letter
PARTS = __name__.partition(".contract")[0]  # where the package's own parts are

RULES = ("forward", "evaluate", "backward", "prepare", "update", "join")

IN_A_NETWORK = (
    "make a new {}, and a new network with it; Network(…, parameters=net.parameters) keeps the weights"
)


@lru_cache(512)
def snake_case(name: str) -> str:
    """``LeakyReLU`` → ``leaky_relu``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name).lower()


@dataclass_transform(eq_default=False, field_specifiers=(setting, dataclasses.field))
@dataclasses.dataclass(init=False, eq=False, repr=False)
class Part(metaclass=Making):
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
    signs: ClassVar[
        Mapping[str, str]
    ] = {}  # settings that textbooks know by a letter, where it is not their name
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
    def registry(cls) -> dict[str, type[Self]]:
        """All parts of this kind, by their string names."""
        found: dict[str, type[Self]] = {}
        for sub in cls.__subclasses__():
            found |= sub.registry()
            if (
                not sub.__name__.startswith("_")
                and "kind" not in vars(sub)
                and sub.__module__.startswith(PARTS)
            ):
                found[sub.name()] = sub
        return found

    @classmethod
    def of(cls, given: Any) -> Self:
        """The part itself, the one of that name, or the one made from a plain function.

        A name may carry a number, the first setting, such as ``"sgd:0.1"``; the other settings are the defaults.

        Raises
        ------
        UnknownName, InputError, KindError
        """
        if isinstance(given, cls):
            return given
        if isinstance(given, str):
            found: Self = written.made(cls.kind, cls.registry(), given)
            return found
        if isinstance(given, type) and issubclass(given, cls):
            raise KindError(f"{given.__name__} is a class: write {given.__name__}(), with brackets.")
        if cls.wrapper is not None and callable(given) and not isinstance(given, type):
            wrapped: Self = cls.wrapper(given)
            return wrapped
        name = next(iter(cls.registry()), None)  # Columns have none
        named = "" if name is None else f"its name, such as {name!r}, or "
        raise KindError(f"{checks.short(given)} is no {cls.kind}: give {named}a part.")

    def __init_subclass__(cls) -> None:
        check_names(cls, vars(Part))
        if "forward" in vars(cls) and "backward" not in vars(cls):
            # The backward rule that a part would inherit belongs to another forward rule.
            cls.backward = lambda self, q: q.derive_backward()  # type: ignore[attr-defined]
        own = inspect.get_annotations(cls)  # not in vars(cls) from Python 3.14 on
        if not own:
            return
        if "__init__" not in vars(cls):
            cls.__init__ = init(cls)  # type: ignore[method-assign]
        dataclasses.dataclass(init=False, eq=False, repr=False)(cls)
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
        return checked(type(self).__name__, name, value, bounds)

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

    @classmethod
    def _is_setting(cls, name: str) -> bool:
        return name in _setting_names(cls)

    def settings(self) -> dict[str, Any]:
        """The part's settings by name."""
        return {name: getattr(self, name) for name in _setting_names(type(self))}

    def numbers(self) -> dict[str, float]:
        """The settings that are numbers, by the names that rules use, e.g. ``eta`` for the learning rate."""
        letters, names = self.letters, _setting_names(type(self))
        return {letters.get(name, name): value for name in names if _is_number(value := getattr(self, name))}

    def scalars(self) -> dict[str, float]:
        """The numbers that a step takes anew each time, by the names that the rules use."""
        return self.numbers()

    def cache_key(self) -> tuple[Any, ...]:
        """What tells the rules of one part from those of another: all but the numbers that they read by name."""
        return (type(self), rules(type(self)), *[_form(value) for value in self.settings().values()])

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        """The part as one would write it: its first setting, and those that are not the default."""
        shown: list[str] = []
        for field in settings_of(type(self)):
            value = getattr(self, field.name)
            first = not shown and not field.kw_only
            if first or _differs(value, field.default):
                shown.append(str(value) if first else f"{field.name}={value}")
        return f"{type(self).__name__}({', '.join(shown)})"


def rules(part: type[Part]) -> tuple[Any, ...]:
    """The methods of a class that state lines: with another one in its place, it is another class."""
    return tuple(getattr(part, name, None) for name in RULES)


@lru_cache(512)
def _setting_names(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls) if field.init)


def _fields(part: Any) -> dict[str, Any]:
    return {field.name: field for field in dataclasses.fields(part)}


def _is_number(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool))


def _form(value: Any) -> Any:
    if isinstance(value, float):
        return float
    return value.cache_key() if isinstance(value, Part) else repr(value)


def _differs(value: Any, default: Any) -> bool:
    return not (value is default or (np.ndim(value) == 0 and value == default))


def lacks(part: Part, rule: str, states: str) -> LanguageError:
    return LanguageError(f"{type(part).__name__} has no {rule}, which states {states}: write one.")


class Steered(Part):
    """A part whose numbers are read anew at every step: they may be set at any time, within their ranges.

    Not what decides which lines there are, its `cache_key`: a whole number, a truth value, a part, a momentum of 0.
    """

    def _change(self, name: str, value: Any) -> None:
        field = next((field for field in dataclasses.fields(self) if field.name == name), None)
        own = vars(self)
        if field is None or not isinstance(own[name], float):
            super()._change(name, value)
            return
        form, before = self.cache_key(), own[name]
        own[name] = self._checked(name, value, field.metadata)
        if self.cache_key() != form:
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

    def cache_key(self) -> tuple[Any, ...]:
        return (*super().cache_key(), self.function)

    def label(self) -> str:
        return str(self)

    def __str__(self) -> str:
        name = str(getattr(self.function, "__name__", type(self.function).__name__))
        return "own function" if name == "<lambda>" else name
