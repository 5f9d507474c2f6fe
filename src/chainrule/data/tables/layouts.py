"""How a table lies in a file of text: what separates its values, what marks decimals, what names the columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from chainrule.data.tables.encodings import NAMES, check_encoding
from chainrule.data.tables.spelling import MARKS
from chainrule.errors import FileError, InputError
from chainrule.utils import checks

BLANKS = "blanks"
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", BLANKS: "runs of blanks"}
"""What may separate values, each with its name."""

WORDS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "bar": "|", " ": BLANKS}
"""Other ways to write them."""

_CELL = re.compile(r'"((?:[^"]|"")*)"|(\S+)')


@dataclass(frozen=True)
class Wanted:
    """What a user says of a file's layout; None is to be found out.

    Parameters
    ----------
    delimiter : what separates values: one of DELIMITERS or WORDS, or any other character
    decimal : the mark before decimals, "." or ","
    encoding : of the characters, by Python's name for it
    header : whether the first line names the columns
    """

    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    header: bool | None = None

    def __post_init__(self) -> None:
        """Refuse what no layout has."""
        delimiter, decimal = self.delimiter, self.decimal
        for name in ("delimiter", "decimal", "encoding"):
            if (given := getattr(self, name)) is not None:
                checks.text(given, name)
        if self.header is not None:
            checks.truth(self.header, "header")
        if delimiter is not None:
            object.__setattr__(self, "delimiter", WORDS.get(delimiter, delimiter))
            if self.delimiter not in DELIMITERS and (
                len(delimiter) != 1 or delimiter in "\r\n\"'.0123456789+-"
            ):
                raise InputError(
                    f"delimiter = {delimiter!r} separates no values: give one character, such as ',' or ';', or tab or "
                    "blanks."
                )
        if decimal is not None and decimal not in MARKS:
            raise InputError(f"decimal = {decimal!r} is no decimal mark: give '.' or ','.")
        if decimal is not None and decimal == self.delimiter:
            raise InputError(f"delimiter and decimal are both {decimal!r}: they must differ.")
        check_encoding(self.encoding)


@dataclass(frozen=True)
class Layout:
    """The layout of a file.

    Parameters
    ----------
    encoding, delimiter : as in `Wanted`
    quote : the mark around values that hold a delimiter
    decimal : "." or ","; None where some columns have one and some the other
    marks : what may be the decimal mark of a column
    sure : whether the first of them is right where a column could be read with either
    skipped : the lines before the first row of values
    names : what the header calls the columns, empty where it does not; None without a header
    width : the values of a row
    samples : how many the header of another program promises, or None
    found : what is unusual, in words
    """

    encoding: str
    delimiter: str
    quote: str = '"'
    decimal: str | None = "."
    marks: tuple[str, ...] = MARKS
    sure: bool = False
    skipped: int = 0
    names: tuple[str, ...] | None = None
    width: int = 1
    samples: int | None = None
    found: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """What is unusual about it, in a line; empty for a UTF-8 file with commas, decimal points and a header."""
        said = (
            []
            if self.delimiter == ","
            else [DELIMITERS.get(self.delimiter, f"separated by {self.delimiter!r}")]
        )
        said += {",": ["decimal comma"], None: ["decimal points and commas"]}.get(self.decimal, [])
        said += [] if self.encoding.startswith("utf-8") else [NAMES.get(self.encoding, self.encoding.upper())]
        return ", ".join((*said, *self.found))

    def saying(self, more: str) -> Layout:
        """The same layout, with more to say about it."""
        return replace(self, found=(*self.found, more))


def rows(file: Iterator[str], path: Path, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """The rows of an opened file after the lines that are skipped, each with the line on which it ends.

    Raises
    ------
    FileError : a quotation mark that is not closed, a value longer than any is
    """
    import csv

    if layout.delimiter == BLANKS:
        for number, line in enumerate(file, 1):
            if number > layout.skipped:
                yield number, _split(line)
        return
    for _ in islice(file, layout.skipped):
        pass
    reader = csv.reader(
        file,
        delimiter=layout.delimiter,
        quotechar=layout.quote,
        strict=True,
        skipinitialspace=layout.delimiter != " ",
    )
    try:
        for row in reader:
            yield layout.skipped + reader.line_num, row
    except csv.Error as error:
        place = f"{path}, line {layout.skipped + reader.line_num}"
        if "limit" in str(error):
            raise FileError(
                f"{place}: a value has more than {csv.field_size_limit():,} characters."
            ) from error
        raise FileError(
            f"{place}: not a line of CSV ({error}). Look for a quotation mark that is not closed."
        ) from error


def _split(line: str) -> list[str]:
    """The values of a line that runs of blanks separate."""
    if '"' not in line:
        return line.split()
    return [quoted.replace('""', '"') if quoted else bare for quoted, bare in _CELL.findall(line)]
