"""docs/tables.md is true: its block prints what it shows, and its lists are those of the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from chainrule.data.packed import MAX_RATIO, MAX_UNPACKED
from chainrule.data.tables.columns import MIN_IDS, Seen
from chainrule.data.tables.frames import FRAMES
from chainrule.data.tables.reading import TEXTS
from chainrule.data.tables.spelling import MISSING, spelled
from pages_told import languages, told

PAGE = (Path(__file__).parents[3] / "docs" / "tables.md").read_text(encoding="utf-8")


def test_its_block_prints_what_it_shows() -> None:
    assert languages("tables.md") == ["python", "text"]
    told("tables.md")


def test_its_lists_are_whole() -> None:
    assert set(re.findall(r"^\| ([\w/]+) \| [^|]+ \| [^|]+ \|$", PAGE, re.MULTILINE)) >= set(get_args(Seen))
    assert all(f"`{name}`" in PAGE for name in (*TEXTS, *FRAMES, ".gz"))
    words = re.search(r"Nothing, (.*?) are missing values", PAGE)
    assert words is not None
    assert {word.lower() for word in re.findall(r"`(.+?)`", words[1])} | {"none", ""} == set(MISSING)
    numbers = re.search(r"(?m)^(`1,234\.5`.*?) are numbers", PAGE)
    assert numbers is not None
    for text in re.findall(r"`(.+?)`", numbers[1]):
        assert spelled([text], ".") or spelled([text], ","), text
    assert (MAX_RATIO, MAX_UNPACKED, MIN_IDS) == (200, 64 * 2**20, 20)
