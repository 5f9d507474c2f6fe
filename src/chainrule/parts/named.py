"""Parts by their names: a name alone, or with a number for its first setting, such as ``"sgd:0.1"``."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chainrule.errors import InputError, KindError, UnknownName
from chainrule.parts.activations import Function
from chainrule.parts.contract import Activation, Optimizer, Part


def is_function(given: Any) -> bool:
    """Whether a function of one's own stands for a part."""
    return callable(given) and not isinstance(given, type | Part)


def part(kind: type[Part], given: Any) -> Any:
    """The part that a name stands for, or a name with a number, such as ``"sgd:0.1"``: its first setting."""
    if kind is Activation and is_function(given):
        return Function(given)
    if isinstance(given, str) and ":" in given:
        name, number = split_number(given)
        known = kind.registry()
        if name not in known:
            raise UnknownName(kind.kind, name, known)
        return with_number(known[name], name, number)
    return kind.of(given)


def split_number(given: str) -> tuple[str, float | None]:
    name, colon, text = given.partition(":")
    if not colon:
        return name, None
    try:
        return name, float(text)
    except ValueError:
        raise InputError(
            f"{given!r}: {text!r} is no number; write {name}, or with a number, such as {name}:0.1."
        ) from None


def with_number(kind: type[Part], name: str, number: float | None) -> Part:
    if number is None:
        return kind()
    for each in dataclasses.fields(kind):
        if each.init and each.metadata and not each.kw_only:
            whole = each.metadata.get("whole") and number.is_integer()
            with naming(name, number, kind):
                return kind(**{each.name: int(number) if whole else number})
    raise InputError(f"'{name}:{number:g}': {name} takes no number; write {name} alone.")


@contextmanager
def naming(name: str, number: float, kind: type[Part]) -> Iterator[None]:
    """Begin the message of a number that is out of range with what was written."""
    try:
        yield
    except (InputError, KindError) as error:
        message = str(error).removeprefix(f"{kind.__name__}: ").replace(" = ", " ", 1)
        raise type(error)(f"'{name}:{number:g}': {message}") from None


def takes_rate(optimizer: Any) -> bool:
    """Whether an optimizer is named without a number, so that a common learning rate is for it."""
    return isinstance(optimizer, str) and ":" not in optimizer


def with_setting(optimizer: Optimizer, name: str, value: Any) -> Optimizer:
    """The same optimizer with another learning rate, say; one around another hands it on."""
    fields = dataclasses.fields(optimizer)
    if any(each.name == name and each.init for each in fields):
        return dataclasses.replace(optimizer, **{name: value})
    for each in fields:
        if isinstance(inner := getattr(optimizer, each.name), Optimizer):
            return dataclasses.replace(optimizer, **{each.name: with_setting(inner, name, value)})
    raise InputError(f"{optimizer} has no {name.replace('_', ' ')} that could be set: leave it out.")
