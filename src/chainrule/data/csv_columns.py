"""A table of text, read column by column: as numbers, as a target, as the names of classes."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.data_set import Kind
from chainrule.errors import FileError, PrecisionWarning, UnknownName

WHOLE = re.compile(r"\s*[+-]?[0-9]{1,400}\s*")
MISSING = frozenset({"", "?", "-", "na", "n/a", "nan", "null", "none"})
"""What stands for a value that is not there, in small letters."""


@dataclass(frozen=True)
class Table:
    """The cells of a file, with the lines where they stand."""

    path: Path
    header: list[str]
    columns: list[tuple[str, ...]]
    lines: list[int]  # the line on which each row ends: a quoted value may go over several

    def index(self, name: str) -> int:
        if name not in self.header:
            raise UnknownName("column", name, self.header, f"These are the columns of {self.path}.")
        return self.header.index(name)

    def numbers(self, j: int) -> NDArray[np.float64]:
        """The numbers of column j, or the error that says which of them is none."""
        values = _as_numbers(self.columns[j])
        if values is None:
            row = next(i for i, text in enumerate(self.columns[j]) if not is_number(text))
            raise self._not_a_number(row, j)
        self._warn_of_lost(values, j)
        return values

    def _warn_of_lost(self, values: NDArray[np.float64], j: int) -> None:
        """Warn where numbers of column j that differ in the file are the same in double precision."""
        if np.abs(values).max() <= 2**53:
            return
        texts = {Decimal(text.strip()): text.strip() for text in self.columns[j]}
        read: dict[float, str] = {}
        for text in texts.values():
            other = read.setdefault(float(text), text)
            if other != text:
                warnings.warn(
                    f"{self.path}, column {self.header[j]!r}: {other} and {text} are the same number in float64, which "
                    "has 15 to 17 digits: take an offset off, or leave the column out.",
                    PrecisionWarning,
                    stacklevel=2,
                )
                return

    def target(self, j: int, kind: Kind | None) -> NDArray[Any]:
        """The numbers or the text of column j, which is the target."""
        values = _as_numbers(self.columns[j])
        if values is not None or kind == "regression":
            exact = _as_whole_numbers(self.columns[j])
            return self.numbers(j) if exact is None or kind == "regression" else exact
        texts = [text.strip() for text in self.columns[j]]
        if "" in texts:
            raise self._not_a_number(texts.index(""), j)
        numeric = sum(map(is_number, texts))
        if numeric and kind is None:
            row = next(i for i, text in enumerate(texts) if not is_number(text))
            if texts[row].lower() in MISSING or math.isinf(_float(texts[row])):
                raise self._not_a_number(row, j)
            raise FileError(
                f"{self._place(row, j)}: {texts[row]!r} is text, and {numeric} other values of this target "
                "are numbers. Correct it, or take all for names of classes with kind='classification'."
            )
        return np.array(texts)

    def spelled(self, j: int, codes: NDArray[Any], classes: Sequence[str]) -> tuple[str, ...]:
        """The names of column j's classes, with the zeros before them; raises where two labels came to be one class."""
        first: dict[int, int] = {}
        for row, code in enumerate(codes.tolist()):
            before = first.setdefault(code, row)
            one, other = (self.columns[j][at].strip() for at in (before, row))
            if one != other and _spelled(one) != _spelled(other):
                raise FileError(
                    f"{self._place(row, j)}: {other!r} and the {one!r} of line {self.lines[before]} are two labels, "
                    "and one number. Write those of one class alike, and others as text, such as a01."
                )
        labels = [self.columns[j][first[code]].strip() for code in range(len(classes))]
        return tuple(label if _zeros(label) else name for label, name in zip(labels, classes, strict=True))

    def _not_a_number(self, row: int, j: int) -> FileError:
        text = self.columns[j][row].strip()
        if text.lower() in MISSING:
            said = f" ({text!r})" if text else ""
            return FileError(
                f"{self._place(row, j)}: the value is missing{said}. Fill it in, or leave the row or "
                "the column out."
            )
        if math.isinf(_float(text)):
            return FileError(
                f"{self._place(row, j)}: {text!r} is not finite. Correct it, or leave the row out."
            )
        return FileError(
            f"{self._place(row, j)}: {text!r} is text, and a network takes numbers. Turn the column into "
            "numbers, leave it out, or make it the target of a classification by its name."
        )

    def _place(self, row: int, j: int) -> str:
        return f"{self.path}, line {self.lines[row]}, column {self.header[j]!r}"


def _as_numbers(texts: Sequence[str]) -> NDArray[np.float64] | None:
    """All texts as finite numbers, or None if one of them is something else."""
    try:
        values = np.fromiter(map(float, texts), np.float64, len(texts))
    except ValueError:
        return None
    # Python reads 1_2 as 12, which is its own habit and no CSV's
    return values if np.isfinite(values).all() and "_" not in "".join(texts) else None


def _as_whole_numbers(texts: Sequence[str]) -> NDArray[Any] | None:
    """All texts as whole numbers, however large, or None if one of them is written otherwise."""
    if not all(map(WHOLE.fullmatch, texts)):
        return None
    values = [int(text) for text in texts]
    return np.array(values, np.int64 if min(values) >= -(2**63) and max(values) < 2**63 else object)


def _spelled(text: str) -> tuple[Decimal | str, int]:
    """What a label is: its exact number, and the zeros before it."""
    return (Decimal(text) if is_number(text) else text), _zeros(text)


def _zeros(text: str) -> int:
    """How many zeros stand before a whole number, as ids have them."""
    return len(text) - len(text.lstrip("0")) if text.isdigit() and len(text) > 1 else 0


def is_number(text: str) -> bool:
    return math.isfinite(_float(text))


def _float(text: str) -> float:
    try:
        return math.nan if "_" in text else float(text)
    except ValueError:
        return math.nan
