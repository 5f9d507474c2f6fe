"""Plain values as JSON and arrays, and back: numbers, texts, None, and lists, tuples, dicts and arrays of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.errors import KindError
from chainrule.utils.checks import short

Array = np.ndarray[Any, Any]


def is_plain(value: Any) -> bool:
    """Whether a value can be packed."""
    if isinstance(value, list | tuple):
        return all(map(is_plain, value))
    if isinstance(value, dict):
        return all(is_plain(each) for pair in value.items() for each in pair)
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "biuf" and value.dtype.isnative
    return value is None or type(value) in (bool, int, float, str)


def packed(value: Any, name: str, arrays: dict[str, Array]) -> Any:
    """A value as JSON holds it; its arrays are put into `arrays`, each by a name that begins with that one.

    Raises
    ------
    KindError : for what is not plain
    """
    if isinstance(value, np.ndarray | np.generic) and is_plain(value):
        place = f"{name}.{len(arrays)}"
        arrays[place] = np.array(value, order="C")  # a copy: it may change before it is written
        return {"number" if isinstance(value, np.generic) else "array": place}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [packed(each, name, arrays) for each in value]}
    if isinstance(value, dict):
        return {"dict": [[packed(each, name, arrays) for each in pair] for pair in value.items()]}
    if value is None or type(value) in (bool, int, float, str):
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
