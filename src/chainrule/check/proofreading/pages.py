"""A page read from a file or a text, whatever it is written in."""

from __future__ import annotations

import sys
from pathlib import Path

from chainrule.check.proofreading.passages import (
    Line,
    html_lines,
    latex_lines,
    markdown_lines,
    notebook_lines,
    text_lines,
)
from chainrule.errors import FileError, InputError, KindError
from chainrule.utils.checks import short

LARGEST = 5_000_000  # bytes of a page
LONGEST_NAME = 200  # signs of a path that are told
FORMATS = ("text", "markdown", "latex", "html", "notebook")
_ENDINGS = {
    ".md": "markdown", ".markdown": "markdown", ".rmd": "markdown", ".qmd": "markdown", ".tex": "latex",
    ".latex": "latex", ".html": "html", ".htm": "html", ".xhtml": "html", ".ipynb": "notebook", ".txt": "text",
}  # fmt: skip


def page_lines(page: str | Path, format: str | None = None) -> tuple[str, list[Line]]:
    """A page's text, and its lines.

    Raises
    ------
    FileError, InputError, KindError
    """
    if format is not None and not (isinstance(format, str) and format in FORMATS):
        raise InputError(f"format = {short(format)}: a page is {', '.join(FORMATS[:-1])} or {FORMATS[-1]}.")
    if not isinstance(page, str | Path):
        raise KindError(f"{short(page)} is no page: give the path of a file, or its text.")
    name = "the page"
    if isinstance(page, Path) or ("\n" not in page and "=" not in page):
        name, ending = _short(str(page)), Path(page).suffix.lower()
        text = _file(page)
        format = format or _ENDINGS.get(ending)
    else:
        text = page
    if len(text) > LARGEST:
        raise InputError(f"{name} has {len(text):,} signs: a page may have {LARGEST:,}.")
    return text, _lines(text.replace("\r\n", "\n").replace("\r", "\n"), format or guessed(text), name)


def read_standard_input() -> str:
    """What comes on standard input.

    Raises
    ------
    FileError
    """
    stream = getattr(sys.stdin, "buffer", None)
    data = stream.read(LARGEST + 1) if stream is not None else sys.stdin.read(LARGEST + 1).encode()
    return _text(data, "standard input")


def _file(path: str | Path) -> str:
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = "is not there" if isinstance(error, FileNotFoundError) else "can't be read"
        raise FileError(
            f"{_short(str(path))} {reason}: give the path of a page, or - for standard input."
        ) from None
    return _text(data, _short(str(path)))


def _short(name: str) -> str:
    """A path that may be a text which was taken for one."""
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def _text(data: bytes, name: str) -> str:
    if len(data) > LARGEST:
        raise FileError(f"{name} is larger than {LARGEST:,} bytes: give the part of it that is to be read.")
    if b"\0" in data and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise FileError(f"{name} is no text: give a page of text, Markdown, LaTeX or HTML, or a notebook.")
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "latin-1"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileError(f"{name} is no text: give a page of text, Markdown, LaTeX or HTML, or a notebook.")


def guessed(text: str) -> str:
    """What a text seems to be written in."""
    start = text[:4000].lstrip().lower()
    if start.startswith("{") and '"cells"' in text:
        return "notebook"
    if start.startswith(("<!doctype html", "<html")) or "<math" in text or "</p>" in text or "</div>" in text:
        return "html"
    if "\\documentclass" in text or "\\begin{document}" in text or "\\section" in text:
        return "latex"
    if any(sign in text for sign in "⎡⎢⎣"):
        return "text"
    marks = ("$", "```", "\\(", "\\[", "\n# ", "\n## ", "**", "\n|")
    return "markdown" if start.startswith("#") or any(mark in text for mark in marks) else "text"


def _lines(text: str, format: str, name: str) -> list[Line]:
    if format == "notebook":
        try:
            return notebook_lines(text)
        except (ValueError, RecursionError):
            raise FileError(f"{name} is no notebook: it has to be JSON with cells.") from None
    readers = {"text": text_lines, "markdown": markdown_lines, "latex": latex_lines, "html": html_lines}
    return readers[format](text)
