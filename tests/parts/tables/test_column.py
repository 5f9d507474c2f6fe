"""A single column, by hand: its words, its codes, its cells as numbers and numbers as cells."""

from __future__ import annotations

import datetime
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import chainrule as cr
from chainrule.errors import InputError, KindError
from chainrule.parts.tables.column import Column

NOON = 19727.5  # 2024-01-05 12:00, in days since 1970


@pytest.mark.parametrize(
    ("column", "words", "features"),
    [
        (Column("a", "number", center=1.5, scale=2.25), "number, center 1.5, scale 2.25", ["a"]),
        (Column("a", "number", (), 3.5, 1234567.0, 0.1234567, True),
         "number, center 1.23457e+06, scale 0.123457; 3.5 for what is missing, and a column that tells so",
         ["a", "a is missing"]),
        (Column("a", "date", (), NOON, 19000.0, 10.0, True),
         "date, as days since 1970, center 19000, scale 10; 2024-01-05 12:00:00 for what is missing, and a column that "
         "tells so", ["a", "a is missing"]),
        (Column("a", "date"), "date, as days since 1970, center 0, scale 1", ["a"]),
        (Column("a", "yes/no", ("no", "yes")), "no or yes", ["a"]),
        (Column("a", "yes/no", ("No", "Yes"), 1.0, missing=True),
         "No or Yes; Yes for what is missing, and a column that tells so", ["a", "a is missing"]),
        (Column("a", "category", ("b", "c")), "category: b, c", ["a = b", "a = c"]),
        (Column("a", "category", ("b", "c"), other=True), "category: b, c, another value",
         ["a = b", "a = c", "a = another value"]),
        (Column("a", "category", ("b",), missing=True), "category: b; one column for what is missing",
         ["a = b", "a = missing"]),
    ],
)  # fmt: skip
def test_in_words_and_the_columns_that_it_becomes(column: Column, words: str, features: list[str]) -> None:
    assert str(column) == words
    assert column.features == features


@pytest.mark.parametrize(
    ("other", "missing", "codes"),
    [(False, False, [0, 1]), (True, False, [0, 1, 2]), (False, True, [0, 1, 3]), (True, True, [0, 1, 2, 3])],
)
def test_codes_that_have_a_column_each(other: bool, missing: bool, codes: list[float]) -> None:
    """A place for each value, one more for another value, and one more for what is missing."""
    assert Column("a", "category", ("b", "c"), other=other, missing=missing).codes == codes


NUMBER, DATE = Column("a", "number"), Column("a", "date")
YES, KIND = Column("a", "yes/no", ("No", "Yes")), Column("a", "category", ("3", "b"))


@pytest.mark.parametrize(
    ("column", "cells", "numbers"),
    [
        (NUMBER, [1, 2.5, Fraction(1, 4), np.bool_(True), True, None, math.nan], [1, 2.5, 0.25, 1, 1, None, None]),
        (NUMBER, np.array([True, False]), [1, 0]),
        (NUMBER, np.array([3, 200], np.uint8), [3, 200]),
        (DATE, [datetime.date(1970, 1, 3), None, datetime.datetime(1969, 12, 31, 18)], [2, None, -0.25]),
        # 01:00 in Vienna's winter is midnight in Greenwich
        (DATE, [datetime.datetime(1970, 1, 3, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))], [2]),
        (DATE, np.array(["1970-01-02T06", "NaT"], "datetime64[h]"), [1.25, None]),
        (YES, ["yes", "NO", "Yes", None], [1, 0, 1, None]),
        (KIND, ["b", 3, 3.0, "3", "c", None], [1, 0, 0, 0, 2, None]),
    ],
)  # fmt: skip
def test_cells_as_numbers(column: Column, cells: Any, numbers: list[Any]) -> None:
    given = cells if isinstance(cells, np.ndarray) else np.array(cells, object)
    found = column.encoded(given)
    assert found.dtype == np.float64
    assert [None if math.isnan(number) else number for number in found] == numbers


