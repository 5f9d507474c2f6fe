"""The numbers of an optimizer, of its schedule and its clipping: which there are, and how they are set."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from chainrule.errors import UnknownName
from chainrule.notation import display
from chainrule.parts.contract import Optimizer, Part


def settle(optimizer: Optimizer, numbers: Mapping[str, Any]) -> dict[str, float]:
    """Set numbers by the names of their settings; gives all as they then are.

    Raises
    ------
    InputError, KindError, UnknownName : for what does not fit; then nothing has changed
    """
    owners = {name: (part, field) for part, name, field in _settings(optimizer)}
    before = {name: getattr(part, field) for name, (part, field) in owners.items()}
    try:
        for name, value in numbers.items():
            if name not in owners:
                raise UnknownName("number of the optimizer", name, list(owners))
            _put(*owners[name], value)
    except Exception:
        for name, value in before.items():
            _put(*owners[name], value)
        raise
    return {name: getattr(part, field) for name, (part, field) in owners.items()}


def _put(part: Part, name: str, value: Any) -> None:
    """Set a number, unless it is that already: some of them stay as they were made."""
    if getattr(part, name) != value:
        setattr(part, name, value)


def described(part: Part) -> list[dict[str, Any]]:
    """The numbers of a part as a form shows them: name, sign, value, and the range."""
    return [
        {
            "name": each.name,
            "sign": display(type(part).letters.get(each.name, each.name)),
            "value": _plain(getattr(part, each.name)),
            "whole": bool(each.metadata["whole"]),
            "least": each.metadata["ge"] if each.metadata["ge"] is not None else each.metadata["gt"],
            "most": each.metadata["le"] if each.metadata["le"] is not None else each.metadata["lt"],
        }
        for each in dataclasses.fields(part)
        if each.metadata and "ge" in each.metadata
    ]


def _plain(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None


def _settings(optimizer: Optimizer) -> Iterator[tuple[Part, str, str]]:
    """Each number with the part that has it and its name there; those of schedule and clipping after a point."""
    for role, part in optimizer.roles().items():
        for each in dataclasses.fields(part):
            value = getattr(part, each.name)
            if each.metadata and isinstance(value, int | float) and not isinstance(value, bool):
                yield part, each.name if part is optimizer else f"{role}.{each.name}", each.name
