"""Lines are asked for by their number, and clippings that clip nothing take a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import UnknownName

X, Y = np.array([[0.5, -1.0], [1.0, 2.0], [-0.3, 0.4]]), [0, 1, 1]


def step(optimizer: Any = None) -> cr.Trace:
    return cr.Network([2, 3, 2], seed=0).trace(X, Y, optimizer)


def test_every_line_with_a_number_is_found_by_it() -> None:
    trace = step(cr.SGD(clip=cr.ClipNorm(0.1)))
    numbers = 0
    for _, steps in trace.explain().sections:
        for line in (line for one in steps for line in one.lines if line.number):
            assert trace.explain(line.number).sections[0][1][0].lines[0].name == line.name
            index = [0] * np.ndim(trace[line.name])
            assert trace.why(f"{line.number}{index}", depth=0).value == trace[line.name][tuple(index)]
            numbers += 1
    assert numbers == 8 + 10


def test_a_number_that_is_not_there_is_told_which_are() -> None:
    with pytest.raises(UnknownName) as caught:
        step().explain("5.10")
    assert str(caught.value) == (
        "there is no line '5.10'. Did you mean '5.1'? There is: 5.1, 5.2, 5.3, 5.4, 5.5, 5.6, 5.7, 5.8. Lines of the "
        "backward pass have numbers."
    )


@pytest.mark.parametrize(
    ("clip", "lines"),
    [(cr.ClipNorm(100), ["6.1", "6.2", "6.3", "6.4", "6.5", "6.6"]), (cr.ClipValue(100), [])],
)
def test_a_clipping_that_clips_nothing_says_so_once(clip: Any, lines: list[str]) -> None:
    page = step(cr.SGD(clip=clip)).explain()
    told = next(one for _, steps in page.sections for one in steps if one.title.startswith("clipping"))
    assert told.number == 6
    assert [line.number for line in told.lines] == lines
    assert told.remarks == (
        "Nothing is clipped: dW1_clipped = dW1, db1_clipped = db1, dW2_clipped = dW2, db2_clipped = db2.",
    )
    assert "dW1_clipped = " in str(step(cr.SGD(clip=clip)).explain("dW1_clipped"))


def test_of_several_lines_a_parameter_the_first_ones_are_in_full() -> None:
    lines = str(step(cr.Adam()).explain()).splitlines()
    assert "  mW1_new = β1 mW1 + (1 - β1) dW1" in lines
    assert [line.split()[-2:] for line in lines if line.startswith("  mb2_new = ")] == [["as", "mW1_new"]]
    plain = str(step(cr.SGD()).explain()).splitlines()
    assert any(line.startswith("  b2_new = b2 - η db2") for line in plain)


def test_lookahead_between_two_slow_steps() -> None:
    page = " ".join(str(step(cr.Lookahead("sgd", k=5)).explain()).split())
    assert "Likewise b1_start = b1, b1_slow_new = b1_start, b1_new = b1_fast," in page
    assert "W1_new = W1_slow_new if since == 0, otherwise W1_fast" in page
