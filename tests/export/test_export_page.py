"""docs/export.md is true: its blocks run and print what it shows."""

from __future__ import annotations

import re
from pathlib import Path

from chainrule.export.kinds import KINDS
from pages_told import languages, told

PAGE = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")


def test_its_blocks_print_what_it_shows() -> None:
    assert languages("export.md") == ["python", "text"] * 2
    told("export.md")


def test_it_tells_every_kind() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(KINDS)
