"""A setting of a part that is a number in a range: how it is declared and checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError

BOUNDS = ("least", "most", "above", "below", "whole")


def setting(
    default: Any,
    *,
    least: float | None = None,
    most: float | None = None,
    above: float | None = None,
    below: float | None = None,
    whole: bool = False,
    kw_only: bool = False,
) -> Any:
    """A field of a part that is a number in a range, or a whole number, checked when the part is made.

    A setting whose default is None may be left open.
    """
    bounds = dict(zip(BOUNDS, (least, most, above, below, whole), strict=True))
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
    least, most, above, below, whole = map(bounds.get, BOUNDS)
    words = (("at least", least), ("above", above), ("below", below), ("at most", most))
    parts = [f"{word} {bound:g}" for word, bound in words if bound is not None] or ["finite"]
    kinds = (int, np.integer) if whole else (int, float, np.integer, np.floating)
    if isinstance(value, bool) or not isinstance(value, kinds):
        what = "whole number" if whole else "number"
        raise KindError(f"{owner}: {name} = {value!r} is no {what}: give one that is {' and '.join(parts)}.")
    inside = (
        np.isfinite(value)
        and (least is None or value >= least)
        and (most is None or value <= most)
        and (above is None or value > above)
        and (below is None or value < below)
    )
    if not inside:
        raise InputError(f"{owner}: {name} = {value} is out of range: it must be {' and '.join(parts)}.")
    return int(value) if whole else float(value)
