"""Samples that are held out: each class by its share, whole groups, or the last ones."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import GroupShuffleSplit, StratifiedShuffleSplit

import chainrule as cr
from chainrule.data.splitting import rows
from chainrule.errors import ChainruleError, InputError, KindError
from thorough import examples


def sizes(codes: Any, part: float, seed: int = 0) -> tuple[list[int], list[int]]:
    """How many of each class are kept, and held out."""
    codes = np.asarray(codes)
    kept, held = rows(len(codes), part, seed, classes=codes)
    assert sorted([*kept, *held]) == list(range(len(codes)))
    width = int(codes.max()) + 1
    return np.bincount(codes[kept], minlength=width).tolist(), np.bincount(
        codes[held], minlength=width
    ).tolist()


def test_of_three_in_two_thousand_never_all_are_held_out() -> None:
    codes = [0] * 1997 + [1] * 3
    assert {tuple(sizes(codes, 0.2, seed)[1]) for seed in range(200)} == {(399, 1)}


def test_the_shares_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(4)
    for counts in ([50, 30, 20], [95, 5], [40, 40, 40, 7]):
        codes = rng.permutation(np.repeat(np.arange(len(counts)), counts))
        for part in (0.1, 0.2, 0.25, 0.5):
            held = round(part * len(codes))
            split = StratifiedShuffleSplit(1, test_size=held, random_state=0).split(codes, codes)
            theirs = np.bincount(codes[next(iter(split))[1]], minlength=len(counts))
            np.testing.assert_allclose(
                sizes(codes, part)[1], theirs, atol=1
            )  # where remainders are equal, by chance
            assert sum(sizes(codes, part)[1]) == held


@examples(150)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.floats(0.05, 0.6), st.integers(0, 5))
def test_any_classes(counts: list[int], part: float, seed: int) -> None:
    """As many as were asked for; of each class its share, up to one; and one to train with while others have more."""
    codes = np.repeat(np.arange(len(counts)), counts)
    held = round(part * len(codes))
    kept, out = sizes(codes, part, seed)
    assert sum(out) == held
    if held <= sum(counts) - len(counts):
        assert min(kept) >= 1
    if min(counts) * (1 - part) >= 1:
        for count, of in zip(counts, out, strict=True):
            assert abs(of - count * held / len(codes)) < 1


def test_a_class_of_one_is_kept_to_train_with() -> None:
    assert sizes([0, 0, 0, 0, 1], 0.4) == ([2, 1], [2, 0])
    # Where each sample has a class of its own, some have to go.
    assert [sum(part) for part in sizes([0, 1, 2, 3, 4], 0.4)] == [3, 2]


def test_the_seed_draws_and_all_of_a_class_may_be_drawn() -> None:
    codes = np.array([0] * 15 + [1] * 5)
    one, other = (rows(20, 0.2, seed, classes=codes)[1].tolist() for seed in (0, 1))
    assert one != other
    assert one == rows(20, 0.2, 0, classes=codes)[1].tolist()
    drawn = {row for seed in range(80) for row in rows(20, 0.2, seed, classes=codes)[1].tolist()}
    assert drawn == set(range(20))
    kept = rows(20, 0.2, 0, classes=codes)[0]
    assert kept.tolist() != sorted(kept.tolist())  # those to train with are in a random order, too


def test_numbers_are_drawn_alike() -> None:
    kept, held = rows(10, 0.3, 1)
    order = np.random.default_rng(1).permutation(10)
    assert (held.tolist(), kept.tolist()) == (order[:3].tolist(), order[3:].tolist())


def test_groups_stay_together() -> None:
    groups = np.array(list("aabbbccddddeeff") * 2)
    for seed in range(20):
        kept, held = rows(30, 0.34, seed, groups=groups)
        assert not set(groups[kept]) & set(groups[held])
        expected = next(
            iter(GroupShuffleSplit(1, test_size=0.34, random_state=seed).split(groups, groups=groups))
        )
        assert (kept.tolist(), held.tolist()) == tuple(each.tolist() for each in expected)


def test_the_last_are_held_out_in_their_order() -> None:
    kept, held = rows(10, 0.2, 3, last=True)
    assert (kept.tolist(), held.tolist()) == (list(range(8)), [8, 9])


# --- as it is called ----------------------------------------------------------------------------------------


def test_what_is_stratified_unless_it_is_said() -> None:
    X = np.arange(40.0)[:, None]
    for y in (
        np.array([0] * 36 + [1] * 4),
        np.array(["a"] * 36 + ["b"] * 4),
        np.array([False] * 36 + [True] * 4),
    ):
        for seed in range(12):
            (_, kept), (_, held) = cr.data.split(X, y, 0.25, seed=seed)
            assert (np.unique(held, return_counts=True)[1]).tolist() == [9, 1]
            assert (np.unique(kept, return_counts=True)[1]).tolist() == [27, 3]
        drawn = [cr.data.split(X, y, 0.25, seed=seed, stratify=False)[1][1] for seed in range(40)]
        assert len({np.count_nonzero(held == y[-1]) for held in drawn}) > 1
    numbers = np.arange(40)  # more than 20 different ones: no classes
    (Xk, kept), (Xh, held) = cr.data.split(X, numbers, 0.25)
    np.testing.assert_array_equal(np.concatenate([Xk, Xh])[:, 0], np.concatenate([kept, held]))
    assert len(held) == 10


def test_rows_stay_beside_their_targets() -> None:
    X = [[float(i), -float(i)] for i in range(30)]
    (Xk, yk), (Xh, yh) = cr.data.split(X, [i % 3 for i in range(30)], 0.3, seed=5)
    for part, y in ((Xk, yk), (Xh, yh)):
        np.testing.assert_array_equal(part[:, 0] % 3, y)
    assert (len(Xk), len(Xh)) == (21, 9)


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"part": 0}, InputError, "part = 0 is out of range: it must be above 0 and below 1."),
        ({"part": 1.0}, InputError, "part = 1 is out of range: it must be above 0 and below 1."),
        ({"part": "x"}, KindError, "part = 'x' is no number: give a part of the samples, such as 0.2."),
        ({"part": 0.01}, InputError, "part = 0.01 of 4 samples leaves none out."),
        ({"part": 0.99}, InputError, "part = 0.99 of 4 samples leaves none to train with."),
        ({"y": [1, 2]}, InputError, "X has 4 rows and y 2: give one of y for each of X."),
        (
            {"groups": [1, 1, 2, 2], "last": True},
            InputError,
            "groups and last are two ways to hold samples out: give one of them.",
        ),
        ({"groups": [1, 1]}, InputError, "groups has the shape (2,) for 4 samples: it must be (4,)."),
        (
            {"groups": [7, 7, 7, 7]},
            InputError,
            "a part of 0.5 of 1 group leaves none to train with: there must be more groups, or a smaller part.",
        ),
        ({"last": "yes"}, KindError, "last = 'yes' is neither True nor False."),
    ],
)
def test_errors(given: dict[str, Any], kind: type[ChainruleError], message: str) -> None:
    usual = {"X": [[0.0], [1.0], [2.0], [3.0]], "y": [0, 1, 0, 1], "part": 0.5}
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        cr.data.split(**{**usual, **given})
