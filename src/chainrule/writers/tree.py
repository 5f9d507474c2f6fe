"""A derivation as a tree in plain text."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from chainrule.notation import numeral
from chainrule.walkthrough.derived_entry import DerivedEntry
from chainrule.walkthrough.gradient_check import GradientCheck
from chainrule.walkthrough.nudged import WEIGHTS
from chainrule.writers.boxes import wrap
from chainrule.writers.text import plain

LEAST, FULL = 7, 17  # digits of a loss; the most tell a float
_FORMS = {"both": "({0} - {1})", "above": "(4×{1} - 3×{0} - {2})", "below": "(3×{0} - 4×{1} + {2})"}


def write_tree(root: DerivedEntry, width: int = 80, ascii: bool = False) -> str:
    """Write a derivation, `width` columns wide, and below it the gradient check of its root."""
    lines = _tree(root, width)
    if root.cut is not None:
        lines += [
            "",
            *wrap(
                f"Told {_levels(root.cut)} down. Ask for depth {root.cut + 1}, or for an entry above.", width
            ),
        ]
    if root.nudge is not None:
        lines += ["", *_nudge_lines(root.nudge, width)]
    text = "\n".join(line.rstrip() for line in lines)
    return plain(text) if ascii else text


def _levels(count: int) -> str:
    return "1 level" if count == 1 else f"{count} levels"


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
        remark = f"nudge {_slope(part.nudge)}{part.nudge.verdict()}"
    both = "; ".join(filter(None, [part.note, remark]))
    room = width - len(text) - 2
    beside, under = (both, "") if len(both) <= room else (remark, part.note)
    if part.nudge is not None and len(beside) > room:
        beside, under = "", both
    if beside:
        text = f"{text}{beside:>{room + 2}}" if len(beside) <= room else f"{text}  {beside}"
    below = wrap(under, max(width - len(indent), 24), "") if under else []
    return [text, *(indent + line for line in below), *_rule(part, indent, width)]


def _slope(nudge: GradientCheck) -> str:
    return "" if nudge.slope is None else f"{numeral(nudge.slope)}, "


def _rule(part: DerivedEntry, indent: str, width: int) -> list[str]:
    if not part.formula:
        return []
    both = f"= {part.formula} {part.relation} {part.numbers}" if part.numbers else f"= {part.formula}"
    if len(indent) + len(both) <= width:
        return [indent + both]
    found: list[str] = []
    for relation, text in (("=", part.formula), (part.relation, part.numbers)):
        if text:
            room = max(width - len(indent), 24)
            found += wrap(f"{relation} {text}", room, "    ")
    return [indent + line for line in found]


def _nudge_lines(nudge: GradientCheck, width: int) -> list[str]:
    if nudge.slope is None or nudge.step is None:
        return wrap(f"nudge {nudge.entry}: {nudge.verdict()}", width)
    step, twice = numeral(nudge.step), numeral(2 * nudge.step)
    by = {"both": f"±{step}", "above": f"{step} and {twice}", "below": f"-{step} and -{twice}"}[nudge.side]
    difference = _FORMS[nudge.side].format(*_losses(nudge))
    lines = wrap(f"{difference} / {twice} = {numeral(nudge.slope)}   {nudge.verdict()}", width - 2)
    return [f"nudge {nudge.entry} by {by}:", *(f"  {line}" for line in lines)]


def _losses(nudge: GradientCheck) -> list[str]:
    """The losses with as many digits as give the slope that stands beside them."""
    assert nudge.step is not None
    for digits in range(LEAST, FULL + 1):
        told = [f"{loss:.{digits}g}" for loss in nudge.losses]
        terms = (w * Decimal(text) for w, text in zip(WEIGHTS[nudge.side], told, strict=True))
        if numeral(float(sum(terms) / Decimal(repr(2 * nudge.step)))) == numeral(nudge.slope):
            break
    plain = nudge.side == "both"  # then nothing stands before the first
    return [f"({text})" if text[0] == "-" and (i or not plain) else text for i, text in enumerate(told)]
