"""What a program computes, written down as it computes it: operands and result of each operation, copied."""

from __future__ import annotations

import operator
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

MOST_AT_A_PLACE = 1000  # what one place of the program may make: so many numbers,
PRICES = ((64, 4), (1 << 60, 20))  # or arrays, which count as several: small ones, and others
MOST_EVENTS = 60_000
MOST_ENTRIES = 60_000_000  # numbers that are kept in all
LARGEST = 6_000_000  # entries of an array that is kept
LARGEST_LIST = 100_000
IDLE = 60_000  # operations that were not kept, from which on nothing new is to come
OPERATORS: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]] = {
    "Add": (operator.add, operator.iadd), "Sub": (operator.sub, operator.isub),
    "Mult": (operator.mul, operator.imul), "Div": (operator.truediv, operator.itruediv),
    "MatMult": (operator.matmul, operator.imatmul), "Pow": (operator.pow, operator.ipow),
    "Mod": (operator.mod, operator.imod), "FloorDiv": (operator.floordiv, operator.ifloordiv),
    "BitAnd": (operator.and_, operator.iand), "BitOr": (operator.or_, operator.ior),
    "BitXor": (operator.xor, operator.ixor), "LShift": (operator.lshift, operator.ilshift),
    "RShift": (operator.rshift, operator.irshift),
}  # fmt: skip
NONE = -1


