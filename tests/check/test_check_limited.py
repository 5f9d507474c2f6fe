"""A function in a process of its own: what it gives, and what happens where a limit is reached."""

from __future__ import annotations

import sys
import time

import limited_targets as targets
import pytest

from chainrule.check.limited import Limits, Outcome, run_limited


def test_what_a_function_returns_and_prints() -> None:
    outcome = run_limited(targets.double, 21)
    assert outcome == Outcome("done", [42], "", "working\n")
    assert outcome.value == 42


def test_all_that_a_generator_gives() -> None:
    assert run_limited(targets.counts, 3).values == [0, 1, 2]


def test_what_was_given_before_time_ran_out_is_kept() -> None:
    began = time.monotonic()
    outcome = run_limited(targets.hangs_after_two, limits=Limits(seconds=1.5))
    assert (outcome.happened, outcome.values) == ("time", [1, 2])
    assert time.monotonic() - began < 100


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to a limit of memory")
def test_memory() -> None:
    assert run_limited(targets.takes_memory, limits=Limits(megabytes=300)).happened == "memory"


def test_an_error() -> None:
    assert run_limited(targets.raises) == Outcome("error", [], "ValueError: not today", "")
    assert run_limited(targets.exits) == Outcome("error", [], "SystemExit: 2", "")


def test_the_end_of_python() -> None:
    assert run_limited(targets.ends_python) == Outcome("ended", [], "exit code 7", "")


def test_output_is_kept_up_to_its_limit_and_disturbs_nothing() -> None:
    outcome = run_limited(targets.prints_much, limits=Limits(letters=100))
    assert (outcome.happened, outcome.values, outcome.printed) == (
        "done",
        ["done"],
        "x" * 60 + "\n" + "x" * 39,
    )
    assert run_limited(targets.spoils_stdout).values == [3]


def test_there_is_nobody_to_ask() -> None:
    outcome = run_limited(targets.reads)
    assert (outcome.happened, outcome.told) == ("error", "EOFError: EOF when reading a line")


def test_what_cannot_be_passed_on() -> None:
    outcome = run_limited(targets.gives_what_cannot_be_passed_on)
    assert outcome.happened == "error"
    assert outcome.told.startswith("its result can't be passed on: ")
