"""One page against its trace: heading, titles, numbers of steps, equations and remarks."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import count, groupby

import numpy as np
from page_heading import check_first_line, check_heading, settings_told
from page_remarks import check_remarks, names_in, same_in

import chainrule as cr
import reader
from reader import Checker, Count, Reading, Untrue, WhyChecker
from reader.parser import letters_of


class CheckedPage:
    """A page that was read back and found true: other readings of the same trace are checked by what it says.

    Parameters
    ----------
    text : the page
    trace : what it tells
    reading : how it counts
    """

    def __init__(self, text: str, trace: cr.Trace, reading: Reading) -> None:
        self.trace, self.reading, self.page = trace, reading, reader.read(text)
        self.checker = _checker(self.page, trace, reading)
        with reader.decimals_printed(reading.decimals):
            check_heading(self.page.heading, trace, reading)
            reader.check_pictures(self.page.pictures, trace)
            self.count = self.checker.check(self.page.equations) + Count()
            _complete(self.page, trace)
            check_remarks(self.page.remarks, trace, reading, self.checker.so_far.printed_so)

    def check_alone(self, text: str) -> tuple[int, Count]:
        """Check a page of one quantity; how many equations it has, and what of them was counted again."""
        before, page = self.checker.so_far.count + Count(), reader.read(text)
        check_first_line(page.heading[0], self.trace, self.reading)
        if page.remarks or len({equation.name for equation in page.equations}) != 1:
            raise Untrue(f"a page of one quantity has more: {page.remarks}")
        self.checker.so_far.told = None  # the other names are told on pages of their own
        return len(page.equations), self.checker.check(page.equations) - before

    def check_why(self, text: str) -> tuple[int, Count]:
        """Check the derivation of a number; how many entries it has, and what of them was counted again."""
        before = self.checker.so_far.count + Count()
        entries = WhyChecker(self.checker).check(reader.read_why(text))
        return entries, self.checker.so_far.count - before


def check_page(
    text: str, trace: cr.Trace, digits: int | None = None, halves: str = "even", decimals: int = 6
) -> Count:
    """Read a page and check all of it: heading, titles, numbers of steps, equations and remarks."""
    return CheckedPage(text, trace, reading_of(trace, digits, halves, decimals)).count


def reading_of(
    trace: cr.Trace, digits: int | None = None, halves: str = "even", decimals: int = 6
) -> Reading:
    """How a page of a trace counts."""
    return Reading(digits, halves, decimals, single=trace.network.dtype == np.float32)


def _checker(page: reader.Page, trace: cr.Trace, reading: Reading) -> Checker:
    """A checker that knows what the page says in words."""
    settings = settings_told(page.heading)
    numbers = {text for of in settings.values() for text in (of, format(Decimal(of).normalize(), "f"))}
    counted = {name for remark in page.remarks for name in re.findall(r"\b([mkt]) counts the ", remark)}
    fresh = {name for remark in page.remarks if remark.endswith(" everywhere.") for name in names_in(remark)}
    same = {name: other for remark in page.remarks for name, other in same_in(remark)}
    # λ stands for a strength or for a decay, whichever the step has.
    values = dict(trace)
    told = {next((n for n in letters_of(name) if n in values), name) for name in settings}
    checker = Checker(values, numbers, reading, trace.program.leaves, {*told, *counted, *fresh, *same})
    checker.so_far.same |= same
    return checker


def _complete(page: reader.Page, trace: cr.Trace) -> None:
    """Every quantity is told once, the steps are counted, the gradients too."""
    told = [e.name for e in page.equations if e.index is None]
    told += [name for remark in page.remarks for name, _ in same_in(remark)]
    if len(set(told)) != len(told):
        raise Untrue("a quantity is told twice")
    silent = {n for n in trace.program.quantities if re.fullmatch(r"d?(top|shift)\d+|l", n)}
    missing = [n for n in trace.program.quantities if not {n, reader.plain_name(n)} & {*told, *silent}]
    if missing:
        raise Untrue(f"not told: {missing}")
    steps = [int(t.split()[1]) for t in page.titles if t.startswith("Step")]
    if steps != list(range(1, len(steps) + 1)):
        raise Untrue(f"the steps are counted {steps}")
    sections = [t for t in page.titles if not t.startswith("Step")]
    kinds = trace.program.leaves.items()
    arrays = {reader.plain_name(name) for name, kind in kinds if np.ndim(trace[name]) or kind == "held"}
    fresh = {name for remark in page.remarks if remark.endswith(" everywhere.") for name in names_in(remark)}
    if not arrays <= {*told, *fresh}:
        raise Untrue(f"not given: {arrays - {*told, *fresh}}")
    wanted = [
        "GIVEN",
        "FORWARD",
        *(["LOSS", "BACKWARD"] if "L" in trace else []),
        *(["UPDATE"] if trace.optimizer or trace.minimizer else []),
        "SIGNS",
    ]
    if sections != wanted:
        raise Untrue(f"the sections are {sections}")
    same = {name for remark in page.remarks for name, _ in same_in(remark)}
    gradients = [e for e in page.equations if e.number]
    step = len(trace.network.layers) + 1
    for (number, group), wanted in zip(groupby(gradients, lambda e: e.number.partition(".")[0]), count(step)):
        numbers = [e.number for e in group]
        if int(number) != wanted or numbers != [f"{number}.{i}" for i in range(1, len(numbers) + 1)]:
            raise Untrue(f"the gradients are counted {numbers}")
    if [e.name for e in gradients] != [n for n in told if _section(trace, n) == "backward" and n not in same]:
        raise Untrue("a gradient has no number")


def _section(trace: cr.Trace, name: str) -> str:
    by_plain_name = {reader.plain_name(q.name): q.section for q in trace.program.quantities.values()}
    return by_plain_name.get(name, "given")


def same_everywhere(text: str) -> None:
    """No line is wider than 80 columns or ends in a space, and no tabs."""
    for line in text.split("\n"):
        assert len(line) <= 80, line
        assert line == line.rstrip()
        assert "\t" not in line
