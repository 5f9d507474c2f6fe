"""docs/proofread.md is true: its code runs and prints what it shows, and is itself a page without a wrong line."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import chainrule as cr

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "proofread.md").read_text(encoding="utf-8")


def test_its_code_prints_what_it_shows() -> None:
    pairs = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(pairs) == 1
    for code, shown in pairs:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "proofread.md", "exec", dont_inherit=True), {"__name__": "page"})
        assert printed.getvalue().rstrip() == shown.rstrip()


def test_other_pages_of_the_project_are_not_accused() -> None:
    """Prose, tables, code and numbers of all kinds, nearly all of them no worked equations."""
    pages = [path for path in sorted(DOCS.glob("*.md")) if path.name != "proofread.md"]
    books = sorted((DOCS.parent / "notebooks").glob("*.ipynb"))
    assert len(pages) > 8
    assert len(books) > 3
    for path in [*pages, *books, DOCS.parent / "README.md"]:
        proof = cr.proofread(path)
        assert proof.findings == [], f"{path.name}\n{proof}"
