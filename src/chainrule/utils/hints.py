"""What a file says, held against the type hints of what is to be made of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


def misfits(kind: Any, values: Mapping[str, Any]) -> list[str]:
    """The names among the values that are no fields of a class, or not of the kinds that its fields are."""
    hints = get_type_hints(kind)
    return [name for name, value in values.items() if name not in hints or not fits(value, hints[name])]


def fits(value: Any, hint: Any) -> bool:
    """Whether a value that JSON holds is of a kind; a whole number is a number, too, and no truth value is one.

    >>> fits([1, 2.5], list[float]), fits(True, int), fits(None, str | None)
    (True, False, True)
    """
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(fits(value, each) for each in inner)
    if origin is list:
        return isinstance(value, list) and all(fits(each, inner[0]) for each in value)
    if origin is tuple:
        kinds = (inner[0],) * len(value) if inner[-1] is Ellipsis else inner
        return len(value) == len(kinds) and all(map(fits, value, kinds))
    if origin is dict:
        return isinstance(value, dict) and all(fits(each, inner[1]) for each in value.values())
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return hint is Any or isinstance(value, NoneType if hint is None else hint)
