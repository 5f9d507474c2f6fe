"""The text of a program: a script, or the code of a notebook."""

from __future__ import annotations

import io
import json
import re
import tokenize
from pathlib import Path

MARK = re.compile(r"#\s*chainrule:\s*(\w+)")
MAGIC = ("%", "!", "?")


def read(path: Path) -> str:
    """The Python of a script or a notebook; lines that only a notebook knows are left out.

    Raises
    ------
    SyntaxError, OSError
    """
    if path.suffix.lower() != ".ipynb":
        with tokenize.open(path) as file:
            return file.read()
    return "\n".join(text for _, _, text in cells(path))


def cells(path: Path) -> list[tuple[int, int, str]]:
    """The code of a notebook: for each cell its number, the line before its first one, and its text.

    Raises
    ------
    SyntaxError : where it is no notebook
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts = [
            (n, "".join(cell["source"])) for n, cell in enumerate(found, 1) if cell["cell_type"] == "code"
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise SyntaxError("it is no notebook") from None
    read, line = [], 0
    for number, text in texts:
        lines = text.split("\n")
        plain = lines if not lines[0].startswith("%%") else ["" for _ in lines]
        plain = ["" if each.lstrip().startswith(MAGIC) else each for each in plain]
        read.append((number, line, "\n".join(plain)))
        line += len(lines)
    return read


def cell_of(path: Path, line: int) -> tuple[int, int]:
    """The cell of a notebook in which a line of its code stands, and the line in it; 0 and the line for a script."""
    if path.suffix.lower() != ".ipynb":
        return 0, line
    try:
        known = cells(path)
    except SyntaxError:
        return 0, line
    number, before, _ = max(
        (cell for cell in known if cell[1] < line), key=lambda cell: cell[1], default=(0, 0, "")
    )
    return number, line - before


def marks(path: Path) -> dict[int, str]:
    """The quantities that comments such as ``# chainrule: dz2`` name, by the line of the code."""
    found = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(read(path)).readline):
            if token.type == tokenize.COMMENT and (mark := MARK.search(token.string)):
                found[token.start[0]] = mark[1]
    except (SyntaxError, ValueError, OSError, tokenize.TokenError):
        return {}
    return found
