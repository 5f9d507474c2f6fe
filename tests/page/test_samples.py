"""What a page's network is trained on, and how it is changed by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import ChainruleError
from chainrule.page.samples import GENERATED, made, of_arrays, options_of, parted
from chainrule.page.settings import DEFAULT

WANTED = {**DEFAULT["data"], "samples": 40}


@pytest.mark.parametrize("name", GENERATED)
def test_generated_sets_are_those_of_the_package(name: str) -> None:
    samples = made({**WANTED, "name": name, "seed": 3}, None, None)
    options = {} if name == "blobs" else {"noise": WANTED["noise"]}
    X, y = getattr(cr.data, name)(40, seed=3, **options)
    everything, labels = samples.all
    assert len(samples.X) == 30
    order = np.lexsort(everything.T)
    np.testing.assert_array_equal(everything[order], X[np.lexsort(X.T)])
    np.testing.assert_array_equal(labels[order], y[np.lexsort(X.T)])


def test_three_arms_have_three_classes() -> None:
    assert made({**WANTED, "name": "spiral", "classes": 3}, None, None).classes == ("0", "1", "2")


def test_a_part_is_held_out_and_one_kept_at_least() -> None:
    X, y = np.arange(10.0)[:, None], np.array([0] * 8 + [1] * 2)
    for classes in (True, False):
        (kept, _), held = parted(X, y, classes, 0.25, 0)
        assert held is not None
        assert sorted([*kept[:, 0], *held[0][:, 0]]) == list(range(10))
        assert len(held[0]) == 2
        (kept, _), held = parted(X, y, classes, 1.0, 0)
        assert len(kept) == 1
        assert parted(X, y, classes, 0.0, 0)[1] is None
    for seed in range(20):
        assert parted(X, y, True, 0.5, seed)[0][1].tolist().count(1) == 1


def samples() -> Any:
    X = np.arange(12.0).reshape(6, 2)
    return of_arrays(X[:4], [0, 1, 0, 1], (X[4:], np.array([1, 0])), None, ("no", "yes"), "mine")


def test_points_are_moved_added_and_taken_away() -> None:
    changed = samples().edited(
        [
            {"row": 1, "x": [9.0, 9.5]}, {"row": 2, "x": None}, {"row": -1, "x": [7, 8], "label": 1},
            {"row": 4, "x": [0, 0], "label": 0}, {"row": 0, "label": 1, "x": [0.0, 1.0]},
        ]
    )  # fmt: skip
    np.testing.assert_array_equal(changed.X, [[0, 1], [9, 9.5], [6, 7], [7, 8]])
    np.testing.assert_array_equal(changed.y, [1, 1, 1, 1])
    np.testing.assert_array_equal(changed.held[0], [[0, 0], [10, 11]])
    np.testing.assert_array_equal(changed.held[1], [0, 0])
    assert (samples().X[1] == [2, 3]).all()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"row": 6, "x": [0, 0]}, "there is no sample 6: rows go from 0 to 5."),
        ({"row": "1", "x": [0, 0]}, "row = '1' is no row: give the number of a sample, or -1 for a new one."),
        ({"row": 1, "x": [0]}, "x = [0] is no point: it has 2 finite numbers."),
        ({"row": 1, "x": [0, float("inf")]}, "x = [0, inf] is no point: it has 2 finite numbers."),
        ({"row": 1, "x": [0, 0], "label": 2}, "label = 2 is no class: there are 0 to 1."),
        ({"row": 1, "x": "ab"}, "x holds text (such as 'ab'): give numbers."),
    ],
)
def test_points_that_do_not_fit_are_refused(change: dict[str, Any], text: str) -> None:
    with pytest.raises(ChainruleError) as error:
        samples().edited([change])
    assert str(error.value) == text


def test_a_table_is_read_and_its_faults_are_told_by_its_name() -> None:
    table = b"height,weight,kind\n1,2,cat\n2,1,dog\n3,4,cat\n4,3,dog\n"
    found = made({**WANTED, "name": "file", "file": "../<b>pets.csv", "held": 0.0}, None, table)
    assert (found.features, found.classes, found.title) == (
        ("height", "weight"),
        ("cat", "dog"),
        "<b>pets.csv",
    )
    with pytest.raises(ChainruleError) as error:
        made({**WANTED, "name": "file", "file": "pets.csv"}, None, b"a,b\n1\n")
    assert str(error.value) == "pets.csv, line 2: there are 1 values, and the header names 2 columns."


def test_the_plane_has_all_samples_inside() -> None:
    X = np.array([[0.0, 5.0], [10.0, 6.0]])
    left, right, bottom, top = of_arrays(X, [0, 1], None, None, ("a", "b"), "").bounds()
    assert left < 0
    assert right > 10
    assert bottom < 5
    assert top > 6
    assert right - left == pytest.approx(top - bottom)


def test_each_set_tells_what_it_takes() -> None:
    for name, make in GENERATED.items():
        given = {"noise": 0.1, "classes": 3} | {"n": 30, "seed": 1}
        options = {key: given[key] for key in ("noise", "classes") if key in options_of(name)}
        X, _ = make(30, seed=1, **options)
        assert X.shape == (30, 2)
        others = {"noise", "classes"} - options.keys()
        for other in others:
            with pytest.raises(TypeError):
                make(30, seed=1, **{other: given[other]})
    assert options_of("worked") == options_of("digits") == []
    assert options_of("file") == ["held", "seed"]
