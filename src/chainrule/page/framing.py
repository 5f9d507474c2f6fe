"""A message as one binary frame: the header's length, the header, the arrays, each from a multiple of 8 bytes.

u32, little-endian   the header's length in bytes
header               a JSON object; its `arrays` name the buffers: [{"name", "dtype", "shape"}]
zeros                up to a multiple of 8, counted from the frame's start
buffers              each in C order, little-endian, and padded likewise
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NoReturn

from chainrule.errors import InputError

Message = tuple[dict[str, Any], list[bytes]]

BYTES = {"f8": 8, "f4": 4, "i4": 4, "u1": 1, "raw": 1}  # of a number of each dtype
MAX_HEADER = 1 << 20
MAX_ARRAYS, MAX_DIMENSIONS = 1024, 8
_LENGTH = struct.Struct("<I")
_ALIGNED = 8


class FrameError(InputError):
    """A frame that is not as the page's client writes it."""


def pack(header: dict[str, Any], buffers: Sequence[Any]) -> bytes:
    """A message as a frame.

    Parameters
    ----------
    header : with `arrays`, where there are buffers
    buffers : bytes, or arrays in C order

    Raises
    ------
    ValueError : where the buffers are not what the header says, or a number of it is not finite
    """
    text = json.dumps(header, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
    views = [memoryview(buffer).cast("B") if memoryview(buffer).nbytes else b"" for buffer in buffers]
    sizes = _sizes(header)
    if [len(view) for view in views] != sizes:
        raise ValueError(f"the buffers have {[len(view) for view in views]} bytes, the header says {sizes}")
    pieces: list[Any] = [_LENGTH.pack(len(text)), text, _padding(_LENGTH.size + len(text))]
    for view in views:
        pieces += [view, _padding(len(view))]
    return b"".join(pieces)


def unpack(frame: bytes) -> Message:
    """The message in a frame.

    Raises
    ------
    FrameError : where it is not whole, or not as described above
    """
    if len(frame) < _LENGTH.size:
        raise FrameError(f"a frame begins with a length of 4 bytes, and this one has {len(frame)} in all.")
    (length,) = _LENGTH.unpack_from(frame)
    end = _LENGTH.size + length
    if length > MAX_HEADER:
        raise FrameError(f"a header of {length:,} bytes is too long: it has at most {MAX_HEADER:,}.")
    if end > len(frame):
        raise FrameError(f"the header should have {length:,} bytes, and the frame ends before that.")
    header = _header(frame[_LENGTH.size : end])
    sizes = _sizes(header)
    edges = [_aligned(end)]
    for size in sizes:
        edges.append(edges[-1] + _aligned(size))
    if edges[-1] != len(frame):
        raise FrameError(
            f"the frame should have {edges[-1]:,} bytes, as its header says; it has {len(frame):,}."
        )
    return header, [
        frame[start : start + size] for (start, _), size in zip(pairwise(edges), sizes, strict=True)
    ]


def _header(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:  # of Unicode, too
        raise FrameError(f"the header is no JSON that could be read ({_short(error)}).") from None
    if not isinstance(header, dict):
        raise FrameError(f"the header is a JSON object, not {type(header).__name__}.")
    return header


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _short(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)[:80]


def _sizes(header: dict[str, Any]) -> list[int]:
    """How many bytes each buffer has, as the header says."""
    arrays = header.get("arrays", [])
    if not isinstance(arrays, list) or len(arrays) > MAX_ARRAYS:
        raise FrameError(f"arrays is a list of at most {MAX_ARRAYS}, with name, dtype and shape of each.")
    return [_size(array) for array in arrays]


def _size(array: Any) -> int:
    if not isinstance(array, dict):
        raise FrameError("each of arrays is an object with name, dtype and shape.")
    name, dtype, shape = (array.get(field) for field in ("name", "dtype", "shape"))
    if not isinstance(name, str):
        raise FrameError("each of arrays has a name, a text.")
    if not isinstance(dtype, str) or dtype not in BYTES:
        raise FrameError(f"array {name[:40]!r} has no dtype of {', '.join(BYTES)}.")
    if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS or not all(map(_is_count, shape)):
        raise FrameError(
            f"the shape of array {name[:40]!r} is a list of at most {MAX_DIMENSIONS} whole numbers from 0 on."
        )
    return BYTES[dtype] * math.prod(shape)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 32


def _aligned(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED


def _padding(size: int) -> bytes:
    return bytes(-size % _ALIGNED)
