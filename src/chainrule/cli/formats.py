"""The formats in which a page can be written, by the option --format or the ending of --out."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.cli.output import as_text, speaks_unicode
from chainrule.errors import InputError, UnknownName

# The ends of lines within a list of numbers: strings have none in them, and keys begin with a quotation mark.
_BETWEEN_NUMBERS = re.compile(r"(?<=[\[,])\n *(?=[-\d])|(?<=\d)\n *(?=\])")

if TYPE_CHECKING:
    from chainrule.explain.page import Page


FORMATS = {
    ".txt": "text",
    ".md": "markdown",
    ".tex": "latex",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
}


def format_for(given: str | None, out: str | None, formats: Mapping[str, str] = FORMATS) -> str:
    """The format to write: the one that is named, or that of the file's ending; otherwise text.

    Parameters
    ----------
    given, out : the options --format and --out
    formats : those that there are, by the endings of files
    """
    if given is not None:
        if given not in formats.values():
            raise UnknownName("format", given, dict.fromkeys(formats.values()))
        return given
    ending = "" if out is None else Path(out).suffix.lower()
    if ending and ending not in formats:
        raise InputError(
            f"--out {out}: its ending {ending} stands for no format. Take {', '.join(formats)}, or say which "
            "with --format."
        )
    return formats.get(ending, "text")


def written(page: Page, format: str, out: str | None) -> str:
    """A page in a format, for a file or for standard output."""
    if format == "text":
        return as_text(page, out)
    if format == "json":
        return as_json(page.to_dict(), out)
    if format == "latex":
        return page.to_latex(document=out is not None)
    if format == "markdown":
        return page.to_markdown()
    return as_html(page.to_html(), out)


def as_json(document: Any, out: str | None) -> str:
    """A document as JSON, each row of numbers on a line; in a pipe that speaks ASCII alone, with escapes."""
    ascii = out is None and not speaks_unicode(sys.stdout)
    text = json.dumps(document, indent=1, ensure_ascii=ascii, allow_nan=False)
    return _BETWEEN_NUMBERS.sub("", text)


def as_html(html: str, out: str | None) -> str:
    """An HTML page; in a pipe that speaks ASCII alone, with character references."""
    fits = out is not None or speaks_unicode(sys.stdout)
    return html if fits else html.encode("ascii", "xmlcharrefreplace").decode()
