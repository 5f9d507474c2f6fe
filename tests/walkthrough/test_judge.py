"""What differences of L say of a gradient, where each difference is given: which steps are tried, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from chainrule.walkthrough.judge import Judge, Verdict
from chainrule.walkthrough.nudged import Difference, Nudged

Says = Callable[[float], Difference | None]
CROSSED = [("l[0]", "|…|")]
ACROSS = "l[0] crosses that of |…|"


def slope(value: float, gap: float = 0.0, noise: float = 0.0, jump: float = 0.0) -> Says:
    """The same difference at every step."""
    return lambda step: Difference(step, "both", (1.0, 1.0), value, gap, noise, jump)


def sides(below: float, above: float, gap: float = 0.0) -> Mapping[str, Difference]:
    """The slopes on both sides of an entry."""
    return {
        side: Difference(1e-4, side, (1.0, 1.0, 1.0), value, gap, 0.0)  # type: ignore[arg-type]
        for side, value in (("below", below), ("above", above))
    }


class Told(Nudged):
    """L whose differences are given, by their steps."""

    def __init__(
        self, says: Says, entry: float = 1.0, loss: float = 1.0, moved: float = 0.0,
        crossed: Sequence[tuple[str, str]] = (), by_side: Mapping[str, Difference] | None = None,
    ) -> None:  # fmt: skip
        self.says, self.entry, self.moved, self.crossed, self.by_side = says, entry, moved, crossed, by_side
        self.at, self.asked = loss, list[float]()

    def loss(self, amount: float) -> float:
        return self.at

    def difference(self, step: float) -> Difference | None:
        self.asked.append(step)
        return self.says(step)

    def one_sided(self, step: float, side: Any) -> Difference | None:
        return self.by_side[side] if self.by_side else None

    def crossings(self, step: float) -> list[tuple[str, str]]:
        return list(self.crossed)

    def rounding(self) -> float:
        return self.moved


def judged(
    says: Says,
    gradient: float = 1.0,
    told: float | None = None,
    rounding: float = 0.0,
    excuse: str = "",
    **how: Any,
) -> tuple[Verdict, list[float]]:
    """The verdict, and the steps that were tried."""
    nudged = Told(says, **how)
    told = gradient if told is None else told
    return Judge(nudged, gradient, told, lambda: rounding, lambda: excuse).verdict(), nudged.asked


def finding(says: Says, gradient: float = 1.0, **how: Any) -> tuple[str, str]:
    found, _ = judged(says, gradient, **how)
    return found.finding, found.reason


# --- the steps ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "loss", "gradient", "first"),
    [
        # a ten-thousandth of the power of ten below the entry
        (1.0, 1.0, 1.0, 1e-4), (-1.0, 1.0, 1.0, 1e-4), (700.0, 1.0, 1.0, 1e-2), (0.05, 1.0, 1.0, 1e-6),
        (0.0, 1.0, 1.0, 1e-5),  # 0 counts as 0.1
        (1e-300, 1.0, 1e300, 1e-304), (1e-306, 1.0, 1e306, 1e-307),  # the smallest power that keeps its digits
        (0.001, 1.0, 0.0, 1e-5), (1.0, 1.0, 0.0, 1e-4), (0.0, 0.0, 1.0, 1e-5),
        # so large that the rounding of L, 2.2e-16 L, is below 1e-8 of what the step gives
        (1.0, 1.0, 1e-4, 1e-3), (1.0, -1.0, -1e-4, 1e-3), (1.0, 10.0, 1e-4, 1e-2), (1.0, 1e-3, 1e-6, 1e-4),
        (1.0, 1.0, 1e-9, 1e-1), (1e5, 1.0, 1e-9, 1e2), (1e5, 1.0, 1e-12, 1e4),  # but below the largest of all
    ],
)  # fmt: skip
def test_the_first_step(entry: float, loss: float, gradient: float, first: float) -> None:
    assert judged(slope(gradient), gradient, entry=entry, loss=loss)[1] == [first]


@pytest.mark.parametrize(
    ("says", "how", "asked"),
    [
        # a curve: smaller ones, down to 14 powers below the entry, at most eight
        (slope(2.0, gap=1.0), {}, [1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14]),
        (slope(2.0, gap=1.0), {"entry": 0.0}, [1e-5, 1e-7, 1e-9, 1e-11, 1e-13, 1e-15, 1e-17, 1e-19]),
        (lambda step: None, {}, [1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14]),
        # rounding: larger ones, up to the entry's own
        (slope(2.0, noise=1.0), {}, [1e-4, 1e-2, 1.0]),
        (slope(2.0, gap=1.0, noise=1.0), {}, [1e-4, 1e-2, 1.0]),
        (slope(2.0, noise=1.0), {"entry": 0.0}, [1e-5, 1e-3, 1e-1]),
        (slope(2.0, noise=1.0), {"entry": 5e4}, [1.0, 1e2, 1e4]),
        # two that are sure and say otherwise are enough
        (slope(2.0), {}, [1e-4, 1e-6]),
    ],
)  # fmt: skip
def test_smaller_steps_for_a_curve_and_larger_ones_for_rounding(
    says: Says, how: dict[str, Any], asked: list[float]
) -> None:
    assert judged(says, **how)[1] == asked


def test_between_a_curve_and_rounding_the_steps_in_the_middle_are_tried() -> None:
    def says(step: float) -> Difference:
        noisy = step < 5e-4
        return Difference(step, "both", (1.0, 1.0), 2.0, 0.0 if noisy else 1.0, 1.0 if noisy else 0.0)

    assert judged(says)[1] == [1e-4, 1e-2, 1e-3, 1e-5]
    odd = judged(slope(1e-4, noise=1.0), 1e-4)[1]
    assert odd == [1e-3, 1e-1, 1.0]  # the last by one power, where two would be too far


def test_where_no_step_gives_a_number() -> None:
    assert finding(lambda step: None) == ("cannot be told here", "L is not finite on either side")


# --- one step that is sure ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("says", "gradient", "steps"),
    [
        (slope(1.0, gap=9e-6), 1.0, 1), (slope(1.0, gap=4e-6, noise=5e-6), 1.0, 1),  # error below 1e-5
        (slope(1.0, gap=1.1e-5), 1.0, 6), (slope(1.0, noise=1.1e-5), 1.0, 3),
        (slope(1000.0, gap=9e-3), 1000.0, 1), (slope(-1.0, gap=9e-6), -1.0, 1),  # of the slope
        (slope(1 + 9e-7), 1.0, 1), (slope(1 + 1.2e-6), 1.0, 2),  # a millionth is not looked at
        (slope(1 + 2.8e-6, gap=1e-6), 1.0, 1), (slope(1 + 3.2e-6, gap=1e-6), 1.0, 2),  # nor is twice the error
        (slope(0.0, gap=1e-9), 0.0, 1), (slope(1e-12, gap=1e-9), 0.0, 6),  # 0 and 0 are the same
    ],
)  # fmt: skip
def test_one_step_is_enough_where_its_error_is_a_hundred_thousandth(
    says: Says, gradient: float, steps: int
) -> None:
    assert len(judged(says, gradient)[1]) == steps


def test_what_float32_moved_is_told_from_a_ten_thousandth_on() -> None:
    assert finding(slope(1.0), 1.0, told=1.00009) == ("agrees", "")
    assert finding(slope(1.0), 1.0, told=1.00011) == ("agrees", "float32")
    assert finding(slope(-1.0), -1.0, told=-0.9998) == ("agrees", "float32")


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (slope(1.01, gap=0.01), "the step"),
        (slope(1.01, noise=0.01), "rounding"),
        (slope(1.01, gap=0.005, noise=0.005), "rounding"),
        (slope(1.00009, gap=0.01), ""),
        (slope(1.00012, gap=0.01), "the step"),
    ],
)
def test_why_a_slope_that_agrees_is_another_number(says: Says, reason: str) -> None:
    assert finding(says) == ("agrees", reason)


# --- no step that is sure -----------------------------------------------------------------------------------

HIDDEN = ("cannot be told here", "rounding in L hides it")
UNSETTLED = ("cannot be told here", "no step settles it")
WRONG = ("DIFFERS", "")


@pytest.mark.parametrize(
    ("says", "gradient", "how", "said"),
    [
        # three errors, and a millionth
        (slope(1.029, gap=0.01), 1.0, {}, ("agrees", "the step")),
        (slope(1.031, gap=0.01), 1.0, {}, WRONG),
        # an error of a twentieth still says something, a larger one nothing
        (slope(2.0, gap=0.09), 1.0, {}, WRONG),
        (slope(2.0, gap=0.11), 1.0, {}, UNSETTLED),
        (slope(2.0, noise=0.09), 1.0, {}, WRONG),
        (slope(2.0, noise=0.11), 1.0, {}, HIDDEN),
        (slope(1.1, gap=0.06), 1.0, {}, UNSETTLED),
        # of a slope near 0, what rounding leaves of it
        (slope(0.001, gap=0.02, noise=0.01), 1.0, {}, WRONG),
        (slope(0.001, gap=0.04, noise=0.01), 1.0, {}, UNSETTLED),
        # a gradient of 0 where the slope is 0 within its error
        (slope(1e-9, gap=1e-9), 0.0, {}, ("agrees", "the step")),
        (slope(1e-9, gap=1e-9), 1e-10, {"told": 1e-10}, UNSETTLED),
        # the gradient's own rounding
        (slope(2.0, gap=0.01), 1.0, {"rounding": 0.98}, ("agrees", "the step")),
        (slope(2.0, gap=0.01), 1.0, {"rounding": 0.96}, WRONG),
        (slope(2.0, gap=0.5), 1.0, {"rounding": 1.1}, ("agrees", "the step")),
        (slope(2.0, gap=0.3), 1.0, {"rounding": 0.9}, UNSETTLED),
        # what explains it
        (slope(2.0), 1.0, {"excuse": "da1 was put in by what_if"}, ("differs", "da1 was put in by what_if")),
        (slope(2.0, gap=0.3), 1.0, {"excuse": "something"}, UNSETTLED),
        # rounding on the way to L: three times what is typical, over the smaller step of the two, 1e-6
        (slope(2.0), 1.0, {"moved": 3.3e-8}, WRONG),
        (slope(2.0), 1.0, {"moved": 3.4e-8}, HIDDEN),
        (slope(1.05), 1.0, {"moved": 1e-6}, ("agrees", "rounding")),
    ],
)  # fmt: skip
def test_the_verdict(says: Says, gradient: float, how: dict[str, Any], said: tuple[str, str]) -> None:
    assert finding(says, gradient, **how) == said


def test_what_a_smaller_step_says_otherwise_a_larger_one_does_not_know() -> None:
    def says(small: float) -> Says:
        return lambda step: slope(1.0, gap=0.01)(step) if step > 1e-5 else slope(small, gap=0.02)(step)

    assert finding(says(2.0)) == WRONG  # though the larger one has the smaller error, and agrees
    assert finding(says(1.08)) == ("agrees", "")  # within three times both errors the two say the same


def test_one_step_alone_accuses_no_gradient() -> None:
    def says(step: float) -> Difference | None:
        return slope(2.0, gap=0.01)(step) if step == 1e-4 else None

    assert finding(says) == UNSETTLED


@pytest.mark.parametrize(
    ("gradient", "second", "said"),
    [
        (61.0, slope(64.0, gap=1.0), UNSETTLED),  # three errors away, as a right one may be
        (60.9, slope(64.0, gap=1.0), WRONG),
        (60.9, slope(64.0, gap=3.3), UNSETTLED),  # no twentieth
        (60.9, slope(60.0, gap=1.0), UNSETTLED),  # another slope than the best one's
    ],
)
def test_two_that_say_the_same_accuse_a_gradient_if_both_find_it_wrong(
    gradient: float, second: Says, said: tuple[str, str]
) -> None:
    def says(step: float) -> Difference | None:
        return second(step) if step == 1e-4 else slope(65.0, gap=0.5)(step) if step == 1e-6 else None

    assert finding(says, gradient) == said


def test_a_fair_difference_comes_before_one_of_a_smaller_error() -> None:
    def says(step: float) -> Difference:
        return slope(0.01, gap=0.009)(step) if step == 1e-4 else slope(1.0, gap=0.02)(step)

    found, _ = judged(says)
    assert (found.finding, found.reason) == ("agrees", "")
    assert found.difference is not None
    assert found.difference.step == 1e-6


# --- kinks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gradient", "said"),
    [
        (0.0, "a kink"), (-1.0, "a kink"), (1.0, "a kink"),
        (1 + 1e-4 * 2, "a kink"), (-1 - 1e-4 * 2, "a kink"),
        # beyond both by a ten-thousandth of what lies between them
        (1.00019, "a kink"), (-1.00019, "a kink"), (1.00022, "DIFFERS"), (-1.00022, "DIFFERS"),
    ],
)  # fmt: skip
def test_at_a_kink_a_gradient_is_between_the_slopes(gradient: float, said: str) -> None:
    how: dict[str, Any] = {"crossed": CROSSED, "by_side": sides(-1.0, 1.0)}
    found, asked = judged(slope(0.0, jump=2.0), gradient, **how)
    where = f"{ACROSS}, slope -1 below and 1 above"
    assert (found.finding, found.reason) == (said, where if said == "a kink" else f"at a kink: {where}")
    assert (found.below, found.above, len(asked)) == (-1.0, 1.0, 1)


def test_what_is_said_of_a_gradient_that_is_not_between_them() -> None:
    how: dict[str, Any] = {"by_side": sides(3.0, 1.0)}
    where = f"{ACROSS}, slope 3 below and 1 above"
    says = slope(2.0, jump=2.0)
    assert finding(says, 9.0, crossed=CROSSED, excuse="a reason", **how) == ("differs", "a reason")
    assert finding(says, 9.0, crossed=[*CROSSED, ("a1[0]", "max")], **how) == (
        "a kink",
        f"{where}; the gradient is not between them",
    )
    assert finding(says, 2.0, crossed=[*CROSSED, ("a1[0]", "max")], **how) == ("a kink", where)


def test_the_errors_of_both_sides_count_three_times_and_hide_a_slope() -> None:
    how: dict[str, Any] = {"crossed": CROSSED, "by_side": sides(0.09, 2.0, gap=0.05)}
    found, _ = judged(slope(1.0, jump=2.0), 2.29, **how)
    assert (found.finding, found.below, found.above) == ("a kink", 0.0, 2.0)
    assert judged(slope(1.0, jump=2.0), 2.31, **how)[0].finding == "DIFFERS"
    how["by_side"] = sides(0.11, 2.0, gap=0.05)
    assert judged(slope(1.0, jump=2.0), 1.0, **how)[0].below == 0.11


@pytest.mark.parametrize(
    ("by_side", "kink"),
    [
        (sides(1.0, 1.00019), False), (sides(1.0, 1.00022), True),  # a ten-thousandth of both together
        (sides(1.0, 1.5, gap=0.024), True), (sides(1.0, 1.5, gap=0.026), False),  # ten errors
        (None, False),
    ],
)  # fmt: skip
def test_slopes_that_are_apart_make_a_kink(by_side: Any, kink: bool) -> None:
    found, _ = judged(slope(1.0, gap=0.04), 1.0, crossed=CROSSED, by_side=by_side)
    between = f"{ACROSS} between the nudges"
    assert found.finding == "a kink"
    assert (found.reason != between) == kink
    assert found.difference is not None


@pytest.mark.parametrize(
    ("says", "said"),
    [
        (slope(1.0, gap=0.01), ("a kink", f"{ACROSS} between the nudges")),
        (slope(1.0, noise=0.01), ("agrees", "")),  # rounding may be all there is
        (slope(2.0), WRONG),  # two that are sure
    ],
)
def test_where_all_steps_reach_across_a_kink(says: Says, said: tuple[str, str]) -> None:
    assert finding(says, crossed=CROSSED) == said
    assert finding(says)[0] != "a kink"
