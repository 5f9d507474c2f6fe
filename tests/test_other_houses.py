"""docs/exchange.md, docs/sklearn.md and docs/columns.md are true: their blocks run, in their order."""

from __future__ import annotations

import pytest

from pages_told import languages, told


@pytest.mark.parametrize(("page", "count"), [("exchange.md", 4), ("sklearn.md", 4), ("columns.md", 2)])
def test_the_blocks_of_a_page_run(page: str, count: int) -> None:
    assert languages(page) == ["python"] * count
    assert "output" in told(page).printed  # the explanation that each of them prints
