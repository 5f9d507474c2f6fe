"""Parts as they are written: a name alone, or with a number for its first setting, such as ``"sgd:0.1"``."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from chainrule.errors import InputError, KindError, UnknownName


def made(what: str, known: Mapping[str, type[Any]], given: str) -> Any:
    """The part that a text stands for.

    Parameters
    ----------
    what : the kind of part, in words
    known : all parts of this kind, by their names

    Raises
    ------
    UnknownName : for a name that is none of theirs
    InputError, KindError : for what stands behind a colon and is no number, or none that the part can take
    """
    name, number = split_number(given)
    if name not in known:
        raise UnknownName(what, name, known)
    return with_number(known[name], name, number)


def split_number(given: str) -> tuple[str, float | None]:
    """The name, and the number behind the colon, if there is one."""
    name, colon, text = given.partition(":")
    if not colon:
        return name, None
    try:
        return name, float(text)
    except ValueError:
        raise InputError(
            f"{given!r}: {text!r} is no number; write {name}, or with a number, such as {name}:0.1."
        ) from None


def with_number(kind: type[Any], name: str, number: float | None) -> Any:
    """The part with this number for its first setting."""
    if number is None:
        return kind()
    for each in dataclasses.fields(kind):
        if each.init and each.metadata and not each.kw_only:
            whole = each.metadata.get("whole") and number.is_integer()
            with naming(name, number, kind):
                return kind(**{each.name: int(number) if whole else number})
    raise InputError(f"'{name}:{number:g}': {name} takes no number; write {name} alone.")


@contextmanager
def naming(name: str, number: float, kind: type[Any]) -> Iterator[None]:
    """Begin the message of a number that is out of range with what was written."""
    try:
        yield
    except (InputError, KindError) as error:
        message = str(error).removeprefix(f"{kind.__name__}: ").replace(" = ", " ", 1)
        raise type(error)(f"'{name}:{number:g}': {message}") from None