class Recorder:
    """Takes down events: at which place, what was done, with which values, and what came out.

    Parameters
    ----------
    places : of the program, as they were rewritten
    enough : called when nothing new is to be expected
    """

    slice = slice

    def __init__(self, places: list[tuple[int, int, str, str]], enough: Callable[[], None]) -> None:
        self.places, self._enough = places, enough
        self.events: list[tuple[int, str, list[int], int, list[int]]] = []
        self.values: list[Any] = []
        self.kinds: list[str] = []
        self._known: dict[Any, int] = {}
        self._made: dict[int, tuple[Any, int]] = {}  # numbers that are alive, and the events that made them
        self._counts: dict[int, int] = {}
        self._entries = self._idle = 0

    # --- what rewritten code calls ----------------------------------------------------------------------

    def operate(self, place: int, left: Any, right: Any) -> Any:
        what = self.places[place][3]
        if type(left) is int and type(right) is int:
            return OPERATORS[what][0](left, right)
        refs = self._refs(place, (left, right))
        result = OPERATORS[what][0](left, right)
        self._event(place, what, refs, result)
        return result

    def in_place(self, place: int, name: str, old: Any, value: Any) -> Any:
        what = self.places[place][3]
        if type(old) is int and type(value) is int:
            return OPERATORS[what][1](old, value)
        refs = self._refs(place, (old, value))
        result = OPERATORS[what][1](old, value)
        self._event(place, what, refs, result, name)
        return result

    def negate(self, place: int, value: Any) -> Any:
        refs = self._refs(place, (value,))
        result = -value
        self._event(place, "USub", refs, result)
        return result

    def call(self, place: int, function: Any, *args: Any, **named: Any) -> Any:
        if function is sum and args and isinstance(args[0], types.GeneratorType):
            args = (list(args[0]), *args[1:])
        own = getattr(function, "__self__", None)
        given = (own, *args) if isinstance(own, np.ndarray) else args
        refs = self._refs(place, (*given, *named.values()) if given or named else ())
        if function is sum and isinstance(args[0], list | tuple):
            refs = self._refs(place, (*args[0], *args[1:]))
        result = function(*args, **named)
        axis = named.get("axis")
        what = getattr(function, "__name__", "call") + (f" {axis}" if isinstance(axis, int) else "")
        self._event(place, what, refs, result)
        return result

    def item(self, place: int, base: Any, index: Any) -> Any:
        result = base[index]
        if isinstance(base, np.ndarray) and isinstance(index, tuple | np.ndarray | list | int | np.integer):
            which = index if isinstance(index, tuple) else (index,)
            numbers = [i for i in which if isinstance(i, np.ndarray | list | range | int | np.integer)]
            if isinstance(result, np.ndarray | np.floating):
                self._event(place, "item", self._refs(place, (base, *numbers)), result)
        return result

    def put(self, place: int, names: tuple[str, ...], value: Any) -> Any:
        if len(names) == 1:
            self._named(place, names[0], value)
        elif isinstance(value, tuple | list) and len(value) == len(names):
            for name, each in zip(names, value, strict=True):
                self._named(place, name, each)
        return value

    def loop(self, place: int, names: tuple[str, ...], values: Iterable[Any]) -> Iterator[Any]:
        if isinstance(values, range):
            yield from values
            return
        for each in values:
            self.put(place, names, each)
            yield each

    def given(self, place: int, names: tuple[str, ...], values: tuple[Any, ...]) -> None:
        for name, value in zip(names, values, strict=True):
            self._named(place, name, value)

    # --- keeping ----------------------------------------------------------------------------------------

    def _named(self, place: int, name: str, value: Any) -> None:
        if isinstance(value, float | np.ndarray | np.generic | list | tuple | int):
            self._event(place, f"put {name}", ([], []), value, own=False)

    def _full(self, place: int) -> bool:
        if self._counts.get(place, 0) < MOST_AT_A_PLACE:
            return False
        self._idle += 1
        if self._idle > IDLE:
            self._enough()
        return True

    def _refs(self, place: int, given: tuple[Any, ...]) -> tuple[list[int], list[int]]:
        if self._full(place):
            return [], []
        return [self.ref(each) for each in given], [self._maker(each) for each in given]

    def _maker(self, value: Any) -> int:
        known = self._made.get(id(value))
        return known[1] if known is not None and known[0] is value else NONE

    def _event(
        self, place: int, what: str, refs: tuple[list[int], list[int]], result: Any, name: str = "",
        own: bool = True,
    ) -> None:  # fmt: skip
        if self._full(place):
            return
        made = self.ref(result)
        if made == NONE:
            return
        size = np.size(self.values[made])
        price = 1 if size == 1 else next(price for most, price in PRICES if size <= most)
        self._counts[place] = self._counts.get(place, 0) + price
        number = len(self.events)
        self.events.append((place, what, refs[0], made, refs[1]))
        if own and isinstance(result, float) and self._maker(result) == NONE:
            self._made[id(result)] = (result, number)
        if name:
            self._named(place, name, result)
        if number > MOST_EVENTS or self._entries > MOST_ENTRIES:
            self._enough()

    def ref(self, value: Any) -> int:
        """The number of a value among those that are kept; -1 of what is no number."""
        if isinstance(value, bool | np.bool_):
            return NONE
        if isinstance(value, float | int | np.floating | np.integer):
            return self._keep(("number", float(value)), "f" if isinstance(value, float) else "i", value)
        if isinstance(value, list | tuple):
            value = _listed(value)
        elif isinstance(value, range):
            value = np.arange(value.start, value.stop, value.step)
        elif hasattr(type(value), "to_numpy"):
            value = np.asarray(value)
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub" or value.size > LARGEST:
            return NONE
        kind = "s" if value.dtype in (np.float32, np.float16) else value.dtype.kind
        array = np.array(value, np.float64)
        return self._keep((array.shape, hash(array.tobytes())), kind, array)

    def _keep(self, key: Any, kind: str, value: Any) -> int:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self.values)
            self.values.append(value if isinstance(value, np.ndarray) else np.float64(value))
            self.kinds.append(kind)
            self._entries += int(np.size(value))
        return found


def _listed(value: Any) -> Any:
    """Nested lists of numbers as an array; None of others."""
    first, size = value, 1
    while isinstance(first, list | tuple):
        if not first:
            return None
        size *= len(first)
        first = first[0]
    if size > LARGEST_LIST or not isinstance(first, float | int | np.generic | np.ndarray):
        return None
    if isinstance(first, np.ndarray) and first.size * size > LARGEST_LIST:
        return None
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return array if array.dtype.kind in "fiub" else None
