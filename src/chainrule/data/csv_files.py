"""From the bytes of a CSV file to its cells: UTF-8, a header, rows of one length."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from chainrule.data.csv_columns import Table, is_number
from chainrule.errors import FileError

DELIMITERS = ",;\t"


def read_table(path: Path) -> Table:
    """Read a table whose first line names the columns."""
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
    return Table(path, header, list(zip(*rows, strict=True)), lines)


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
    if all(map(is_number, header)):
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
