"""The workloads, and the tasks that they draw."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from chainrule.bench.workloads import WORKLOADS, draw, pick
from chainrule.errors import UnknownName


@pytest.mark.parametrize("name", ["a", "a64", "b", "e", "f"])
def test_a_task_is_as_its_workload_says(name):
    workload = WORKLOADS[name]
    task = draw(workload)
    samples = workload.batch_size * workload.batches
    assert task.X.shape == (samples, workload.sizes[0])
    assert task.y.shape == (samples, workload.sizes[-1])
    assert [W.shape for W, _ in task.layers] == list(itertools.pairwise(workload.sizes))
    assert {a.dtype for a in (task.X, task.y, *task.weights)} == {np.dtype(workload.dtype)}
    assert len(list(task.rows())) == workload.batches
    if not workload.regression:
        assert np.array_equal(task.y.sum(axis=1), np.ones(samples))
        assert set(task.labels) == set(range(workload.sizes[-1]))


def test_classes_that_are_weighed_count_the_same():
    task = draw(replace(WORKLOADS["h"], batches=20))
    assert task.y.sum(axis=0) / len(task.y) == pytest.approx([0.9, 0.1], abs=0.02)
    assert (task.y * task.class_weights).sum(axis=0) == pytest.approx(
        [len(task.y) / 2] * 2, rel=1e-4
    )  # in single precision
    assert list(draw(WORKLOADS["k"]).class_weights) == [1, 1]


def test_a_seed_gives_the_same_work():
    one, two, other = draw(WORKLOADS["f"]), draw(WORKLOADS["f"]), draw(WORKLOADS["f"], seed=1)
    assert np.array_equal(one.X, two.X)
    assert np.array_equal(one.weights[0], two.weights[0])
    assert not np.array_equal(one.X, other.X)


def test_workloads_are_told_in_words():
    assert str(WORKLOADS["b"]) == "784-128-10, batches of 100, Adam, float32"
    assert str(WORKLOADS["e"]) == "32-(16 × 32)-10, batches of 64, Adam, float32"
    assert str(WORKLOADS["f"]) == "20-100-100-1, regression, batches of 32, Adam, float32"
    assert str(WORKLOADS["g"]) == (
        "784-512-512-10, batch normalization, dropout 0.2, batches of 128, AdamW along a cosine, float32"
    )
    assert str(WORKLOADS["h"]) == "30-64-64-2, dropout 0.1, class weights, batches of 256, Adam, float32"
    assert str(WORKLOADS["ir"]) == (
        "784-128-10, images shifted by up to 2 pixels, turned by up to 15°, batches of 100, Adam, float32"
    )
    assert str(WORKLOADS["k"]) == "30-64-64-2, calls of 32, Adam, float32"
    assert str(WORKLOADS["a64"]) == "2-3-2, batches of 200, SGD, float64"


def test_workloads_are_picked_by_name_in_the_given_order():
    assert [workload.name for workload in pick("f, a,f")] == ["f", "a"]
    for names, wrong in (("a,z", "z"), ("", ""), (",", ",")):
        with pytest.raises(UnknownName) as raised:
            pick(names)
        assert (
            str(raised.value)
            == f"there is no column {wrong!r}. There is: a, a64, b, c, d, e, f, g, h, i, ir, k."
        )
