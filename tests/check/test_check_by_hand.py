"""Slips of the worked example, as they are made by hand, with three digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.check import Report
from chainrule.walkthrough.by_hand import by_hand

NET = cr.worked_example()
TRACE = NET.trace(NET.x, NET.y, cr.SGD(0.01))

# Of x = (0.5, 0.5), counted on paper: z1 = (-0.3, 1.15, 0.75), z2 = (0.895, -0.895), a2 = (0.857, 0.143), and
# dz2 = (0.857, -0.857).
SLIPS: list[tuple[dict[str, Any], str, str]] = [
    ({"z1": ["-0.6", "0.65", "0.45"]}, "z1", "bias_missing"),
    ({"z1": ["-0.9", "0.15", "0.15"]}, "z1", "bias_minus"),
    ({"z1": ["-0.3", "1.15", "0.75"], "a1": ["-0.3", "1.15", "0.75"]}, "a1", "activation_missing"),
    ({"a1": ["0", "1.15", "0.75"], "z2": ["1.30", "-1.30"]}, "z2", "bias_missing"),
    ({"z2": ["0.895", "-0.895"], "a2": ["0.710", "0.290"]}, "a2", "other_function"),
    ({"a2": ["0.857", "0.143"], "L": "-1.94"}, "L", "ce_no_minus"),
    ({"a2": ["0.857", "0.143"], "dz2": ["0.105", "-0.105"]}, "dz2", "output_slope_extra"),
    ({"dz2": ["0.857", "-0.857"], "da1": ["-1.20", "1.37", "0.857"], "dz1": ["-1.20", "1.37", "0.857"]}, "dz1",
     "slope_skipped"),
    ({"dz1": ["0", "1.37", "0.857"], "dW1": [["-0.600", "0.686", "0.428"]] * 2}, "dW1", "dW1_from_da1"),
    ({"dz1": ["0", "1.37", "0.857"], "db1": ["2.23", "2.23", "2.23"]}, "db1", "db_sum_all"),
    ({"dW2": [["0", "0"], ["0.985", "-0.985"], ["0.643", "-0.643"]], "W2_new": [
        ["-0.700", "0.700"], ["0.810", "-0.810"], ["0.506", "-0.506"]]}, "W2_new", "update_sign"),
    ({"db2": ["0.857", "-0.857"], "b2_new": ["-0.4", "0.4"]}, "b2_new", "bias_not_updated"),
]  # fmt: skip


@pytest.mark.parametrize(("mine", "line", "mistake"), SLIPS, ids=[slip[2] + "_" + slip[1] for slip in SLIPS])
def test_the_slip_is_found(mine: dict[str, Any], line: str, mistake: str) -> None:
    report = TRACE.check(mine, digits=3)
    assert (report.line, report.exit_code) == (line, 1)
    assert mistake in report.mistakes


def test_a_slip_in_counting() -> None:
    report = TRACE.check({"z1": ["-0.3", "1.25", "0.75"]}, digits=3)
    assert (report.line, report.mistakes) == ("z1", ["arithmetic_slip"])
    assert report.told == [
        "some numbers are wrong and the others right: a slip in counting; wrong is z1[0, 1]"
    ]


def test_what_it_tells_is_whole() -> None:
    """The brief of a tutor: the verdict, a hint, the rule with the learner's numbers, what was done, what was read."""
    report = TRACE.check({"z1": [[-0.3, 1.15, 0.75]], "a1": [[-0.3, 1.15, 0.75]]})
    assert report.to_text() == "\n".join([
        "a1 is the first line that is wrong.",
        "",
        "hint       Take a single unit: what does its function make of this z?",
        "should be  a1 = max(0, z1)",
        "           which with your numbers is [[0, 1.15, 0.75]]",
        "you did    the activation is missing: a is z; or it is another activation's:",
        "           your a1 is z1  [activation_missing, other_function]",
        "",
        "How I read it:",
        "  right:      z1",
        "  wrong:      a1",
    ])  # fmt: skip


def test_a_hint_gives_nothing_away() -> None:
    report = TRACE.check({"z1": [[-0.3, 1.15, 0.75]], "a1": [[-0.3, 1.15, 0.75]]})
    told = report.to_text(hint=True)
    assert report.hint in " ".join(told.split())
    assert "max" not in told
    assert "missing" not in told


def test_all_lines_by_hand_are_right() -> None:
    """As `explain` counts by hand, carrying rounded values on, and as a pocket calculator does, which carries all."""
    lines = [name for name in TRACE.program.quantities if name not in ("top2", "shift2")]
    counted = by_hand(TRACE, 3)
    assert TRACE.check({name: np.asarray(counted[name], float) for name in lines}, digits=3).right
    carried = {name: [[f"{v:.4f}" for v in row] for row in np.atleast_2d(TRACE[name])] for name in lines}
    assert TRACE.check(carried).right
    exact: Report = TRACE.check({name: TRACE[name] for name in lines})
    assert exact.right


def test_numbers_that_are_cut_are_told_of() -> None:
    """1.371084 cut to three digits is 1.37, and 0.856927 is 0.856, which rounded would be 0.857."""
    report = TRACE.check({"dz1": ["0", "1.37", "0.856"]}, digits=3)
    assert report.right
    assert report.notes == ["some numbers are cut, and not rounded"]


def test_a_trailing_zero_is_a_digit() -> None:
    """a2[0, 0] is 0.8569: 0.86 stands for it, and 0.860 does not."""
    assert TRACE.check({"a2": ["0.86", "0.14"]}).right
    assert TRACE.check({"a2": ["0.860", "0.140"]}).line == "a2"
