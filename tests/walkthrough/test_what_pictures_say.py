"""What stands at the images of a page, and which lines of an update are weights."""

from __future__ import annotations

from typing import Any

import numpy as np

import chainrule as cr
from chainrule.walkthrough.by_hand import weights_of_update
from chainrule.walkthrough.pictures import Pictures


def test_a_row_is_named_where_there_are_several() -> None:
    many = Pictures("x_raw", np.zeros((2, 28, 14)), 0.0, 2.5, ("label 7", ""), 3)
    assert (many.title(0), many.title(1)) == ("row 0, label 7", "row 1")
    one = Pictures("x", np.zeros((1, 28, 14)), 0.0, 2.5, ("label 7",), 1)
    assert one.title(0) == "label 7"
    assert many.caption(2, "white", "black") == (
        "x_raw as 28 × 14 pixels: white is 0, black is 2.5; the first 2 of 3 samples."
    )
    assert one.caption(1, "white", "black") == "x as 28 × 14 pixels: white is 0, black is 2.5."


def test_weights_of_an_update_are_named_so_and_made_from_weights() -> None:
    class Mine(cr.Optimizer):
        def update(self, q: Any) -> None:
            q.size = np.abs(q.w)  # made from weights, and none
            q.wide = 2 * q.dw  # only called so
            q.w_half = q.w / 2
            q.w_new = q.w_half - 0.1 * q.wide * q.size

    program = cr.Network([2, 2]).program(Mine())
    assert weights_of_update(program) == {"W1_half", "W1_new", "b1_half", "b1_new"}
