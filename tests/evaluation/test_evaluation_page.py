"""docs/evaluation.md is true: its blocks run and print what it shows, and it tells every metric."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

from chainrule.evaluation import METRICS

PAGE = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")


def test_its_blocks_print_what_it_shows() -> None:
    space: dict[str, Any] = {"__name__": "page"}
    pairs = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(pairs) == PAGE.count("```python") == 3
    for code, shown in pairs:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "evaluation.md", "exec", dont_inherit=True), space)
        assert printed.getvalue().rstrip() == shown.rstrip()


def test_it_tells_every_metric() -> None:
    told = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| .* \|$", PAGE, re.MULTILINE)))
    assert set(METRICS) <= set(told)
