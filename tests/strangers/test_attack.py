"""The attack itself: what is a finding is found, measured, and can be had again."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pytest

from chainrule.errors import InputError
from strangers import attack


def outcome(case: Any) -> attack.Outcome:
    (found,) = attack.tried(case, 7, 8)
    assert found.case == 7
    return found


def test_a_result_and_an_error_of_ours_are_none() -> None:
    assert (outcome(lambda chance: 1).error, outcome(lambda chance: 1).wrong) == ("", "")

    def refuses(chance: random.Random) -> None:
        raise InputError("x is no number: give one.")

    assert (outcome(refuses).error, outcome(refuses).wrong) == ("InputError", "")


def test_what_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outcome(lambda chance: {}["a"]).wrong == "KeyError: 'a' (test_attack.py, <lambda>)"
    assert outcome(lambda chance: os._exit(1)).wrong.startswith("its process ended")
    assert outcome(lambda chance: np.ones(3 << 27)).wrong.startswith(
        "MemoryError: Unable to allocate 3.00 GiB"
    )

    def says_much(chance: random.Random) -> None:
        raise InputError("x" * 20_000)

    assert outcome(says_much).wrong.startswith("InputError of 20,000 signs: xxx")
    monkeypatch.setattr(attack, "SECONDS", 1)
    monkeypatch.setattr(attack, "MEMORY", 1 << 24)
    monkeypatch.setattr(attack, "_limit_memory", lambda: None)
    assert outcome(lambda chance: np.ones(1 << 24)).wrong in ("took 128 MB", "took 129 MB")
    assert outcome(lambda chance: busy(30)).wrong.startswith("took more than 2 s")
    assert outcome(lambda chance: busy(1.2)).wrong in ("took 1.2 s", "took 1.3 s")


def busy(seconds: float) -> None:
    start = time.process_time()
    while time.process_time() - start < seconds:
        pass


def test_time_and_memory_are_measured() -> None:
    found = outcome(lambda chance: (busy(0.2), np.ones(1 << 23)))
    assert 0.2 <= found.seconds < 1
    assert 1 << 26 <= found.memory < 1 << 27


def test_memory_of_what_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attack, "MEMORY", 1 << 28)
    monkeypatch.setattr(attack, "_limit_memory", lambda: None)
    held = np.ones(1 << 26)  # half a gigabyte of the test's own, which is no one's finding
    assert outcome(lambda chance: subprocess.run(["true"], check=True)).wrong == ""
    size = attack._peak() + held.nbytes  # more than whatever this process held before
    more = [sys.executable, "-S", "-c", f"x = b'1' * {size}"]
    found = outcome(lambda chance: subprocess.run(more, check=True))
    assert found.wrong == f"took {found.memory >> 20:,} MB"
    assert found.memory > size


def test_after_a_death_others_go_on_and_all_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def case(chance: random.Random) -> None:
        number = chance.random()
        if number == random.Random(1).random():
            os._exit(1)
        if number == random.Random(3).random():
            raise ValueError("three")

    with pytest.raises(AssertionError) as caught:
        attack.withstood(case, 5)
    dead, wrong, again = str(caught.value).splitlines()
    assert dead == f"case 1: its process ended, or said nothing for {attack.PATIENCE} s"
    assert wrong == "case 3: ValueError: three (test_attack.py, case)"
    test = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
    assert again == f"To have one again: CHAINRULE_CASE=1 python -m pytest '{test}'"
    figures = attack.FIGURES.pop(test)
    assert (figures.cases, figures.results, figures.errors, figures.found) == (5, 3, 0, 2)
    monkeypatch.setattr(attack, "ONLY", "4")
    attack.withstood(case, 5)
    assert attack.FIGURES.pop(test).cases == 1
