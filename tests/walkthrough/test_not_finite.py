"""What stopped being finite is named with what it was made of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import chainrule as cr
from chainrule.walkthrough.not_finite import not_finite


def rate(w: float) -> cr.Trace:
    """One weight, and a loss of e^(w x): above 709.78 a double overflows."""
    net = cr.Network([1, 1], output="identity", loss="poisson", parameters={"W1": [[w]]})
    with np.errstate(all="ignore"):
        return net.trace([[1.0]], [[1.0]], cr.SGD(0.5))


def test_as_long_as_all_is_finite_that_is_said() -> None:
    assert not_finite(rate(709.0)) == "every number of this step is finite."


def test_the_first_number_is_named_with_its_rule_and_its_operands() -> None:
    assert not_finite(rate(1000.0)) == (
        "the first number that is not finite is rate1[0, 0] = e^a1[0, 0] = e^1000 = inf."
    )


def test_of_a_product_the_entry_is_found() -> None:
    net = cr.Network(
        [1, 3], output="identity", loss="half_squared_error", parameters={"W1": [[1.0, 1e200, 1e200]]}
    )
    with np.errstate(all="ignore"):
        trace = net.trace([[1e150]], [[0.0, 0.0, 0.0]])
    said = not_finite(trace)
    assert said.startswith("the first number that is not finite is z1[0, 1] = x[0, 0]×W1[0, 1] + b1[1] = ")
    assert said.endswith(" = inf.")


@pytest.mark.parametrize("wrong", [np.inf, np.nan])
def test_what_comes_from_outside_is_told_before_all(wrong: float) -> None:
    net, optimizer = cr.Network([1, 2], seed=1), cr.Momentum(0.1)
    optimizer.state_arrays(net.parameters)["v"][-1] = wrong
    assert not_finite(net.trace([[1.0]], [0], optimizer)) == f"vb1[1] is {wrong}."


def test_a_cell_of_a_table_may_be_missing_and_nothing_else() -> None:
    columns = cr.Columns([("a", "number", (), 1.0, 0.0, 2.0, True, False)])
    net = cr.Network([columns, cr.Dense(2, 2), cr.Softmax()], seed=1)
    frame = pd.DataFrame({"a": [np.nan, 3.0]})
    assert not_finite(net.trace(frame, [0, 1])) == "every number of this step is finite."
    optimizer = cr.Momentum(0.1)
    optimizer.state_arrays(net.parameters)["v"][:] = np.nan
    assert not_finite(net.trace(frame, [0, 1], optimizer)) == "vW1[0, 0] is nan."


def test_a_new_weight_and_a_single_number_are_told_too() -> None:
    net = cr.Network([1, 1], output="identity", loss="half_squared_error", parameters={"W1": [[1e200]]})
    with np.errstate(all="ignore"):
        told = not_finite(net.trace([[1.0]], [[0.0]]))
        far = not_finite(net.trace([[1e-200]], [[0.0]], cr.SGD(1e308)))
    assert (
        told
        == "the first number that is not finite is l[0] = (a1[0, 0] - y[0, 0])²/2 = (1e+200 - 0)²/2 = inf."
    )
    assert far == "every number of this step is finite."  # dW1 = 1e-200
    net = cr.Network([1, 1], output="identity", loss="half_squared_error", parameters={"W1": [[1e10]]})
    with np.errstate(all="ignore"):
        far = not_finite(net.trace([[1.0]], [[0.0]], cr.SGD(1e308)))
    assert far.startswith("the first number that is not finite is W1_new[0, 0] = W1[0, 0] - η×dW1[0, 0] = ")
    assert far.endswith(" = -inf.")
