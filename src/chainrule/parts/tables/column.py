"""A column of a table: what it is, and what was decided of it from the samples that are trained with."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import math
import numbers
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.parts.layers import Standardize
from chainrule.utils import checks, frames

Array = np.ndarray[Any, Any]

NUMBER, YES_NO, CATEGORY, DATE = "number", "yes/no", "category", "date"
EPOCH = datetime.datetime(1970, 1, 1)
MISSING, OTHER = "missing", "another value"
_POINT_ZERO = re.compile(r"^([+-]?[0-9]+)\.0+$")


@dataclasses.dataclass(frozen=True)
class Column:
    """A column, and how it is written as numbers.

    A number is itself, no and yes are 0 and 1, a date is its days since 1970, a category is the place of its value in
    `values`, and one more for another value; what is missing is NaN.

    Parameters
    ----------
    name : as the table has it
    kind : "number", "yes/no", "category" or "date"
    values : of a category, those that have a column each; of yes/no, both
    fill : what stands for what is missing
    center, scale : of numbers and dates
    missing : whether what is missing has a column of its own
    other : of a category, whether other values have one
    """

    name: str
    kind: str
    values: tuple[str, ...] = ()
    fill: float = 0.0
    center: float = 0.0
    scale: float = 1.0
    missing: bool = False
    other: bool = False

    @classmethod
    def of(cls, given: Any) -> Column:
        """A column from what `as_tuple` gives, or a list of the same; raises InputError for anything else."""
        if isinstance(given, cls):
            return given
        if not isinstance(given, list | tuple) or len(given) != 8 or not _fits(*given):
            raise InputError(
                f"Columns: {checks.short(given)} is no column: it must be (name, kind, values, fill, center, scale, "
                "missing, other), as Columns.fitted(X) finds them."
            )
        name, kind, values, fill, center, scale, missing, other = given
        return cls(name, kind, tuple(values), float(fill), float(center), float(scale), missing, other)

    @property
    def codes(self) -> list[float]:
        """Of a category, the codes that have a column each."""
        count = len(self.values)
        return [
            *map(float, range(count)),
            *([count] if self.other else []),
            *([count + 1] if self.missing else []),
        ]

    @property
    def coded(self) -> str:
        """By which numbers its cells are given, where they are none; else empty."""
        if self.kind == DATE:
            return "days since 1970-01-01"
        codes = [f"{code} for {value}" for code, value in enumerate(self.values)]
        return ", ".join([*codes, *([f"{len(codes)} for {OTHER}"] if self.kind == CATEGORY else [])])

    @property
    def features(self) -> list[str]:
        """The names of the columns that it becomes."""
        if self.kind == CATEGORY:
            further = [OTHER] * self.other + [MISSING] * self.missing
            return [f"{self.name} = {value}" for value in (*self.values, *further)]
        return [self.name, *([f"{self.name} is missing"] if self.missing else [])]

    def as_tuple(self) -> tuple[Any, ...]:
        """All that it is, as `of` takes it."""
        return dataclasses.astuple(self)

    def scaled(self, cells: Any) -> Column:
        """Numbers and dates with the mean and the deviation that these samples have once they are filled."""
        if self.kind not in (NUMBER, DATE):
            return self
        found = self.encoded(cells)
        scaling = Standardize.fitted(np.where(np.isnan(found), self.fill, found))
        return dataclasses.replace(self, center=float(scaling.center[0]), scale=float(scaling.scale[0]))

    # --- as numbers -------------------------------------------------------------------------------------------

    def encoded(self, cells: Any) -> Array:
        """The column of a table as numbers (n,).

        Raises
        ------
        KindError, InputError : where it holds what this column can't be, naming it
        """
        cells = np.asarray(cells)
        if self.kind == DATE and cells.dtype.kind == "M":
            return _days(cells)
        if self.kind == NUMBER and cells.dtype.kind in "fiub":
            return self._finite(cells.astype(np.float64))
        given = [(type(cell), cell) for cell in cells.tolist()]  # True is no 1 here
        try:
            unlike = dict.fromkeys(given)
        except TypeError:  # lists, say, which can't be in a set
            raise KindError(
                f"X: the column {self.name!r} holds {frames.what_it_holds(cells)}: leave it out."
            ) from None
        codes = {each: math.nan if frames.is_missing(each[1]) else self._code(each[1]) for each in unlike}
        return self._finite(np.array([codes[each] for each in given], np.float64))

    def _code(self, cell: Any) -> float:
        if self.kind == CATEGORY:
            text = text_of(cell)
            return float(self._places.get(text, self._places.get(_whole(text), len(self.values))))
        if self.kind == YES_NO:
            words = [value.lower() for value in self.values]
            if (word := text_of(cell).lower()) in words:
                return float(words.index(word))
            if word in ("0", "1"):  # as columns of truth values have them
                return float(word)
        elif self.kind == DATE and isinstance(cell, datetime.date):
            if isinstance(cell, datetime.datetime) and cell.tzinfo is not None:
                cell = cell.astimezone(datetime.UTC).replace(tzinfo=None)
            return float(_days(np.array([cell]))[0])
        elif self.kind == NUMBER and isinstance(cell, numbers.Real | np.bool_):
            return float(cell)
        wanted = {YES_NO: " or ".join(self.values), DATE: "a date", NUMBER: "a number"}[self.kind]
        raise KindError(f"X: the column {self.name!r} holds {checks.short(cell)}: it must be {wanted}.")

    @functools.cached_property
    def _places(self) -> dict[str, int]:
        """Of a category, the places of its values, also as they are without a .0, which other programs put behind."""
        exact = {value: place for place, value in enumerate(self.values)}
        return {_whole(value): place for value, place in reversed(exact.items())} | exact

    def _finite(self, found: Array) -> Array:
        if len(wrong := np.flatnonzero(np.isinf(found))):
            at = int(wrong[0])
            raise InputError(
                f"X: the column {self.name!r} holds {found[at]} in row {at}: give finite numbers."
            )
        return found

    def __str__(self) -> str:
        """What it is, and what was decided of it, in words."""
        if self.kind == CATEGORY:
            said = [f"category: {', '.join(self.values)}", *([OTHER] if self.other else [])]
            return ", ".join(said) + ("; one column for what is missing" if self.missing else "")
        kinds = {NUMBER: "number", DATE: "date, as days since 1970", YES_NO: " or ".join(self.values)}
        scaled = "" if self.kind == YES_NO else f", center {self.center:.6g}, scale {self.scale:.6g}"
        filled = f"; {self.told(self.fill)} for what is missing" if self.missing else ""
        return f"{kinds[self.kind]}{scaled}{filled}{', and a column that tells so' if self.missing else ''}"

    def told(self, number: float) -> str:
        """The cell of a number, as it stood in the table."""
        if math.isnan(number):
            return MISSING
        if self.kind in (CATEGORY, YES_NO):
            return dict(enumerate(self.values)).get(int(number), OTHER)
        if self.kind == DATE:
            moment = EPOCH + datetime.timedelta(days=number)
            return moment.date().isoformat() if number == int(number) else moment.isoformat(" ", "seconds")
        return f"{number:.15g}"


def columns_of(given: Any) -> tuple[Column, ...]:
    """Columns from a list of them, or of what `as_tuple` gives."""
    if not isinstance(given, list | tuple) or not given:
        raise KindError(
            f"Columns: columns = {checks.short(given)} is no list of columns: take Columns.fitted(X)."
        )
    found = tuple(Column.of(each) for each in given)
    if len({column.name for column in found}) != len(found):
        raise InputError("Columns: two columns have one name: give each a name of its own.")
    return found


def coded(columns: Sequence[Column]) -> tuple[str, ...]:
    """By which numbers cells are given that are none, in lines; none where all are numbers."""
    said = [f"{column.name}: {codes}" for column in columns if (codes := column.coded)]
    return ("These come as numbers, as Columns.encode gives them:", *said) if said else ()


def encoded(table: Any, columns: Sequence[Column]) -> Array:
    """The columns of a table, in whatever order it has them, as numbers (n, columns)."""
    frames.check_columns(frames.names_of(table) or (), [column.name for column in columns])
    return np.column_stack([column.encoded(table[column.name]) for column in columns])


def _fits(
    name: Any, kind: Any, values: Any, fill: Any, center: Any, scale: Any, missing: Any, other: Any
) -> bool:
    """Whether these, which may come from a file, are those of a column."""
    texts = isinstance(values, list | tuple) and all(isinstance(value, str) for value in values)
    if not (isinstance(name, str) and texts and len({*values}) == len(values)):
        return False
    numbers_ = all(type(each) in (int, float) and math.isfinite(each) for each in (fill, center, scale))
    most = {NUMBER: 0, DATE: 0, YES_NO: 2, CATEGORY: math.inf}.get(kind, -1) if isinstance(kind, str) else -1
    right = len(values) <= most and (kind != YES_NO or len(values) == 2)
    return numbers_ and scale > 0 and right and type(missing) is type(other) is bool


def text_of(cell: Any) -> str:
    """A cell as a value of a category: 3 and 3.0 are one."""
    if isinstance(cell, numbers.Integral) and not isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, numbers.Real) and not isinstance(cell, bool):
        number = float(cell)
        return str(int(number)) if number.is_integer() and abs(number) <= 1 << 53 else f"{number:.15g}"
    return str(cell)


def _whole(text: str) -> str:
    """A text without the point and zeros behind a whole number."""
    return _POINT_ZERO.sub(r"\1", text)


def _days(cells: Array) -> Array:
    """Dates as days since 1970, with their part of a day."""
    moments = cells.astype("datetime64[us]")
    return np.where(np.isnat(moments), np.nan, moments.astype(np.int64) / 86_400e6)
