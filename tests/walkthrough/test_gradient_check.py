"""The nudge beside a gradient: right ones are never accused, wrong ones are; what is printed can be counted again."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.notation import numeral
from chainrule.walkthrough import nudged
from chainrule.walkthrough.gradient_check import GradientCheck, GradientChecks, check_gradient
from chainrule.walkthrough.judge import Judge
from chainrule.walkthrough.nudged import Nudged
from loaded import script

NUDGES = script("benchmarks/nudges.py")


def loss_of(forward: Callable[[Any], Any], slope: Callable[[Any], Any] | None = None) -> cr.Loss:
    """The loss L = Σ f(a), with a gradient of its own or the derived one."""

    class Of(cr.Loss):
        def forward(self, q: Any) -> None:
            q.l = forward(q.a).sum(axis=1)

        if slope is not None:

            def backward(self, q: Any) -> None:
                q.da = slope(q.a) / q.m

    return Of()


def at(x: float, forward: Callable[[Any], Any], slope: Callable[[Any], Any] | None = None) -> cr.Trace:
    """L = f(a1[0, 0]) at x."""
    net = cr.Network([1, 1], output="identity", loss=loss_of(forward, slope), parameters={"W1": [[1.0]]})
    return net.trace([[x]], [[0.0]])


def check(trace: cr.Trace, entry: str = "da1[0, 0]") -> GradientCheck:
    name, index = trace.locate(entry)
    found = check_gradient(trace, name, index or ())
    assert found is not None
    return found


# --- by hand ------------------------------------------------------------------------------------------------


def test_a_square() -> None:
    found = check(at(3.0, np.square))
    assert (found.verdict(), found.side, found.step) == ("agrees", "both", 1e-4)
    assert found.losses == (3.0001**2, 2.9999**2)
    assert found.slope == pytest.approx(6, rel=1e-11)


@pytest.mark.parametrize("x", [1e-300, 1e-20, 1e-8, 0.3, 7.0, 1e9, 1e100])
def test_a_logarithm_has_steps_that_stay_where_it_is_defined(x: float) -> None:
    found = check(at(x, np.log))
    assert found.verdict() == "agrees"
    assert found.slope == pytest.approx(1 / x, rel=1e-5)


@pytest.mark.parametrize("x", [5e-324, 1e-310, 1e300])
def test_numbers_at_the_ends_of_the_range(x: float) -> None:
    assert not check(at(x, lambda a: a + 1.0)).wrong
    assert not check(at(x, np.square)).wrong


def test_what_a_step_is_too_coarse_for() -> None:
    found = check(at(0.5, lambda a: np.sin(a / 3e-5)))
    assert found.verdict() == "agrees"
    assert found.slope == pytest.approx(np.cos(0.5 / 3e-5) / 3e-5, rel=1e-5)


def test_an_absolute_value_at_0_and_beside_it() -> None:
    found = check(at(0.0, np.abs))
    assert (found.gradient, found.slope, found.slope_below, found.slope_above) == (0, 0, -1, 1)
    assert found.verdict() == "a kink: l[0] crosses that of |…|, slope -1 below and 1 above"
    for x in (1e-3, -1e-5, 1e-9):
        assert check(at(x, np.abs)).verdict() == "agrees"


@pytest.mark.parametrize(
    ("slope", "finding"), [(-1, "a kink"), (0.3, "a kink"), (1, "a kink"), (1.1, "DIFFERS"), (-2, "DIFFERS")]
)
def test_on_a_kink_what_is_between_the_slopes_is_right(slope: float, finding: str) -> None:
    found = check(at(0.0, np.abs, lambda a: slope + 0 * a))
    assert found.finding == finding
    where = " at a kink: " if found.wrong else ": "
    assert found.verdict() == f"{finding}{where}l[0] crosses that of |…|, slope -1 below and 1 above"


def test_a_kink_is_told_with_the_entry_that_crosses_it() -> None:
    net = cr.Network([1, 1, 2], parameters={"W1": [[1.0]], "W2": [[1.0, -1.0]]})
    trace = net.trace([[0.0]], [1])  # z1 = 0
    assert check(trace, "db1[0]").verdict() == (
        "a kink: a1[0, 0] crosses that of max, slope 0 below and 1 above"
    )
    dust = cr.Network([2, 1, 2], parameters={"W1": [[1.0], [1.0]], "W2": [[1.0, -1.0]], "b1": [-0.3]})
    trace = dust.trace([[0.1, 0.2]], [1])
    assert 0 < trace["z1"][0, 0] < 1e-16  # 0.1 + 0.2 - 0.3
    assert check(trace, "db1[0]").verdict().startswith("a kink: a1[0, 0] crosses that of max, slope 0 below")


def test_where_two_kinks_meet_the_chain_rule_need_not_give_a_slope_between() -> None:
    # a = 0 for max(0, z) - max(0, -z) = z, and ReLU's slope at 0 is 0
    trace = at(0.0, lambda a: np.maximum(0, a) - np.maximum(0, -a), lambda a: 1.0 * (a > 0) - 1.0 * (a < 0))
    assert not check(trace).wrong or check(trace).slope == pytest.approx(1)
    two = at(0.0, lambda a: np.abs(a) + np.maximum(0, 3 * a), lambda a: 5 + 0 * a)
    assert check(two).verdict() == (
        "a kink: l[0] crosses that of |…|, slope -1 below and 4 above; the gradient is not between them"
    )


def test_a_jump_has_no_slope() -> None:
    found = check(at(0.0, lambda a: np.where(a > 0, 1 + a, a), lambda a: 1 + 0 * a))
    assert found.verdict() == "a kink: l[0] crosses that of … > … between the nudges"
    assert check(at(0.1, lambda a: np.where(a > 0, 1 + a, a))).verdict() == "agrees"


def test_a_root_at_0() -> None:
    found = check(at(0.0, np.sqrt))
    assert (found.verdict(), found.slope) == ("cannot be told here: the gradient is not finite", None)
    assert check(at(0.0, np.sqrt, lambda a: 5 + 0 * a)).verdict() == "cannot be told here: no step settles it"
    assert check(at(1e-12, np.sqrt)).verdict() == "agrees"


@pytest.mark.parametrize("mirror", [1, -1])
def test_at_an_end_of_the_domain_one_side_tells(mirror: int) -> None:
    def forward(a: Any) -> Any:
        return np.sqrt(mirror * a) * np.sqrt(mirror * a) + 3 * np.exp(a)

    right = check(at(0.0, forward, lambda a: mirror + 3 * np.exp(a)))
    assert right.verdict() == "agrees"
    assert right.side == ("above" if mirror == 1 else "below")
    assert right.slope == pytest.approx(mirror + 3, rel=1e-7)
    assert check(at(0.0, forward, lambda a: mirror + 3.003 * np.exp(a))).wrong


def test_where_l_is_not_finite() -> None:
    only = at(0.0, lambda a: np.sqrt(-np.square(a)), lambda a: 1 + a)
    assert check(only).verdict() == "cannot be told here: L is not finite on either side"
    none = at(-1.0, np.sqrt, lambda a: 1 + a)
    assert check(none).verdict() == "cannot be told here: L is not finite by way of a1[0, 0]"


def test_rounding_hides_what_is_far_below_l() -> None:
    found = check(at(0.5, lambda a: 1e9 + 1e-12 * a, lambda a: -1e-12 + 0 * a))
    assert found.verdict() == "cannot be told here: rounding in L hides it"
    assert check(at(0.5, lambda a: 1e3 + 1e-12 * a)).verdict().startswith(("agrees", "cannot"))


def test_a_gradient_of_zero_where_there_is_a_slope_is_wrong() -> None:
    assert check(at(0.5, np.square, lambda a: 0 * a)).wrong
    assert check(at(0.5, lambda a: 0 * a + 2, lambda a: 1e-3 + 0 * a)).wrong


# --- wrong gradients of parts -------------------------------------------------------------------------------


def off(factor: float) -> type[cr.Activation]:
    """tanh, whose gradient is off by a factor."""

    class Off(cr.Activation):
        def forward(self, q: Any) -> None:
            q.a = np.tanh(q.z)

        def backward(self, q: Any) -> None:
            q.dz = q.da * (factor * (1 - np.square(q.a)))

    return Off


@pytest.mark.some(3)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("factor", [1 + 1e-4, 1 - 1e-4, -1.0, 2.0, 0.5, 0.0])
def test_a_wrong_gradient_is_called_wrong_in_every_entry(factor: float, dtype: str) -> None:
    net = cr.Network([2, 2, 3, 2], hidden=["tanh", off(factor)()], dtype=dtype, seed=1)
    trace = net.trace(np.random.default_rng(0).standard_normal((2, 2)), [0, 1])
    behind = {"dz3", "da3", "dW3", "db3", "da2"}
    for name in [n for n, q in trace.program.quantities.items() if q.section == "backward"]:
        for index in np.ndindex(trace[name].shape):
            found = check_gradient(trace, name, index)
            assert found is not None
            assert found.finding == ("agrees" if name in behind else "DIFFERS"), (name, index, found)
            assert "nan" not in str(found)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_same_with_the_right_factor_agrees(dtype: str) -> None:
    net = cr.Network([2, 3, 4, 2], hidden=["tanh", off(1.0)()], dtype=dtype, seed=1)
    trace = net.trace(np.random.default_rng(0).standard_normal((5, 2)), [0, 1, 1, 0, 1])
    for name in [n for n, q in trace.program.quantities.items() if q.section == "backward"]:
        for index in np.ndindex(trace[name].shape):
            assert check(trace, f"{name}{list(index)}").agrees


# --- float32, and what explains a difference ----------------------------------------------------------------


def test_what_only_float32_moved_away_agrees() -> None:
    net = cr.Network([1, 1], output="identity", loss="half_squared_error", dtype="float32",
                     parameters={"W1": [[1 / 3]]})  # fmt: skip
    trace = net.trace([[0.3]], [[0.1]])
    found = check(trace)
    x, W, y = (float(trace[name].item()) for name in ("x", "W1", "y"))
    assert found.slope == pytest.approx(x * W - y, rel=1e-4)  # in double precision
    assert found.gradient == float(trace["da1"].item())
    assert abs(found.gradient - (x * W - y)) > 0.01 * abs(x * W - y)
    assert found.verdict() == "agrees, but for float32"
    assert check(net.trace([[0.3]], [[0.7]])).verdict() == "agrees"


def test_targets_that_sum_to_1_do_so_in_double_precision() -> None:
    net = cr.Network([3, 3], output="log_softmax", loss="kl_divergence", dtype="float32", seed=0)
    y = np.random.default_rng(0).dirichlet(np.ones(3), 4)
    trace = net.trace(np.eye(4, 3), y)
    record = GradientChecks(trace)._record
    assert abs(trace["y"].astype(float).sum(axis=1) - 1).max() > 1e-9
    np.testing.assert_allclose(record["y"].sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(record["y"], y, rtol=2e-7)


def test_a_choice_that_keeps_its_dtype_is_counted_in_double_too() -> None:
    net = cr.Network([2, 3, 2], hidden="leaky_relu", dtype="float32", seed=0)
    trace = net.trace([[0.3, -0.2]], [1])
    assert check(trace, "dW1[0, 1]").verdict() == "agrees"
    assert all(value.dtype == np.float64 for value in GradientChecks(trace)._record.results.values()
               if isinstance(value, np.ndarray))  # fmt: skip


def test_a_gradient_behind_one_that_was_put_in_differs_for_that() -> None:
    trace = cr.worked_example().trace([[0.5, 0.5]], [1]).what_if({"da1[0, 1]": 7.0})
    assert check(trace, "dW1[0, 1]").verdict() == "differs, for da1 was put in by what_if"


def test_a_divisor_that_is_kept_from_0_is_named() -> None:
    net = cr.Network([2, 2], output="softmax", loss="binary_cross_entropy", parameters={"W1": 40 * np.eye(2)})
    trace = net.trace([[1.0, 0.0]], [1])
    assert check(trace, "dz1[0, 0]").verdict() == "differs, for the rule of da1 divides by 1e-12 at least"
    assert check(net.trace([[0.1, 0.0]], [1]), "dz1[0, 0]").verdict() == "agrees"


def test_the_probabilities_of_a_trained_network_are_nudged_where_their_logarithm_is_defined() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((40, 2)), rng.integers(0, 2, 40)
    X[:, 0] += 4 * y
    net = cr.Network([2, 8, 2], seed=0)
    net.fit(X, y, epochs=300, optimizer=cr.Adam(0.05), engine="numpy")
    trace = net.trace(X, y)
    assert trace["a2"].min() < 1e-5
    checks = GradientChecks(trace)
    found = [checks.of("da2", index) for index in np.ndindex(trace["da2"].shape)]
    assert {each.verdict() for each in found if each is not None} == {"agrees"}


# --- what is written ----------------------------------------------------------------------------------------


def counted_again(text: str) -> bool:
    """Whether the printed slope follows from the printed losses and steps; False where none is printed."""
    line = re.sub(r"[()]", "", re.sub(r"\s+", " ", text[text.index("\nnudge ") + 1 :]))
    number = r"(-?[\d.]+(?:e[-+]?\d+)?)"
    if found := re.search(rf"by ±{number}: {number} - {number} / {number} = (\S+)", line):
        step, above, below, double = map(float, found.groups()[:4])
        slope = (above - below) / double
    elif found := re.search(
        rf"by {number} and {number}: 4×{number} - 3×{number} - {number} / {number} = (\S+)", line
    ):
        step, double, one, none, two, divisor = map(float, found.groups()[:6])
        slope = (4 * one - 3 * none - two) / divisor
    elif found := re.search(
        rf"by {number} and {number}: 3×{number} - 4×{number} \+ {number} / {number} = (\S+)", line
    ):
        step, double, none, one, two, divisor = map(float, found.groups()[:6])
        step, slope = -step, (3 * none - 4 * one + two) / divisor
    else:
        assert "cannot be told here: " in line, line
        return False
    assert abs(double) == pytest.approx(2 * step, rel=1e-15)
    assert float(found.groups()[-1]) == pytest.approx(slope, rel=2e-6, abs=1.5e-6), line
    return True


def test_the_line_of_a_nudge() -> None:
    def line(trace: cr.Trace) -> list[str]:
        text = str(trace.why("da1[0, 0]"))
        assert counted_again(text) == ("by" in text.splitlines()[-2])
        return text[text.index("\nnudge") + 1 :].splitlines()

    assert line(at(3.0, np.square)) == [
        "nudge a1[0, 0] by ±0.0001:", "  (9.0006 - 8.9994) / 0.0002 = 6   agrees",
    ]  # fmt: skip
    assert line(at(0.5, lambda a: -np.square(a)))[1] == ("  (-0.25001 - (-0.24999)) / 0.00002 = -1   agrees")
    assert line(at(0.0, lambda a: a * np.sqrt(a) + a, lambda a: 1 + 1.5 * np.sqrt(a)))[0] == (
        "nudge a1[0, 0] by 1e-11 and 2e-11:"
    )
    assert line(at(0.0, np.sqrt)) == ["nudge a1[0, 0]: cannot be told here: the gradient is not finite"]


def test_long_remarks_go_below_the_entry() -> None:
    net = cr.Network([1, 1, 2], parameters={"W1": [[1.0]], "W2": [[1.0, -1.0]]})
    lines = str(net.trace([[0.0]], [1]).why("dW1[0, 0]")).splitlines()
    assert max(map(len, lines)) <= 80
    i = next(i for i, line in enumerate(lines) if "└─ dz1[0, 0] = 0" in line)
    assert [line.strip(" │") for line in lines[i + 1 : i + 3]] == [
        "nudge 0.500002, a kink: a1[0, 0] crosses that of max, slope 0 below and",
        "1 above",
    ]


@pytest.mark.some(2)
@pytest.mark.parametrize("first", range(300, 330, 3))
def test_trees_and_json_of_random_networks_hold_nothing_that_is_not_finite(first: int) -> None:
    lines = 0
    with np.errstate(all="ignore"):
        for seed in range(first, first + 3):
            drawn = NUDGES.draw_trace(seed)
            for nudge in NUDGES.nudges(seed):
                why = drawn[1].why(f"{nudge.name}{list(nudge.index)}", depth=1)
                lines += counted_again(str(why))
                told = json.loads(json.dumps(why.to_dict(), allow_nan=False))["nudge"]
                assert told["verdict"] == nudge.check.verdict()
                assert told["slope"] is None or np.isfinite(told["slope"])
                assert "nudge nan" not in str(why)
    assert lines > 15


# --- at random ----------------------------------------------------------------------------------------------


@pytest.mark.some(2)
@pytest.mark.parametrize("first", range(0, 60, 12))
def test_no_right_gradient_is_accused(first: int) -> None:
    """Random networks over all parts, fresh, trained and saturated: `benchmarks/nudges.py` does it by the thousand."""
    found: list[Any] = []
    with np.errstate(all="ignore"):
        for seed in range(first, first + 12):
            found += NUDGES.nudges(seed)
    assert [str(nudge) for nudge in found if nudge.check.wrong] == []
    assert len(found) > 80
    counts = Counter(nudge.check.finding for nudge in found)
    assert counts["cannot be told here"] < 0.05 * len(found)
    assert counts["agrees"] > 0.9 * len(found)


def test_networks_at_random_have_every_loss() -> None:
    assert {loss if isinstance(loss, str) else loss.name() for loss, _, _ in NUDGES.all_pairs()} == set(
        cr.Loss.registry()
    )


def test_it_costs_four_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = 0
    run = nudged.Nudged.run

    def counted(self: nudged.Nudged, amount: float) -> Any:
        nonlocal runs
        runs += 1
        return run(self, amount)

    monkeypatch.setattr(nudged.Nudged, "run", counted)
    net = cr.worked_example()
    trace = net.trace(net.x, net.y)
    costs = Counter()
    for name in ("dW1", "db1", "dz1", "da1", "dW2", "db2", "dz2"):
        for index in np.ndindex(trace[name].shape):
            runs = 0
            check_gradient(trace, name, index)
            costs[runs] += 1
    assert set(costs) == {4}


def test_digits_of_the_losses_are_enough() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        x, size = rng.uniform(-2, 2), 10 ** rng.uniform(-6, 6)
        trace = at(x, lambda a, size=size: size * np.sin(a) + 1e3)  # type: ignore[misc]
        assert counted_again(str(trace.why("da1[0, 0]"))), numeral(x)


class Plateau(Nudged):
    """L as a function that is flat from a hundred-thousandth on, and not defined below 0."""

    def __init__(self, height: float) -> None:
        self.height, self.entry = height, 1e-9

    def loss(self, amount: float) -> float:
        return float("nan") if amount < -self.entry else 0.67 + self.height * (1 - np.exp(-amount / 1e-5))

    def crossings(self, step: float) -> list[tuple[str, str]]:
        return []

    def rounding(self) -> float:
        return 0.0


def verdict(height: float, gradient: float) -> str:
    return Judge(Plateau(height), gradient, gradient, lambda: 0.0, lambda: "").verdict().finding


@pytest.mark.parametrize("height", [4e-16, 8e-16, 1.6e-15, 3e-15])
def test_what_is_flat_from_afar_accuses_no_gradient(height: float) -> None:
    assert verdict(height, height / 1e-5) != "DIFFERS"


def test_a_plateau_that_can_be_seen_is_judged() -> None:
    assert verdict(0.01, 0.01 / 1e-5) == "agrees"
    assert verdict(0.01, 0.02 / 1e-5) == "DIFFERS"
    assert verdict(0.0, 0.01) == "DIFFERS"
    assert verdict(0.0, 1e-7) == "DIFFERS"
    assert verdict(0.0, 1e-9) == "cannot be told here"


def test_each_row_has_a_largest_entry_of_its_own() -> None:
    """The second row's two are equal, and the first row's are larger than both."""
    loss = loss_of(lambda a: a.max(axis=1, keepdims=True))
    net = cr.Network([2, 2], output="identity", loss=loss, parameters={"W1": [[1.0, 0.0], [0.0, 1.0]]})
    trace = net.trace([[5.0, 3.0], [2.0, 2.0]], [[0.0, 0.0], [0.0, 0.0]])
    found = check(trace, "da1[1, 0]")
    assert found.verdict() == "a kink: l[1] crosses that of max, slope 0 below and 0.5 above"
    assert check(trace, "da1[0, 0]").verdict() == "agrees"
