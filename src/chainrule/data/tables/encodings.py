"""From the bytes of a text file to its characters: packed or not, and in which encoding."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from chainrule.data.packed import CHUNK, opened
from chainrule.errors import FileError, InputError

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1252": "Latin-1"}
"""What encodings are called where another name is usual."""

# Beyond ASCII, Western European text in Windows' Latin-1 has single letters, and a few signs between words.
_WESTERN = frozenset((0x80, 0x85, *range(0x91, 0x98), 0x99, *range(0xA0, 0x100)))
_ASCII = bytes(range(0x80))
_FOREIGN = re.compile(
    rb"[\xc0-\xff]{4}|"
    rb"[\x80\x85\x91\x93-\x95\x99\xa0-\xac\xae-\xb6\xb8\xb9\xbb-\xbf](?<=[A-Za-z\xc0-\xff].)(?=[A-Za-z\xc0-\xff])"
)


def check_encoding(encoding: str | None) -> None:
    """Refuse an encoding that Python does not know."""
    try:
        codecs.lookup(encoding or "utf-8")
    except (LookupError, ValueError):  # a ValueError for a name with a zero byte
        raise InputError(
            f"encoding = {encoding!r} is not known: give one such as 'utf-8', 'utf-16', 'latin-1', 'cp1251'."
        ) from None


@contextmanager
def opened_text(path: Path, encoding: str) -> Iterator[IO[str]]:
    """The characters of a file, line ends as they are."""
    with opened(path) as file:
        text = io.TextIOWrapper(file, encoding, newline="")
        try:
            yield text
        except UnicodeError as error:
            name = NAMES.get(encoding, encoding)
            raise FileError(
                f"{path} is not in {name} ({error}). Name its encoding with encoding='latin-1' or the like."
            ) from error
        finally:
            text.detach()


def find_encoding(path: Path) -> str:
    """The encoding of a text file, where it is beyond doubt.

    That is: a mark at its start, UTF-16 whose zero bytes tell, UTF-8, or else Latin-1 (as Windows has it) whose
    letters stand as they do in Western European words.

    Raises
    ------
    FileError : no text at all, or text in some other encoding, which only its owner can name
    """
    with opened(path) as file:
        start = file.read(CHUNK)
        for mark, name in _MARKS.items():
            if start.startswith(mark):
                return name
        if 0 in start:
            return _wide(path, start)
        bad = _not_utf_8(path, start, file)
    if bad is None:
        return "utf-8"
    with opened(path) as file:
        if all(map(_is_western, iter(lambda: file.read(CHUNK), b""))):
            return "cp1252"
    raise FileError(
        f"{path}, line {bad[0]}: the byte {bad[1]:02x} is not UTF-8, and could stand for several letters. Name the "
        "encoding: encoding='latin-1', encoding='cp1251' or another one; or save the file as UTF-8 text."
    )


def _not_utf_8(path: Path, part: bytes, file: BinaryIO) -> tuple[int, int] | None:
    """The line and the value of the first byte that is not UTF-8; `part` is what was read already."""
    decoder, line = codecs.getincrementaldecoder("utf-8")(), 1
    bad: tuple[int, int] | None = None
    while True:
        if 0 in part:
            raise FileError(f"{path} is no text: it holds zero bytes. It takes a table of text.")
        if bad is None:
            try:
                decoder.decode(part, final=not part)
            except UnicodeDecodeError as error:
                bad = line + error.object.count(b"\n", 0, error.start), error.object[error.start]
        if not part:
            return bad
        line += part.count(b"\n")
        part = file.read(CHUNK)


def _is_western(part: bytes) -> bool:
    return part.isascii() or (set(part.translate(None, _ASCII)) <= _WESTERN and not _FOREIGN.search(part))


def _wide(path: Path, start: bytes) -> str:
    """UTF-16 without a mark: of ASCII, every second byte is zero."""
    even, odd = start[0::2].count(0) / len(start), start[1::2].count(0) / len(start)
    if max(even, odd) < 0.2 or min(even, odd) > 0.01:
        raise FileError(f"{path} is no text: it holds zero bytes. It takes a table of text.")
    return "utf-16-le" if odd > even else "utf-16-be"
