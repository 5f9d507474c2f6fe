"""The columns of a table as they stand in it, by name, of which rows can be picked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, overload

import numpy as np

from chainrule.errors import UnknownName

Array = np.ndarray[Any, Any]


class Cells:
    """A table with named columns, as `Columns.fitted` and networks take it.

    >>> flats = Cells({"size": np.array([70.0, np.nan]), "district": np.array(["river", None], object)})
    >>> flats.columns, flats.shape, flats["size"]
    (['size', 'district'], (2, 2), array([70., nan]))
    >>> flats[[1]]["district"]
    array([None], dtype=object)

    Parameters
    ----------
    columns : each of shape (rows,), by its name: numbers, NaN where one is missing; texts, None there; or moments
    """

    def __init__(self, columns: Mapping[str, Array]) -> None:
        self._columns = dict(columns)

    @property
    def columns(self) -> list[str]:
        """The names of its columns."""
        return list(self._columns)

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns it has."""
        return len(self), len(self._columns)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    @overload
    def __getitem__(self, which: str) -> Array: ...

    @overload
    def __getitem__(self, which: Any) -> Cells: ...

    def __getitem__(self, which: Any) -> Array | Cells:
        """A column by its name, or the table of some rows: a slice, or their numbers."""
        if not isinstance(which, str):
            return Cells({name: column[which] for name, column in self._columns.items()})
        if which not in self._columns:
            raise UnknownName("column", which, self.columns)
        return self._columns[which]

    def only(self, names: Sequence[str]) -> Cells:
        """The table of these columns, in this order."""
        return Cells({name: self[name] for name in names})
