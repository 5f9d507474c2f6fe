"""What the commands print: in colour on a terminal, plain in a pipe, ASCII where nothing else can be shown."""

from __future__ import annotations

import re
import shutil
import sys
from typing import IO

WIDTH = 80
WIDEST = 120
PROBE = "→⎡Σ≈▁│"
_HEADING = re.compile(r"(?m)^(?:[A-Z]{4,}|Step \d+|What if).*$")
_TOLD = re.compile(r"(?m)(?<=  )(?:told above|input|parameter|target)$")


def speaks_unicode(stream: IO[str]) -> bool:
    """Whether a stream can show the signs of formulas."""
    try:
        PROBE.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def plain_if_needed(text: str, stream: IO[str]) -> str:
    """The text in ASCII, where the stream can show nothing else."""
    from chainrule.readings.text import plain

    return text if speaks_unicode(stream) else plain(text)


def width() -> int:
    """The columns to write in: a terminal's, within reason; 80 in a pipe."""
    if not sys.stdout.isatty():
        return WIDTH
    return max(WIDTH, min(WIDEST, shutil.get_terminal_size((WIDTH, 24)).columns))


def show(text: str) -> None:
    """Print a page: headings stand out on a terminal."""
    text = plain_if_needed(text, sys.stdout)
    if not sys.stdout.isatty():
        print(text)
        return
    from rich.console import Console
    from rich.text import Text

    page = Text(text)
    page.highlight_regex(_HEADING, "bold")
    page.highlight_regex(_TOLD, "dim")
    page.highlight_regex(re.compile(r"\bagrees$", re.M), "green")
    page.highlight_regex(re.compile(r"\bDIFFERS\b"), "bold red")
    Console(width=max(width(), max(map(len, text.splitlines()), default=0))).print(page, soft_wrap=True)


def note(text: str) -> None:
    """Say something beside the result, on standard error."""
    print(plain_if_needed(text, sys.stderr), file=sys.stderr)


def deliver(text: str, out: str | None) -> None:
    """Print a page, or write it to a file."""
    if out is None:
        show(text)
        return
    from chainrule.files.paths import replacing

    with replacing(out) as file:
        file.write((text if text.endswith("\n") else text + "\n").encode())
    note(f"written to {out}")
