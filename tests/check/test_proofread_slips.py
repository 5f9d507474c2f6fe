"""Slips of the pen in worked pages are found, and right pages are not accused; docs/results.md has more."""

from __future__ import annotations

import random

import page_slips
import pytest
import worked_pages
from worked_pages import D, Range

import chainrule as cr


def test_intervals_of_decimals() -> None:
    a, b = Range(D("-0.1"), D("0.2")), Range(D("0.3"), D("0.4"))
    assert worked_pages.scalar("*", a, b) == Range(D("-0.04"), D("0.08"))
    assert worked_pages.scalar("sq", a) == Range(D(0), D("0.04"))
    assert worked_pages.scalar("-", a, b) == Range(D("-0.5"), D("-0.1"))
    assert not Range(D("0.1"), D("0.2")).meets(Range(D("0.21"), D("0.3")))


@pytest.mark.parametrize("style", worked_pages.STYLES)
@pytest.mark.parametrize("kind", worked_pages.KINDS)
def test_right_pages_are_read_and_not_accused(kind: str, style: str) -> None:
    if style == "commas" and "scalars" not in kind:
        pytest.skip("a list of numbers with commas needs other marks")
    for decimals, carries in ((3, "full"), (4, "rounded"), (9, "full")):
        page = worked_pages.KINDS[kind](random.Random(decimals), style, decimals, carries)
        proof = cr.proofread(*worked_pages.written(page))
        assert proof.findings == [], str(proof)
        assert proof.unread == [], str(proof)
        assert proof.counted == sum(line.formula is not None for line in page.lines)


@pytest.mark.some(1)
@pytest.mark.parametrize("first", range(5000, 5500, 100))
def test_slips_are_found_told_once_and_called_by_their_kind(first: int) -> None:
    counts = page_slips.count_slips(first, 100)
    assert sum(counts.put.values()) == 100
    for kind in ("digit", "swap", "sign", "transposed", "digit in a formula", "swap in a formula"):
        assert counts.found[kind] == counts.put[kind], counts.missed
    assert sum(counts.found.values()) >= 97, counts.missed
    assert sum(counts.placed.values()) >= 95
    assert sum(counts.called.values()) >= 95


@pytest.mark.some(1)
@pytest.mark.parametrize("first", range(7000, 7110, 55))
def test_pages_drawn_at_random_are_not_accused(first: int) -> None:
    counts = page_slips.count_right(first, 55)
    assert counts.accused == 0, counts.missed
    assert counts.counted == counts.results
