"""What parts are by how they are named."""

from __future__ import annotations

import dataclasses
from typing import Any

from chainrule.errors import InputError
from chainrule.parts.contract import Optimizer, Part


def is_function(given: Any) -> bool:
    """Whether a function of one's own stands for a part."""
    return callable(given) and not isinstance(given, type | Part)


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
