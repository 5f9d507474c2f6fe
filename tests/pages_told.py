"""Pages of docs/ as the build asks them whether they are true: one that isn't fails with its name and its line."""

from __future__ import annotations

from typing import Any

from loaded import ROOT, script

snippets: Any = script("docs/_ext/snippets.py")
pages: Any = script("docs/_ext/told.py")
DOCS = ROOT / "docs"


def languages(page: str) -> list[str]:
    """The languages of a page's Python and text blocks, in order."""
    found = [block.language for block in snippets.blocks(DOCS / page)]
    return [language for language in found if language in ("python", "text")]


def told(page: str) -> Any:
    """A page's Python, run in order in an empty folder: its names in `space`, and `printed`, which is as shown."""
    return pages.told(DOCS / page)
