"""How entries are named: ``"dW1[0, 1]"``."""

from __future__ import annotations

import re
from collections.abc import Collection

from chainrule.errors import InputError
from chainrule.notation import display

_ENTRY = re.compile(r"\s*([^\[\]]+?)\s*(?:\[([^\]]*)\])?\s*")
_ERROR = re.compile(r"(?:delta|δ)(\d+)")


def meant(name: str, names: Collection[str]) -> str:
    """A name as it is asked for, where it was given as a page or a textbook has it; else as it was given.

    ``"dγ1"`` → ``"dgamma1"``, ``"log a2"`` → ``"log_a2"``, ``"∂L/∂W1"`` → ``"dW1"``, ``"delta1"`` → ``"dz1"``.
    """
    if name in names:
        return name
    said = name.replace("∂L/∂", "d").replace("dL/d", "d")
    shown = {display(each): each for each in names}
    error = _ERROR.fullmatch(said)
    found = shown.get(said, f"dz{error[1]}" if error else said)
    return found if found in names else name


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
