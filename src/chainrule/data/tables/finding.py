"""The layout of a file of text, found out from its first lines where that is beyond doubt, and asked for where not."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import IO

from chainrule.data.tables.encodings import find_encoding, opened_text
from chainrule.data.tables.headers import counts, with_names
from chainrule.data.tables.layouts import BLANKS, DELIMITERS, Layout, Wanted, rows
from chainrule.data.tables.spelling import MARKS, is_missing, is_number, readings
from chainrule.errors import FileError

FIRST, ROWS = 1 << 17, 1000  # characters and rows that are looked at
FEWEST, MOST = 20, 1 << 22  # lines that must be among them, unless those are too long for it
_ENDS = ("\n", "\r")
_SEPARATOR = re.compile(r'"?sep=(.)"?\s*')
_OPENING, _CLOSING = re.compile(r"(?m)(?:^|[,;\t|])\s*'"), re.compile(r"(?m)'\s*(?:$|[,;\t|])")


@dataclass(frozen=True)
class Sample:
    """The first rows of a file as some layout has them, without empty ones, and the lines on which they end."""

    layout: Layout
    rows: list[list[str]]
    lines: list[int]

    @cached_property
    def width(self) -> int:
        """How many values most rows have, the first one aside."""
        return Counter(map(len, self.rows[1:] or self.rows)).most_common(1)[0][0] if self.rows else 0

    @property
    def regular(self) -> bool:
        """Whether all rows have so many; a first one may name one more or less, or count samples."""
        width = self.width
        if width < 2 or any(len(row) != width for row in self.rows[1:]):
            return False
        return abs(len(self.rows[0]) - width) <= 1 or counts(self.rows[0], width)

    @property
    def likeness(self) -> tuple[float, int]:
        """How much this looks like a table that has a wrong row: the share of rows with as many values as most."""
        width, rows = self.width, self.rows
        if width < 2 or self.layout.delimiter == BLANKS:
            return 0.0, 0
        return sum(len(row) == width for row in rows) / len(rows), width

    @cached_property
    def columns(self) -> list[list[str]]:
        """The values of each column below the first row."""
        body = [row for row in self.rows[1:] if len(row) == self.width]
        return [list(column) for column in zip(*body, strict=True)]

    @cached_property
    def numbers(self) -> float:
        """The share of values that are numbers, in any spelling."""
        texts = [cell for column in self.columns or [self.rows[0]] for cell in column]
        known = {text: is_number(text) for text in set(texts)}
        return sum(known[text] for text in texts) / len(texts)


def find_layout(path: Path, wanted: Wanted) -> Layout:
    """The layout of a file, as far as a user does not say it.

    Raises
    ------
    FileError : no such file, none of text, or a layout that is in doubt: then the message says how to tell it
    """
    encoding = wanted.encoding or find_encoding(path)
    with opened_text(path, encoding) as file:
        text = _start(path, file)
    lines = list(io.StringIO(text, newline=""))
    skipped, delimiter = 0, wanted.delimiter
    if lines and (said := _SEPARATOR.fullmatch(lines[0])):
        skipped, delimiter = 1, delimiter or said[1]
    layout = Layout(encoding, delimiter or ",", skipped=skipped)
    sample = _sample(path, lines, layout) if delimiter else _find_delimiter(path, lines, layout)
    if not sample.rows:
        for _ in rows(iter(lines), path, sample.layout):  # where something else is wrong, that is told
            pass
        raise FileError(
            f"{path} is empty. It takes a header that names the columns, then a row for each sample."
        )
    decimal, sure = (wanted.decimal, True) if wanted.decimal else _find_decimal(sample)
    marks = (decimal,) if wanted.decimal and decimal else tuple(dict.fromkeys((decimal or ".", *MARKS)))
    layout = with_names(
        path, sample.layout, sample.rows, sample.lines, lines[skipped : sample.layout.skipped], wanted
    )
    return replace(layout, decimal=decimal, marks=marks, sure=sure)


def _start(path: Path, file: IO[str]) -> str:
    """The first lines of a file, whole ones."""
    text = file.read(FIRST)
    while len(text) < MOST and max(map(text.count, _ENDS)) < FEWEST and (more := file.read(len(text))):
        text += more
    if not file.read(1):
        return text
    end = max(map(text.rfind, _ENDS)) + 1
    if not end:
        raise FileError(f"{path}, line 1: it has more than {MOST:,} characters, as no header and no row has.")
    return text[:end]  # a row that is cut off is none


def _find_delimiter(path: Path, lines: Sequence[str], layout: Layout) -> Sample:
    """The rows, separated by what makes a table of them."""
    text = "".join(lines)
    quotes = ('"', "'") if _OPENING.search(text) else ('"',)
    samples = [
        _sample(path, lines, replace(layout, delimiter=delimiter, quote=quote))
        for quote in quotes
        for delimiter in DELIMITERS
        if quote == '"' or delimiter != BLANKS
    ]
    regular = [each for each in samples if each.regular]
    if not regular:  # a row is wrong, and is told when it is read; or there is one column
        return max(samples, key=lambda each: each.likeness)
    best = max(each.numbers for each in regular)
    regular = [each for each in regular if each.numbers == best]
    marks = dict.fromkeys(each.layout.delimiter for each in regular)
    if len(marks) > 1:
        marks.pop(BLANKS, None)
    if len(marks) > 1:
        one, other, *_ = (DELIMITERS[mark] for mark in marks)
        asked = " or ".join(f"delimiter={mark!r}" for mark in marks)
        raise FileError(f"{path}: {one} or {other} could separate its values. Say which do, with {asked}.")
    found = [each for each in regular if each.layout.delimiter in marks]
    single = len(_OPENING.findall(text)) == len(_CLOSING.findall(text)) == text.count("'") / 2
    return found[-1 if single else 0]  # quotes that stand in pairs around values are no apostrophes


def _sample(path: Path, lines: Sequence[str], layout: Layout) -> Sample:
    """The rows of the first lines, as that layout has them; comments before them are skipped."""
    comments = layout.skipped
    while comments < len(lines) and (not (line := lines[comments].strip()) or line.startswith("#")):
        comments += 1
    sample = _rows(path, lines, replace(layout, skipped=comments))
    kept = [i for i, row in enumerate(sample.rows) if not row[0].startswith("#")]
    marked = [row for row in sample.rows if row[0].startswith("#")]
    if not kept or any(len(row) == sample.width for row in marked):  # values, such as the colour #ff0000
        return _rows(path, lines, layout)
    return Sample(sample.layout, [sample.rows[i] for i in kept], [sample.lines[i] for i in kept])


def _rows(path: Path, lines: Sequence[str], layout: Layout) -> Sample:
    sample = Sample(layout, [], [])
    try:
        for line, row in islice(rows(iter(lines), path, layout), ROWS):
            if any(map(str.strip, row)):
                sample.rows.append([cell.strip() for cell in row])
                sample.lines.append(line)
    except FileError:  # of this layout alone, or it is told when all of the file is read
        pass
    return sample


def _find_decimal(sample: Sample) -> tuple[str | None, bool]:
    """The mark before decimals, and whether it is beyond doubt; None where columns differ."""
    marks = set()
    for column in sample.columns:
        texts = {text for text in column if not is_missing(text)}
        found = readings(texts) if texts else []
        if len(found) == 1 and any(mark in text for text in texts for mark in MARKS):
            marks.add(found[0].decimal)
    if len(marks) == 1:
        return marks.pop(), True
    return (None if marks else "."), sample.layout.delimiter == ","
