"""The scope `q` that a part's rules read from and assign to, and the namespace behind it.

A scope has nothing of its own but one hidden slot, so that a rule may call its quantities what it likes.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chainrule.errors import InputError, LanguageError, UnknownName

METHODS = ("also", "apply", "derive_backward", "total")  # what a rule may call


def check_local(local: str, owner: str, taken: Iterable[str] = ()) -> None:
    """Raise where a part can't call something of its own so.

    Parameters
    ----------
    local : the name as a rule writes it, without its ``q.``
    owner : what it is, in words
    taken : what the part reads by that name already, such as its input

    Raises
    ------
    LanguageError, InputError
    """
    if local in METHODS:
        raise LanguageError(
            f"{owner}: q.{local} is what a rule may call, and nothing else has that name: rename it."
        )
    if not local.isidentifier() or keyword.iskeyword(local) or local.startswith("_"):
        raise LanguageError(
            f"{owner}: {local!r} is no name of a quantity: it begins with a letter, goes on with letters, digits or "
            "underscores, and is no word of Python's."
        )
    if local in taken:
        raise InputError(f"{owner}: q.{local} is something else for this part already: rename it.")


class Namespace:
    """Where a scope's names lead; this one: to arrays, under the names that they have in the network."""

    def __init__(self, values: dict[str, Any], place: Callable[[str], str] = lambda local: local) -> None:
        """Keep the quantities so far, to which those that a rule states are added; see `Scope`."""
        self.values = values
        self._place = place

    def place(self, local: str) -> str:
        """The name in the network of what a part calls so."""
        return self._place(local)

    def read(self, local: str) -> Any:
        """The quantity that a part calls so."""
        name = self.place(local)
        if name not in self.values:
            raise UnknownName("quantity", name, self.values)
        return self.values[name]

    def state(self, local: str, value: Any) -> None:
        """Take a quantity that a rule states."""
        check_local(local, "this rule")
        self.values[self.place(local)] = value

    def also(self, forms: Mapping[str, Any]) -> None:
        """Take other forms of quantities; over arrays there is nothing to do with them."""

    def apply(self, function: Callable[..., Any], inputs: tuple[Any, ...], axes: int | None) -> Any:
        """What a plain function of a user's gives."""
        return function(*inputs)

    def total(self, local: str) -> Any:
        """The sum of a quantity over all parameters; over bare arrays there is one."""
        return self.read(local)

    def derive_backward(self) -> None:
        """State the gradients by the chain rule."""
        raise LanguageError(
            "this part has no backward rule of its own, and bare arrays give none: a network derives it from "
            "forward(q). Make a network with the part, and ask its trace for the gradients."
        )


class Scope:
    """Gives the local names of a part their place: `q.z` of layer 2 is `z2`.

    Over bare arrays it runs a part's rules with no machinery at all. That is the reference, and how a part
    is tried out alone.

    >>> import numpy as np
    >>> from chainrule.parts.activations import ReLU
    >>> q = Scope({"z": np.array([[-0.3, 1.15, 0.75]])})
    >>> ReLU().forward(q)
    >>> q.a
    array([[0.  , 1.15, 0.75]])
    """

    __slots__ = ("__namespace",)
    __namespace: Namespace

    def __init__(
        self, values: dict[str, Any] | Namespace, place: Callable[[str], str] = lambda local: local
    ) -> None:
        """Make a scope over `values`.

        Parameters
        ----------
        values : the quantities so far, by their names in the network; assignments go there
        place : gives a local name its name in the network
        """
        namespace = values if isinstance(values, Namespace) else Namespace(values, place)
        object.__setattr__(self, "_Scope__namespace", namespace)

    def __getattr__(self, local: str) -> Any:
        if local.startswith(("__", "_Scope__")):  # what Python asks for itself
            raise AttributeError(local)
        return self.__namespace.read(local)

    def __setattr__(self, local: str, value: Any) -> None:
        self.__namespace.state(local, value)

    def also(self, **forms: Any) -> None:
        """State another form of a quantity: equal, and not computed in training, but where the textbook starts.

        The first form is what runs. The other one is shown beside it, and stands in for it where a nudge
        needs a path that the first form avoids (a loss that reads the logits to stay finite).
        """
        self.__namespace.also(forms)

    def apply(self, function: Callable[..., Any], *inputs: Any, axes: int | None = None) -> Any:
        """What a plain function of a user's gives.

        One value for each entry of its first input; with `axes`, as many of its axes are left, 1 or 0.
        """
        return self.__namespace.apply(function, inputs, axes)

    def total(self, local: str) -> Any:
        """The sum of a number over all parameters, in order."""
        return self.__namespace.total(local)

    def derive_backward(self) -> None:
        """State the gradients by the chain rule through this part's own forward quantities, last one first."""
        self.__namespace.derive_backward()


class _Renaming(Namespace):
    """Another namespace in which some local names stand for others."""

    def __init__(self, within: Scope, names: Mapping[str, str]) -> None:
        self._within, self._names = within, names

    def place(self, local: str) -> str:
        return self._names.get(local, local)

    def read(self, local: str) -> Any:
        return getattr(self._within, self.place(local))

    def state(self, local: str, value: Any) -> None:
        setattr(self._within, self.place(local), value)

    def also(self, forms: Mapping[str, Any]) -> None:
        self._within.also(**{self.place(local): form for local, form in forms.items()})

    def apply(self, function: Callable[..., Any], inputs: tuple[Any, ...], axes: int | None) -> Any:
        return self._within.apply(function, *inputs, axes=axes)

    def total(self, local: str) -> Any:
        return self._within.total(self.place(local))

    def derive_backward(self) -> None:
        self._within.derive_backward()


class Renamed(Scope):
    """A scope in which some local names stand for others.

    >>> q = Scope({"w": 1.0})
    >>> Renamed(q, w_new="w_fast").w_new = 0.5
    >>> q.w_fast
    0.5
    """

    __slots__ = ()

    def __init__(self, scope: Scope, **names: str) -> None:
        """See `scope`, with these names for those."""
        super().__init__(_Renaming(scope, names))
