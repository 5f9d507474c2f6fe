"""A derivation as a tree in LaTeX: each level of it stands further right."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.notation import ascii_math, latex_text
from chainrule.walkthrough.derived_entry import DerivedEntry
from chainrule.walkthrough.gradient_check import GradientCheck
from chainrule.writers.breaking import width
from chainrule.writers.equations import derived
from chainrule.writers.latex import PAGE, cut_row, page
from chainrule.writers.trees.remarks import depth, depth_told, remarks, title, written_out

INDENT, DEEPEST = 1.5, 15.0  # of a level, in em; and of all of them
FURTHER = 1.2  # how much further right the rule of an entry stands
SIGN = 1.4  # how wide a relation sign is


def write_latex(root: DerivedEntry, document: bool) -> str:
    """Write a derivation, and below it the gradient check of its root: a fragment to paste, or a document."""
    level = min(INDENT, DEEPEST / max(depth(root), 1))
    equations = " \\\\\n".join(_entries(root, 0.0, level))
    blocks = [
        rf"\section*{{{latex_text(title(root))}}}",
        f"\\begin{{align*}}\n{equations}\n\\end{{align*}}",
        latex_text(depth_told(root)),
        "" if root.nudge is None else _nudge(root.nudge),
    ]
    return page(blocks, document)


def _entries(entry: DerivedEntry, indent: float, level: float) -> Iterator[str]:
    """The lines of an entry, kept on one page, and those of its parts."""
    lines: list[str] = []
    for i, row in enumerate(derived(entry, remarks(entry, indent == 0))):
        lhs = ascii_math(row.lhs)
        left = indent + (FURTHER if i else 0.0)
        room = PAGE - left - width(lhs) - SIGN
        lines += cut_row(row, room, f"{_space(left)}{lhs} {row.relation} ", _space(left + 2))
    yield " \\\\*\n".join(lines)
    for part in entry.parts:
        yield from _entries(part, indent + level, level)


def _space(width: float) -> str:
    return rf"&\hspace{{{width:.2f}em}}" if width else "&"


def _nudge(nudge: GradientCheck) -> str:
    slope = written_out(nudge)
    formula = rf"$\displaystyle {slope.latex}$" if slope.latex else ""
    said = [latex_text(slope.head), formula, rf"{latex_text(slope.verdict)}"]
    return " \\quad ".join(filter(None, said))
