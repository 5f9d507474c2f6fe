"""Plain values as JSON and arrays, and back: numbers, texts, None, and lists, tuples, dicts and arrays of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.errors import KindError
from chainrule.utils.checks import short

Array = np.ndarray[Any, Any]


DEEPEST = 64  # lists within each other
LONGEST = 2048  # bits of a whole number, which any setting of Python writes out


def is_plain(value: Any, depth: int = 0) -> bool:
    """Whether a value can be packed."""
    if isinstance(value, list | tuple | dict) and depth == DEEPEST:  # it may hold itself
        return False
    if isinstance(value, list | tuple):
        return all(is_plain(each, depth + 1) for each in value)
    if isinstance(value, dict):
        return all(is_plain(each, depth + 1) for pair in value.items() for each in pair)
    return _is_numbers(value) or _is_word(value)


def _is_numbers(value: Any) -> bool:
    """Whether it is an array, or a number of NumPy's, that a safetensors file can hold; a mask is none of it."""
    known = type(value) is np.ndarray or isinstance(value, np.generic)
    return known and value.dtype.kind in "biuf" and value.dtype.itemsize <= 8 and value.dtype.isnative


def _is_word(value: Any) -> bool:
    if type(value) is int:
        return value.bit_length() <= LONGEST
    return value is None or type(value) in (bool, float, str)


def packed(value: Any, name: str, arrays: dict[str, Array], depth: int = 0) -> Any:
    """A value as JSON holds it; its arrays are put into `arrays`, each by a name that begins with that one.

    Raises
    ------
    KindError : for what is not plain
    """
    if _is_numbers(value):
        place = f"{name}.{len(arrays)}"
        arrays[place] = np.array(value, order="C")  # a copy: it may change before it is written
        return {"number" if isinstance(value, np.generic) else "array": place}
    if isinstance(value, list | tuple) and depth < DEEPEST:
        return {type(value).__name__: [packed(each, name, arrays, depth + 1) for each in value]}
    if isinstance(value, dict) and depth < DEEPEST:
        return {"dict": [[packed(each, name, arrays, depth + 1) for each in pair] for pair in value.items()]}
    if _is_word(value):
        return value
    raise KindError(
        f"{name} holds {short(value)}, which is no plain value: give numbers, texts, None, and lists, tuples, dicts "
        "and arrays of them."
    )


def unpacked(value: Any, arrays: Mapping[str, Array]) -> Any:
    """What `packed` was given."""
    if not isinstance(value, dict):
        return value
    ((kind, of),) = value.items()
    if kind in ("array", "number"):
        return arrays[of].copy() if kind == "array" else arrays[of][()]
    if kind == "dict":
        return {unpacked(key, arrays): unpacked(each, arrays) for key, each in of}
    found = [unpacked(each, arrays) for each in of]
    return tuple(found) if kind == "tuple" else found
