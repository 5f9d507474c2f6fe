"""What a column of a table is found to be, case by case: its kind, its values, what fills it."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from chainrule.errors import InputError
from chainrule.parts.tables.column import Column
from chainrule.parts.tables.judging import judged, judged_columns


def column(cells: Any, categorical: bool = False) -> Column:
    return judged("a", cells if hasattr(cells, "dtype") else pd.Series(cells, dtype=object), categorical)


@pytest.mark.parametrize(
    "cells",
    [
        pd.Series([None, None], dtype=object), pd.Series([np.nan, np.nan]), pd.Series([pd.NaT, pd.NaT]),
        pd.Series([], dtype=object), pd.Series([], dtype=float), pd.Series([], dtype="datetime64[ns]"),
        pd.Series([np.nan, None], dtype=object), pd.Series([pd.NA, pd.NA], dtype="string"),
        pd.Series([np.nan], dtype="float32"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("categorical", [False, True])
def test_a_column_that_holds_nothing(cells: Any, categorical: bool) -> None:
    with pytest.raises(InputError) as caught:
        column(cells, categorical)
    assert str(caught.value) == "X: the column 'a' holds nothing: leave it out."


@pytest.mark.parametrize(
    ("cells", "fill"),
    [
        ([True, True, False, None], 1.0), ([True, False, False, None], 0.0), ([True, False, None], 0.0),
        (["yes", "yes", "no"], 1.0), ([0, 1, 1, 0], 0.0),  # the more frequent one; of as many, no
        ([3, 5, 10, None], 5.0), ([3.0, 5.0], 4.0),  # the median
        ([datetime.date(1970, 1, 2), datetime.date(1970, 1, 4), None], 2.0),
        (["b", "b", "c", "c", None], 3.0), (["b", "b", "c"], 2.0),  # behind the values and the others
    ],
)  # fmt: skip
def test_what_stands_for_what_is_missing(cells: list[Any], fill: float) -> None:
    found = column(cells)
    assert found.fill == fill
    assert found.missing == (None in cells)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        *(([no, yes, yes], (no, yes)) for no, yes in (
            ("no", "yes"), ("No", "Yes"), ("NO", "YES"), ("false", "true"), ("False", "True"), ("n", "y"), ("N", "Y"),
            ("f", "t"), ("F", "T"),
        )),
        *(([yes, no], (no, yes)) for no, yes in (("no", "yes"), ("f", "t"))),
        ([True, False], ("False", "True")), ([False, False], ("False", "true")), ([True], ("false", "True")),
        ([np.bool_(True), np.bool_(False)], ("False", "True")), (np.array([True, False]), ("False", "True")),
        ([0, 1], ("0", "1")), ([1.0, 0.0, None], ("0", "1")), (np.array([0, 1], np.uint8), ("0", "1")),
        (np.array([0, np.nan, 1.0]), ("0", "1")),
    ],
)  # fmt: skip
def test_yes_and_no_in_the_columns_own_words(cells: Any, values: tuple[str, str]) -> None:
    found = column(cells)
    assert (found.kind, found.values) == ("yes/no", values)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["yes", "true", "no"], "category"), (["yes", "y"], "category"), (["yes", "yes"], "category"),
        (["0", "1"], "category"), ([0, 0], "number"), ([1, 1], "number"), ([0, 1, 2], "number"), ([0, 2], "number"),
        ([0.5, 1], "number"), ([1, True], "number"), (np.array([2, 1], np.int8), "number"),
        (np.array([0.5], np.float32), "number"), (np.array(["b", "c"]), "category"),
        ([datetime.date(2024, 1, 5)], "date"), ([datetime.datetime(2024, 1, 5, 3)], "date"),
        (np.array(["2024-01-05"], "datetime64[D]"), "date"), (pd.Series(["b"], dtype="category"), "category"),
        (pd.Series([1, 2], dtype="category"), "category"),
    ],
)  # fmt: skip
def test_its_kind(cells: Any, kind: str) -> None:
    assert column(cells).kind == kind


def texts(different: int, rows: int) -> list[str]:
    return [f"v{row % different:03}" for row in range(rows)]


@pytest.mark.parametrize(
    ("different", "rows", "category"),
    [(50, 50, True), (51, 101, False), (51, 102, True), (60, 60, False), (60, 119, False), (60, 120, True)],
)
def test_texts_are_a_category_up_to_fifty_or_half_the_rows(different: int, rows: int, category: bool) -> None:
    if category:
        assert column(texts(different, rows)).kind == "category"
        return
    with pytest.raises(InputError) as caught:
        column(texts(different, rows))
    assert str(caught.value) == (
        f"X: the column 'a' holds {different} different texts in {rows} rows, too many to tell apart: leave it out, "
        "or name it among categorical=[…], which keeps the 50 most frequent ones."
    )


@pytest.mark.parametrize(
    ("rare", "rows", "kept"),
    [(1, 100, False), (2, 100, True), (2, 400, True), (2, 401, False), (3, 600, True)],
)
def test_a_value_is_rare_below_a_two_hundredth_of_the_rows_or_alone(rare: int, rows: int, kept: bool) -> None:
    found = column(["b"] * (rows - rare) + ["c"] * rare)
    assert found.values == (("b", "c") if kept else ("b",))
    assert found.other is not kept


def test_what_a_table_is_asked_for_by_names_is_judged_and_scaled() -> None:
    table = pd.DataFrame({"size": [1.0, 3.0, None], "floor": [1, 2, 1]})
    size, floor = judged_columns(table, ["floor"])
    # 1, 3, and the median for the one that is missing: mean 2, deviation √(2/3)
    assert (size.name, size.fill, size.center, size.missing) == ("size", 2.0, 2.0, True)
    assert size.scale == pytest.approx((2 / 3) ** 0.5)
    assert (floor.kind, floor.values, floor.other) == ("category", ("1",), True)
    assert [each.kind for each in judged_columns(table, [])] == ["number", "number"]
