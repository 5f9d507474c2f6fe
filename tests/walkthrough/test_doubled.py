"""A float32 step counted again in double precision: its rules, and the other forms of them."""

from __future__ import annotations

import numpy as np

import chainrule as cr
from chainrule.expressions import evaluate
from chainrule.walkthrough.doubled import doubled


def test_rules_and_their_other_forms_are_all_in_double_precision() -> None:
    net = cr.Network([2, 3, 2], hidden=lambda z: z * ((z > 0) * 0.75), dtype="float32", seed=0)
    trace = net.trace([[0.5, 0.2], [-1.0, 3.0]], [1, 0])
    twice = doubled(trace)
    forms = 0
    for name, quantity in trace.program.quantities.items():
        again = twice.program.quantities[name]
        assert (again.textbook_form is None) == (quantity.textbook_form is None)
        assert twice.results[name].dtype == np.float64
        np.testing.assert_allclose(twice.results[name], trace.results[name], rtol=1e-5, atol=1e-7)
        if again.textbook_form is not None:
            forms += 1
            value = evaluate(again.textbook_form, twice.results)
            assert value.dtype == np.float64
            np.testing.assert_allclose(value, twice.results[name], rtol=1e-12, atol=1e-15)
    assert forms >= 2  # of log a, and of dz


def test_targets_are_shares_where_they_sum_to_1_within_a_millionth() -> None:
    """Each row by itself: 0.1 and 0.9 as float32 has them; 0.3 and 0.3 are none, nor is a millionth and a half more."""
    y = np.array([[0.1, 0.9], [0.3, 0.3], [0.5, 0.5000015], [0.25, 0.75]], np.float32)
    net = cr.Network([1, 2], output="identity", loss="half_squared_error", dtype="float32", seed=0)
    twice = doubled(net.trace([[1.0]] * 4, y))
    given = y.astype(float)
    np.testing.assert_array_equal(twice["y"][1:], given[1:])
    np.testing.assert_array_equal(twice["y"][0], given[0] / given[0].sum())
    assert given[0].sum() != 1


def test_what_was_put_in_is_put_in_again() -> None:
    net = cr.Network([1, 2], dtype="float32", seed=0)
    trace = net.trace([[0.3]], [1]).what_if({"z1[0, 0]": 0.5})
    twice = doubled(trace)
    assert twice["z1"][0, 0] == 0.5
    assert twice["z1"][0, 1] == np.float32(0.3).astype(float) * net.parameters["W1"][0, 1].astype(float)
    assert twice["x"].dtype == twice["W1"].dtype == np.float64
    assert trace["z1"].dtype == np.float32  # the trace itself stays
