"""What was done where a number is wrong: digits swapped, a sign, a factor, a matrix turned, a term left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from chainrule.check.intervals import Interval
from chainrule.check.proofreading.counting import Meaning, NotCounted, count
from chainrule.check.proofreading.judging import (
    Verdict,
    apart,
    both_printed,
    meets,
    printed_value,
    terms,
    turned,
)
from chainrule.check.proofreading.ledger import Ledger, key
from chainrule.check.proofreading.tree import Apply, Array, Number, Tree, entries, leaves, shown

FACTORS = {
    2: "2",
    0.5: "1/2",
    10: "10",
    0.1: "1/10",
    100: "100",
    0.01: "1/100",
    1000: "1000",
    0.001: "1/1000",
}
MOST = 6  # entries that are told
KNOWN = 4000  # numbers of a page that are tried in a formula


@dataclass(frozen=True, slots=True)
class Slip:
    """What was done: its kind, what stands there, what should, and a remark."""

    kind: str
    stands: str
    should: str
    told: str = ""
    in_formula: bool = False


def slip(verdict: Verdict, ledger: Ledger) -> Slip:
    """What was done, as far as it can be told."""
    if verdict.state == "short":
        assert verdict.number is not None
        assert verdict.meant is not None
        number = verdict.number
        return Slip(
            "cut", number.text, decimals(verdict.meant, number), f"it is {verdict.meant:.10g}, cut", True
        )
    assert verdict.value is not None
    assert verdict.result.tree is not None
    if not verdict.result.result:
        return _of_formulas(verdict)
    value, printed = verdict.value, printed_value(verdict.result.tree)
    if verdict.shape:
        return _of_shapes(verdict, value, printed)
    return _Wrong(verdict, ledger, value, printed).slip()


def decimals(value: float, like: Number) -> str:
    """A number with as many decimals as another one."""
    digits = max(0, round(-np.log10(like.unit))) if like.unit > 0 else 6
    mantissa = like.text.lower()
    if "×10^" in mantissa or "e" in mantissa:
        return f"{value:.{max(len(mantissa.partition('e')[0].partition('×')[0].partition('.')[2]), 0)}e}"
    if mantissa.endswith("%"):
        return f"{100 * value:.{max(digits - 2, 0)}f}%"
    text = f"{value:.{min(digits, 17)}f}"
    text = text if float(text) else text.lstrip("-")
    return text.replace(".", ",") if "," in like.text and "." not in like.text else text


def _of_formulas(verdict: Verdict) -> Slip:
    """Two formulas that should be equal and are not."""
    value = verdict.value
    assert value is not None
    given = f"{float((value.low + value.high) / 2):.6g}" if not np.ndim(value.low) else "something else"
    return Slip("wrong", verdict.result.text, given, "what stands before it gives that")


def _of_shapes(verdict: Verdict, value: Interval, printed: Interval) -> Slip:
    assert verdict.result.tree is not None
    largest = float(np.max(np.abs(value.high), initial=0))
    sizes = ["×".join(map(str, np.shape(each.low))) or "one number" for each in (value, printed)]
    if turned(value, printed, largest):
        return Slip(
            "transposed",
            shown(verdict.result.tree),
            f"its transpose, {sizes[0]}",
            "rows and columns are exchanged",
        )
    return Slip("shape", shown(verdict.result.tree), sizes[0], f"it has {sizes[1]}")


class _Wrong:
    """A result whose numbers are not those of its formula."""

    def __init__(self, verdict: Verdict, ledger: Ledger, value: Interval, printed: Interval) -> None:
        assert verdict.result.tree is not None
        assert verdict.formula.tree is not None
        self.verdict, self.ledger, self.value, self.printed = verdict, ledger, value, printed
        self.tree: Tree = verdict.formula.tree
        self.formula_slip: Slip | None = None  # where it is not the result that is wrong
        self.numbers = entries(verdict.result.tree)
        self.lows, self.highs = np.ravel(value.low), np.ravel(value.high)
        self.largest = float(max(np.max(np.abs(self.highs)), np.max(np.abs(printed.high))))
        differs = apart(value, printed, self.largest, both_printed(verdict.formula, verdict.result))
        self.wrong = [at for at in range(len(self.numbers)) if differs[at]] or [0]

    def slip(self) -> Slip:
        stands = ", ".join(self._stands(at) for at in self.wrong[:MOST])
        should = ", ".join(self._should(at) for at in self.wrong[:MOST])
        if len(self.wrong) > MOST:
            stands, should = f"{stands}, …", f"{should}, …"
        if self.verdict.state == "cut":
            return Slip("cut", *self._only_cut())
        kind, told = next(self._kinds(), ("wrong", self._by()))
        return self.formula_slip or Slip(kind, stands, should, told)

    def _only_cut(self) -> tuple[str, str]:
        at = self.wrong[:MOST]
        return ", ".join(map(self._stands, at)), ", ".join(map(self._should, at))

    def _stands(self, at: int) -> str:
        sign, number = self.numbers[at]
        return f"{'-' if sign < 0 else ''}{number.text}"

    def _should(self, at: int) -> str:
        middle = float(self.lows[at] + self.highs[at]) / 2
        _, number = self.numbers[at]
        wide = float(self.highs[at] - self.lows[at]) > 1.5 * number.unit > 0
        return f"{'about ' if wide else ''}{decimals(middle, number)}"

    def _by(self) -> str:
        at = self.wrong[0]
        sign, number = self.numbers[at]
        off = sign * number.value - float(self.lows[at] + self.highs[at]) / 2
        return f"it is off by {abs(off):.3g}"

    def _kinds(self) -> Iterator[tuple[str, str]]:
        """What may have been done, the surest first."""
        if turned(self.value, self.printed, self.largest):
            yield "transposed", "rows and columns are exchanged"
        if self._fit(Interval(-self.value.high, -self.value.low)):
            yield "sign", "the sign is the other one"
        if len(self.wrong) == 1:
            yield from self._digits()
        yield from self._in_formula()
        for factor, name in FACTORS.items():
            if self._fit(Interval(factor * self.value.low, factor * self.value.high)):
                yield "factor", f"{name} times as much"
        yield from self._terms()

    def _fit(self, value: Interval) -> bool:
        """Whether another value has the printed numbers where they are wrong."""
        ends = [
            np.ravel(each)[self.wrong]
            for each in (value.low, value.high, self.printed.low, self.printed.high)
        ]
        low, high = np.minimum(*ends[:2]), np.maximum(*ends[:2])
        nothing = bool(np.all(self.lows[self.wrong] == 0))
        return not nothing and meets(Interval(low, high), Interval(*ends[2:]), self.largest)

    def _digits(self) -> Iterator[tuple[str, str]]:
        """Other digits that would be right: two exchanged, one another."""
        at = self.wrong[0]
        sign, number = self.numbers[at]
        for kind, text in neighbours(number.text):
            unit = number.unit / 2
            scale = number.value / float(_plain(number.text)) if float(_plain(number.text)) else 1.0
            value = sign * float(text) * scale
            if self.lows[at] - unit <= value <= self.highs[at] + unit:
                yield kind, "two digits are exchanged" if kind == "swapped digits" else "one digit differs"
                return

    def _in_formula(self) -> Iterator[tuple[str, str]]:
        """A number of the formula that is another one of the page with two digits exchanged, or one changed."""
        known = {value for value, _ in self.ledger.longer[:KNOWN]}
        for leaf in dict.fromkeys(leaves(self.tree)):
            if not isinstance(leaf, Number) or leaf.digits < 2 or key(leaf) in known:
                continue
            for kind, text in neighbours(leaf.text):
                if float(text) in known and self._fits_with(leaf, float(text)):
                    told = f"the result is right with {text}, which the page has elsewhere"
                    self.formula_slip = Slip(kind, leaf.text, text, told, in_formula=True)
                    yield kind, told
                    return

    def _fits_with(self, leaf: Number, value: float) -> bool:
        def meaning(number: Number) -> Interval:
            return Interval.around(value, number.unit / 2) if number == leaf else self.ledger.meaning(number)

        return self._counted(self.tree, meaning)

    def _counted(self, tree: Tree, meaning: Meaning) -> bool:
        try:
            return meets(count(tree, meaning), self.printed, self.largest)
        except NotCounted:
            return False

    def _terms(self) -> Iterator[tuple[str, str]]:
        """A term of a sum that was left out, or taken with the other sign."""
        parts = terms(self.tree)
        if len(parts) < 2 or isinstance(self.tree, Array):
            return
        for at, (sign, term) in enumerate(parts):
            for factor, said in ((0, "was left out"), (-1, "was taken with the other sign")):
                changed = [(s if n != at else s * factor, t) for n, (s, t) in enumerate(parts)]
                rest = [(s, t) for s, t in changed if s]
                if rest and self._counted(_summed(rest), self.ledger.meaning):
                    yield "wrong", f"the term {'-' if sign < 0 else ''}{shown(term)} {said}"
                    return


def _summed(parts: list[tuple[int, Tree]]) -> Tree:
    sign, found = parts[0]
    found = found if sign > 0 else Apply("neg", (found,))
    for sign, term in parts[1:]:
        found = Apply("+" if sign > 0 else "-", (found, term))
    return found


def _plain(text: str) -> str:
    found = re.match(r"\d*[.,]?\d*", text)
    return (found[0] if found else "").replace(",", ".") or "0"


def neighbours(text: str) -> Iterator[tuple[str, str]]:
    """The numbers a slip of the pen away: two digits beside each other exchanged, and one digit another."""
    text = _plain(text)
    places = [at for at, sign in enumerate(text) if sign.isdigit()]
    for first, second in pairwise(places):
        if text[first] != text[second]:
            signs = list(text)
            signs[first], signs[second] = signs[second], signs[first]
            yield "swapped digits", "".join(signs)
    for at in places:
        for digit in "0123456789":
            if digit != text[at]:
                yield "wrong", text[:at] + digit + text[at + 1 :]
