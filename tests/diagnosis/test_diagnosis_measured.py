"""The measurement in small: networks that people asked about, and some faults drawn at random."""

from __future__ import annotations

import pytest
from cases import Case, judge
from known_cases import known_cases
from made_faults import FAULTS, TUNED, clean_of, faulty_of

KNOWN = {case.name: case for case in known_cases()}
# Every second of them, and the clean twins of these; `make diagnosing` takes all.
TAKEN = [
    "33969059", "45337371 own", "45337371 clean", "48934338", "48934338 clean", "39217567", "39217567 clean",
    "51930566", "51930566 clean", "38648195", "38648195 clean", "31556268", "31556268 clean", "9-64-64-1 clean",
    "9-64-64-1 flipped loss", "9-64-64-1 constant start", "9-64-64-1 rate 1e-6", "9-64-64-1 rate 0",
    "9-64-64-1 penalty 10", "9-64-64-1 scaled twice", "9-64-64-1 large start", "9-64-64-1 relu output",
]  # fmt: skip


@pytest.mark.some(8)
@pytest.mark.parametrize("name", TAKEN)
def test_a_network_that_somebody_asked_about(name: str) -> None:
    check(KNOWN[name])


def check(case: Case) -> None:
    verdict = judge(case, trials=True)
    if case.clean:
        assert verdict.named == []
    else:
        assert verdict.right, verdict.named


def test_there_is_a_clean_twin_for_each_network_and_no_name_twice() -> None:
    cases = known_cases()
    assert len(KNOWN) == len(cases) == 42
    for case in cases:
        number = case.name.partition(" ")[0]
        assert KNOWN[f"{number} clean"].clean
    assert sum(case.clean for case in cases) == 11


@pytest.mark.some(2)
@pytest.mark.parametrize(
    "fault", ["inputs unscaled", "equal start", "dead units", "rate too low", "shuffled targets"]
)
def test_a_fault_drawn_at_random(fault: str) -> None:
    task = TUNED[0]
    for case in faulty_of(task, fault, 1, seed=1):
        check(case)


def test_healthy_trainings_drawn_at_random() -> None:
    for task in (TUNED[1], TUNED[3]):
        for case in clean_of(task, 2, seed=1):
            check(case)


def test_every_fault_expects_what_a_check_names() -> None:
    from chainrule.diagnosis import CHECKS

    known = {check.name for check in CHECKS}
    assert all(expected <= known for _, expected, _ in FAULTS.values())
    assert all(case.expected <= known for case in known_cases())
