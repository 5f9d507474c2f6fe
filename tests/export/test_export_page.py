"""docs/export.md is true: its blocks run and print what it shows."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

from chainrule.export.kinds import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")


def test_its_blocks_print_what_it_shows() -> None:
    space: dict[str, Any] = {"__name__": "page"}
    pairs = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(pairs) == PAGE.count("```python") == 2
    for code, shown in pairs:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "export.md", "exec", dont_inherit=True), space)
        assert printed.getvalue().rstrip() == shown.rstrip()


def test_it_tells_every_kind() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(KINDS)
