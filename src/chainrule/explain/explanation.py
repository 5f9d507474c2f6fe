"""The walk-through as its readers see it: each of its formats is a line that calls a writer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chainrule.explain.page import Page
from chainrule.notation import showing
from chainrule.utils import checks
from chainrule.walkthrough.lines import Walkthrough


@dataclass(frozen=True, repr=False)
class Explanation(Page, Walkthrough):
    """A walk-through. ``str`` is plain text; in Jupyter it shows itself with its formulas.

    Parameters
    ----------
    trace : what is explained
    heading : lines at the top
    sections : (title, steps) in order
    values : every quantity's value as it is shown, by name: the trace's own, or counted by hand
    decimals : how many are printed
    """

    def to_text(self, *, width: int = 80, ascii: bool = False) -> str:
        """Plain text, `width` columns wide; with `ascii`, without any other characters."""
        from chainrule.writers.text import write_text

        with showing(self.decimals):
            return write_text(self, checks.width(width), checks.truth(ascii, "ascii"))

    def to_markdown(self) -> str:
        """Markdown with its formulas in LaTeX."""
        from chainrule.writers.markdown import write_markdown

        with showing(self.decimals):
            return write_markdown(self)

    def to_latex(self, *, document: bool = False) -> str:
        """LaTeX: a fragment to paste (it needs amsmath), or a document that compiles."""
        from chainrule.writers.latex import write_latex

        with showing(self.decimals):
            return write_latex(self, checks.truth(document, "document"))

    def to_html(self, *, document: bool = True) -> str:
        """HTML that shows its formulas offline, as MathML: a whole page, or a part of one."""
        from chainrule.writers.html import write_html

        with showing(self.decimals):
            return write_html(self, checks.truth(document, "document"))

    def to_dict(self) -> dict[str, Any]:
        """The walk-through as plain data, ready for JSON."""
        from chainrule.writers.json import as_dict

        with showing(self.decimals):
            return as_dict(self)

    @staticmethod
    def schema() -> dict[str, Any]:
        """What `to_dict` gives, field by field: a JSON Schema of draft 2020-12."""
        from chainrule.writers.schema import schema

        return schema("explanation")
