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
