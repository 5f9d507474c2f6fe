"""Scalings of the inputs, one after the other, as the one that chainrule's networks begin with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError, InputError
from chainrule.exchange.chain import Link
from chainrule.parts import Standardize

Scaling = tuple[str, Any, Any]  # its place, and x = (x_raw - center) / scale


def scaling_links(scalings: Sequence[Scaling]) -> list[Link]:
    """The link of all of them together, if there is any: ((x - c) / s - d) / t is (x - (c + s d)) / (s t).

    Raises
    ------
    InputError : for one that `Standardize` can't be, naming its place
    """
    if not scalings:
        return []
    center: Any = np.float64(0)
    scale: Any = np.float64(1)
    try:
        for _, own_center, own_scale in scalings:
            center = center + scale * np.asarray(own_center, np.float64)
            scale = scale * np.asarray(own_scale, np.float64)
        layer = Standardize(center, scale)
    except (ChainruleError, ValueError) as error:
        raise InputError(f"{' and '.join(place for place, _, _ in scalings)}: {error}") from error
    return [Link(scalings[0][0], layer)]
