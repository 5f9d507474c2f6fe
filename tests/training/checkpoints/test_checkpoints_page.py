"""docs/checkpoints.md is true: its code runs and prints what it shows."""

from __future__ import annotations

from pages_told import languages, told


def test_the_code_of_the_page_prints_what_it_shows() -> None:
    assert languages("checkpoints.md") == ["python", "text"] * 3
    told("checkpoints.md")
