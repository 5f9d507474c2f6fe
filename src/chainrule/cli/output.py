"""What the commands print: in colour on a terminal, plain in a pipe, ASCII where nothing else can be shown."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
from contextlib import suppress
from typing import IO, Protocol

from chainrule.errors import InputError

WIDTH = 80
NARROWEST, WIDEST = 50, 120
PROBE = "→⎡Σ≈▁│"
# What a terminal would obey and not show, or what turns the direction of writing: names of strangers may hold it.
_CONTROL = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]")
_HEADING = re.compile(r"(?m)^(?:[A-Z]{4,}|Step \d+|What if).*$")
_TOLD = re.compile(r"(?m)(?<=  )(?:told above|input|parameter|target|constant)$")
_AGREES, _DIFFERS = re.compile(r"(?m)\bagrees(, but for [\w ]+)?$"), re.compile(r"\bDIFFERS\b")


def safe_streams() -> None:
    """Let no sign and no closed stream stop a command."""
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if (
        len(os.environ.get("COLUMNS", "")) > 4
    ):  # wider than any terminal, and than what writes the help can count
        del os.environ["COLUMNS"]


def speaks_unicode(stream: IO[str]) -> bool:
    """Whether a stream can show the signs of formulas."""
    return _encodes(stream, PROBE)


def _encodes(stream: IO[str], text: str) -> bool:
    try:
        text.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def plain_if_needed(text: str, stream: IO[str]) -> str:
    """The text, where the stream can show it; otherwise its signs in ASCII, and foreign letters as escapes."""
    if _encodes(stream, text):
        return text
    from chainrule.writers.text import plain

    return plain(text)


def width() -> int:
    """The columns to write in: a terminal's, within reason; 80 in a pipe."""
    if not sys.stdout.isatty():
        return WIDTH
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((WIDTH, 24)).columns))


def leave_stdout() -> None:
    """Let what is still to be written go nowhere: nobody reads it, and it would fail again."""
    _leave(sys.stdout)


def _leave(stream: IO[str]) -> None:
    with suppress(OSError):  # it is no file at all
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class Page(Protocol):
    """What can be written as text: a walk-through, a derivation."""

    def to_text(self, *, width: int, ascii: bool) -> str:
        """Plain text of that width."""
        ...


def as_text(page: Page, out: str | None) -> str:
    """A page as text, for a file or for standard output."""
    if out is not None:
        return page.to_text(width=WIDTH, ascii=False)
    return page.to_text(width=width(), ascii=not speaks_unicode(sys.stdout))


def show(text: str) -> None:
    """Print a page, if anybody still reads: headings stand out on a terminal."""
    try:
        _print(plain_if_needed(text, sys.stdout))
    except BrokenPipeError:  # the reader, such as head, has seen enough; a training goes on and is saved
        leave_stdout()


def harmless(text: str) -> str:
    """The text with what a terminal would obey written out: ``\\x1b``.

    >>> harmless("a\\x1b[2Jb")
    'a\\\\x1b[2Jb'
    """
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _print(text: str) -> None:
    if not sys.stdout.isatty():
        print(text)
        return
    text = harmless(text)
    from rich.console import Console
    from rich.text import Text

    page = Text(text)
    page.highlight_regex(_HEADING, "bold")
    page.highlight_regex(_TOLD, "dim")
    page.highlight_regex(_AGREES, "green")
    page.highlight_regex(_DIFFERS, "bold red")
    Console(width=max(width(), max(map(len, text.splitlines()), default=0))).print(page, soft_wrap=True)


def note(text: str) -> None:
    """Say something beside the result, on standard error, if it can be said there."""
    try:
        print(harmless(plain_if_needed(text, sys.stderr)), file=sys.stderr, flush=True)
    except OSError:  # on a full disk, say: the result and the exit code are there all the same
        _leave(sys.stderr)


def deliver(text: str, out: str | None) -> None:
    """Print a page, or write it to a file."""
    if out is None:
        show(text)
        return
    from chainrule.utils.files import replacing

    with replacing(out) as file:
        file.write((text if text.endswith("\n") else text + "\n").encode())
    note(f"written to {out}")


def deliver_bytes(written: bytes, out: str | None) -> None:
    """Write what is no text to a file, or to standard output where no terminal would show it."""
    if out is None:
        if sys.stdout.isatty():
            raise InputError("this is no text, and a terminal can't show it: give a file with --out.")
        sys.stdout.buffer.write(written)
        return
    from chainrule.utils.files import replacing

    with replacing(out) as file:
        file.write(written)
    note(f"written to {out}")


def check_writable(path: str) -> None:
    """Raise what writing this file would raise: better before a long training than after it."""
    from chainrule.utils.files import replacing

    class Abandoned(Exception):
        pass

    with suppress(Abandoned), replacing(path):
        raise Abandoned  # so that nothing takes the place of what is there
