"""A column of a table, gathered block by block, as numbers while its values are; and what it is seen as."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from chainrule.data.tables.dates import is_date
from chainrule.data.tables.spelling import Spelled, is_missing, readings
from chainrule.utils.columns import cut

Seen = Literal["number", "yes/no", "category", "date", "text", "id", "empty"]
"""What a column may be seen as."""

YES_NO = ({"false": 0.0, "true": 1.0}, {"no": 0.0, "yes": 1.0}, {"n": 0.0, "y": 1.0}, {"f": 0.0, "t": 1.0})
MAX_CATEGORIES = 20
FEW = 10  # rows: in fewer, that all texts differ tells nothing
MIN_IDS = 20  # rows: that fewer numbers increase may well be chance


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    name : its name
    seen : what stands in it
    values : its numbers, NaN where one is missing, 1 for yes and 0 for no; None where it holds something else
    texts : its values as they stand in the file, unless they are plain numbers
    missing : how many are missing
    spelled : how its numbers are spelled, where that is not how computers do
    doubt : the two ways to read its numbers, where nothing tells which is right
    """

    name: str
    seen: Seen
    values: NDArray[np.float64] | None
    texts: Sequence[str] | None
    missing: int
    spelled: Spelled | None = None
    doubt: tuple[Spelled, Spelled] | None = None

    @property
    def said(self) -> str:
        """Its values in a few words."""
        if self.values is not None and (self.texts is None or self.seen not in ("yes/no", "empty")):
            return _range(self.values)
        if self.texts is None:
            return ""
        texts = [text for text in dict.fromkeys(self.texts) if not is_missing(text)]
        count = len(texts)
        listed = ", ".join(map(_short, sorted(texts)[:4])) + (", …" if count > 4 else "")
        if self.seen in ("category", "yes/no"):
            return f"{count}: {listed}" if count > 2 else listed
        return f"{count:,} different, such as {_short(next(iter(texts)))}" if texts else ""


class Growing:
    """A column while it is read.

    Parameters
    ----------
    decimal : the mark before decimals; with None none is known, and only whole numbers are plain
    kept : whether its texts are kept also where they are plain numbers
    """

    def __init__(self, decimal: str | None, kept: bool) -> None:
        self.decimal = decimal
        self.blocks: list[NDArray[np.float64]] | None = []
        self.texts: list[str] | None = [] if kept else None
        self.same: dict[str, str] = {}

    def extend(self, texts: Sequence[str]) -> None:
        """Take the values of further rows."""
        if self.blocks is not None:
            block = plain(texts, self.decimal)
            if block is None:
                self.texts = self.texts if self.texts is not None or self.blocks else []
                self.blocks = None
            else:
                self.blocks.append(block)
        if self.texts is not None:  # of texts that are the same, one is kept
            cells = [text.strip() for text in texts]
            self.texts.extend(map(self.same.setdefault, cells, cells))

    @property
    def lost(self) -> bool:
        """Whether its first texts are gone, since only later ones were no plain numbers."""
        return self.blocks is None and self.texts is None


def plain(texts: Sequence[str], decimal: str | None) -> NDArray[np.float64] | None:
    """Texts as numbers that computers write, NaN for missing ones; None if one of them is something else."""
    joined = "\n".join(texts)
    if "_" in joined or (decimal != "." and "." in joined) or (decimal is None and "," in joined):
        return None  # Python reads 1_2 as 12, which is its own habit and no table's
    cells: Sequence[str] = texts
    if decimal == "," and "," in joined:
        cells = joined.replace(",", ".").split("\n")
        if len(cells) != len(texts):
            return None
    try:
        return np.fromiter(map(float, cells), np.float64, len(cells))
    except ValueError:
        pass
    try:
        return np.array([math.nan if is_missing(text) else float(text) for text in cells])
    except ValueError:
        return None


def finished(name: str, grown: Growing, marks: Sequence[str], sure: bool) -> Column:
    """What a column came to be; `marks` and `sure` as for `of_texts`."""
    if grown.blocks is not None:
        values = np.concatenate(grown.blocks) if grown.blocks else np.empty(0)
        grown.blocks = None
        return of_numbers(name, values, grown.texts)
    assert grown.texts is not None
    return of_texts(name, grown.texts, marks, sure)


def of_numbers(name: str, values: NDArray[np.float64], texts: Sequence[str] | None = None) -> Column:
    """A column of numbers, NaN where one is missing, with their texts if those are kept."""
    return Column(name, _seen_numbers(values), values, texts, int(np.isnan(values).sum()))


def of_texts(name: str, texts: Sequence[str], marks: Sequence[str], sure: bool) -> Column:
    """What a column of texts is: numbers in people's spelling, yes and no, or else.

    Parameters
    ----------
    name : its name
    texts : its values, without blanks around them
    marks : what may stand before decimals
    sure : whether the first of these marks is right where numbers could be read with either
    """
    different = dict.fromkeys(texts)
    there = [text for text in different if not is_missing(text)]
    missing = sum(map((different.keys() - there).__contains__, texts)) if len(there) < len(different) else 0
    if not there:
        return Column(name, "empty", None, texts, missing)
    ways = readings(there, marks)
    if len(ways) > 1 and not sure:
        return Column(name, "number", None, texts, missing, doubt=(ways[0], ways[1]))
    if ways:
        values = _looked_up(texts, ways[0].values)
        seen = "number" if ways[0].measured else _seen_numbers(values)
        return Column(name, seen, values, texts, missing, spelled=ways[0])
    for pair in YES_NO:
        if {text.lower() for text in there} <= set(pair):
            return Column(
                name,
                "yes/no",
                _looked_up(texts, {text: pair[text.lower()] for text in there}),
                texts,
                missing,
            )
    return Column(name, _seen_texts(there, len(texts)), None, texts, missing)


def _looked_up(texts: Sequence[str], numbers: dict[str, float]) -> NDArray[np.float64]:
    return np.array([numbers.get(text, math.nan) for text in texts])


def _seen_numbers(values: NDArray[np.float64]) -> Seen:
    there = values[np.isfinite(values)]
    if not len(there):
        return "empty" if np.isnan(values).all() else "number"
    if ((there == 0) | (there == 1)).all():
        return "yes/no"
    ids = len(there) == len(values) >= MIN_IDS and (there % 1 == 0).all() and (np.diff(there) > 0).all()
    return "id" if ids else "number"


def _seen_texts(there: Collection[str], rows: int) -> Seen:
    count = len(there)
    if all(map(is_date, there)):
        return "date"
    if (count <= MAX_CATEGORIES and (count < rows or rows < FEW)) or 10 * count <= rows:
        return "category"
    return "id" if count == rows and not any(" " in text for text in there) else "text"


def _range(values: NDArray[np.float64]) -> str:
    there: NDArray[Any] = values[~np.isnan(values)]
    if not len(there):
        return ""
    low, high = float(there.min()), float(there.max())
    return _brief(low) if low == high else f"{_brief(low)} … {_brief(high)}"


def _brief(number: float) -> str:
    return f"{number:.12g}" if 1e5 <= abs(number) < 1e12 else f"{number:.6g}"


def _short(text: str) -> str:
    return cut(" ".join(text.split()), 20)
