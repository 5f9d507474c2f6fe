from __future__ import annotations

from chainrule.utils.columns import aligned


def test_the_first_column_stands_left_and_the_others_right():
    assert aligned([["name", "a"], ["sgd", "0.25"]]) == ["name     a", "sgd   0.25"]


def test_widths_may_be_larger_than_the_cells():
    assert aligned([["x", "1"]], [3, 4]) == ["x       1"]
