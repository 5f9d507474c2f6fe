"""The page of any small network is true."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from checked_page import check_page, same_everywhere
from hypothesis import given, reject
from hypothesis import strategies as st
from made_pages import mish

import chainrule as cr
from thorough import examples


class Drawn:
    """A trace with a short repr: hypothesis would write all of its arrays."""

    def __init__(self, trace: cr.Trace) -> None:
        self.trace = trace

    def __repr__(self) -> str:
        return f"{self.trace!r} of {self.trace['x'].tolist()}"


@st.composite
def traces(draw: st.DrawFn, places: int) -> Drawn:
    """A step of a small network whose parameters and inputs have so many decimals."""
    widths = draw(st.lists(st.integers(1, 7), min_size=2, max_size=5))
    output, loss = draw(
        st.sampled_from([("softmax", "cross_entropy"), ("sigmoid", "cross_entropy"), ("identity", "mean_squared_error"),
                         ("identity", "half_squared_error"), ("tanh", "mean_squared_error")])
    )  # fmt: skip
    if output == "softmax":
        widths[-1] = max(2, widths[-1])
    hidden = draw(st.sampled_from(["relu", "tanh", "sigmoid", mish]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    zeros = draw(st.sampled_from([0, 0.3]))

    def numbers(*shape: int, decimals: int = places) -> Any:
        whole = rng.integers(-2 * 10**decimals, 2 * 10**decimals, shape, endpoint=True)
        return np.where(rng.random(shape) < zeros, 0, whole / 10**decimals)

    parameters: dict[str, Any] = {}
    for i, (a, b) in enumerate(pairwise(widths), 1):
        scale = 1 if a < 3 else 0.5  # so that no output is 1 - 1e-9, as sums of many large terms make it
        parameters |= {f"W{i}": np.round(numbers(a, b) * scale, places), f"b{i}": numbers(b)}
    network = cr.Network(widths, hidden=hidden, output=output, loss=loss, parameters=parameters)
    samples = draw(st.integers(1, 5))
    X = numbers(samples, widths[0], decimals=min(places, 2))
    y: Any
    if output == "softmax":
        y = rng.integers(0, widths[-1], samples)
    elif output == "sigmoid":
        y = rng.integers(0, 2, (samples, widths[-1]))
    else:
        y = numbers(samples, widths[-1], decimals=1)
    optimizer = draw(st.sampled_from([cr.SGD(0.05), cr.Momentum(0.01), cr.Adam(0.001)]))
    return Drawn(network.trace(X, y, optimizer))


@examples(100)
@given(traces(places=8))
def test_any_exact_page_is_true(drawn: Drawn) -> None:
    trace = drawn.trace
    text = trace.explain().to_text()
    same_everywhere(text)
    count = check_page(text, trace)
    assert count.by_names + count.with_numbers >= 14


@examples(100)
@given(traces(places=1))
def test_any_page_of_few_decimals_says_what_is_rounding(drawn: Drawn) -> None:
    """Where numbers have one decimal, sums are often 0, and floats seldom."""
    trace = drawn.trace
    text = trace.explain().to_text()
    same_everywhere(text)
    check_page(text, trace)


@examples(60)
@given(traces(places=2), st.integers(2, 5))
def test_any_page_by_hand_is_true(drawn: Drawn, digits: int) -> None:
    trace = drawn.trace
    try:
        text = trace.explain(arithmetic="by_hand", digits=digits).to_text()
    except cr.ChainruleError:
        # So few digits that an output rounds to 1: then 1 - a is 0, and one can't go on.
        output = trace[trace.program.output]
        assert "log_not" in " ".join(trace)
        assert output.max() > 1 - 10.0**-digits
        reject()
    same_everywhere(text)
    count = check_page(text, trace, digits)
    assert count.by_names + count.with_numbers >= 14
