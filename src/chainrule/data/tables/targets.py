"""A column of a table as what is predicted: numbers, or classes with their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.data_set import MAX_CLASSES, Kind, class_name
from chainrule.data.tables.columns import Column
from chainrule.data.tables.spelling import is_missing, is_number
from chainrule.data.tables.table import Table
from chainrule.errors import FileError, InputError
from chainrule.utils.checks import short

NO_NUMBERS = ("category", "date", "text", "id")
MIN_ASKED = 10  # rows: in fewer, nearly as many values as rows say nothing


@dataclass(frozen=True)
class Target:
    """What is predicted.

    Parameters
    ----------
    y : numbers, or the codes of classes, of shape (rows,); of several columns (rows, columns)
    classes : the names of the classes in the order of their codes, of the labels, or None for numbers
    note : what was decided, where that could have been otherwise; else empty
    """

    y: NDArray[Any]
    classes: tuple[str, ...] | None
    note: str = ""


def find_target(table: Table, column: Column, kind: Kind | None) -> Target:
    """What a column asks to predict.

    Text is classes, and so are whole numbers with at most ``MAX_CLASSES`` different values; other numbers are
    regression. ``kind`` overrides that.

    Raises
    ------
    FileError : values that are missing or don't go together; or it takes a word of the user to tell which kind it is
    """
    numbers = column.doubt is not None or (column.values is not None and column.seen != "yes/no")
    if not (numbers or (column.seen == "yes/no" and _plain(table, column))) and kind != "regression":
        return _text(table, column, kind)
    if column.values is None or not (np.isfinite(column.values).all() and column.doubt is None):
        raise table.refusal(column, "target")
    values = column.values
    different = len(np.unique(values))
    measured = column.spelled is not None and column.spelled.measured
    if kind == "regression" or (
        kind is None and (measured or different > MAX_CLASSES or (values % 1 != 0).any())
    ):
        table.warn_of_lost(column)
        whole = kind is None and bool((values % 1 == 0).all())
        note = f"{different:,} whole ones; kind='classification' takes them for classes" if whole else ""
        return Target(values, None, note)
    return _number_classes(table, column, kind)


def _plain(table: Table, column: Column) -> bool:
    """Whether yes and no are written as 1 and 0."""
    return not any(map(str.isalpha, "".join(set(table.texts(column)))))


def find_targets(table: Table, columns: Sequence[Column], kind: Kind | None) -> Target:
    """What several columns ask to predict, one beside the other: numbers, or yes or no each; of one, as `find_target`.

    Of the latter the names of the columns are the names of the labels.

    Raises
    ------
    InputError : several columns, and classes of which one is chosen
    FileError : as for `find_target`; columns that are neither all numbers nor all yes and no
    """
    if len(columns) == 1:
        return find_target(table, columns[0], kind)
    labels = all(column.seen == "yes/no" for column in columns) and kind != "regression"
    if kind == "classification" and not labels:
        raise InputError(
            "kind='classification' chooses one of the classes of one target: name one, or several that are yes or no."
        )
    for column in columns:
        words = column.seen == "yes/no" and not labels and not _plain(table, column)
        if words or (column.values is None and column.doubt is None and column.seen in NO_NUMBERS):
            raise FileError(
                f"{table.path}, column {column.name!r}: several targets are all numbers, or all yes or no: predict "
                "this one by itself."
            )
    y = np.stack([table.numbers(column, "target") for column in columns], axis=1)
    if not labels:
        return Target(y, None)
    return Target(y.astype(np.int64), tuple(column.name for column in columns))


def _number_classes(table: Table, column: Column, kind: Kind | None) -> Target:
    """Classes that are numbers, in order of size."""
    texts = table.texts(column)
    first: dict[str, int] = {}
    for row, text in enumerate(texts):
        first.setdefault(text.strip(), row)
    exact: dict[Decimal, str] = {}
    numbers = {text: _exact(column, text) for text in first}
    for text, number in numbers.items():
        other = exact.setdefault(number, text)
        if _zeros(text) != _zeros(other):
            raise FileError(
                f"{table.place(first[text], column)}: {short(text)} and the {short(other)} of {table.unit} "
                f"{table.places[first[other]]} are two labels, and one number. Write those of one class alike, and "
                "others as text, such as a01."
            )
    if kind is None and _too_many(len(exact), len(texts)):
        raise FileError(
            f"{table.path}, column {column.name!r}: {len(exact)} different whole numbers in {len(texts)} rows could be "
            "numbers to predict, or classes. Say which, with kind='regression' or kind='classification'."
        )
    ordered = sorted(exact)
    codes = {number: code for code, number in enumerate(ordered)}
    spelled = column.spelled is not None
    names = [exact[number] if spelled or _zeros(exact[number]) else class_name(number) for number in ordered]
    note = (
        "whole numbers; kind='regression' takes them for numbers" if kind is None and len(names) > 2 else ""
    )
    y = np.array([codes[numbers[text.strip()]] for text in texts], np.int64)
    return Target(y, tuple(names), note)


def _text(table: Table, column: Column, kind: Kind | None) -> Target:
    """Classes that are text, by the alphabet."""
    texts = table.texts(column)
    different = set(texts)
    gone = [text for text in different if not text or (kind is None and is_missing(text))]
    if gone:
        row = min(map(texts.index, gone))
        ways = ["take it for a class of its own with kind='classification'"] if texts[row] else []
        raise table.refusal_of_missing(column, row, texts[row], ways)
    numeric = sum(map(is_number, texts)) if kind is None else 0
    if numeric:
        raise table.refusal_of_mixed(column, numeric)
    if kind is None and _too_many(len(different), len(texts)):
        what = "dates" if column.seen == "date" else "texts"
        raise FileError(
            f"{table.path}, column {column.name!r}: {len(different)} different {what} in {len(texts)} rows, such as "
            f"{short(texts[0])}. To take each for a class, say kind='classification'; else name another "
            "target."
        )
    classes = tuple(sorted(different))
    codes = {text: code for code, text in enumerate(classes)}
    return Target(np.array([codes[text] for text in texts], np.int64), classes)


def _too_many(different: int, rows: int) -> bool:
    """Whether there are nearly as many values as rows, so that they may well be no classes."""
    return rows >= MIN_ASKED and different > 2 and 2 * different > rows


def _exact(column: Column, text: str) -> Decimal:
    if column.spelled is not None:
        return Decimal(column.spelled.values[text])
    return Decimal(text.replace(",", "."))


def _zeros(text: str) -> int:
    """How many zeros stand before a whole number, as ids have them."""
    return len(text) - len(text.lstrip("0")) if text.isdigit() and len(text) > 1 else 0
