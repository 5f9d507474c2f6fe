"""The rule of one entry: by names, with the entries that it is made of, and with their numbers."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.walkthrough.derivation import Derivation
from chainrule.walkthrough.substitution import plain_numbers

# z = (1 - 2, 2 - 3) + (0.5, -1) = (-0.5, -2); da = (a - y), since a loss of half squared errors has that slope
NET = cr.Network(
    [2, 2],
    output="identity",
    loss="half_squared_error",
    parameters={"W1": [[1, 2], [2, 3]], "b1": [0.5, -1]},
)
TRACE = NET.trace([[1, -1]], [[0.5, -1]], cr.SGD(0.5))


@pytest.mark.parametrize(
    ("name", "index", "by_names", "numbers", "read"),
    [
        ("z1", (0, 1), "x[0, 0]×W1[0, 1] + x[0, 1]×W1[1, 1] + b1[1]", "1×2 + (-1)×3 + (-1)",
         {"x[0, 0]", "W1[0, 1]", "x[0, 1]", "W1[1, 1]", "b1[1]"}),
        ("dW1", (1, 0), "x[0, 1]×dz1[0, 0]", "(-1)×(-1)", {"x[0, 1]", "dz1[0, 0]"}),
        ("db1", (1,), "dz1[0, 1]", "-1", {"dz1[0, 1]"}),  # one sample: nothing is summed
        ("W1_new", (1, 1), "W1[1, 1] - η×dW1[1, 1]", "3 - 0.5×1", {"W1[1, 1]", "dW1[1, 1]"}),
    ],
)  # fmt: skip
def test_an_entry_by_names_and_with_numbers(
    name: str, index: tuple[int, ...], by_names: str, numbers: str, read: set[str]
) -> None:
    derivation, put = Derivation(TRACE), plain_numbers(TRACE.results)
    rule = derivation.rule(TRACE.program.quantities[name], index)
    assert (put.names(rule), put.entry(rule)) == (by_names, numbers)
    entries = {f"{n.name}[{', '.join(map(str, n.index or ()))}]" for n in derivation.entries(rule)}
    assert entries == read


def test_of_a_long_sum_only_what_is_shown_is_read() -> None:
    x = np.array([[0.5, 4.0, 0.25, -8.0, 0.125, 16.0, 1.0]])
    net = cr.Network(
        [7, 1], output="identity", loss="half_squared_error", parameters={"W1": np.ones((7, 1)), "b1": [3.0]}
    )
    trace = net.trace(x, [[0.0]])
    derivation, put = Derivation(trace), plain_numbers(trace.results)
    rule = derivation.rule(trace.program.quantities["z1"], (0, 0))
    largest = "x[0, 1]×W1[1, 0] + x[0, 3]×W1[3, 0] + x[0, 5]×W1[5, 0] + … (the other 4) + b1[0]"
    assert put.names(rule) == largest
    assert put.entry(rule) == "4×1 + (-8)×1 + 16×1 + (the other 4: 1.875) + 3"
    assert {(n.name, n.index) for n in derivation.entries(rule)} == {
        *(("x", (0, i)) for i in (1, 3, 5)),
        *(("W1", (i, 0)) for i in (1, 3, 5)),
        ("b1", (0,)),
    }
