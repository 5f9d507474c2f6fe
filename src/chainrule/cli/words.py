"""What is written on the command line, read: a model's file before other words, numbers and sizes with commas."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from chainrule.data.tables import is_table
from chainrule.errors import InputError
from chainrule.utils.files import as_path

_QUANTITY = re.compile(r"\d+\.\d+(\[.*)?|(∂L/∂|dL/d).*")  # as a page numbers a line, or writes a gradient
FEW = 8  # samples that are explained together when none is picked, and names that are shown


def split(words: list[str]) -> tuple[str | None, list[str]]:
    """The model's file that comes first, if one does, and the other words."""
    model = words[0] if words and _is_file(words[0]) else None
    rest = words if model is None else words[1:]
    for word in words:
        if is_table(word) or word.lower().endswith((".npz", ".npy")):
            raise InputError(f"{word} holds samples: give it as --data {word}.")
    for word in rest:
        if _is_file(word):
            raise InputError(f"{word} is a file, and a model's file comes first, alone.")
    return model, rest


def _is_file(word: str) -> bool:
    """Whether a word on the command line means a file, not a quantity: of those, 5.2 has a dot, and ∂L/∂W1 a slash."""
    if _QUANTITY.fullmatch(word):
        return False
    return "." in word or "/" in word or os.path.isfile(as_path(word))


def number(text: str) -> float:
    """A number, or a fraction of two: ``"1/3"``, ``".5"``; raises ValueError for what is none."""
    above, slash, below = text.partition("/")
    if not slash:
        return float(above)
    try:
        return float(above) / float(below)
    except ZeroDivisionError:
        raise ValueError(f"{text} has a zero below the line") from None


def numbers(text: str, option: str) -> list[float]:
    """``"1,1/3"`` as numbers."""
    try:
        return [number(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"{option} {text!r}: it is numbers with commas between them, such as 1,2.") from None


def columns(given: Sequence[str]) -> list[str]:
    """``"a,b"`` as names of columns; one that holds a comma stands in double quotes."""
    import csv

    return [name.strip() for row in csv.reader(given, skipinitialspace=True) for name in row]


def listed(names: Sequence[str]) -> str:
    """Names of columns as `columns` reads them."""
    import csv
    import io

    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(names)
    return text.getvalue()


def sizes(text: str, option: str) -> list[int]:
    """``"2,4,3"`` as whole numbers of at least 1."""
    try:
        found = [int(part) for part in text.split(",")]
    except ValueError:
        found = [0]
    if min(found) < 1:
        raise InputError(
            f"{option} {text!r}: it is whole numbers of at least 1, with commas between them, such as 2,4,3."
        )
    return found


def few(names: Sequence[str]) -> str:
    """Names in a line; of many, the first and how many there are."""
    return ", ".join(names[:FEW]) + (f", … ({len(names):,})" if len(names) > FEW else "")


def assignments(text: str, option: str, example: str) -> dict[str, float]:
    """``"no=1,yes=5"`` as numbers by name."""
    found: dict[str, float] = {}
    for word in text.split(","):
        name, _, number = word.partition("=")
        try:
            value = float(number)
        except ValueError:
            raise InputError(
                f"{option} {text!r}: {word.strip()!r} is no name, = and number; write {example}."
            ) from None
        if name.strip() in found:
            raise InputError(f"{option} {text!r}: {name.strip()} is there twice; give it once.")
        found[name.strip()] = value
    return found


def names(text: str | None) -> tuple[str, ...]:
    """``"W1,b1"`` as names; none, where nothing is given."""
    return () if text is None else tuple(word.strip() for word in text.split(","))
