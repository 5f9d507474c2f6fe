"""A table: its columns, and what is said about a value of them that can't be used."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from chainrule.data.tables.columns import Column
from chainrule.data.tables.spelling import MARKS, is_missing, is_number, readings
from chainrule.errors import FileError, PrecisionWarning, UnknownName
from chainrule.utils.checks import short

Role = Literal["target", "feature", "needed"]


@dataclass(frozen=True)
class Table:
    """The columns of a file, and where their values stand in it.

    Parameters
    ----------
    path : the file
    columns : those that were read
    names : of all columns of the file
    said : what is unusual about its layout, in a line; empty if nothing is
    places : of each row the line on which it ends, or its number
    unit : what these count: "line" or "row"
    again : reads the texts of a column again, by its name: those of plain numbers are not kept
    """

    path: Path
    columns: list[Column]
    names: list[str]
    said: str
    places: Sequence[int]
    unit: str
    again: Callable[[str], Sequence[str]]

    def column(self, name: str) -> Column:
        """The column of that name, or UnknownName."""
        found = self._by_name.get(name)
        if found is None:
            raise UnknownName("column", name, self.names, f"These are the columns of {self.path}.")
        return found

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def texts(self, column: Column) -> Sequence[str]:
        """The values of a column as they stand in the file."""
        return self.again(column.name) if column.texts is None else column.texts

    def numbers(self, column: Column, role: Role, others: Sequence[str] = ()) -> NDArray[np.float64]:
        """The numbers of a column, or the error that says which value is none; `role` and `others` as for `refusal`."""
        if column.values is None or not usable(column):
            raise self.refusal(column, role, others)
        self.warn_of_lost(column)
        return column.values

    def place(self, row: int, column: Column) -> str:
        """Where a value stands."""
        return f"{self.path}, {self.unit} {self.places[row]}, column {column.name!r}"

    def refusal(self, column: Column, role: Role, others: Sequence[str] = ()) -> FileError:
        """What to do about a column that is no numbers.

        Parameters
        ----------
        column : one of the columns
        role : "target", "feature", or "needed": a feature that a network has, and can't be left out
        others : the names of features that are no numbers either
        """
        if column.doubt:
            return self._in_doubt(column)
        row, text = self._no_number(column)
        out = [_left_out([column.name, *others])] if role == "feature" else []
        if is_missing(text):
            return self.refusal_of_missing(column, row, text, out)
        if math.isinf(_float(text)):
            return FileError(
                f"{self.place(row, column)}: {short(text)} is not finite. Correct it, or leave the row out."
            )
        if is_number(text):
            return self._written_otherwise(column, row, text)
        what = "a date" if column.seen == "date" else "text"
        takes = "regression" if role == "target" else "a network"
        ways = {
            "target": ["correct it", "take the column for classes with kind='classification'"],
            "feature": ["turn the column into numbers", *out, f"predict it with target={column.name!r}"],
            "needed": ["turn it into a number", "leave the row out"],
        }
        return FileError(
            f"{self.place(row, column)}: {short(text)} is {what}, and {takes} takes numbers. {_either(ways[role])}."
        )

    def _written_otherwise(self, column: Column, row: int, text: str) -> FileError:
        """What to do about numbers that are none together, or none with the decimal mark that was told."""
        texts = self.texts(column)
        together = readings(dict.fromkeys(text for text in texts if not is_missing(text)))
        if not together:
            return FileError(
                f"{self.place(row, column)}: {short(text)} is written unlike {short(texts[0])}. Write all numbers of a "
                "column with the same unit and the same decimal mark."
            )
        row, text = next((i, t) for i, t in enumerate(texts) if any(mark in t for mark in MARKS))
        return FileError(
            f"{self.place(row, column)}: {short(text)} is a number with decimal={together[0].decimal!r} alone. Say "
            "that, or leave the decimal mark to be found out."
        )

    def refusal_of_missing(self, column: Column, row: int, text: str, ways: Sequence[str] = ()) -> FileError:
        """What to do about a value that is not there, with more ways to go on."""
        said = f" ({short(text)})" if text else ""
        ways = ["fill it in", "leave the row out", *ways]
        return FileError(f"{self.place(row, column)}: the value is missing{said}. {_either(ways)}.")

    def refusal_of_mixed(self, column: Column, numbers: int) -> FileError:
        """What to do about a target some of whose values are numbers."""
        row, text = self._no_number(column)
        if is_number(text) or math.isinf(_float(text)):
            return self.refusal(column, "target")
        return FileError(
            f"{self.place(row, column)}: {short(text)} is text, and {numbers} other values of this target are numbers. "
            "Correct it, or take all for names of classes with kind='classification'."
        )

    def _no_number(self, column: Column) -> tuple[int, str]:
        """The first value of a column that is no number, or none beside the first one, and its row."""
        texts = self.texts(column)
        if column.values is not None:
            row = int(np.flatnonzero(~np.isfinite(column.values))[0])
            return row, texts[row].strip()
        known = {text: is_number(text) and not is_missing(text) for text in set(texts)}
        first = texts[0]
        for row, text in enumerate(texts):
            if not known[text]:
                return row, text.strip()
        unlike = (row for row, text in enumerate(texts) if not readings({first, text}))
        row = next(unlike, len(texts) - 1)
        return row, texts[row]

    def _in_doubt(self, column: Column) -> FileError:
        """The question that numbers ask which could be read in two ways."""
        assert column.doubt is not None
        one, other = column.doubt
        text = next(text for text in one.values if one.values[text] != other.values[text])
        row = list(self.texts(column)).index(text)
        return FileError(
            f"{self.place(row, column)}: {short(text)} could be {one.values[text]:.15g} or {other.values[text]:.15g}. "
            f"Say which mark stands before decimals, with decimal={one.decimal!r} or decimal={other.decimal!r}."
        )

    def warn_of_lost(self, column: Column) -> None:
        """Warn where numbers of a column that differ in the file are the same in double precision."""
        values = column.values
        if values is None or column.spelled is not None or not (np.abs(values) >= 2**53).any():
            return
        there = (text.strip() for text in self.texts(column) if not is_missing(text))
        texts = {Decimal(text.replace(",", ".")): text for text in there}
        read: dict[float, str] = {}
        for number, text in texts.items():
            other = read.setdefault(float(number), text)
            if other != text:
                warnings.warn(
                    f"{self.path}, column {column.name!r}: {other} and {text} are the same number in float64, which "
                    "has 15 to 17 digits: take an offset off, or leave the column out.",
                    PrecisionWarning,
                    stacklevel=2,
                )
                return


def usable(column: Column) -> bool:
    """Whether a column is numbers, all of them there."""
    return column.doubt is None and column.values is not None and bool(np.isfinite(column.values).all())


def _left_out(names: Collection[str]) -> str:
    first, *others = dict.fromkeys(names)
    if not others:
        return f"leave the column out with ignore={[first]!r}"
    shown = ", ".join(map(repr, others[:4])) + (f" and {len(others) - 4} more" if len(others) > 4 else "")
    return f"leave this column and {shown} out with ignore={[first, *others]!r}"


def _either(ways: Sequence[str]) -> str:
    """Ways to go on, as a sentence without its full stop."""
    text = ", ".join(ways[:-1]) + f", or {ways[-1]}"
    return text[0].upper() + text[1:]


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
