"""docs/proofread.md is true: its code runs and prints what it shows, and is itself a page without a wrong line."""

from __future__ import annotations

import chainrule as cr
from pages_told import DOCS, languages, told


def test_its_code_prints_what_it_shows() -> None:
    assert languages("proofread.md") == ["python", "text"]
    told("proofread.md")


def test_other_pages_of_the_project_are_not_accused() -> None:
    """Prose, tables, code and numbers of all kinds, nearly all of them no worked equations."""
    pages = [path for path in sorted(DOCS.glob("*.md")) if path.name != "proofread.md"]
    books = sorted((DOCS.parent / "notebooks").glob("*.ipynb"))
    assert len(pages) > 8
    assert len(books) > 3
    for path in [*pages, *books, DOCS.parent / "README.md"]:
        proof = cr.proofread(path)
        assert proof.findings == [], f"{path.name}\n{proof}"
