"""A derivation in HTML: nested lists whose entries fold, their formulas as MathML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from chainrule.walkthrough.derived_entry import DerivedEntry
from chainrule.walkthrough.gradient_check import GradientCheck
from chainrule.writers.equations import Row, derived
from chainrule.writers.html import NARROW, formula, note, page
from chainrule.writers.mathml import converter
from chainrule.writers.trees.remarks import depth, depth_told, remarks, title, written_out

LEVELS = 5.0  # how much of a narrow page's room the levels of a tree take, in em

_STYLE = """
.chainrule .cr-tree, .chainrule .cr-tree ul { list-style: none; margin: 0; padding: 0; }
.chainrule .cr-tree ul { margin-left: min(.38em, 10vw / var(--cr-levels));
  padding-left: min(1.1em, 26vw / var(--cr-levels));
  border-left: 1px solid color-mix(in srgb, currentColor 22%, transparent); }
.chainrule .cr-tree li { padding: .12em 0; }
.chainrule .cr-entry { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: 1.2em; min-width: 0; }
.chainrule .cr-rule { display: grid; grid-template-columns: auto minmax(0, 1fr); column-gap: .45em;
  align-items: baseline; padding-left: 1.1em; }
.chainrule .cr-tree summary { display: flex; align-items: baseline; cursor: pointer; list-style: none; }
.chainrule .cr-tree summary::-webkit-details-marker { display: none; }
.chainrule .cr-tree summary::before { content: "▸"; flex: none; width: 1.1em; opacity: .55; }
.chainrule .cr-tree details[open] > summary::before { content: "▾"; }
.chainrule .cr-tree summary:focus-visible { outline: 2px solid; border-radius: 3px; }
.chainrule .cr-tree .cr-leaf { padding-left: 1.1em; }
.chainrule .cr-nudge { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: 1em; margin: 1em 0 0; }
"""


def write_html(root: DerivedEntry, document: bool) -> str:
    """Write a derivation, and below it the gradient check of its root: a whole page, or a part of one."""
    writer = _Writer(depth(root), converter())
    heading = [f'<h1 class="cr-title">{escape(title(root))}</h1>'] if document else []
    told = depth_told(root)
    parts = [
        '<article class="chainrule" lang="en">',
        *heading,
        f'<ul class="cr-tree" style="--cr-levels: {writer.levels}">',
        *writer.entry(root, 0),
        "</ul>",
        *([f'<p class="cr-text">{escape(told)}</p>'] if told else []),
        *([] if root.nudge is None else [writer.nudge(root.nudge)]),
        "</article>",
    ]
    return page(title(root), "\n".join(parts), document, _STYLE)


class _Writer:
    def __init__(self, levels: int, convert: Callable[[str], str]) -> None:
        self.levels, self.convert = max(levels, 1), convert

    def entry(self, entry: DerivedEntry, level: int) -> Iterator[str]:
        """An entry as an item of a list; one that is computed folds."""
        value, *rule = derived(entry, remarks(entry, level == 0))
        name = self._formula(f"{value.lhs} = {value.latex}", value.text, level)
        told = f'<span class="cr-entry">{name}{note(value.note)}</span>'
        if not rule:
            yield f'<li class="cr-leaf">{told}</li>'
            return
        yield f"<li><details open><summary>{told}</summary>"
        yield f'<div class="cr-rule">{"".join(self._side(row, level) for row in rule)}</div>'
        if entry.parts:
            yield "<ul>"
            for part in entry.parts:
                yield from self.entry(part, level + 1)
            yield "</ul>"
        yield "</details></li>"

    def _side(self, row: Row, level: int) -> str:
        sign = f'<span aria-hidden="true">{self.convert(row.relation)}</span>'
        return sign + self._formula(row.latex, row.text, level)

    def _formula(self, latex: str, text: str, level: int) -> str:
        return formula(latex, text, self.convert, NARROW - LEVELS * level / self.levels)

    def nudge(self, nudge: GradientCheck) -> str:
        """The root's nudge, with the losses that it compares."""
        slope = written_out(nudge)
        shown = formula(slope.latex, slope.text, self.convert) if slope.latex else ""
        return f'<p class="cr-nudge"><span>{escape(slope.head)}</span>{shown}<span>{escape(slope.verdict)}</span></p>'
