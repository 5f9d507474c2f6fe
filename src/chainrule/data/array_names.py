"""What arrays of a file mean, by the names that people give them or by their shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from chainrule.errors import FileError

SAMPLES = ("data", "images", "features", "inputs", "samples")
LABELS = ("labels", "label", "target", "targets")
TRAIN, TEST = ("", "train", "training"), ("test", "testing")
ORDERS = (("X", "y", "X_test", "y_test"), ("X", "X_test", "y", "y_test"))
"""In which four arrays without names may come: as Keras gives them, and as scikit-learn's `train_test_split` does."""

Shapes = Mapping[str, tuple[int, ...]]


def find_names(path: Path, shapes: Shapes, *, labels: bool = True) -> dict[str, str]:
    """The names of the arrays that are X, y, X_test and y_test, by these words; fewer where some are not there.

    >>> find_names(Path("some.npz"), {"train_images": (9, 4), "train_labels": (9,), "note": ()})
    {'X': 'train_images', 'y': 'train_labels'}

    Parameters
    ----------
    path : the file
    shapes : of its arrays, by name
    labels : whether they are wanted, too

    Raises
    ------
    FileError : where two arrays could be one thing
    """
    found: dict[str, str] = {}
    for own, others in (("x", SAMPLES), ("y", LABELS)):
        for part, suffix in ((TRAIN, ""), (TEST, "_test")):
            called = _called(shapes, (own,), part) or _called(shapes, others, part)
            if len(called) > 1:
                raise FileError(
                    f"{path} holds {called[0]} and {called[1]}, and one of them is to be taken: leave the other "
                    "one out."
                )
            if called:
                found["Xy"[own == "y"] + suffix] = called[0]
    if found or not shapes or not all(re.fullmatch(r"arr_\d+", name) for name in shapes):
        return found
    return _by_place(path, shapes, labels)


def _called(shapes: Shapes, words: tuple[str, ...], parts: tuple[str, ...]) -> list[str]:
    """The arrays that are called by one of the words, for one of the parts: ``X``, ``x_train``, ``train_images``."""
    meant = {frozenset(filter(None, (word, part))) for word in words for part in parts}
    return [name for name in shapes if frozenset(filter(None, re.split(r"[_\-. ]", name.lower()))) in meant]


def _by_place(path: Path, shapes: Shapes, labels: bool) -> dict[str, str]:
    """What arrays are that have no names, by their order and their shapes."""
    names = sorted(shapes, key=lambda name: int(name.removeprefix("arr_")))
    if len(names) == 1 and not labels:
        return {"X": names[0]}
    ways = [way for way in _ways(names) if _fit(way, shapes)]
    if len(ways) == 1:
        return ways[0]
    listed = ", ".join(f"{name} {shapes[name]}" for name in names)
    raise FileError(
        f"{path} holds {listed}, and which of them are samples and which labels is not plain. Save them with names: "
        "np.savez(…, X=X, y=y), and X_test and y_test for test samples."
    )


def _ways(names: list[str]) -> Iterator[dict[str, str]]:
    if len(names) == 2:
        yield {"X": names[0], "y": names[1]}
        yield {"X": names[1], "y": names[0]}
    if len(names) == 4:
        yield from (dict(zip(order, names, strict=True)) for order in ORDERS)


def _fit(way: dict[str, str], shapes: Shapes) -> bool:
    """Whether samples and labels are as many, and only labels are single."""
    for suffix in ("", "_test") if "X_test" in way else ("",):
        X, y = shapes[way["X" + suffix]], shapes[way["y" + suffix]]
        if len(X) < 2 or len(y) not in (1, 2) or X[:1] != y[:1] or (len(y) == 2 and y[1] != 1):
            return False
    return "X_test" not in way or shapes[way["X"]][1:] == shapes[way["X_test"]][1:]
