"""What a page's network is trained on: generated sets, a file's, a table that was dropped, or what it was given."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from chainrule.data import blobs, circles, moons, spiral, splitting, xor
from chainrule.errors import InputError, UnknownName
from chainrule.model.worked import LABEL, SAMPLE
from chainrule.parts.contract import Array
from chainrule.utils import checks

MOST_BYTES = 20_000_000  # of a table that is dropped on the page
GENERATED: Mapping[str, Callable[..., Any]] = {
    "spiral": spiral, "moons": moons, "circles": circles, "xor": xor, "blobs": blobs,
}  # fmt: skip
TITLES = {
    "worked": "one sample", "spiral": "spiral", "moons": "moons", "circles": "circles", "xor": "exclusive or",
    "blobs": "two clouds", "digits": "digits, 8 × 8", "file": "a table of your own", "given": "as it was given",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Samples:
    """What is trained on, and what is held out.

    Parameters
    ----------
    X, y : to train with
    held : (X, y) of those held out, or None
    features, classes : their names; classes is None for numbers
    title : what it is called
    """

    X: Array
    y: Array
    held: tuple[Array, Array] | None
    features: tuple[str, ...]
    classes: tuple[str, ...] | None
    title: str

    @property
    def plane(self) -> bool:
        """Whether the inputs are the points of a plane."""
        return len(self.features) == 2

    @property
    def count(self) -> int:
        """How many there are, with those held out."""
        return len(self.X) + (0 if self.held is None else len(self.held[0]))

    @property
    def all(self) -> tuple[Array, Array]:
        """All samples: those to train with, then those held out."""
        if self.held is None:
            return self.X, self.y
        return np.concatenate([self.X, self.held[0]]), np.concatenate([self.y, self.held[1]])

    def bounds(self) -> tuple[float, float, float, float]:
        """What of the plane is shown: left, right, bottom and top, with all samples inside and some room."""
        X = self.all[0]
        low, high = X.min(axis=0), X.max(axis=0)
        middle, half = (low + high) / 2, max(float((high - low).max()) / 2 * 1.15, 1.0 if len(X) < 2 else 0.0)
        half = half or 1.0
        x, y = float(middle[0]), float(middle[1])
        return x - half, x + half, y - half, y + half

    def edited(self, changes: Any) -> Samples:
        """With samples changed, added (row -1) or taken away (x is None); rows count those to train with first.

        Raises
        ------
        InputError : for a row or a label that is not there, or numbers that don't fit
        """
        X, y = [list(each) for each in (self.X, self.y)]
        held = [[], []] if self.held is None else [list(each) for each in self.held]
        gone: list[tuple[int, int]] = []
        first, last = len(X), len(X) + len(held[0])  # of those held out; as they are before any change
        for change in changes:
            row, x, label = (change.get(key) for key in ("row", "x", "label"))
            if not (type(row) is int and row >= -1):
                raise InputError(
                    f"row = {row!r} is no row: give the number of a sample, or -1 for a new one."
                )
            part, at = (0, row) if row < first else (1, row - first)
            if row >= last:
                raise InputError(f"there is no sample {row}: rows go from 0 to {last - 1}.")
            xs, ys = ((X, y), held)[part]
            if x is None and row != -1:
                gone.append((part, at))
                continue
            new = self.X[0] if x is None else np.asarray(checks.numbers(x, "x"), np.float64)
            if new.shape != self.X[0].shape or not np.isfinite(new).all():
                raise InputError(f"x = {x!r} is no point: it has {len(self.features)} finite numbers.")
            new_label = (ys[at] if row != -1 else 0) if label is None else self._label(label)
            if row == -1:
                X.append(new)
                y.append(new_label)
            else:
                xs[at], ys[at] = new, new_label
        for part, at in sorted(gone, reverse=True):
            for each in ((X, y), held)[part]:
                del each[at]
        if not X:
            raise InputError("no sample would be left to train with: keep one, or take another data set.")
        dtype = self.y.dtype
        kept = (np.array(held[0]), np.array(held[1], dtype)) if held[0] else None
        return replace(self, X=np.array(X), y=np.array(y, dtype), held=kept)

    def _label(self, label: Any) -> Any:
        if self.classes is None:
            return float(checks.numbers(label, "label"))
        if not (type(label) is int and 0 <= label < len(self.classes)):
            raise InputError(f"label = {label!r} is no class: there are 0 to {len(self.classes) - 1}.")
        return label


def options_of(name: str) -> list[str]:
    """Which of the settings of data a set asks for."""
    if name in GENERATED:
        options = inspect.signature(GENERATED[name]).parameters
        return [*(each for each in ("noise", "classes") if each in options), "samples", "held", "seed"]
    return ["held", "seed"] if name == "file" else []


def parted(
    X: Array, y: Array, classes: bool, part: float, seed: int
) -> tuple[tuple[Array, Array], tuple[Array, Array] | None]:
    """Some samples to train with, in a random order, and a part of all that is held out; one is always kept."""
    part = min(part, (len(X) - 1) / len(X))
    kept, held = splitting.rows(len(X), part, seed, classes=y if classes else None)
    return (X[kept], y[kept]), ((X[held], y[held]) if len(held) else None)


def made(wanted: Mapping[str, Any], given: Samples | None, table: bytes | None) -> Samples:
    """The samples that settings name.

    Parameters
    ----------
    wanted : name, noise, samples, held, seed, classes, file
    given : those that the page was opened on, for the name "given"
    table : the bytes of a CSV, for the name "file"

    Raises
    ------
    ChainruleError : for what there is not, and what does not fit
    """
    name = wanted["name"]
    if name == "worked":
        return Samples(np.array([SAMPLE]), np.array([LABEL]), None, ("x0", "x1"), ("0", "1"), TITLES[name])
    if name == "given" and given is not None:
        return given
    if name == "file":
        return _of_table(table, wanted)
    if name == "digits":
        from chainrule.data import load

        digits = load("digits")
        return Samples(*digits.train, digits.test, digits.features, digits.classes, TITLES[name])
    if name not in GENERATED:
        raise UnknownName("data set", name, ["worked", *GENERATED, "digits", "file"])
    options: dict[str, Any] = {} if name == "blobs" else {"noise": wanted["noise"]}
    if name == "spiral":
        options["classes"] = wanted["classes"]
    X, y = GENERATED[name](wanted["samples"], seed=wanted["seed"], **options)
    (X, y), held = parted(X, y, True, wanted["held"], wanted["seed"])
    classes = tuple(map(str, range(int(y.max()) + 1)))
    return Samples(X, y, held, ("x0", "x1"), classes, TITLES[name])


def _of_table(table: bytes | None, wanted: Mapping[str, Any]) -> Samples:
    """The samples of a CSV."""
    from chainrule.data import read_csv

    if table is None:
        raise InputError("there is no table yet: drop a CSV on the page, or choose one.")
    if len(table) > MOST_BYTES:
        raise InputError(
            f"the table has {len(table):,} bytes, and a page takes {MOST_BYTES:,}: train it with fit."
        )
    file = Path(wanted["file"] or "table.csv").name
    with TemporaryDirectory() as folder:
        path = Path(folder, "table.tsv" if file.lower().endswith(".tsv") else "table.csv")
        path.write_bytes(table)
        try:
            found = read_csv(path)
        except Exception as error:
            raise type(error)(str(error).replace(str(path), file)) from None
    (X, y), held = parted(*found.train, found.classes is not None, wanted["held"], wanted["seed"])
    return Samples(X, y, held, found.features, found.classes, file)


def of_arrays(X: Any, y: Any, held: Any, features: Any, classes: Any, title: str) -> Samples:
    """What a page is opened on, of plain arrays."""
    X, y = np.asarray(X, np.float64), np.asarray(y)
    names = tuple(f"x{i}" for i in range(X.shape[1])) if features is None else tuple(map(str, features))
    return Samples(X, y, held, names, None if classes is None else tuple(map(str, classes)), title)
