"""The IDX format, in which MNIST and its siblings come: a short header, then the numbers.

Two zero bytes, a byte for the kind of number, a byte for the number of dimensions, a big-endian 4-byte size
for each dimension, then the values, big-endian, the last index running fastest.

Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database", yann.lecun.com/exdb/mnist.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import FileError
from chainrule.utils.files import as_path

KINDS = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MAX_DIMENSIONS = 32  # what every NumPy can hold
GZIP_MAGIC = b"\x1f\x8b"
GZIP_MAX_RATIO = 1032  # deflate packs no better than 1032 : 1


def read_idx(path: str | os.PathLike[str], *, sha256: str | None = None) -> NDArray[Any]:
    """Read one file in the IDX format, plain or gzipped.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "labels.idx1-ubyte")
    ...     size = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]))
    ...     read_idx(path)
    array([5, 0, 4], dtype=uint8)

    Parameters
    ----------
    path : the file; whether it is gzipped is seen from its bytes, not from its name
    sha256 : the SHA-256 that the unpacked bytes must have, in hexadecimal; None takes any

    Returns
    -------
    an array of the shape and kind that the file states: uint8, int8, int16, int32, float32 or float64

    Raises
    ------
    FileError : no such file, not IDX, damaged, cut short or too long, or another SHA-256
    """
    import gzip
    import zlib

    path = as_path(path)
    try:
        with path.open("rb") as file:
            gzipped = file.peek(2)[:2] == GZIP_MAGIC
            stream: BufferedIOBase = gzip.GzipFile(fileobj=file) if gzipped else file
            header, dtype, shape = _read_header(stream, path)
            size = math.prod(shape) * dtype.itemsize
            max_size = os.fstat(file.fileno()).st_size * (GZIP_MAX_RATIO if gzipped else 1)
            # checked before reading: a damaged size must not ask for more memory than there is
            if size > max_size or math.prod(n for n in shape if n) > sys.maxsize // dtype.itemsize:
                raise _too_short(path, shape, size)
            body = stream.read(size + 1)
    except FileError:
        raise
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError(f"{path} is a damaged gzip file ({error}). Get it again.") from error
    except OSError as error:
        raise FileError(f"{path} can't be read: {error.strerror}.") from error
    if len(body) < size:
        raise _too_short(path, shape, size, len(body))
    if len(body) > size:
        raise FileError(
            f"{path} goes on after its {_written(shape)} values, {size} bytes. It is damaged: get it again."
        )
    if sha256 is not None:
        _check_hash(path, (header, body), sha256)
    return np.frombuffer(body, dtype).reshape(shape).astype(dtype.newbyteorder("="))


def _read_header(stream: BufferedIOBase, path: Path) -> tuple[bytes, np.dtype[Any], tuple[int, ...]]:
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in KINDS or magic[3] > MAX_DIMENSIONS:
        kinds = ", ".join(f"{kind:02x}" for kind in KINDS)
        raise FileError(
            f"{path} is not an IDX file: it starts with {magic.hex(' ') or 'nothing'}, where 00 00, the kind "
            f"of number ({kinds}) and the number of dimensions (00 to {MAX_DIMENSIONS:02x}) should stand."
        )
    sizes = stream.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise FileError(f"{path} ends within its header. It was cut short: get it again.")
    return magic + sizes, np.dtype(KINDS[magic[2]]), tuple(np.frombuffer(sizes, ">u4").tolist())


def _too_short(path: Path, shape: tuple[int, ...], size: int, there: int | None = None) -> FileError:
    found = "more than the file can hold" if there is None else f"but {there} are there"
    return FileError(
        f"{path} promises {_written(shape)} values, {size} bytes, {found}. It was cut short: get it again."
    )


def _written(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "1"


def _check_hash(path: Path, content: Iterable[bytes], sha256: str) -> None:
    import hashlib

    digest = hashlib.sha256()
    for part in content:
        digest.update(part)
    if (found := digest.hexdigest()) != sha256:
        raise FileError(
            f"{path} is not the file it should be: the SHA-256 of its unpacked bytes is {found[:12]}…, not "
            f"{sha256[:12]}…. Get it again or, if it is another data set, load its folder by its path."
        )


def is_idx(path: Path) -> bool:
    """Whether a file is called like one in the IDX format, or begins like one."""
    import gzip
    import zlib

    if path.name.lower().removesuffix(".gz").endswith(("ubyte", ".idx")):
        return os.path.exists(path)
    try:
        with path.open("rb") as file:
            packed = file.peek(2)[:2] == GZIP_MAGIC
            magic = (gzip.GzipFile(fileobj=file) if packed else file).read(4)
    except (OSError, EOFError, zlib.error):
        return False
    return len(magic) == 4 and magic[:2] == b"\0\0" and magic[2] in KINDS and 1 <= magic[3] <= MAX_DIMENSIONS
