"""The scope `q` that a part's rules read from and assign to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chainrule.errors import UnknownName


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

    def __init__(self, values: dict[str, Any], place: Callable[[str], str] = lambda local: local) -> None:
        """Make a scope over `values`.

        Parameters
        ----------
        values : the quantities so far, by their names in the network; assignments go there
        place : gives a local name its name in the network
        """
        self.__dict__.update(_values=values, _place=place)

    def __getattr__(self, local: str) -> Any:
        name = self._place(local)
        if name not in self._values:
            raise UnknownName("quantity", name, self._values)
        return self._values[name]

    def __setattr__(self, local: str, value: Any) -> None:
        self._define(local, self._place(local), value)

    def _define(self, local: str, name: str, value: Any) -> None:
        self._values[name] = value

    def also(self, **forms: Any) -> None:
        """State another form of a quantity: equal, and not computed in training, but where the textbook starts.

        The first form is what runs. The other one is shown beside it, and stands in for it where a nudge
        needs a path that the first form avoids (a loss that reads the logits to stay finite).
        """


class Renamed:
    """A scope in which some local names stand for others.

    >>> q = Scope({"w": 1.0})
    >>> Renamed(q, w_new="w_fast").w_new = 0.5
    >>> q.w_fast
    0.5
    """

    def __init__(self, scope: Any, **names: str) -> None:
        """See `scope`, with these names for those."""
        self.__dict__.update(_scope=scope, _names=names)

    def __getattr__(self, local: str) -> Any:
        return getattr(self._scope, self._names.get(local, local))

    def __setattr__(self, local: str, value: Any) -> None:
        setattr(self._scope, self._names.get(local, local), value)

    def also(self, **forms: Any) -> None:
        """State another form of a quantity; see `Scope.also`."""
        self._scope.also(**{self._names.get(local, local): form for local, form in forms.items()})
