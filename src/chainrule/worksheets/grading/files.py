"""Files of answers: a learner's JSON, a folder of them, or a table with a row a learner."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chainrule.data.tables.encodings import find_encoding, opened_text
from chainrule.errors import FileError, InputError
from chainrule.utils.files import as_path, files_in
from chainrule.worksheets.grading.answers import NAMES, SHEETS, Answers, answers_of

TABLES = (".csv", ".tsv", ".txt")
MARKS = ",;\t"


def read_answers(path: str | os.PathLike[str]) -> list[Answers]:
    """The answers of a file or of a folder's JSON files.

    Raises
    ------
    FileError, InputError, KindError
    """
    place = as_path(path)
    if os.path.isdir(place):
        if not (files := files_in(place, ".json")):
            raise FileError(f"{path} holds no .json file: give a folder with a JSON file for each learner.")
        return [one for file in files for one in answers_of(_json(file), file.stem)]
    if not os.path.exists(place):
        raise FileError(
            f"{path} is not there: give a .json or a .csv file with answers, or a folder of .json files."
        )
    kind = place.suffix.lower()
    if kind == ".json":
        return answers_of(_json(place), place.stem)
    if kind in TABLES:
        return list(_table(place))
    raise InputError(
        f"{path}: answers are read from .json, .csv and .tsv files, and from folders of .json files."
    )


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), parse_float=str, parse_int=str)
    except OSError as error:
        raise FileError(f"{path} can't be read: {error.strerror or error}.") from None
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path} is damaged or no JSON file: {error}.") from None


def _table(path: Path) -> Iterator[Answers]:
    try:
        with opened_text(path, find_encoding(path)) as file:
            text = file.read().removeprefix("\ufeff")
    except OSError as error:
        raise FileError(f"{path} can't be read: {error.strerror or error}.") from None
    lines = text.splitlines(keepends=True)
    mark = max(MARKS, key=lambda each: len(_header(lines, each)))
    header = _header(lines, mark)
    if not {word.lower() for word in header} - {*NAMES, *SHEETS}:
        raise InputError(
            f"{path} has no columns of answers: its first line names blanks, such as name,dz1_0_1."
        )
    rows = csv.reader(lines, delimiter=mark)
    next(rows)
    header, count = _joined(header), 0
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        count += 1
        if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
            raise InputError(
                f"{path}, line {rows.line_num} has {len(row)} cells, and the first line names {len(header)} columns. "
                "Numbers with commas need quotation marks around them, or ; between columns."
            )
        (one,) = answers_of(dict(zip(header, row, strict=False)), f"line {rows.line_num}")
        yield one
    if not count:
        raise InputError(f"{path} has no row of answers below its first line.")


def _header(lines: list[str], mark: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader(lines[:1], delimiter=mark), [])]


def _joined(header: list[str]) -> list[str]:
    """Names such as ``dz1[0, 1]`` that a comma within them has cut in two, whole again."""
    found: list[str] = []
    for cell in header:
        if found and found[-1].count("[") > found[-1].count("]"):
            found[-1] = f"{found[-1]}, {cell}"
        else:
            found.append(cell)
    return found
