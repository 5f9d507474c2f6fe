"""Whether what a step is given are images, and how they look."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.explain.remarks import label_of, named_label
from chainrule.model.record import Record
from chainrule.walkthrough.pictures import Pictures

SMALLEST = 8  # pixels of a side from which numbers without names are taken for a square image
FEW = 4  # images that are shown at most
_PIXEL = re.compile(r"pixel_(\d+)_(\d+)")


def pictures(trace: Record, values: Mapping[str, Any]) -> Pictures | None:
    """The first samples as images, where their inputs are pixels; else None.

    They are where the inputs are called so, pixel_0_0, pixel_0_1, …, as the loaders of images call them; or where
    they have no names, are a square number of at least 8 × 8, and none of the batch is below 0. Numbers that are all
    the same, or not finite, give no picture.
    """
    name = trace.program.data
    x = np.asarray(values[name], np.float64)
    shape = image_shape(trace.network.features, x)
    if shape is None or not np.isfinite(x).all():
        return None
    least, greatest = float(x.min()), float(x.max())
    spread = greatest / 2 - least / 2  # halves, since the difference of the largest floats is none
    if spread == 0:
        return None
    images = (x[:FEW] / 2 - least / 2) / spread
    labels = tuple(_label(trace, values, sample) for sample in range(len(images)))
    return Pictures(name, images.reshape(-1, *shape), least, greatest, labels, len(x))


def image_shape(names: tuple[str, ...] | None, x: Any) -> tuple[int, int] | None:
    """The height and width of the image that a sample is."""
    if names is not None:
        last = _PIXEL.fullmatch(names[-1])
        if last is None:
            return None
        shape = int(last[1]) + 1, int(last[2]) + 1
        return shape if names == tuple(f"pixel_{i}_{j}" for i, j in np.ndindex(shape)) else None
    side = math.isqrt(x.shape[1])
    return (side, side) if side**2 == x.shape[1] and side >= SMALLEST and x.min() >= 0 else None


def _label(trace: Record, values: Mapping[str, Any], sample: int) -> str:
    label = label_of(trace, values["y"][sample]) if "y" in values else None
    return "" if label is None else named_label(trace, label)
