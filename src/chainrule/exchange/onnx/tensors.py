"""Tensors of an ONNX model as arrays, whose sizes are believed only as far as there are numbers for them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError, FileError, InputError
from chainrule.exchange.onnx.files import inside
from chainrule.parts.contract import Array

# By ONNX's number of each type that is read: NumPy's, and the field of the message that may hold such numbers.
TYPES = {
    1: ("<f4", "float_data"),
    6: ("<i4", "int32_data"),
    7: ("<i8", "int64_data"),
    8: ("object", "string_data"),
    9: ("?", "int32_data"),
    11: ("<f8", "double_data"),
}
NAMES = {
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    10: "float16",
    12: "uint32",
    13: "uint64",
    16: "bfloat16",
}


def as_array(tensor: Any, place: str, folder: Path | None) -> Array:
    """The numbers, or texts, of an onnx.TensorProto.

    Raises
    ------
    InputError : for a type that chainrule has no use for; for numbers outside the model's folder
    FileError : where there are more or fewer numbers than its shape says
    """
    if tensor.data_type not in TYPES:
        kind = NAMES.get(tensor.data_type, f"of ONNX's type {tensor.data_type}")
        raise InputError(f"{place} is {kind}: a network is float32 or float64, so export it so.")
    dtype, field = TYPES[tensor.data_type]
    shape = tuple(tensor.dims)
    if any(size < 0 for size in shape):
        raise FileError(f"{place} has the shape {shape}: the model is damaged.")
    count = math.prod(shape)
    if tensor.data_location == 1:
        found = _beside(tensor, place, folder, np.dtype(dtype), count)
    elif tensor.HasField("raw_data"):
        if len(tensor.raw_data) != count * np.dtype(dtype).itemsize or dtype == "object":
            raise _damaged(place, shape, f"{len(tensor.raw_data):,} bytes")
        found = np.frombuffer(tensor.raw_data, dtype)
    else:
        values = getattr(tensor, field)
        if len(values) != count:
            raise _damaged(place, shape, f"{len(values):,} of them")
        if dtype == "object":
            values = [text.decode(errors="replace") for text in values]
        found = np.array(values, dtype)
    try:
        return found.reshape(shape)
    except ValueError as error:  # of zero numbers, in more axes than there can be
        raise _damaged(place, shape, f"{count} of them") from error


def _damaged(place: str, shape: tuple[int, ...], there: str) -> FileError:
    return FileError(
        f"{place} is to have {' × '.join(map(str, shape)) or '1'} numbers, and there are {there}: the model is "
        "damaged or cut short."
    )


def _beside(tensor: Any, place: str, folder: Path | None, dtype: np.dtype[Any], count: int) -> Array:
    """Numbers that stand in a file beside the model."""
    given = {entry.key: entry.value for entry in tensor.external_data}
    path = inside(folder, given.get("location", ""), place)
    size = count * dtype.itemsize
    try:
        start = int(given.get("offset", 0))
        length = int(given.get("length", size))
        there = path.stat().st_size
        if dtype.kind == "O" or length != size or start < 0 or start + size > there:
            raise FileError(
                f"{place} is to have {size:,} bytes from {start:,} on in {path}, which has {there:,}: one of "
                "the two files is damaged, or of another model."
            )
        return np.fromfile(path, dtype, count, offset=start)
    except (OSError, ValueError) as error:
        if isinstance(error, ChainruleError):
            raise
        reason = getattr(error, "strerror", None) or "it is no file of numbers"
        raise FileError(f"{place} has its numbers in {path}, which can't be read: {reason}.") from error
