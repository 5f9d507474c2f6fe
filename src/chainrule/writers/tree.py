"""A derivation as a tree in plain text."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.notation import numeral
from chainrule.walkthrough.derived_entry import DerivedEntry
from chainrule.walkthrough.gradient_check import GradientCheck
from chainrule.writers.boxes import wrap
from chainrule.writers.text import plain


def write_tree(root: DerivedEntry, width: int = 80, ascii: bool = False) -> str:
    """Write a derivation, `width` columns wide, and below it the gradient check of its root."""
    lines = _tree(root, width)
    if root.nudge is not None:
        lines += ["", *_nudge_lines(root.nudge, width)]
    text = "\n".join(line.rstrip() for line in lines)
    return plain(text) if ascii else text


def _tree(root: DerivedEntry, width: int) -> list[str]:
    lines = _told(root, "", "  ", width)

    def add(parts: Sequence[DerivedEntry], indent: str) -> None:
        for i, part in enumerate(parts):
            last = i == len(parts) - 1
            deeper = indent + ("   " if last else "│  ")
            lines.extend(
                _told(
                    part,
                    indent + ("└─ " if last else "├─ "),
                    deeper + ("│  " if part.parts else "   "),
                    width,
                )
            )
            add(part.parts, deeper)

    add(root.parts, "  ")
    return lines


def _told(part: DerivedEntry, lead: str, indent: str, width: int) -> list[str]:
    """An entry with its remark, and below it its rule."""
    text = f"{lead}{part.entry} = {numeral(part.value)}"
    remark = part.kind
    if part.nudge is not None and lead:
        remark = f"nudge {numeral(part.nudge.slope)}, {part.nudge.verdict()}"
    both = "; ".join(filter(None, [part.note, remark]))
    fits = len(text) + 2 + len(both) <= width
    remark = both if fits else remark
    below = [] if fits or not part.note else wrap(part.note, max(width - len(indent), 24), "")
    if remark:
        room = width - len(remark)
        text = text.ljust(room) + remark if len(text) + 2 <= room else f"{text}  {remark}"
    return [text, *(indent + line for line in below), *_rule(part, indent, width)]


def _rule(part: DerivedEntry, indent: str, width: int) -> list[str]:
    if not part.formula:
        return []
    both = f"= {part.formula} = {part.numbers}" if part.numbers else f"= {part.formula}"
    if len(indent) + len(both) <= width:
        return [indent + both]
    found: list[str] = []
    for text in (part.formula, part.numbers):
        if text:
            room = max(width - len(indent), 24)
            found += wrap(f"= {text}", room, "    ")
    return [indent + line for line in found]


def _nudge_lines(nudge: GradientCheck, width: int) -> list[str]:
    step = f"{nudge.step:.10f}".rstrip("0")
    double = f"{2 * nudge.step:.10f}".rstrip("0")
    difference = f"({nudge.above:.11f} - {nudge.below:.11f}) / {double} = {numeral(nudge.slope)}"
    lines = wrap(f"{difference}   {nudge.verdict()}", width - 2)
    return [f"nudge {nudge.entry} by ±{step}:", *(f"  {line}" for line in lines)]
