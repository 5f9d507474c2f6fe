"""Data sets in the IDX format: a file of images and one of labels, for training and for the test."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from chainrule.data.arrays import RawSamples, assemble, inputs
from chainrule.data.data_set import DataSet
from chainrule.data.idx import read_idx
from chainrule.errors import FileError
from chainrule.utils import checks

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
"""The four files of a data set in IDX format, as MNIST named them. EMNIST's begin with its name, and say test."""

_NAME = re.compile(r"(?P<set>.*?)(?P<part>train|t10k|test)-(?P<what>images|labels)[-.]idx[13]-ubyte(\.gz)?")


def find_file(folder: Path, name: str) -> Path | None:
    """Find one of FILES in a folder under any of the names it goes by, plain or gzipped."""
    spellings = (name, name.replace("-idx", ".idx"))
    paths = (folder / (spelling + ending) for spelling in spellings for ending in ("", ".gz"))
    return next((path for path in paths if os.path.isfile(path)), None)


def read_idx_folder(
    folder: Path, *, target: str = "label", raw: bool = False, sha256: Mapping[str, str] | None = None
) -> DataSet:
    """Read a data set from four files, those that MNIST comes in or those of a sibling.

    Parameters
    ----------
    folder : where they stand
    target : what the labels are called
    raw : leave the images' bytes as they are (uint8) instead of scaling them to float32 in [0, 1]
    sha256 : what the unpacked bytes of each of FILES must have; None takes any

    Raises
    ------
    FileError : a file that is missing or damaged, files that don't fit each other, or several data sets
    """
    raw = checks.truth(raw, "raw")
    sets = _sets(folder)
    whole = [name for name, files in sets.items() if len(files) == len(FILES)]
    if len(whole) > 1 and "" not in whole:
        some = sets[whole[0]][FILES[0]]
        raise FileError(
            f"the folder {folder} holds several data sets: {', '.join(name.rstrip('-_. ') for name in whole)}. Name "
            f"one by its file of training images, such as {some}."
        )
    found = sets.get("" if "" in whole or not whole else whole[0], {})
    if not found and len(sets) == 1:
        found = next(iter(sets.values()))
    lacking = [name for name in FILES if name not in found]
    if lacking:
        raise FileError(
            f"the folder {folder} lacks {', '.join(lacking)}. A data set in IDX format is the four files "
            f"{', '.join(FILES)}, plain or with .gz."
        )
    return _read(found, target, raw, sha256)


def read_idx_pair(path: Path, *, raw: bool = False) -> DataSet:
    """Read the data set that a file of images belongs to: with its labels, and its test samples if they are there.

    Parameters
    ----------
    path : the file of images; of the test images, the test samples alone are read
    raw : as for `read_idx_folder`

    Raises
    ------
    FileError : a file of labels, no labels beside it, a damaged file, or files that don't fit each other
    """
    raw = checks.truth(raw, "raw")
    named = _NAME.fullmatch(path.name)
    if named is None:
        return _pair(path, path.parent / path.name.replace("images", "labels").replace("idx3", "idx1"), raw)
    if named["what"] == "labels":
        raise FileError(f"{path} holds labels. Name the file of the images that they are for.")
    files = _sets(path.parent)[named["set"]]
    if named["part"] == "train" and len(files) == len(FILES):
        return _read(files, "label", raw, None)
    which = FILES[1 if named["part"] == "train" else 3]
    return _pair(
        path,
        files.get(which, path.parent / path.name.replace("images", "labels").replace("idx3", "idx1")),
        raw,
    )


def read_idx_inputs(path: Path) -> NDArray[Any]:
    """Read samples to predict from a file of images, a row for each, scaled as by `read_idx_folder`."""
    return inputs(str(path), read_idx(path))


def _pair(images: Path, labels: Path, raw: bool) -> DataSet:
    if labels == images or not labels.is_file():
        raise FileError(
            f"{images} holds images, and there is no file of their labels beside it"
            f"{'' if labels == images else f', {labels.name}'}. Training takes both."
        )
    part = RawSamples(str(images), read_idx(images), str(labels), read_idx(labels))
    return assemble([part], target="label", kind="classification", raw=raw)


def _sets(folder: Path) -> dict[str, dict[str, Path]]:
    """The files of each data set in a folder, by what their names begin with, then by their names among FILES."""
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and (name := _NAME.fullmatch(path.name)):
            place = 2 * (name["part"] != "train") + (name["what"] == "labels")
            found.setdefault(name["set"], {}).setdefault(FILES[place], path)
    return found


def _read(files: Mapping[str, Path], target: str, raw: bool, sha256: Mapping[str, str] | None) -> DataSet:
    arrays = [
        (str(files[name]), read_idx(files[name], sha256=None if sha256 is None else sha256[name]))
        for name in FILES
    ]
    parts = [RawSamples(*arrays[0], *arrays[1]), RawSamples(*arrays[2], *arrays[3])]
    return assemble(parts, target=target, kind="classification", raw=raw)
