"""What a learner gives, read: a dict, an .npz or a JSON file, or numbers as they are printed, with their digits."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.check.intervals import Array
from chainrule.data.numpy_files import arrays_of
from chainrule.errors import FileError, InputError, KindError, UnknownName
from chainrule.model.entry import meant
from chainrule.model.record import Record
from chainrule.notation import display
from chainrule.utils.checks import short
from chainrule.utils.files import as_path

LONG = 10  # significant digits from which on numbers are taken as computed, not printed for a reader
SINGLE = 1e-6  # of the largest entry: how far numbers in single precision go apart


@dataclass(frozen=True, eq=False)
class Written:
    """Numbers as they were given: with how far each may be from what was meant."""

    value: Array
    radius: Array


class _Printed(float):
    """A number with the text that it was printed as."""

    text: str

    def __new__(cls, text: str) -> _Printed:
        made = super().__new__(cls, text)
        made.text = text
        return made


def read(mine: Any, record: Record, digits: int | None = None) -> dict[str, Written]:
    """The learner's quantities by our names.

    Parameters
    ----------
    mine : a dict of arrays, lists or numbers by name, or the path of an .npz or JSON file
    record : the step that they belong to
    digits : significant digits that they were rounded to; unless given, arrays are exact, and numbers that come as
        text, and those of a JSON file with few digits, have the digits that are printed

    Raises
    ------
    InputError, KindError, UnknownName, FileError
    """
    if digits is not None and (
        isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= 15
    ):
        raise InputError(f"digits = {digits!r} is out of range: it is a whole number from 1 to 15.")
    if isinstance(mine, str | Path):
        mine = _file(as_path(mine))
    if not isinstance(mine, Mapping):
        raise KindError(
            f'{mine!r} is no dict of numbers: write check({{"z1": …, "dW1": …}}), or give a file\'s path.'
        )
    if not mine:
        raise InputError('there is nothing to check: give at least one quantity, such as {"z1": …}.')
    found: dict[str, Written] = {}
    for name, value in mine.items():
        known = _name(name, record)
        if known in found:
            raise InputError(f"{display(known)} is given twice, once as {name!r}: give it once.")
        found[known] = written(name, value, digits, single=record.network.dtype == np.float32)
    return found


def _name(name: Any, record: Record) -> str:
    """Our name for a learner's: as a page says it, or with other capitals, as dZ1 for dz1."""
    names = record.program.names()
    if not isinstance(name, str):
        raise KindError(f'{name!r} is no name of a quantity: write check({{"z1": …}}).')
    said = meant(name.strip(), names)
    if said in names:
        return said
    alike = [each for each in names if each.lower() == said.lower()]
    if len(alike) == 1:
        return alike[0]
    raise UnknownName(
        "quantity", name, names, "Names are those of the walk-through, such as z1, dW1, W1_new.", display
    )


# --- numbers ----------------------------------------------------------------------------------------------


def written(name: str, value: Any, digits: int | None = None, single: bool = False) -> Written:
    """One quantity's numbers, with what each of them may stand for; `single` is for those of a float32 network."""
    entries = (
        np.asarray(_entries(name, value), dtype=object) if isinstance(value, list | tuple | str) else None
    )
    try:
        array = np.asarray(value if entries is None else entries, np.float64)
    except (ValueError, TypeError, OverflowError):
        raise InputError(
            f"{name} holds what is no number, or rows of different lengths: give numbers."
        ) from None
    if digits is not None:
        return Written(array, _significant(array, digits))
    single = single or (isinstance(value, np.ndarray | np.generic) and value.dtype == np.float32)
    size = np.max(np.abs(array), initial=0.0, where=np.isfinite(array))
    least = np.full(array.shape, SINGLE * size if single else 0.0)
    if entries is not None and any(isinstance(each, _Printed) for each in entries.ravel()):
        return Written(array, np.maximum(_decimals(entries), least))
    return Written(array, least)


