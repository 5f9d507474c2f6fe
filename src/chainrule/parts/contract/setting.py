"""A setting of a part that is a number in a range: how it is declared and checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.utils.checks import is_finite, short

BOUNDS = ("ge", "le", "gt", "lt", "whole")


def setting(
    default: Any,
    *,
    ge: float | None = None,
    le: float | None = None,
    gt: float | None = None,
    lt: float | None = None,
    whole: bool = False,
    kw_only: bool = False,
) -> Any:
    """A field of a part that is a number in a range, or a whole number, checked when the part is made.

    Parameters
    ----------
    default : where it is left out; a setting whose default is None may be left open
    ge, le, gt, lt : greater or equal, less or equal, greater than, less than
    whole : whether it is a whole number
    kw_only : whether it is given by its name alone
    """
    bounds = dict(zip(BOUNDS, (ge, le, gt, lt, whole), strict=True))
    return dataclasses.field(default=default, metadata=bounds, kw_only=kw_only)


def checked(owner: str, name: str, value: Any, bounds: Mapping[str, Any]) -> Any:
    """The number that a setting becomes; raises KindError where it is none, InputError out of its range.

    Parameters
    ----------
    owner : the name of the part's class
    name : the setting's
    value : what was given
    bounds : those of `setting`
    """
    ge, le, gt, lt, whole = map(bounds.get, BOUNDS)
    words = (("at least", ge), ("above", gt), ("below", lt), ("at most", le))
    parts = [f"{word} {bound:g}" for word, bound in words if bound is not None] or ["finite"]
    kinds = (int, np.integer) if whole else (int, float, np.integer, np.floating)
    if isinstance(value, bool) or not isinstance(value, kinds):
        what = "whole number" if whole else "number"
        raise KindError(
            f"{owner}: {name} = {short(value)} is no {what}: give one that is {' and '.join(parts)}."
        )
    inside = (
        is_finite(value)
        and (ge is None or value >= ge)
        and (le is None or value <= le)
        and (gt is None or value > gt)
        and (lt is None or value < lt)
    )
    if not inside:
        told = short(value) if isinstance(value, int) else value
        raise InputError(f"{owner}: {name} = {told} is out of range: it must be {' and '.join(parts)}.")
    return int(value) if whole else float(value)
