"""The columns, and the work that they draw."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from chainrule.bench.columns import COLUMNS, draw, pick
from chainrule.errors import UnknownName


@pytest.mark.parametrize("name", ["a", "a64", "b", "e", "f"])
def test_a_task_is_as_its_column_says(name):
    column = COLUMNS[name]
    task = draw(column)
    samples = column.batch * column.batches
    assert task.X.shape == (samples, column.sizes[0])
    assert task.y.shape == (samples, column.sizes[-1])
    assert [W.shape for W, _ in task.layers] == list(itertools.pairwise(column.sizes))
    assert {a.dtype for a in (task.X, task.y, *task.weights)} == {np.dtype(column.dtype)}
    assert len(list(task.rows())) == column.batches
    if not column.regression:
        assert np.array_equal(task.y.sum(axis=1), np.ones(samples))
        assert set(task.labels) == set(range(column.sizes[-1]))


def test_a_seed_gives_the_same_work():
    one, two, other = draw(COLUMNS["f"]), draw(COLUMNS["f"]), draw(COLUMNS["f"], seed=1)
    assert np.array_equal(one.X, two.X)
    assert np.array_equal(one.weights[0], two.weights[0])
    assert not np.array_equal(one.X, other.X)


def test_columns_are_told_in_words():
    assert str(COLUMNS["b"]) == "784-128-10, batches of 100, Adam, float32"
    assert str(COLUMNS["e"]) == "32-(16 × 32)-10, batches of 64, Adam, float32"
    assert str(COLUMNS["f"]) == "20-100-100-1, regression, batches of 32, Adam, float32"
    assert str(COLUMNS["a64"]) == "2-3-2, batches of 200, SGD, float64"


def test_columns_are_picked_by_name_in_the_given_order():
    assert [column.name for column in pick("f, a,f")] == ["f", "a"]
    for names, wrong in (("a,z", "z"), ("", ""), (",", ",")):
        with pytest.raises(UnknownName) as raised:
            pick(names)
        assert str(raised.value) == f"there is no column {wrong!r}. There is: a, a64, b, c, d, e, f."
