"""Every entry of a derivation checked against the trace that it tells."""

from __future__ import annotations

import re

import numpy as np

from reader.checker import Checker
from reader.errors import Unreadable, Untrue
from reader.evaluate import evaluate
from reader.exact import Decimals
from reader.known import Known
from reader.operands import align
from reader.parser import parse
from reader.printed import half_unit, rounds_to
from reader.sides import by_names, with_numbers
from reader.tokens import tokens_of
from reader.tree import Tree, has, leaves
from reader.why import Derivation, Entry

KINDS = {
    "input": "input", "target": "target", "weight": "the sample's weight", "noise": "drawn by chance",
    "parameter": "parameter", "constant": "constant", "buffer": "the layer's buffer",
    "state": "the optimizer's state", "scalar": "setting", "held": "0 where what_if holds it, otherwise 1",
}  # fmt: skip
_AGREES = re.compile(r"agrees(, but for \w.*)?")
_OTHERWISE = re.compile(r"a kink: .*|cannot be told here(: .*)?|differs, .*")


class WhyChecker:
    """Checks derivations by what is known of their trace.

    Parameters
    ----------
    checker : that has checked the page of the same trace
    """

    def __init__(self, checker: Checker) -> None:
        self.checker, self.so_far = checker, checker.so_far

    def check(self, derivation: Derivation) -> int:
        """Check every entry; how many there are.

        Raises
        ------
        Untrue : for the first that is not so
        """
        told: set[tuple[str, tuple[int, ...] | None]] = set()
        above: list[Entry] = []
        for entry in derivation.entries:
            entry.name = self.so_far.name_of(entry.name)
            entry.sides = [(relation, self.so_far.in_trace(side)) for relation, side in entry.sides]
            del above[entry.depth :]
            try:
                with self.checker.on_paper():
                    self._entry(entry, told)
                    if above and not self._stands_in(entry, above[-1]):
                        raise Untrue(f"it is no part of {above[-1].name}")
            except IndexError as error:  # NumPy's words for an entry that there is not
                raise Untrue(f"line {entry.line + 1}, {entry.name}: {error}") from None
            except (Untrue, Unreadable) as error:
                where = f"line {entry.line + 1}, {entry.name}{list(entry.index or ())}"
                raise type(error)(f"{where}: {error}") from None
            told.add((entry.name, entry.index))
            above.append(entry)
        _below(derivation)
        return len(derivation.entries)

    def _stands_in(self, entry: Entry, parent: Entry) -> bool:
        return any(
            leaf[1:] == (entry.name, entry.index) for _, side in parent.sides for leaf in leaves(side, "name")
        )

    def _entry(self, entry: Entry, told: set[tuple[str, tuple[int, ...] | None]]) -> None:
        so_far, name = self.so_far, entry.name
        if name not in so_far.values:
            raise Untrue("there is no such quantity")
        value = so_far.values[name] if entry.index is None else so_far.values[name][entry.index]
        if np.size(value) != 1 or not so_far.printed_so(np.ravel(value)[0], entry.value):
            raise Untrue(f"{entry.value} is printed, the trace has {value!r}")
        so_far.count.results += 1
        if not entry.sides:
            kind = KINDS.get(so_far.kinds.get(name, ""))
            wanted = kind or ("told above" if (name, entry.index) in told else None)
            if entry.remark not in (wanted, "put in by what_if"):
                raise Untrue(f"{entry.remark!r} is said of it, and no rule")
            return
        _remark(so_far, entry)
        formulas = [side for _, side in entry.sides if has(side, "name")]
        numbers = [(relation, side) for relation, side in entry.sides if not has(side, "name")]
        if len(formulas) > 1 or len(numbers) > 1 or entry.sides[0][0] != "=":
            raise Untrue("a rule is told once by names and once with numbers")
        for side in formulas:
            if not has(side, "dots"):  # of a long sum the other terms are not named
                by_names(so_far, name, side, np.reshape(value, (1, 1)), 1)
        for relation, side in numbers:
            printed = parse(tokens_of(entry.value))
            with_numbers(so_far, side, relation, printed, name)
            for formula in formulas:
                align(so_far, formula, side, None)


def _remark(so_far: Known, entry: Entry) -> None:
    """What is said of rounding is what the page says; a nudge that agrees tells the gradient."""
    place = entry.index if entry.index is not None else ()
    if entry.name in so_far.dust:
        dust = bool(so_far.dust[entry.name][place])
        if dust != ("0 but for rounding" in entry.remark):
            raise Untrue(f"{entry.remark!r} is said of it, the page says otherwise")
    nudge = re.search(r"nudge (.*)", entry.remark)
    if nudge is None:
        return
    slope = re.match(r"(\S+), ", nudge[1])
    verdict = nudge[1][slope.end() :] if slope else nudge[1]
    if slope and verdict == "agrees":
        # Words stand where the two differ by more than a ten-thousandth of either.
        gradient = float(np.ravel(so_far.values[entry.name][place])[0])
        room = 1.01e-4 * max(abs(gradient), abs(float(slope[1]))) + half_unit(slope[1]) + 1e-12
        if abs(float(slope[1]) - gradient) > room:
            raise Untrue(f"the nudge gives {slope[1]}, the gradient is {gradient}")
    elif not _AGREES.fullmatch(verdict) and not _OTHERWISE.fullmatch(verdict):
        raise Untrue(f"the nudge says {verdict!r}")


def _below(derivation: Derivation) -> None:
    """How deep the tree goes, and what the losses beside a nudge give."""
    text = " ".join(derivation.below)
    levels = re.match(r"Told (\d+) levels? down\. Ask for depth (\d+), or for an entry above\. ?", text)
    deepest = max(entry.depth for entry in derivation.entries)
    if levels and not deepest == int(levels[1]) == int(levels[2]) - 1:
        raise Untrue(f"{levels[0]!r}, and it goes {deepest} levels down")
    rest = text[levels.end() :] if levels else text
    if not rest:
        return
    nudge = re.fullmatch(r"nudge (\S+(?: \d+\])?)( by \S+(?: and \S+)?)?: (.*)", rest)
    if nudge is None:
        raise Unreadable(f"what is {rest!r}?")
    root = derivation.entries[0]
    if not nudge[2]:
        return
    counted = re.fullmatch(r"(.+) / (\S+) = (\S+) +(.+)", nudge[3])
    if counted is None:
        raise Unreadable(f"what is {nudge[3]!r}?")
    _slope(parse(tokens_of(f"{counted[1]} / {counted[2]}")), counted[3])
    if counted[4].startswith("DIFFERS"):
        raise Untrue(f"{root.name}: {counted[4]}")


def _slope(side: Tree, slope: str) -> None:
    found = evaluate(side, Decimals({})).ravel()[0]
    if rounds_to(found, slope) is False:
        raise Untrue(f"the losses give {found}, {slope} is printed")
