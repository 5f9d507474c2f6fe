"""What is said beside the entries of a tree and below it, in every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from chainrule.notation import numeral
from chainrule.notation.numerals import latex_of
from chainrule.walkthrough.derived_entry import DerivedEntry
from chainrule.walkthrough.gradient_check import GradientCheck
from chainrule.walkthrough.nudged import WEIGHTS, Side

# Digits of a loss: 17 tell a float, and more the difference of two that are nearly the same.
LEAST, FULL = 7, 25
_FORMS: Mapping[Side, str] = {
    "both": "({0} - {1})",
    "above": "(4×{1} - 3×{0} - {2})",
    "below": "(3×{0} - 4×{1} + {2})",
}


def title(root: DerivedEntry) -> str:
    """What a page is about."""
    return f"Why {root.entry} is {numeral(root.value)}"


def depth(entry: DerivedEntry) -> int:
    """How many levels stand below an entry."""
    return max((1 + depth(part) for part in entry.parts), default=0)


def remark(entry: DerivedEntry, is_root: bool) -> str:
    """What an entry is, or its nudge in short; the root's is written out below the tree."""
    if entry.nudge is None or is_root:
        return entry.kind
    slope = "" if entry.nudge.slope is None else f"{numeral(entry.nudge.slope)}, "
    return f"nudge {slope}{entry.nudge.verdict()}"


def remarks(entry: DerivedEntry, is_root: bool) -> str:
    """All that is said beside an entry."""
    return "; ".join(filter(None, [entry.note, remark(entry, is_root)]))


def depth_told(root: DerivedEntry) -> str:
    """How far down a tree goes that is not told whole; else empty."""
    if root.cut is None:
        return ""
    levels = "1 level" if root.cut == 1 else f"{root.cut} levels"
    return f"Told {levels} down. Ask for depth {root.cut + 1}, or for an entry above."


@dataclass(frozen=True)
class Slope:
    """A nudge written out.

    Parameters
    ----------
    head : what is nudged and by how much
    text, latex : losses over steps, and the slope that they give; empty where there is none
    verdict : in words
    """

    head: str
    text: str
    latex: str
    verdict: str


def written_out(nudge: GradientCheck) -> Slope:
    """A nudge with the losses that it compares."""
    if nudge.slope is None or nudge.step is None:
        return Slope(f"nudge {nudge.entry}:", "", "", nudge.verdict())
    step, twice = numeral(nudge.step), numeral(2 * nudge.step)
    by = {"both": f"±{step}", "above": f"{step} and {twice}", "below": f"-{step} and -{twice}"}[nudge.side]
    slope, losses = numeral(nudge.slope), _losses(nudge)
    difference = _FORMS[nudge.side].format(*losses)
    over = _FORMS[nudge.side][1:-1].replace("×", r" \cdot ").format(*map(_latex, losses))
    return Slope(
        f"nudge {nudge.entry} by {by}:",
        f"{difference} / {twice} = {slope}",
        rf"\frac{{{over}}}{{{latex_of(twice)}}} = {latex_of(slope)}",
        nudge.verdict(),
    )


def _latex(loss: str) -> str:
    return f"({latex_of(loss[1:-1])})" if loss[0] == "(" else latex_of(loss)


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
