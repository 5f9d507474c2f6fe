"""docs/evaluation.md is true: its blocks run and print what it shows, and it tells every metric."""

from __future__ import annotations

import re
from pathlib import Path

from chainrule.evaluation import METRICS
from pages_told import languages, told

PAGE = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")


def test_its_blocks_print_what_it_shows() -> None:
    assert languages("evaluation.md") == ["python", "text"] * 3
    told("evaluation.md")


def test_it_tells_every_metric() -> None:
    told = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| .* \|$", PAGE, re.MULTILINE)))
    assert set(METRICS) <= set(told)
