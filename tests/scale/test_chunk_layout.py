"""Which rows a step takes of which chunk, and in which order pieces are added."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.scale.layout import Layout, order
from chainrule.scale.sums import GROUP, Sum, added, groups

chunks = st.lists(st.integers(1, 40), min_size=1, max_size=12)


@given(chunks, st.integers(1, 60))
@settings(deadline=None)
def test_each_row_is_taken_once_and_steps_are_full(rows: list[int], size: int):
    layout = Layout(rows, size)
    taken = [np.zeros(count, int) for count in rows]
    sizes = []
    for step in range(layout.steps):
        pieces = layout.pieces(step)
        assert [piece.chunk for piece in pieces] == sorted({piece.chunk for piece in pieces})
        for piece in pieces:
            taken[piece.chunk][piece.start : piece.stop] += 1
        sizes.append(sum(piece.stop - piece.start for piece in pieces))
    assert all((each == 1).all() for each in taken)
    assert sizes[:-1] == [size] * (layout.steps - 1)
    assert 1 <= sizes[-1] <= size


@given(chunks, st.integers(1, 60))
@settings(deadline=None)
def test_a_chunk_gives_its_share_of_what_is_left(rows: list[int], size: int):
    layout = Layout(rows, size)
    for step in range(layout.steps):
        left = np.array(rows)
        for before in range(step):
            for piece in layout.pieces(before):
                left[piece.chunk] -= piece.stop - piece.start
        fair = left * min(1, size / left.sum())
        counts = np.zeros(len(rows))
        for piece in layout.pieces(step):
            counts[piece.chunk] = piece.stop - piece.start
        assert (abs(counts - fair) <= 1).all()


def test_steps_may_be_asked_for_in_any_order():
    straight, back = Layout((7, 20, 3), 4), Layout((7, 20, 3), 4)
    expected = [straight.pieces(step) for step in range(straight.steps)]
    for step in (5, 2, 7, 0, 6):
        assert back.pieces(step) == expected[step]


def test_a_billion_rows_overflow_nothing():
    layout = Layout((10**7,) * 100, 10**9)
    assert [piece.stop for piece in layout.pieces(0)] == [10**7] * 100
    layout = Layout((10**9,) * 4, 2 * 10**9)
    assert [tuple(piece) for piece in layout.pieces(1)] == [(c, 5 * 10**8, 10**9) for c in range(4)]


def test_an_order_is_that_of_its_seed_chunk_and_epoch():
    found = order(7, 2, 3, 100)
    assert sorted(found.tolist()) == list(range(100))
    assert (found == order(7, 2, 3, 100)).all()
    for other in (order(8, 2, 3, 100), order(7, 3, 3, 100), order(7, 2, 4, 100)):
        assert (found != other).any()


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 16, 23, 64, 65, 130])
def test_groups_may_be_added_anywhere(count: int):
    """Numbers of such different sizes that another order would show."""
    rng = np.random.default_rng(count)
    sums = [
        Sum(
            (rng.standard_normal(5) * 10.0 ** rng.integers(-8, 8),),
            float(rng.standard_normal()),
            i,
            frozenset("a"),
        )
        for i in range(count)
    ]
    here, there = added(sums), list(sums)
    while len(there) > 1:
        there = [added(each) for each in groups(there)]
    assert (here.arrays[0] == there[0].arrays[0]).all()
    assert (here.loss, here.right) == (there[0].loss, count * (count - 1) // 2)
    assert GROUP & (GROUP - 1) == 0
