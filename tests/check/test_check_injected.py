"""Slips that plain NumPy puts into steps are found and named; right steps in any layout are not called wrong.

The same counts, of thousands of steps, are in docs/results.md.
"""

from __future__ import annotations

import numpy as np
import pytest
from injected import LINES, random_setting, step
from judged import count_right, count_slips, differs
from learners import traced

from chainrule.check.catalogue import CATALOGUE


def test_the_steps_of_plain_numpy_are_chainrules_own() -> None:
    """Else slips would be judged beside other numbers than those of the network."""
    rng = np.random.default_rng(8)
    for _ in range(25):
        s = random_setting(rng)
        trace = traced(s)
        for name, value in step(s).items():
            assert np.allclose(trace[name], value, rtol=1e-9, atol=1e-12), name


def test_every_slip_is_in_the_catalogue_and_really_slips() -> None:
    assert {name for _, name in LINES.values()} <= set(CATALOGUE)
    rng, slipped = np.random.default_rng(4), set()
    for _ in range(150):
        s = random_setting(rng)
        right = step(s)
        for slip, (line, _) in LINES.items():
            for at in range(1, s.depth + 1):
                where = line.replace("{-}", str(at - 1)).replace("{}", str(at))
                if slip not in slipped and differs(step(s, slip, at), right, where, None):
                    slipped.add(slip)
        if slipped == set(LINES):
            break
    assert set(LINES) - slipped <= {"update_with_W"}  # which with momentum is in another line


@pytest.mark.some(2)
@pytest.mark.parametrize("seed", [100, 101, 102])
@pytest.mark.parametrize("conventions", [False, True], ids=["as ours", "other layouts"])
def test_slips_are_found_and_named(conventions: bool, seed: int) -> None:
    counts = count_slips(seed, 20, conventions=conventions)
    assert counts.found == 20, counts.missed
    assert counts.named >= 19, counts.missed
    assert counts.at_top >= 19, counts.missed


@pytest.mark.some(1)
@pytest.mark.parametrize("seed", [200, 201])
def test_slips_of_three_digits_are_found(seed: int) -> None:
    counts = count_slips(seed, 10, digits=3)
    assert counts.found >= 9, counts.missed
    assert counts.named >= 9, counts.missed


@pytest.mark.some(1)
@pytest.mark.parametrize("seed", [300, 301, 302])
def test_right_steps_are_called_right(seed: int) -> None:
    assert count_right(seed, 20).missed == []
    assert count_right(seed + 100, 4, digits=3).missed == []


def test_a_factor_that_is_also_a_plainer_one() -> None:
    """-2 m k at two samples is -4 k, too: that it is plain must be seen, so that no right step is called wrong."""
    assert count_right(10_005, 20, digits=3).accused == 0
