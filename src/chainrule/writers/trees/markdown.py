"""A derivation as nested lists in Markdown, its formulas in LaTeX between ``$``, as GitHub and Jupyter show it.

A formula that is too wide for a line is several, each cut before an operator: within one, a page breaks no line.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.walkthrough.derived_entry import DerivedEntry
from chainrule.walkthrough.gradient_check import GradientCheck
from chainrule.writers.breaking import WIDTH, broken
from chainrule.writers.equations import Row, derived
from chainrule.writers.markdown import escape, safe
from chainrule.writers.trees.remarks import depth_told, remarks, title, written_out

INDENT = 2.0  # of a level, in em
NARROWEST = 18.0  # of a formula, however deep it stands
NEW_LINE, NEW_PIECE = "  \n", "\n"  # two spaces before the end of a line break it


def write_markdown(root: DerivedEntry) -> str:
    """Write a derivation, and below it the gradient check of its root."""
    blocks = [f"# {escape(title(root))}", "\n".join(_items(root, 0)), escape(depth_told(root))]
    if root.nudge is not None:
        blocks.append(_nudge(root.nudge))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _items(entry: DerivedEntry, depth: int) -> Iterator[str]:
    indent, room = "  " * depth, max(WIDTH - INDENT * depth, NARROWEST)
    rows = derived(entry, remarks(entry, depth == 0))
    told = NEW_LINE.join(_formula(row, room) for row in rows)
    yield f"{indent}- " + told.replace("\n", f"\n{indent}  ")
    for part in entry.parts:
        yield from _items(part, depth + 1)


def _formula(row: Row, room: float) -> str:
    """A row as formulas in a line of text; what goes on begins with its operator between two operands."""
    first, *more = broken(row.latex, room)
    whole = [f"${safe(f'{row.lhs} {row.relation} {first}'.lstrip())}$"]
    whole += [f"${{}}{safe(piece)}$" for piece in more]
    return NEW_PIECE.join(whole) + (f" *{escape(row.note)}*" if row.note else "")


def _nudge(nudge: GradientCheck) -> str:
    slope = written_out(nudge)
    formula = f"${safe(slope.latex)}$" if slope.latex else ""
    return " ".join(filter(None, [escape(slope.head), formula, escape(slope.verdict)]))
