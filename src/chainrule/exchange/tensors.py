"""Tensors of other frameworks as NumPy's arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.model.layer_list import DTYPES
from chainrule.parts.contract import Array


def as_array(tensor: Any, place: str) -> Array:
    """A PyTorch tensor, or an array, of a dtype that a network may have; it may share its memory."""
    if not hasattr(tensor, "dtype"):
        raise KindError(f"{place} is {type(tensor).__name__}, no tensor.")
    dtype = str(tensor.dtype).removeprefix("torch.")
    if dtype not in DTYPES:
        raise InputError(
            f"{place} is {dtype}: a network is {' or '.join(DTYPES)}, as module.float() makes it."
        )
    if isinstance(tensor, np.ndarray | np.generic):
        return np.asarray(tensor)
    if tensor.is_meta:
        raise InputError(f"{place} is on the device meta and has no numbers.")
    if str(tensor.layout) != "torch.strided":
        raise InputError(f"{place} is sparse: take its to_dense().")
    found: Array = tensor.detach().cpu().numpy()
    return found


def common_dtype(arrays: Sequence[tuple[str, Array]]) -> str:
    """The dtype of all of them; raises, naming two, where they differ."""
    for place, array in arrays:
        if array.dtype != arrays[0][1].dtype:
            raise InputError(
                f"{arrays[0][0]} is {arrays[0][1].dtype} and {place} is {array.dtype}: a network has one dtype."
            )
    return arrays[0][1].dtype.name if arrays else DTYPES[-1]
