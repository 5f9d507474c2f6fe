"""Tables as they stand, by the names of their columns."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.data import split
from chainrule.data.cells import Cells
from chainrule.errors import UnknownName

TABLE = Cells({"size": np.array([1.0, np.nan, 3.0]), "colour": np.array(["red", None, "blue"], object)})


def test_rows_and_columns_are_picked() -> None:
    assert (TABLE.columns, TABLE.shape, len(TABLE)) == (["size", "colour"], (3, 2), 3)
    for rows in ([2, 0], np.array([2, 0]), slice(None, None, -2)):
        picked = TABLE[rows]
        assert (picked["size"].tolist(), picked["colour"].tolist()) == ([3.0, 1.0], ["blue", "red"])
    assert TABLE.only(["colour"]).columns == ["colour"]
    assert TABLE.only(["colour", "size"]).columns == ["colour", "size"]


def test_an_unknown_column() -> None:
    with pytest.raises(UnknownName) as told:
        TABLE["sise"]
    assert str(told.value) == "there is no column 'sise'. Did you mean 'size'? There is: size, colour."


def test_a_table_is_split_as_arrays_are() -> None:
    numbers = np.arange(40.0)
    table = Cells({"a": numbers, "b": -numbers})
    for_arrays = split(numbers[:, None], numbers, 0.25, seed=3)
    for (X, y), (own, same) in zip(split(table, numbers, 0.25, seed=3), for_arrays, strict=True):  # type: ignore[arg-type]
        np.testing.assert_array_equal(X["b"], -own[:, 0])  # type: ignore[call-overload]
        np.testing.assert_array_equal(y, same)
