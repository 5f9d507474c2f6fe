"""Slips of the pen put into worked pages, and whether their digits can tell them; and how many are found."""

from __future__ import annotations

import copy
import random
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

import worked_pages as pages
from worked_pages import D, Line, Page, Range, Ranges, places, ranged

import chainrule as cr

KINDS = (
    "digit",
    "swap",
    "cut",
    "sign",
    "transposed",
    "stale",
    "digit in a formula",
    "swap in a formula",
    "given",
)
# What a finding may call a slip.
CALLED = {
    "digit": {"wrong"}, "swap": {"swapped digits"}, "cut": {"cut"}, "sign": {"sign"}, "transposed": {"transposed"},
    "stale": {"stale"}, "digit in a formula": {"wrong", "stale"},
    "swap in a formula": {"swapped digits", "stale", "wrong"}, "given": {"wrong", "stale", "swapped digits"},
}  # fmt: skip


@dataclass
class Slip:
    """A page with a slip, and where it is."""

    page: Page
    kind: str
    names: set[str]  # of the lines in which it shows


def _changed(text: str, kind: str, rng: random.Random) -> str | None:
    """A number with a slip; None where it has none of that kind."""
    digits = [at for at, sign in enumerate(text) if sign.isdigit()]
    if kind == "sign":
        return None if not D(text) else text[1:] if text[0] == "-" else f"-{text}"
    if kind == "digit":
        at = rng.choice(digits)
        return text[:at] + rng.choice([d for d in "0123456789" if d != text[at]]) + text[at + 1 :]
    pairs = [(a, b) for a, b in pairwise(digits) if text[a] != text[b]]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    signs = list(text)
    signs[a], signs[b] = signs[b], signs[a]
    return "".join(signs)


def put(page: Page, kind: str, rng: random.Random) -> Slip | None:
    """A slip of a kind somewhere on a page; None where it finds no place for it, or its digits can't tell it."""
    page = copy.deepcopy(page)
    counted = [line for line in page.lines if line.formula is not None]
    line = rng.choice(counted)
    if kind in ("digit", "swap", "sign", "cut"):
        return _in_result(page, line, kind, rng)
    if kind == "transposed":
        line = rng.choice(
            [each for each in counted if len(each.printed) > 1 < len(each.printed[0])] or counted
        )
        if len(line.printed) < 2 or len(line.printed[0]) < 2:
            return None
        line.printed = [list(row) for row in zip(*line.printed, strict=True)]
        square = len(line.printed) == len(line.printed[0])
        return Slip(page, kind, {line.name}) if not square or _told(page, line) else None
    if kind == "stale":
        return _stale(page, rng)
    return _in_formula(page, line, kind, rng) if kind != "given" else _in_given(page, rng)


def _in_result(page: Page, line: Line, kind: str, rng: random.Random) -> Slip | None:
    line.printed = copy.deepcopy(line.printed)
    row = rng.choice(line.printed)
    at = rng.randrange(len(row))
    new = (
        _cut(page, line, row[at], line.printed.index(row), at)
        if kind == "cut"
        else _changed(row[at], kind, rng)
    )
    if new is None or new == row[at]:
        return None
    row[at] = new
    return Slip(page, kind, {line.name}) if _told(page, line) else None


def _cut(page: Page, line: Line, text: str, row: int, column: int) -> str | None:
    """A number whose further digits are left out, where it was rounded up."""
    last = D(1).scaleb(-page.decimals)
    size = abs(D(text)) - last
    if size <= 0:
        return None
    cut = format(size.quantize(last), "f")
    cut = f"-{cut}" if text[0] == "-" else cut
    exact = _ranges(page, line)[row][column]
    middle = (exact.low + exact.high) / 2
    return cut if abs(D(cut)) <= abs(middle) < abs(D(cut)) + last else None


def _in_formula(page: Page, line: Line, kind: str, rng: random.Random) -> Slip | None:
    """One number of a formula, not all the others that are the same."""
    if not line.put_in:
        return None
    at = rng.choice(list(line.put_in))
    line.put_in[at] = copy.deepcopy(line.put_in[at])
    row = rng.choice(line.put_in[at])
    column = rng.randrange(len(row))
    new = _changed(row[column], kind.split()[0], rng)
    if new is None:
        return None
    row[column] = new
    return Slip(page, kind, {line.name, places(line.formula or ())[at]}) if _told(page, line) else None


def _in_given(page: Page, rng: random.Random) -> Slip | None:
    """A number that the page begins with, which its formulas have otherwise."""
    given = [line for line in page.lines if line.formula is None and not line.again]
    line = rng.choice(given)
    line.printed = copy.deepcopy(line.printed)
    row = rng.choice(line.printed)
    at = rng.randrange(len(row))
    new = _changed(row[at], "digit", rng)
    if new is None or D(new) == D(row[at]):
        return None
    row[at] = new
    users = {
        each.name
        for each in page.lines
        if each.formula and line.name in places(each.formula) and _symbols(page, each)
    }
    return Slip(page, "given", {line.name, *users}) if users else None


