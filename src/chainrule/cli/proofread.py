"""chainrule proofread: the worked numbers on a page, counted again."""

from __future__ import annotations

import json
import sys

import typer

import chainrule.cli.options as o
from chainrule.cli.output import deliver, harmless, speaks_unicode, width
from chainrule.errors import InputError


def command(
    page: o.ReadPage, page_format: o.ReadFormat = None, format: o.ReportFormat = None, out: o.Out = None
) -> None:
    """Proof-read a page that works numbers by hand: what is wrong, cut, exchanged or stale.

    Ends with 0 where all is right, 1 for findings, 2 for a page that can't be read and 3 where it has nothing to count
    again.

    \b
    Examples:
      chainrule proofread lesson.md
      chainrule proofread notes.tex --format json
      chainrule explain --by-hand | chainrule proofread -
    """
    from chainrule.check.proofreading import proofread, read_standard_input

    if format not in (None, "text", "json"):
        raise InputError(f"--format {format}: a proof-reading is written as text or json.")
    if page == "-":
        proof = proofread(read_standard_input() + "\n", page_format)
    else:
        from pathlib import Path

        proof = proofread(Path(page), page_format)
    if format == "json":
        text = json.dumps(proof.to_dict(), ensure_ascii=False, indent=2)
    else:
        text = harmless(proof.to_text(width=width(), ascii=out is None and not speaks_unicode(sys.stdout)))
    deliver(text, out)
    raise typer.Exit(proof.exit_code)
