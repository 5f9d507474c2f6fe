"""What an exported file is: read from its head alone, of which nothing is run."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

from chainrule.errors import FileError
from chainrule.export.kinds import KINDS
from chainrule.utils.files import as_path

MARK = "Written by chainrule."
MOST = 2**16  # bytes of a head
PROPERTIES = "docProps/core.xml"
COMMENTS = (  # how a head begins and goes on, what the file has besides, and which kind that is
    ("/* ", "   ", "#include <math.h>", "c"),
    ("/* ", "   ", "export function predict", "js"),
    ("# ", "# ", "import numpy as np", "numpy"),
    ("-- ", "-- ", " AS MATERIALIZED (", "sql"),
)


@dataclass(frozen=True)
class Exported:
    """An exported file: its kind, a name of `KINDS`, and what its head tells of the network, in lines."""

    kind: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(
            [f"{KINDS[self.kind].title}, written by chainrule", *(f"  {line}" for line in self.lines)]
        )


def read_export(path: Any) -> Exported | None:
    """What a file that `Network.export` wrote is; None for any other file.

    Only its head is read. It tells what was exported; whether it still does so, the file's own check tells.

    Parameters
    ----------
    path : the file

    Raises
    ------
    FileError : if it can't be read
    """
    place = as_path(path)
    try:
        with place.open("rb") as file:
            start = file.read(MOST)
    except OSError as error:
        raise FileError(f"{path} can't be read: {error.strerror}.") from error
    if start.startswith(b"PK"):
        return _workbook(place)
    text = start.decode("utf-8", "replace")
    for begins, goes_on, has, kind in COMMENTS:
        if not text.startswith(begins):
            continue
        head = _head(text, begins, goes_on)
        if MARK in head and (kind not in ("c", "js") or has in _rest(place, start)):
            return Exported(kind, _told(head))
    return None


def _rest(place: Any, start: bytes) -> str:
    """The file as text, of which what tells its kind may stand behind the weights."""
    found: str = (start if len(start) < MOST else place.read_bytes()).decode("utf-8", "replace")
    return found


def _head(text: str, begins: str, goes_on: str) -> list[str]:
    """The lines of the comment that a file begins with, each as long as it was."""
    lines = text.removeprefix(begins).splitlines() or [""]
    head = [lines[0]]
    for line in lines[1:]:
        if line == goes_on.rstrip():
            head.append("")
        elif not line.startswith(goes_on):
            break
        elif line.startswith(f"{goes_on}    "):  # a long line goes on
            head[-1] += f" {line.strip()}"
        else:
            head.append(line.removeprefix(goes_on))
    return head


def _told(head: list[str]) -> tuple[str, ...]:
    """What of a head is about the network: all but how the file is called."""
    end = next((i for i, line in enumerate(head) if "bytes of weights" in line), len(head) - 1)
    return tuple(line for line in head[: end + 1] if line and line != MARK)


def _workbook(place: Any) -> Exported | None:
    try:
        with zipfile.ZipFile(place) as archive, archive.open(PROPERTIES) as file:
            text = file.read(MOST).decode("utf-8", "replace")
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError):
        return None
    match = re.search(r"<dc:description>(.*?)</dc:description>", text, re.DOTALL)
    head = html.unescape(match[1]).splitlines() if match else []
    return Exported("excel", tuple(line for line in head if line != MARK)) if MARK in head else None
