"""A network's arrays by name: parameters in one flat buffer, what layers remember, constants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.errors import Fixed, InputError, UnknownName
from chainrule.model import arguments
from chainrule.parts.contract import Array
from chainrule.utils import checks

ANEW = "make a new network; Network(…, parameters=net.parameters) keeps the weights"


class Parameters(Mapping[str, Array]):
    """The parameters by name, as views of one flat buffer: write to their entries, or assign a whole one."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.flat: Array = np.concatenate([np.ravel(a) for a in arrays.values()])
        self.layout = {name: a.shape for name, a in arrays.items()}
        self.spans: dict[str, slice] = {}
        start = 0
        for name, array in arrays.items():
            self.spans[name] = slice(start, start + array.size)
            start += array.size
        self._views = self.views(self.flat)

    def views(self, flat: Array) -> dict[str, Array]:
        """Any flat buffer of this layout, by name."""
        return {name: flat[self.spans[name]].reshape(shape) for name, shape in self.layout.items()}

    def __setattr__(self, name: str, value: Any) -> None:
        if "_views" in self.__dict__ and name[0] != "_":
            raise Fixed(
                f"parameters.{name} can't be set: write into what is there, parameters.flat[...] = … for all of them, "
                'parameters["W1"] = … for one.'
            )
        object.__setattr__(self, name, value)

    def __getstate__(self) -> dict[str, Any]:
        return {"flat": self.flat, "layout": self.layout, "spans": self.spans}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """A copy's parameters are views of the copy's own buffer."""
        self.__dict__.update(state)
        self._views = self.views(self.flat)

    def __getitem__(self, name: str) -> Array:
        if not isinstance(name, str) or name not in self._views:
            raise UnknownName("parameter", name, self._views)
        return self._views[name]

    def __setitem__(self, name: str, value: Any) -> None:
        view = self[name]
        array = arguments.finite(checks.numbers(value, name), name, view.dtype)
        if array.shape != view.shape:
            raise InputError(f"{name} has the shape {view.shape}, and what was given has {array.shape}.")
        view[...] = array

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._views

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    def __repr__(self) -> str:
        return "Parameters(" + ", ".join(f"{name} {shape}" for name, shape in self.layout.items()) + ")"


class Buffers(dict[str, Array]):
    """Arrays by name that stay in their places: write to their entries, or assign a whole one."""

    def __reduce__(self) -> Any:
        return type(self), (dict(self),)

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self:
            raise UnknownName("array", name, self)
        array = arguments.finite(checks.numbers(value, name), name, self[name].dtype)
        if array.shape != self[name].shape:
            raise InputError(
                f"{name} has the shape {self[name].shape}, and what was given has {array.shape}."
            )
        self[name][...] = array

    def _stay(self, *_: Any, **__: Any) -> Any:
        raise Fixed("a network's arrays stay: assign them one by one, by their names.")

    __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _stay


class Constants(Buffers):
    """The arrays that layers and losses brought along, which no one writes to."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        super().__init__(arrays)
        for array in self.values():
            array.flags.writeable = False

    def __setitem__(self, name: str, value: Any) -> None:
        raise Fixed(f"{name} can't be set, since it is a constant: {ANEW}.")


def runs(spans: Mapping[str, slice], names: Sequence[str]) -> list[tuple[str, slice]]:
    """Parameters that lie side by side in the flat buffers as one run, with the name of its first."""
    found: list[tuple[str, slice]] = []
    for name in names:
        span = spans[name]
        if found and found[-1][1].stop == span.start:
            first, run = found[-1]
            found[-1] = (first, slice(run.start, span.stop))
        else:
            found.append((name, span))
    return found