def _symbols(page: Page, line: Line) -> bool:
    """Whether a formula stands there in symbols and with numbers, one for each."""
    assert line.formula is not None
    return line.symbols and (line.single or line.formula[0] not in pages.RISING)


def _stale(page: Page, rng: random.Random) -> Slip | None:
    """What is said again is the number of an older page, which began with other numbers."""
    again = [line for line in page.lines if line.again]
    line = rng.choice(again)
    seed = rng.randrange(10**6)
    old = pages.KINDS[_kind_of(page)](random.Random(seed), page.style, page.decimals, "full")
    older = next(each for each in old.lines if each.again and each.name == line.name)
    if older.printed == line.printed:
        return None
    line.printed = older.printed
    return Slip(page, "stale", {line.name})


def _kind_of(page: Page) -> str:
    names = [line.name for line in page.lines]
    for kind, write in pages.KINDS.items():
        made = write(random.Random(0), page.style, page.decimals, "full")
        if [line.name for line in made.lines] == names and str(made.lines[-3].formula) == str(
            page.lines[-3].formula
        ):
            return kind
    raise AssertionError(names)


# --- what the digits can tell -------------------------------------------------------------------------------


def _half(text: str) -> Decimal:
    return D(1).scaleb(-len(text.partition(".")[2])) / 2


def _around(text: str) -> Range:
    return Range(D(text) - _half(text), D(text) + _half(text))


def _ranges(page: Page, line: Line) -> Ranges:
    """All that a line's formula may give, by what its printed numbers may stand for; what is given is exact."""
    assert line.formula is not None
    at = iter(range(99))

    def value(kind: str, what: str) -> Ranges:
        if kind == "c":
            return [[Range(D(what), D(what))]]
        exact = what in page.given
        return [
            [Range(D(each), D(each)) if exact else _around(each) for each in row]
            for row in line.put_in[next(at)]
        ]

    return ranged(line.formula, value)


def _told(page: Page, line: Line) -> bool:
    """Whether a line's printed result can't be what its printed numbers give."""
    try:
        found = _ranges(page, line)
    except (ArithmeticError, ValueError):
        return True
    printed = [[_around(each) for each in row] for row in line.printed]
    if [len(row) for row in found] != [len(row) for row in printed]:
        return True
    return not all(
        a.meets(b) for rows in zip(found, printed, strict=True) for a, b in zip(*rows, strict=True)
    )


# --- counted ------------------------------------------------------------------------------------------------


@dataclass
class Counts:
    """How many slips were put into pages, found, found in their place, and called by their kind."""

    put: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    placed: Counter[str] = field(default_factory=Counter)
    called: Counter[str] = field(default_factory=Counter)
    right: int = 0
    results: int = 0
    counted: int = 0
    accused: int = 0
    missed: list[str] = field(default_factory=list)

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.put + other.put, self.found + other.found, self.placed + other.placed, self.called + other.called,
            self.right + other.right, self.results + other.results, self.counted + other.counted,
            self.accused + other.accused, self.missed + other.missed,
        )  # fmt: skip


def count_right(first: int, pages_wanted: int) -> Counts:
    """Right pages, read."""
    counts = Counts()
    for seed in range(first, first + pages_wanted):
        page = pages.drawn(seed)
        proof = cr.proofread(*pages.written(page))
        counts.right += 1
        counts.results += sum(line.formula is not None for line in page.lines)
        counts.counted += proof.counted
        if proof.findings:
            counts.accused += 1
            counts.missed.append(f"right page {seed} ({page.style}) is accused: {proof.findings[0]}")
    return counts


def count_slips(first: int, wanted: int) -> Counts:
    """So many slips, each in a page of its own."""
    counts = Counts()
    seed = first
    while sum(counts.put.values()) < wanted:
        rng = random.Random(seed)
        slip = put(pages.drawn(seed), KINDS[seed % len(KINDS)], rng)
        seed += 1
        if slip is not None:
            _count(slip, seed - 1, counts)
    return counts


def _count(slip: Slip, seed: int, counts: Counts) -> None:
    proof = cr.proofread(*pages.written(slip.page))
    counts.put[slip.kind] += 1
    if not proof.findings:
        counts.missed.append(
            f"page {seed} ({slip.page.style}): {slip.kind} in {sorted(slip.names)} is missed"
        )
        return
    counts.found[slip.kind] += 1
    counts.placed[slip.kind] += len(proof.findings) == 1
    counts.called[slip.kind] += any(each.kind in CALLED[slip.kind] for each in proof.findings)
