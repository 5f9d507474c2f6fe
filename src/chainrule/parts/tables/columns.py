"""The layer that makes numbers of the columns of a table."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from chainrule.errors import InputError
from chainrule.parts.contract import Array, Layer, Rule
from chainrule.parts.tables.blocks import blocks
from chainrule.parts.tables.column import coded, columns_of, encoded
from chainrule.parts.tables.judging import judged_columns


class Columns(Layer):
    """Preparation of a table's columns, the first lines of a program: what is missing is filled, numbers are scaled.

    x_known is x_raw, and fill where that is missing. Numbers and dates become (x_known - center) / scale, no and yes 0
    and 1, a category 1 at its value's place, else 0; beside a number that may be missing stands 1 where it is. All of
    it is decided by `fitted`, from the samples that are trained with.

    Parameters
    ----------
    columns : of the table, in order; see `Columns.fitted`

    Source: D. Pyle, Data Preparation for Data Mining, 1999, chapters 6 to 8.
    """

    takes: ClassVar[str] = "x_raw"
    gives: ClassVar[str] = "x"
    stored: ClassVar[bool] = False

    def __init__(self, columns: Sequence[Any]) -> None:
        self.columns = columns_of(columns)

    @classmethod
    def fitted(cls, X: Any, *, categorical: Sequence[str] = ()) -> Columns:
        """The preparation of a table's columns, as these samples have it.

        Numbers are scaled to mean 0 and standard deviation 1, missing ones filled with the median. Text of few values,
        and what is named among `categorical`, is a category; rare values (below 0.5 % of the rows, or single) share a
        column. True and False, yes and no, and 0 and 1 are a column of 0 and 1. Dates are days.

        Parameters
        ----------
        X : a table with named columns, pandas' or polars': the part that is trained with
        categorical : names of columns that are categories whatever they hold, such as numbers of kinds

        Raises
        ------
        KindError, InputError : for a column that is nothing of these, naming it
        """
        return cls(judged_columns(X, categorical))

    def settings(self) -> dict[str, Any]:
        return {"columns": tuple(column.as_tuple() for column in self.columns)}

    @property
    def raw_features(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(column.name for column in self.columns)

    coded = property(lambda self: coded(self.columns))

    @property
    def features(self) -> list[str]:
        """The names of what it gives, column by column."""
        return [name for column in self.columns for name in column.features]

    def width(self, incoming: int | None) -> int:
        if incoming not in (None, len(self.columns)):
            raise InputError(f"{self} takes {len(self.columns)} columns, and {incoming} come.")
        return len(self.features)

    def encode(self, table: Any) -> Array:
        return encoded(table, self.columns)

    def told(self, row: Array) -> list[str]:
        return [f"{of.name} {of.told(value)}" for of, value in zip(self.columns, row.tolist(), strict=True)]

    def constants(self) -> dict[str, Array]:
        return blocks(self.columns)

    def forward(self, q: Rule) -> None:
        made, missing = self.constants(), np.isnan(q.x_raw)
        q.x_known = np.where(missing, q.fill, q.x_raw)
        if "number_from" not in made and "code" not in made:
            q.x = (q.x_known - q.center) / q.scale
            return
        parts = []
        if "number_from" in made:
            q.x_number = (q.x_known @ q.number_from - q.center) / q.scale
            parts.append(q.x_number @ q.number_to)
        if "code" in made:
            q.x_category = np.where(q.x_known @ q.category_from == q.code, 1, 0)
            parts.append(q.x_category @ q.category_to)
        if "missing_to" in made:
            q.x_missing = np.where(missing, 1, 0)
            parts.append(q.x_missing @ q.missing_to)
        q.x = functools.reduce(operator.add, parts)

    def __str__(self) -> str:
        return f"Columns({len(self.columns)} → {len(self.features)})"
