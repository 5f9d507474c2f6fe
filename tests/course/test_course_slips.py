"""Slips in the solutions are found at their functions, and named."""

from __future__ import annotations

from pathlib import Path

import pytest
from learner import mark_of, marked
from slips import SLIPS, Slip

from chainrule.check.catalogue import CATALOGUE
from chainrule.course import CHAPTERS, write_solutions


def test_there_are_many_of_every_chapter() -> None:
    assert len(SLIPS) >= 120
    assert {slip.chapter for slip in SLIPS} == set(range(1, 10))
    assert sum(bool(slip.names) for slip in SLIPS) >= 90
    assert {name for slip in SLIPS for name in slip.names} <= set(CATALOGUE)


def _id(slip: Slip) -> str:
    return f"{slip.function}: {slip.new[:40]}"


@pytest.mark.some(16)
@pytest.mark.parametrize("slip", [slip for slip in SLIPS if slip.chapter < 9], ids=_id)
def test_a_slip_is_found_and_named(slip: Slip, tmp_path: Path) -> None:
    mark = mark_of(slip.chapter, slip.made(CHAPTERS[slip.chapter - 1].solution), slip.function, tmp_path)
    assert mark.state == "wrong", mark
    if slip.names:
        assert set(slip.names) & set(mark.mistakes), mark
    hint = " ".join(mark.hint)
    assert hint
    assert "you did" not in hint


@pytest.mark.parametrize("slip", [slip for slip in SLIPS if slip.chapter == 9], ids=_id)
def test_a_slip_in_the_digits_is_found(slip: Slip, tmp_path: Path) -> None:
    write_solutions(tmp_path)
    mark = mark_of(9, slip.made(CHAPTERS[8].solution), slip.function, tmp_path)
    assert mark.state == "wrong"
    assert not slip.names or set(slip.names) & set(mark.mistakes)


def test_other_functions_are_not_accused(tmp_path: Path) -> None:
    """But those that call it: a training by wrong batches takes other rows."""
    for number, slips in (
        (4, [s for s in SLIPS if s.function in ("dz2", "db2")][:5]),
        (6, [s for s in SLIPS if s.chapter == 6][:1]),
    ):
        for slip in slips:
            marks = marked(number, slip.made(CHAPTERS[number - 1].solution), tmp_path)
            wrong = {name for name, mark in marks.items() if mark.state == "wrong"}
            assert wrong == ({"batches", "train"} if number == 6 else {slip.function})
