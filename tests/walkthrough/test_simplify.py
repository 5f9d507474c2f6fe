"""What a reader need not be told is taken out of a formula; of a long sum the largest terms stay."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.expressions import Const, Name, Node
from chainrule.expressions import operations as ops
from chainrule.notation import formula
from chainrule.walkthrough.simplify import Simplifier, cut


def told(trace: cr.Trace) -> dict[str, str]:
    """The formula of each quantity as a reader gets it."""
    simplify = Simplifier(trace.program, trace.results, trace.samples)
    return {name: formula(simplify(q.rule)) for name, q in trace.program.quantities.items()}


def network(**how: Any) -> cr.Network:
    return cr.Network([2, 2], parameters={"W1": [[1, 2], [3, 4]]}, **how)


def test_of_one_sample_no_mean_is_told() -> None:
    formulas = told(network().trace([[1, -1]], [0]))
    assert formulas["dz1"] == "a1 - y"
    assert formulas["db1"] == "dz1"
    assert formulas["L"] == "-Σ y ⊙ log a1"  # the loss of each sample is none of its own


def test_of_two_samples_it_is() -> None:
    formulas = told(network().trace([[1, -1], [1, 1]], [0, 1]))
    assert formulas["dz1"] == "(a1 - y) / m"
    assert formulas["db1"] == "Σ dz1"
    assert formulas["L"] == "Σ l / m"


def test_a_mean_over_one_output_is_its_entry() -> None:
    one = cr.Network([2, 1], output="identity", loss="mean_squared_error")
    two = cr.Network([2, 2], output="identity", loss="mean_squared_error")
    X = [[1, 2], [3, 4]]
    assert told(one.trace(X, [[1], [2]]))["l"] == "Σ (a1 - y)²"
    assert told(two.trace(X, X))["l"] == "Σ (a1 - y)² / k"


def test_what_stands_for_safe_computing_is_hidden_where_it_is_0() -> None:
    small, large = network().trace([[1, -1]], [0]), network().trace([[100, -1]], [0])
    assert told(small)["e1"] == "e^z1"
    assert told(large)["e1"] == "e^(z1 - shift1)"
    hidden = [Simplifier(t.program, t.results, t.samples).hidden for t in (small, large)]
    assert hidden == [{"top1", "shift1", "l"}, {"l"}]


def test_a_quantity_that_is_one_number_multiplies_as_numbers_do() -> None:
    formulas = told(network(penalty=cr.L2(0.1)).trace([[1, -1]], [0], cr.SGD(0.1, clip=cr.ClipNorm(1.0))))
    assert (formulas["dW1_clipped"], formulas["dW1_squares"]) == ("shrink × dW1", "Σ dW1²")


def test_what_was_cast_is_told_without_its_cast() -> None:
    net = network(dtype="float32", scaling=cr.Standardize([1.0, 2.0], [2.0, 4.0]))
    assert told(net.trace([[1, 2]], [0]))["x"] == "(x_raw - center) / scale"


def long_sum(*numbers: Any) -> tuple[Any, dict[str, Any]]:
    """The sum of the entries of v, and their values."""
    values = np.array(numbers, dtype=object if isinstance(numbers[0], Decimal) else np.float64)
    return ops.total([Name("v", index=(i,)) for i in range(len(numbers))]), {"v": values}


def test_six_terms_are_written_out() -> None:
    assert cut(*long_sum(1, 2, 3, 4, 5, 6)) is None


def test_of_seven_the_three_largest_stay_in_their_order() -> None:
    short = cut(*long_sum(0.5, -8, 0.25, 2, 0.125, 4, -0.0625))
    assert short is not None
    assert [term.index for term in short.shown if isinstance(term, Name)] == [(1,), (3,), (5,)]
    assert (short.count, short.rest) == (4, 0.5 + 0.25 + 0.125 - 0.0625)


def test_terms_of_0_are_not_shown_but_for_the_first_of_them() -> None:
    one = cut(*long_sum(0, 0, 0, 5, 0, 0, 0))
    none = cut(*long_sum(0, 0, 0, 0, 0, 0, 0))
    assert one is not None
    assert none is not None
    assert (one.shown, one.rest, one.count) == ((Name("v", index=(3,)),), 0, 6)
    assert (none.shown, none.rest, none.count) == ((Name("v", index=(0,)),), 0, 6)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_shown_before_all(wrong: float) -> None:
    short = cut(*long_sum(6, 1, 2, wrong, 4, 5, 3))
    assert short is not None
    assert [term.index for term in short.shown if isinstance(term, Name)] == [(0,), (3,), (5,)]
    assert short.rest == 1 + 2 + 4 + 3


def test_by_hand_the_rest_is_counted_in_decimals() -> None:
    short = cut(*long_sum(*map(Decimal, ("0.1", "0.1", "0.1", "0.1", "7", "8", "9"))))
    assert short is not None
    assert short.rest == Decimal("0.4")  # in floats 0.1 + 0.1 + 0.1 is not 0.3
    assert isinstance(short.rest, Decimal)


@pytest.mark.parametrize(
    ("item", "wanted"), [(Name("m", scalar=True), "z1"), (Const(1.0), "z1 / 1"), (Name("s1"), "z1 / s1")]
)
def test_only_the_counts_are_left_out(item: Any, wanted: str) -> None:
    """What a rule says is its author's, though it be a 1."""
    trace = network().trace([[1, -1]], [0])
    assert trace["s1"].shape == (1, 1)
    quotient = Node(ops.DIVIDE, (Name("z1"), item), {})
    assert formula(Simplifier(trace.program, trace.results, 1)(quotient)) == wanted


@pytest.mark.parametrize(
    ("quiet", "hidden"),
    [(("off",), set()), (("zero",), {"zero1"}), (("off", "wide", "zero"), {"off1", "wide1", "zero1"}),
     (("off", "zero", "wide"), set())],
)  # fmt: skip
def test_of_what_stands_for_safe_computing_the_last_one_decides(
    quiet: tuple[str, ...], hidden: set[str]
) -> None:
    """In the order in which they are stated."""

    class Safe(cr.Activation):
        def forward(self, q: Any) -> None:
            for name in ("off", "wide", "zero") if quiet[-1] == "zero" else ("off", "zero", "wide"):
                setattr(q, name, {"off": q.z + 1, "wide": q.z + 2, "zero": 0 * q.z}[name])
            q.a = q.z + q.zero + 0 * q.off + 0 * q.wide

    Safe.quiet = quiet
    trace = cr.Network([2, 2, 2], hidden=Safe(), seed=1).trace([[1, -1], [1, 1]], [0, 1])
    found = Simplifier(trace.program, trace.results, trace.samples).hidden
    assert found & {"off1", "wide1", "zero1"} == hidden


def test_a_hidden_quantity_that_is_not_0_stays_where_it_is_added() -> None:
    class Safe(cr.Activation):
        quiet = ("wide", "zero")

        def forward(self, q: Any) -> None:
            q.wide = q.z + 1
            q.zero = 0 * q.z
            q.a = q.z + q.wide * 0.5 - q.zero * 2

    trace = cr.Network([2, 2, 2], hidden=Safe(), seed=1).trace([[1, -1], [1, 1]], [0, 1])
    hidden = Simplifier(trace.program, trace.results, trace.samples).hidden
    assert hidden >= {"wide1", "zero1"}
    assert told(trace)["a1"] == "z1 + wide1 × 0.5"
