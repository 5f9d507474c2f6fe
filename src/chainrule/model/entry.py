"""How entries are named: ``"dW1[0, 1]"``."""

from __future__ import annotations

import re

from chainrule.errors import InputError
from chainrule.notation import GREEK

_ENTRY = re.compile(r"\s*([^\[\]\s]+)\s*(?:\[([^\]]*)\])?\s*")


def in_letters(name: str) -> str:
    """A name as it is asked for, where it was given as it is shown: ``"dγ1"`` → ``"dgamma1"``."""
    for word, letter in GREEK.items():
        name = name.replace(letter, word)
    return name


def parse_entry(text: str) -> tuple[str, tuple[int, ...] | None]:
    """``"dW1[0, 1]"`` → ``("dW1", (0, 1))``; without brackets the index is None."""
    match = _ENTRY.fullmatch(text)
    if match is None:
        raise InputError(f"{text!r} names no quantity: write a name, such as dW1, or one entry, dW1[0, 1].")
    name, inside = match.groups()
    if inside is None:
        return name, None
    try:
        return name, tuple(int(part) for part in inside.split(",")) if inside.strip() else ()
    except ValueError:
        raise InputError(f"{text!r}: an entry is given by whole numbers, as in {name}[0, 1].") from None
