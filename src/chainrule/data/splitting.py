"""Samples held out of others: each class by its share, whole groups, or the last ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.data_set import MAX_CLASSES, Samples
from chainrule.errors import InputError, KindError, MissingPackage
from chainrule.utils import checks

Rows = NDArray[np.int64]


def split(
    X: Any,
    y: Any,
    part: float,
    *,
    seed: int = 0,
    stratify: bool | None = None,
    groups: Any = None,
    last: bool = False,
) -> tuple[Samples, Samples]:
    """Samples to train with, and a part of them held out, which nothing is to be fitted to.

    By chance, and so that each class has the share in both that it has in all: of three samples never all are held
    out, and a class's only one is kept to train with.

    >>> X, y = np.arange(20.0)[:, None], np.array([0] * 15 + [1] * 5)
    >>> (X, y), (Xv, yv) = split(X, y, 0.2, seed=0)
    >>> np.bincount(y), np.bincount(yv)
    (array([12,  4]), array([3, 1]))

    Parameters
    ----------
    X, y : the samples, one row of X and one of y each; an array, or what slices by an array of row numbers
    part : of the samples, above 0 and below 1; with groups, of the groups
    seed : of what is drawn
    stratify : whether y holds classes (n,) that keep their shares; unless given, where they are text, or whole numbers
        of at most 20 different values
    groups : what must not be parted, such as a patient's number for each sample (n,): all of a group is held out, or
        none
    last : hold out the last samples, of those that come in the order of time

    Returns
    -------
    (X, y) to train with, and (X, y) held out

    Raises
    ------
    InputError, KindError
    MissingPackage : with groups, without scikit-learn

    Source of the groups' split: scikit-learn's `GroupShuffleSplit`.
    """
    X, y = (_in_rows(each, name) for each, name in ((X, "X"), (y, "y")))
    count = X.shape[0]  # sparse ones have no length
    if count != y.shape[0]:
        raise InputError(f"X has {count} rows and y {y.shape[0]}: give one of y for each of X.")
    if isinstance(part, bool) or not isinstance(part, int | float | np.integer | np.floating):
        raise KindError(f"part = {checks.short(part)} is no number: give a part of the samples, such as 0.2.")
    if not 0 < part < 1:
        raise InputError(f"part = {part:g} is out of range: it must be above 0 and below 1.")
    stratify = _holds_classes(y) if stratify is None else checks.truth(stratify, "stratify")
    kept, held = rows(
        count, part, seed, classes=np.asarray(y) if stratify and groups is None and not last else None,
        groups=groups, last=checks.truth(last, "last"),
    )  # fmt: skip
    if not len(held) or not len(kept):
        raise InputError(
            f"part = {part:g} of {count} samples leaves none {'out' if len(kept) else 'to train with'}."
        )
    return (X[kept], y[kept]), (X[held], y[held])


def _in_rows(given: Any, name: str) -> Any:
    """What has rows: an array, or what slices like one."""
    rows = given if hasattr(given, "shape") else checks.array(given, name)
    if not rows.shape:
        raise KindError(
            f"{name} = {checks.short(given)} has no rows: give an array with one for each sample."
        )
    return rows


def _holds_classes(y: Any) -> bool:
    if y.ndim != 1:
        return False
    return y.dtype.kind in "USb" or (y.dtype.kind in "iu" and len(np.unique(y)) <= MAX_CLASSES)


def rows(
    count: int,
    part: float,
    seed: int,
    *,
    classes: NDArray[Any] | None = None,
    groups: Any = None,
    last: bool = False,
) -> tuple[Rows, Rows]:
    """The numbers of the rows to train with and of those held out, each in a random order; or the last ones."""
    if groups is not None and last:
        raise InputError("groups and last are two ways to hold samples out: give one of them.")
    if groups is not None:
        return _by_groups(count, part, seed, groups)
    held = round(part * count)
    if last:
        return np.arange(count - held), np.arange(count - held, count)
    rng = np.random.default_rng(seed)
    order = rng.permutation(count)
    if classes is None:
        return order[held:], order[:held]
    out = _stratified(classes, order, held, rng)[order]
    return order[~out], order[out]


def _stratified(classes: NDArray[Any], order: Rows, held: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which rows are held out, so many of each class as is its share: the first ones in a random order.

    scikit-learn's StratifiedShuffleSplit refuses a class of one sample, and fewer samples than classes, and the page
    runs in browsers without it.
    """
    _, codes, sizes = np.unique(classes, return_inverse=True, return_counts=True)
    share = sizes * held / len(classes)
    take = np.minimum(np.floor(share).astype(np.int64), sizes - 1)
    while (rest := held - int(take.sum())) > 0:
        # The largest remainders; a class keeps one to train with as long as others have more.
        with_room = np.flatnonzero(take < sizes - 1)
        with_room = with_room if len(with_room) else np.flatnonzero(take < sizes)
        by_remainder = np.lexsort((rng.random(len(with_room)), (take - share)[with_room]))
        take[with_room[by_remainder[:rest]]] += 1
    by_class = order[np.argsort(codes[order], kind="stable")]
    place = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)  # of each in its class
    out = np.zeros(len(order), bool)
    out[by_class[place < np.repeat(take, sizes)]] = True
    return out


def _by_groups(count: int, part: float, seed: int, groups: Any) -> tuple[Rows, Rows]:
    try:
        from sklearn.model_selection import GroupShuffleSplit
    except ImportError:
        raise MissingPackage("scikit-learn", "to hold out groups") from None
    groups = np.asarray(groups)
    if groups.shape != (count,):
        raise InputError(f"groups has the shape {groups.shape} for {count} samples: it must be ({count},).")
    many = len(np.unique(groups))
    if int(np.ceil(part * many)) >= many:
        raise InputError(
            f"a part of {part:g} of {many} group{'' if many == 1 else 's'} leaves none to train with: there must be "
            "more groups, or a smaller part."
        )
    chosen = GroupShuffleSplit(1, test_size=part, random_state=seed).split(
        np.empty((count, 0)), groups=groups
    )
    kept, held = next(iter(chosen))
    return kept, held
