"""What readings have in common: they show themselves, as text in a console and with their formulas in Jupyter."""

from __future__ import annotations

import html
from typing import Any

from chainrule.errors import MissingPackage


class Page:
    """Something that is written in every format.

    `to_text` and `to_html` show it; each of its formats is a line that calls a writer.
    """

    def to_text(self, *, width: int = 80, ascii: bool = False) -> str:
        """Plain text, `width` columns wide; with `ascii`, without any other characters."""
        raise NotImplementedError

    def to_markdown(self) -> str:
        """Markdown with its formulas in LaTeX."""
        raise NotImplementedError

    def to_latex(self, *, document: bool = False) -> str:
        """LaTeX: a fragment to paste, or a document that compiles."""
        raise NotImplementedError

    def to_html(self, *, document: bool = True) -> str:
        """HTML that shows its formulas offline: a whole page, or a part of one."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return str(self)  # in a console a page shows itself

    def _repr_html_(self) -> str:
        try:
            return self.to_html(document=False)
        except MissingPackage:
            return f"<pre>{html.escape(self.to_text())}</pre>"
