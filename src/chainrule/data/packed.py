"""Files that may be packed: what they unpack to has bounds."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from chainrule.errors import FileError

GZIP_MAGIC = b"\x1f\x8b"
CHUNK = 1 << 20
MAX_UNPACKED = 1 << 26
"""Bytes that any packed file may unpack to, however small it is."""
MAX_RATIO = 200
"""What a larger one may unpack to for each of its bytes: text of numbers packs to a third, zeros to a hundredth."""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked where they are gzipped.

    Raises
    ------
    FileError : no such file, a damaged one, or one that unpacks out of all proportion
    """
    import gzip
    import zlib

    try:
        with path.open("rb") as file:
            if file.read(2) != GZIP_MAGIC:
                file.seek(0)
                yield file
                return
            file.seek(0, 2)
            most = max(MAX_UNPACKED, MAX_RATIO * file.tell())
            file.seek(0)
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield io.BufferedReader(_Bounded(unpacked, path, most), CHUNK)
    except FileError:
        raise
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError(f"{path} is a damaged gzip file ({error}). Get it again.") from error
    except OSError as error:
        raise FileError(f"{path} can't be read: {error.strerror or error}.") from error


class _Bounded(io.RawIOBase):
    """An unpacked file that gives so many bytes at most."""

    def __init__(self, file: Any, path: Path, most: int) -> None:
        self.file, self.path, self.most, self.given = file, path, most, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self.file.read(len(buffer))
        self.given += len(part)
        if self.given > self.most:
            raise FileError(
                f"{self.path} unpacks to more than {self.most:,} bytes, over {MAX_RATIO} times its size. If you trust "
                "it, unpack it first: gunzip -k."
            )
        buffer[: len(part)] = part
        return len(part)


def check_archive(path: Path, remedy: str) -> None:
    """Refuse a zip archive, such as an .npz, that unpacks out of all proportion; `remedy` says what to do then."""
    import zipfile

    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError):
        return  # told when it is read
    if unpacked > max(MAX_UNPACKED, MAX_RATIO * size):
        raise FileError(
            f"{path} unpacks to {unpacked:,} bytes, over {MAX_RATIO} times its size. If you trust it, {remedy}."
        )
