"""CSV files with a header, read strictly: what is not a number is pointed at with its line and column."""

from __future__ import annotations

import io
import math
import os
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.data_set import DataSet, Kind, as_target, check_kind
from chainrule.errors import FileError, PrecisionWarning, UnknownName

DELIMITERS = ",;\t"
WHOLE = re.compile(r"\s*[+-]?[0-9]{1,400}\s*")
MISSING = frozenset({"", "?", "-", "na", "n/a", "nan", "null", "none"})
"""What stands for a value that is not there, in small letters."""


def read_csv(path: str | os.PathLike[str], target: str | None = None, *, kind: Kind | None = None) -> DataSet:
    """Read a table whose first line names the columns: one column is the target, the others are features.

    Values are separated by commas, semicolons or tabs, as the header is. The text is UTF-8.

    A target of text is classes, in alphabetical order. A target of whole numbers is classes, in order of
    size, if at most 20 different ones occur; any other numbers are regression. ``kind`` overrides that.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "flowers.csv")
    ...     size = path.write_text("length,width,flower\\n5.1,3.5,rose\\n4.9,3.0,iris\\n")
    ...     data = read_csv(path)
    >>> data.train
    (array([[5.1, 3.5],
           [4.9, 3. ]]), array([1, 0]))
    >>> data.features, data.classes, data.target, data.kind
    (('length', 'width'), ('iris', 'rose'), 'flower', 'classification')

    Parameters
    ----------
    path : the file
    target : the name of the target's column; None takes the last one
    kind : ``"classification"`` or ``"regression"``; None sees for itself

    Returns
    -------
    a DataSet without test samples, X float64 of shape (rows, columns - 1)

    Raises
    ------
    UnknownName : a target that the header lacks, or a kind that is neither of the two
    FileError : no such file, no header, columns without a name or with the same one, rows of another length,
        missing values, text or NaN or infinity where a number should stand
    """
    check_kind(kind)
    table = _read_table(Path(path))
    if len(table.header) < 2:
        raise FileError(
            f"{path} has the one column {table.header[0]!r}. It takes at least one feature and a target, "
            "separated by commas, semicolons or tabs."
        )
    at = len(table.header) - 1 if target is None else table.index(target)
    others = [j for j in range(len(table.header)) if j != at]
    X = np.column_stack([table.numbers(j) for j in others])
    y, classes = as_target(table.target(at, kind), kind)
    if classes is not None:
        classes = table.spelled(at, y, classes)
    return DataSet((X, y), None, tuple(table.header[j] for j in others), classes, table.header[at])


def read_features(path: str | os.PathLike[str], features: Sequence[str]) -> NDArray[np.float64]:
    """Read certain columns of a table: what a trained network needs to predict, with or without a target.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "new.csv")
    ...     size = path.write_text("name,width,length\\nAnn,3.5,5.1\\n")
    ...     read_features(path, ["length", "width"])
    array([[5.1, 3.5]])

    Parameters
    ----------
    path : a CSV file as for `read_csv`; columns that are not asked for may hold anything
    features : the names of the wanted columns, at least one, in the wanted order

    Returns
    -------
    X, float64 of shape (rows, len(features))

    Raises
    ------
    UnknownName : a feature that the header lacks
    FileError : as for `read_csv`
    """
    table = _read_table(Path(path))
    lacking = [name for name in features if name not in table.header]
    if lacking:
        hint = f"{path} lacks: {', '.join(lacking)}."
        raise UnknownName("column", lacking[0], table.header, hint)
    return np.column_stack([table.numbers(table.index(name)) for name in features])


@dataclass(frozen=True)
class _Table:
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
            row = next(i for i, text in enumerate(self.columns[j]) if not _is_number(text))
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
        numeric = sum(map(_is_number, texts))
        if numeric and kind is None:
            row = next(i for i, text in enumerate(texts) if not _is_number(text))
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
    return (Decimal(text) if _is_number(text) else text), _zeros(text)


def _zeros(text: str) -> int:
    """How many zeros stand before a whole number, as ids have them."""
    return len(text) - len(text.lstrip("0")) if text.isdigit() and len(text) > 1 else 0


def _is_number(text: str) -> bool:
    return math.isfinite(_float(text))


def _float(text: str) -> float:
    try:
        return math.nan if "_" in text else float(text)
    except ValueError:
        return math.nan


def _read_table(path: Path) -> _Table:
    import csv

    text = _read_text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise FileError(
            f"{path}, line {reader.line_num}: not a line of CSV ({error}). Look for a quotation mark that is "
            "not closed."
        ) from error
    if not rows:
        raise FileError(
            f"{path} is empty. It takes a header that names the columns, then a row for each sample."
        )
    header = [name.strip() for name in rows.pop(0)]
    _check_header(path, header, lines.pop(0))
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(header):
            raise FileError(
                f"{path}, line {line}: there are {len(row)} values, and the header names {len(header)} "
                "columns."
            )
    if not rows:
        raise FileError(f"{path} has a header and no rows. It takes a row for each sample.")
    return _Table(path, header, list(zip(*rows, strict=True)), lines)


def _read_text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} can't be read: {error.strerror}.") from error
    try:
        return content.decode("utf-8-sig")  # Excel starts UTF-8 with a mark
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileError(
            f"{path}, line {line}: the byte {content[error.start]:02x} is not UTF-8. Save the file as "
            "UTF-8 text."
        ) from error


def _delimiter(text: str) -> str:
    """The mark that stands most often in the header outside of quotes; a comma if none does."""
    header = re.match('[\\r\\n]*((?:"[^"]*"|[^"\\r\\n])*)', text)
    return max(DELIMITERS, key=re.sub('"[^"]*"', "", header[1] if header else "").count)


def _check_header(path: Path, header: list[str], line: int) -> None:
    if all(map(_is_number, header)):
        raise FileError(
            f"{path}, line {line}: numbers ({_shown(header)}) where the header should be. "
            "Put a first line there that names the columns."
        )
    if "" in header:
        raise FileError(
            f"{path}, line {line}: column {header.index('') + 1} has no name. Give it one, or leave it out "
            "(pandas: to_csv(…, index=False))."
        )
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise FileError(f"{path}, line {line}: more than one column is called {_shown(twice)}. Rename them.")


def _shown(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
