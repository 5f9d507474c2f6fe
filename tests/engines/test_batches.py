"""Which samples a step takes: in order, shuffled, in groups, by an order of many epochs; and how they are gathered."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines.batches import Batches, gather, shares, shuffle
from chainrule.errors import InputError
from chainrule.model.streams import RandomStreams
from chainrule.parts.contract import Array
from chainrule.training.data import training_data

X = np.arange(10.0).reshape(5, 2)


def rows_of(batch: Array | slice, samples: int) -> list[int]:
    return np.arange(samples)[batch].tolist()


def made(size: int, **how: Any) -> Batches:
    return Batches(X, np.zeros((5, 1)), size, True, 0, **how)


def batches(
    samples: int, size: int, epochs: int, shuffled: bool, seed: int, group: int = 1
) -> list[list[Array | slice]]:
    """The rows of each batch of each epoch."""
    zeros = np.zeros((samples, 1))
    data = Batches(zeros, zeros, size, shuffled, 0, group, streams=RandomStreams(seed), epochs=epochs)
    return list(data.each())


def test_in_order_each_epoch_takes_the_rows_as_they_stand() -> None:
    found = batches(5, 2, 2, False, 0)
    assert [[rows_of(batch, 5) for batch in epoch] for epoch in found] == [[[0, 1], [2, 3], [4]]] * 2


def test_shuffled_each_epoch_takes_every_row_once_in_an_order_of_its_own() -> None:
    orders = [[row for batch in epoch for row in batch] for epoch in batches(50, 8, 3, True, 0)]
    assert [sorted(order) for order in orders] == [list(range(50))] * 3
    assert all(one != other for one, other in pairwise(orders))
    assert list(range(50)) not in orders


@pytest.mark.parametrize("size", [None, 5, 9])
def test_a_batch_of_everything_stays_in_order(size: int | None) -> None:
    data = training_data(
        cr.Network([2, 2]), X, np.zeros(5, int), epochs=1, batch_size=size, shuffle=True, seed=0,
        transform=None, sample_weight=None, class_weight=None,
    )  # fmt: skip
    (epoch,) = data.each()
    assert [rows_of(batch, 5) for batch in epoch] == [[0, 1, 2, 3, 4]]
    drawn = data.streams.order.integers(1 << 62)
    assert drawn == np.random.default_rng(0).integers(1 << 62)  # nothing of chance was taken


def test_groups_stay_together_wherever_they_go() -> None:
    drawn = np.empty(6, np.int64)
    shuffle(drawn, np.random.default_rng(0), 3)
    assert drawn.tolist() in ([0, 1, 2, 3, 4, 5], [3, 4, 5, 0, 1, 2])
    (epoch,) = batches(12, 6, 1, True, 1, group=3)
    order = np.concatenate(epoch).reshape(-1, 3)
    assert sorted(order[:, 0].tolist()) == [0, 3, 6, 9]
    np.testing.assert_array_equal(order - order[:, :1], np.tile([0, 1, 2], (4, 1)))


def test_an_order_is_the_generator_s_permutation() -> None:
    drawn = np.empty(50, np.int64)
    shuffle(drawn, np.random.default_rng(3))
    assert drawn.tolist() == np.random.default_rng(3).permutation(50).tolist()


def test_the_last_batch_has_the_share_that_is_left() -> None:
    np.testing.assert_array_equal(shares(10, 4), [0.4, 0.4, 0.2])
    np.testing.assert_array_equal(shares(8, 4), [0.5, 0.5])
    np.testing.assert_array_equal(shares(3, 8), [1.0])


def test_a_walk_goes_on_within_an_epoch_and_begins_the_next() -> None:
    found = [(step, rows_of(rows, 5), count) for step, rows, count in made(2).walk(None, 2, 4)]
    assert found == [(0, [2, 3], 2), (1, [4], 1), (2, [0, 1], 2), (3, [2, 3], 2)]


def test_a_walk_by_an_order_takes_the_next_epoch_s_part_of_it() -> None:
    order = np.array([4, 3, 2, 1, 0, 1, 0, 3, 2, 4])  # of two epochs
    found = [(rows.tolist(), count) for _, rows, count in made(3).walk(order, 0, 4)]
    assert found == [([4, 3, 2], 3), ([1, 0], 2), ([1, 0, 3], 3), ([2, 4], 2)]


@pytest.mark.parametrize("rows", [np.array([4, 0, 4]), slice(1, 4)], ids=["an order", "a slice"])
@pytest.mark.parametrize(
    "source",
    [X, X.astype(np.float32), np.asfortranarray(X), np.repeat(X, 2, axis=0)[::2]],
    ids=["alike", "of another dtype", "by columns", "with gaps"],
)
def test_rows_are_gathered_from_any_layout(source: Array, rows: Any) -> None:
    buffer = np.full((3, 2), np.nan)
    gather(source, rows, buffer)
    wanted = [[8, 9], [0, 1], [8, 9]] if isinstance(rows, np.ndarray) else [[2, 3], [4, 5], [6, 7]]
    assert buffer.tolist() == wanted


def test_a_transform_gets_the_rows_of_the_step() -> None:
    changed = made(2, transform=lambda rows, rng: -rows).transformed(np.array([3, 1]))
    assert changed.tolist() == [[-6, -7], [-2, -3]]
    with pytest.raises(InputError) as caught:
        made(2, transform=lambda rows, rng: rows[:1]).transformed(slice(0, 2))
    assert str(caught.value) == (
        "the transform gave the shape (1, 2) for samples of the shape (2, 2): it must keep it."
    )