@pytest.mark.parametrize(
    ("column", "cells", "error", "message"),
    [
        (NUMBER, ["x"], KindError, "X: the column 'a' holds 'x': it must be a number."),
        (DATE, [3], KindError, "X: the column 'a' holds 3: it must be a date."),
        (DATE, ["1970-01-01"], KindError, "X: the column 'a' holds '1970-01-01': it must be a date."),
        (YES, ["maybe"], KindError, "X: the column 'a' holds 'maybe': it must be No or Yes."),
        (NUMBER, [0.0, 1.0, -math.inf], InputError,
         "X: the column 'a' holds -inf in row 2: give finite numbers."),
    ],
)  # fmt: skip
def test_cells_that_are_nothing_of_the_kind(
    column: Column, cells: list[Any], error: type[Exception], message: str
) -> None:
    for given in (np.array(cells, object), pd.Series(cells, dtype=object)):
        with pytest.raises(error) as caught:
            column.encoded(given)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("column", "number", "cell"),
    [
        (NUMBER, 0.1, "0.1"), (NUMBER, -3.0, "-3"), (NUMBER, 1e300, "1e+300"), (NUMBER, math.nan, "missing"),
        (DATE, 2.0, "1970-01-03"), (DATE, NOON, "2024-01-05 12:00:00"), (DATE, -0.25, "1969-12-31 18:00:00"),
        (DATE, math.nan, "missing"), (YES, 0.0, "No"), (YES, 1.0, "Yes"), (YES, math.nan, "missing"),
        (KIND, 0.0, "3"), (KIND, 1.0, "b"), (KIND, 2.0, "another value"), (KIND, 3.0, "another value"),
    ],
)  # fmt: skip
def test_numbers_as_cells(column: Column, number: float, cell: str) -> None:
    assert column.told(number) == cell


RIGHT = ("a", "number", (), 1.0, 0.0, 2.0, False, False)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, "b"), (1, "date"), (2, []), (3, 7), (3, -1.5), (4, -3), (5, 1e-9), (6, True), (7, True),
    ],
)  # fmt: skip
def test_what_a_column_may_be_made_of(place: int, value: Any) -> None:
    given = [*RIGHT[:place], value, *RIGHT[place + 1 :]]
    made = Column.of(given)
    assert list(made.as_tuple()) == [tuple(each) if isinstance(each, list) else each for each in given]
    assert Column.of(made) is made


@pytest.mark.parametrize(
    "given",
    [
        *([*RIGHT[:place], value, *RIGHT[place + 1 :]] for place, value in (
            (0, 3), (1, "text"), (1, ["number"]), (2, "b"), (2, ["b"]), (2, [3]), (3, None), (3, True), (3, math.inf),
            (4, math.nan), (4, "0"), (5, 0.0), (5, -1.0), (6, 1), (6, None), (7, 0), (7, "no"),
        )),
        ["a", "yes/no", ["no"], 0.0, 0.0, 1.0, False, False],
        ["a", "yes/no", ["a", "b", "c"], 0.0, 0.0, 1.0, False, False],
        ["a", "category", ["b", "b"], 0.0, 0.0, 1.0, False, False],
        ["a", "date", ["b"], 0.0, 0.0, 1.0, False, False],
        RIGHT[:7], (*RIGHT, False), "a column", None,
    ],
)  # fmt: skip
def test_what_is_no_column(given: Any) -> None:
    with pytest.raises(
        InputError, match=r" is no column: it must be \(name, kind, values, fill, center, scale, "
    ):
        Column.of(given)


def test_columns_take_as_many_as_they_are() -> None:
    columns = cr.Columns([RIGHT, ("b", "category", ("c", "d"), 0.0, 0.0, 1.0, False, False)])
    assert (columns.width(2), columns.width(None)) == (3, 3)
    assert str(columns) == "Columns(2 → 3)"
    with pytest.raises(InputError) as caught:
        columns.width(3)
    assert str(caught.value) == "Columns(2 → 3) takes 2 columns, and 3 come."


@pytest.mark.parametrize(
    ("values", "cells", "codes"),
    [
        (("1", "2"), ["1.0", "2.00", "01", 1, 2.0, "3"], [0, 1, 2, 0, 1, 2]),
        (("1.0", "2.0"), ["1", 2, "1.0", "1.5"], [0, 1, 0, 2]),
        (("1", "1.0"), ["1", "1.0"], [0, 1]),
        (("10000000000000001", "10000000000000003"), [10**16 + 3, 10**16 + 1, 1e16], [1, 0, 2]),
    ],
)
def test_a_whole_number_is_one_value_in_any_writing(values: Any, cells: Any, codes: Any) -> None:
    assert Column("a", "category", values).encoded(np.array(cells, object)).tolist() == codes


def test_truth_values_that_came_as_numbers() -> None:
    column = Column("a", "yes/no", ("False", "True"), missing=True)
    assert column.encoded(np.array([1.0, 0.0, np.nan])).tolist()[:2] == [1, 0]
    with pytest.raises(KindError, match=r"^X: the column 'a' holds 2\.0: it must be False or True\.$"):
        column.encoded(np.array([2.0]))


def test_ids_of_17_digits_are_not_one() -> None:
    table = pd.DataFrame({"id": [10**16 + 1, 10**16 + 3] * 20, "v": range(40)})
    assert cr.Columns.fitted(table, categorical=["id"]).features[:2] == [
        "id = 10000000000000001", "id = 10000000000000003",
    ]  # fmt: skip
