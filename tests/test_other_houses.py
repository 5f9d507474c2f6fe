"""docs/exchange.md, docs/sklearn.md and docs/tables.md are true: their blocks run, in their order."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize(("page", "count"), [("exchange.md", 4), ("sklearn.md", 4), ("columns.md", 2)])
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_the_blocks_of_a_page_run(page: str, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == count
    names: dict[str, Any] = {}
    for block in blocks:
        exec(block, names)
    assert "output" in capsys.readouterr().out  # the explanation that each of them prints