def _entries(name: str, value: Any) -> Any:
    """Nested lists with text as numbers that remember it."""
    if isinstance(value, list | tuple):
        return [_entries(name, each) for each in value]
    if isinstance(value, str):
        try:
            return _Printed(value.strip())
        except ValueError:
            comma = " Write a point for a comma." if "," in value else ""
            raise InputError(f"{name}: {value!r} is no number.{comma}") from None
    return value


def _significant(array: Array, digits: int) -> Array:
    """Half a unit of the last significant digit; of a 0, that of the smallest number beside it."""
    sizes = np.where(np.isfinite(array) & (array != 0), np.abs(array), np.nan)
    with np.errstate(all="ignore"):
        radius = 0.5 * 10.0 ** (np.floor(np.log10(sizes)) - digits + 1)
    least = np.nanmin(radius) if np.isfinite(radius).any() else 0.5 * 10.0**-digits
    return np.where(np.isnan(radius), least, radius)


def _decimals(entries: Any) -> Array:
    """Half a unit of the last digit that is printed.

    A whole number has the digits of the others beside it, or is exact; long ones are computed numbers, as they are.
    """
    places = [_places(each) for each in entries.ravel()]
    long = any(count >= LONG for _, count in places)
    known = [place for place, _ in places if place > 0]
    if long or not known:
        return np.zeros(entries.shape)
    radius = [0.5 * 10.0 ** -(place if place > 0 else min(known)) for place, _ in places]
    return np.array(radius).reshape(entries.shape)


def _places(entry: Any) -> tuple[int, int]:
    """The decimals of a printed number, and its significant digits."""
    text = entry.text if isinstance(entry, _Printed) else str(entry)
    digits, _, power = text.lower().lstrip("+-").partition("e")
    whole, _, after = digits.partition(".")
    places = len(after) - (int(power) if power.lstrip("+-").isdigit() else 0)
    return places, len((whole + after).lstrip("0"))


# --- files ------------------------------------------------------------------------------------------------


def _file(path: Path) -> dict[str, Any]:
    """The quantities of an .npz or a JSON file."""
    kind = path.suffix.lower()
    if kind not in (".npz", ".json"):
        raise InputError(
            f"{path}: what can be checked is an .npz or a .json file, with a quantity by each name."
        )
    if not os.path.exists(path):
        raise FileError(f"{path} is not there: give the path of an .npz or a .json file.")
    if kind == ".npz":
        return _archive(path)
    try:
        found = json.loads(path.read_text(encoding="utf-8"), parse_float=str, parse_int=str)
    except OSError as error:
        raise FileError(f"{path} can't be read: {error.strerror or error}.") from None
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path} is damaged or no {kind} file: {error}.") from None
    if not isinstance(found, dict):
        raise InputError(f'{path} holds no names: write it as {{"z1": [[…]], "dW1": [[…]]}}.')
    return found


def _archive(path: Path) -> dict[str, Any]:
    remedy = "Write it with np.savez, each quantity by its name."
    with arrays_of(path, what="an NPZ file of plain arrays", remedy=remedy) as arrays:
        if isinstance(arrays, np.ndarray):
            raise FileError(f"{path} holds one array without a name. {remedy}")
        return {name: arrays[name] for name in arrays.names}


def by_hand(text: str) -> tuple[str, Any]:
    """``dz1=[-1.2,1.37,0.857]`` as a name and its numbers, which keep the text that they were printed as.

    Raises
    ------
    InputError
    """
    name, sign, numbers = text.partition("=")
    if not sign or not name.strip():
        raise InputError(f"{text!r}: write a name, = and numbers, such as dz1=[-1.2,1.37,0.857].")
    try:
        value = json.loads(numbers, parse_float=str, parse_int=str)
    except (json.JSONDecodeError, RecursionError):
        raise InputError(
            f"{short(text)}: {short(numbers)} is no list of numbers, such as [-1.2,1.37,0.857]."
        ) from None
    return name.strip(), value
