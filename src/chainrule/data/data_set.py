"""DataSet: samples, and the names of their features and classes, whatever file they came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from chainrule.data.cells import Cells
from chainrule.errors import InputError, UnknownName
from chainrule.utils import checks

if TYPE_CHECKING:
    from chainrule.data.tables.reports import TableReport

Samples = tuple[NDArray[Any], NDArray[Any]]
"""``(X, y)``: one row of X and one entry of y a sample."""

Kind = Literal["classification", "regression"]

MAX_CLASSES = 20
"""A target of whole numbers with at most so many distinct values is taken for classes."""


@dataclass(frozen=True, eq=False, repr=False)
class DataSet:
    """Samples to train with, samples to test with, and what their columns and classes are called.

    A set with test samples unpacks as ``(X, y), (Xt, yt) = data``.

    Parameters
    ----------
    train : ``(X, y)``, X of shape (n, features). y of shape (n,): int64 codes 0 … classes - 1, or
        float64 numbers in regression, or (n, k) for k numbers a sample, or 1 and 0 for yes and no to each of k labels
    test : the same for the test samples, or None where the source has none
    features : the names of X's columns, in order
    classes : the names of the classes in the order of their codes, or of the labels; None in regression
    target : the name of what y holds
    report : what was seen in a table, and what was decided; None of anything else
    targets : the names of y's columns, where they are columns of a table
    """

    train: Samples
    test: Samples | None
    features: tuple[str, ...]
    classes: tuple[str, ...] | None
    target: str
    report: TableReport | None = None
    targets: tuple[str, ...] = ()

    @property
    def several(self) -> bool:
        """Whether y says yes or no to each of several labels, whose names `classes` are."""
        return self.classes is not None and self.train[1].ndim > 1

    @property
    def kind(self) -> Kind:
        """What y asks for: ``"classification"`` or ``"regression"``."""
        return "regression" if self.classes is None else "classification"

    def __iter__(self) -> Iterator[Samples]:
        """Give the train samples, then the test samples.

        Raises
        ------
        InputError : there are no test samples
        """
        if self.test is None:
            raise InputError(
                "this data set has no test samples, so it does not unpack as (X, y), (Xt, yt). "
                "Take its samples with: X, y = data.train"
            )
        yield self.train
        yield self.test

    def __repr__(self) -> str:
        """Say how much there is of what.

        >>> from chainrule.data import load
        >>> load("digits")
        <DataSet: 1437 samples and 360 for the test, 64 features, 10 classes of 'digit'>
        """
        test = "" if self.test is None else f" and {len(self.test[1])} for the test"
        asked = (
            "numbers"
            if self.classes is None
            else f"{len(self.classes)} {'labels' if self.several else 'classes'}"
        )
        return (
            f"<DataSet: {len(self.train[1])} samples{test}, {len(self.features)} features, "
            f"{asked} of {self.target!r}>"
        )

    def matching(self, features: Sequence[str], classes: Sequence[str] | None) -> DataSet:
        """Give the same samples with the columns and the class codes of another set or network.

        Where they are the same already, nothing is copied.

        The codes of a file's classes depend on which of them occur in it, so a file is matched with a
        network before that network sees it.

        >>> from chainrule.data import load
        >>> digits = load("digits")
        >>> some = digits.matching(["pixel_3_3", "pixel_0_2"], digits.classes)
        >>> some.train[0].shape, some.features
        ((1437, 2), ('pixel_3_3', 'pixel_0_2'))

        Parameters
        ----------
        features : the names of the wanted columns, in the wanted order; others are left out
        classes : the names of all classes in the order of their codes, or None in regression

        Raises
        ------
        UnknownName : a feature that this set lacks, or a class of this set that ``classes`` lacks
        InputError : classification on one side and regression on the other
        KindError : for what are no names
        """
        features = checks.names(features, "features", "['age', 'size']")
        classes = None if classes is None else checks.names(classes, "classes", "['no', 'yes']")
        columns = _places("feature", features, self.features)
        if (classes is None) != (self.classes is None):
            here, there = self.kind, "regression" if classes is None else "classification"
            raise InputError(f"the data is for {here} and is to match {there}. Load it with kind={there!r}")
        known = self.classes or ()
        codes = [] if classes is None else _places("class", known, classes)
        labels = _places("label", classes or (), known) if self.several else []

        def matched(samples: Samples) -> Samples:
            X, y = samples
            if columns != list(range(X.shape[1])):
                X = X.only(features) if isinstance(X, Cells) else X[:, columns]
            if self.several:
                y = y if labels == list(range(len(labels))) else y[:, labels]
            elif codes != list(range(len(codes))):
                y = np.array(codes, dtype=np.int64)[y]
            return X, y

        return DataSet(
            matched(self.train),
            None if self.test is None else matched(self.test),
            tuple(features),
            None if classes is None else tuple(classes),
            self.target,
            self.report,
            self.targets,
        )


def _places(what: str, names: Sequence[str], known: Sequence[str]) -> list[int]:
    """Where names stand among others."""
    places = {name: place for place, name in enumerate(known)}
    if unknown := [name for name in names if name not in places]:
        raise UnknownName(what, unknown[0], known)
    return [places[name] for name in names]


def check_kind(kind: str | None) -> None:
    """Refuse a kind that is neither of the two, nor None for "see for yourself"."""
    if kind is not None and not (isinstance(kind, str) and kind in get_args(Kind)):
        raise UnknownName("kind of target", kind, get_args(Kind))


def as_target(values: NDArray[Any], kind: Kind | None) -> tuple[NDArray[Any], tuple[str, ...] | None]:
    """Turn a target into class codes with the classes' names, or into numbers with None.

    Text is classes, and so are whole numbers with at most ``MAX_CLASSES`` distinct values; other numbers
    are regression. ``kind`` overrides that. Classes are in order: by the alphabet, or by size.
    """
    if kind is None:
        text = values.dtype.kind == "U"
        few = not text and bool((values % 1 == 0).all()) and len(np.unique(values)) <= MAX_CLASSES
        kind = "classification" if text or few else "regression"
    if kind == "regression":
        return values.astype(np.float64, copy=False), None
    found, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.int64, copy=False), tuple(class_name(value) for value in found)


def class_name(value: Any) -> str:
    """The name of a class that is a number or a text: 3.0 is "3", as it is in a file of whole numbers."""
    if isinstance(value, Decimal) and abs(value) > 10**27:  # the digits that Decimal counts with
        return str(value)
    whole = isinstance(value, np.floating | Decimal) and value % 1 == 0
    return str(int(value)) if whole else str(float(value) if isinstance(value, Decimal) else value)
