"""How well checks do: steps with a slip and right ones, checked and counted; for the tests and for docs/results.md."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from injected import LINES, Setting, Sheet, again, line_of, pair_kinds, random_setting, step
from learners import in_convention, traced

import chainrule as cr
from chainrule.check import Report
from chainrule.check.naming import Answer
from chainrule.expressions import evaluate

APART = 0.03  # at three digits: how far a slip must move a line's largest entry to count as visible


@dataclass
class Counts:
    """What came out."""

    slips: int = 0
    found: int = 0
    named: int = 0
    at_top: int = 0
    both: int = 0  # of pairs: the names of the two slips are told
    told: int = 0  # of pairs: something else is told
    right: int = 0
    accused: int = 0
    seconds: list[float] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    missed: list[str] = field(default_factory=list)  # what to look at, in words

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(mine | theirs if isinstance(mine, set) else mine + theirs  # type: ignore[operator]
                        for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True)))  # fmt: skip

    @property
    def median_ms(self) -> float:
        return 1e3 * float(np.median(self.seconds))


def rounded(sheet: Sheet, digits: int) -> Sheet:
    """Every number to so many significant digits, halves to even as NumPy has them."""

    def of(value: Any) -> Any:
        value = np.asarray(value, float)
        size = np.floor(np.log10(np.where(value == 0, 1, np.abs(value))))
        unit = 10.0 ** (size - digits + 1)
        return np.round(value / unit) * unit

    return {name: of(value) for name, value in sheet.items()}


def differs(wrong: Sheet, right: Sheet, line: str, digits: int | None) -> bool:
    """Whether a slip can be seen in its line."""
    if line not in wrong or not np.all(np.isfinite(wrong[line])):
        return False
    a, b = np.asarray(wrong[line]), np.asarray(right[line])
    if a.shape != b.shape:
        return True
    apart = np.abs(a - b).max()
    return bool(apart > (1e-6 if digits is None else APART) * np.abs(b).max() and apart > 1e-12)


def _moves(s: Setting, right: Sheet) -> bool:
    """Whether three digits of all weights tell a step from its contrary, as they must where a sign is to be seen."""
    steps = [(right[f"W{n}_new"] - W, W) for n, W in enumerate(s.W, 1)]
    return all(np.abs(moved).max() > 2 * APART * np.abs(W).max() for moved, W in steps)


def count_slips(seed: int, wanted: int, digits: int | None = None, conventions: bool = False) -> Counts:
    """So many visible slips, checked."""
    rng, counts = np.random.default_rng(seed), Counts()
    while counts.slips < wanted:
        s = random_setting(rng)
        slip, at = list(LINES)[int(rng.integers(len(LINES)))], int(rng.integers(1, s.depth + 1))
        wrong, right, line = step(s, slip, at), step(s), line_of(slip, at, s.optimizer)
        if not differs(wrong, right, line, digits) or (digits and "sign" in slip and not _moves(s, right)):
            continue
        mine = wrong if digits is None else rounded(wrong, digits)
        if conventions:
            mine = in_convention(rng, s, mine, keep=line)
        report, seconds = _timed(traced(s), mine, digits)
        _count(counts, report, line, LINES[slip][1], f"{slip} in {line} of {_told(s)}")
        counts.seconds.append(seconds)
        counts.kinds.add(slip)
    return counts


def count_right(seed: int, wanted: int, digits: int | None = None) -> Counts:
    """So many right steps in mixed conventions, checked."""
    rng, counts = np.random.default_rng(seed), Counts()
    while counts.right < wanted:
        s = random_setting(rng)
        mine = in_convention(rng, s, step(s))
        report, _ = _timed(traced(s), mine if digits is None else rounded(mine, digits), digits)
        counts.right += 1
        if report.first is not None:
            counts.accused += 1
            counts.missed.append(f"accused {report.line} of {_told(s)}")
    return counts


def count_pairs(seed: int, wanted: int, digits: int | None = None) -> Counts:
    """So many pairs of slips in one line that neither of them makes alone, nor any other slip there, checked."""
    rng, counts, kinds = np.random.default_rng(seed), Counts(), pair_kinds()
    while counts.slips < wanted:
        pair = kinds[int(rng.integers(len(kinds)))]
        s, line, at = _drawn(rng, pair, digits)
        if not line:
            continue
        wrong = step(s, pair, at)
        mine = wrong if digits is None else rounded(wrong, digits)
        report, seconds = _timed(traced(s), mine, digits)
        ids = {LINES[slip][1] for slip in pair}
        both = [report.line == line and answer.both and ids <= set(answer.names) for answer in report.answers]
        given = [
            named or _gives(answer, report, s, pair, at, line)
            for named, answer in zip(both, report.answers, strict=True)
        ]
        counts.slips += 1
        counts.found += report.line == line
        counts.named += any(given)
        counts.at_top += any(given[:1])
        counts.both += any(both)
        counts.told += bool(report.answers) and not any(given)
        if not any(both):
            answers = "; ".join(" and ".join(each.names) or "no name" for each in report.answers[:3])
            counts.missed.append(f"{pair} in {line} of {_told(s)}: {report.line or 'nothing'}, {answers}")
        counts.seconds.append(seconds)
        counts.kinds.add(" ".join(pair))
    return counts


def _drawn(rng: np.random.Generator, pair: tuple[str, str], digits: int | None) -> tuple[Setting, str, int]:
    """A setting in which two slips differ from what is right and from every single slip; no line if none was found."""
    for _ in range(40):
        s = random_setting(rng)
        at = int(rng.integers(1, s.depth + 1))
        lines = {line_of(slip, at, s.optimizer) for slip in pair}
        line = lines.pop()
        others = [slip for slip in LINES if line_of(slip, at, s.optimizer) == line]
        wrong = step(s, pair, at)
        if not lines and all(differs(wrong, step(s, slip, at), line, digits) for slip in ("", *others)):
            return s, line, at
    return s, "", at


def _gives(answer: Answer, report: Report, s: Setting, pair: tuple[str, str], at: int, line: str) -> bool:
    """Whether an answer is what was done: whether it gives the same of other numbers."""
    if report.line != line:
        return False
    other = again(np.random.default_rng(7), s, len(s.y) if "db_wrong_axis" in pair else 11)
    wrong = step(other, pair, at)
    ours = traced(other)
    known = {**ours.leaves, **ours.results, **wrong}
    with np.errstate(all="ignore"):
        try:
            value = evaluate(answer.expr, known)
            same = np.allclose(value, wrong[line], rtol=1e-6, atol=1e-9)
        except (ValueError, KeyError):
            return False
    return np.ndim(value) <= np.ndim(wrong[line]) and bool(same)


def _count(counts: Counts, report: Report, line: str, name: str, told: str) -> None:
    counts.slips += 1
    counts.found += report.line == line
    named = report.line == line and name in report.mistakes
    counts.named += named
    counts.at_top += named and name in report.answers[0].names
    if not named:
        counts.missed.append(f"{told}: {report.line or 'nothing'}, {', '.join(report.mistakes[:3])}")


def _timed(trace: cr.Trace, mine: Sheet, digits: int | None) -> tuple[Report, float]:
    """The report, and the processor's time for it, which other programs beside it do not make longer."""
    began = time.process_time()
    report = trace.check(mine, digits=digits)
    return report, time.process_time() - began


def _told(s: Setting) -> str:
    return f"{s.sizes} {s.hidden} {s.output} {s.loss} {s.optimizer}, {len(s.x)} samples"
