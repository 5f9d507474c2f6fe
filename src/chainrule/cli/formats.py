"""The formats in which a page can be written, by the option --format or the ending of --out."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chainrule.cli.output import speaks_unicode
from chainrule.errors import InputError, UnknownName


def format_for(given: str | None, out: str | None, formats: Mapping[str, str]) -> str:
    """The format to write: the one that is named, or that of the file's ending; otherwise text.

    Parameters
    ----------
    given, out : the options --format and --out
    formats : which format goes with which ending
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


def as_json(document: Any, out: str | None) -> str:
    """A document as JSON; in a pipe that speaks ASCII alone, with escapes."""
    ascii = out is None and not speaks_unicode(sys.stdout)
    return json.dumps(document, indent=1, ensure_ascii=ascii, allow_nan=False)


def as_html(html: str, out: str | None) -> str:
    """An HTML page; in a pipe that speaks ASCII alone, with character references."""
    fits = out is not None or speaks_unicode(sys.stdout)
    return html if fits else html.encode("ascii", "xmlcharrefreplace").decode()
