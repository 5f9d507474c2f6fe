"""What a user passes, turned into what a program takes; or one clear message."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError, InputError, KindError, UnknownName
from chainrule.model.answers import Answers
from chainrule.model.labels import Labels, Targets
from chainrule.parts.contract import Array, Loss
from chainrule.utils import checks, frames
from chainrule.utils.chunks import ENTRIES, pieces


def finite(array: Array, what: str, dtype: Any = None) -> Array:
    """The array, if every entry is finite and, where a dtype is given, in that too."""
    if array.dtype.kind != "f":
        return array
    dtype = array.dtype if dtype is None else dtype
    if array.size <= ENTRIES and array.dtype == dtype and np.isfinite(array).all():
        return array  # the same answer as below, at once: for predictions of a sample
    count, at = _infinite(array, dtype)
    if count == 0:
        return array
    count, first = _infinite(array, array.dtype)
    if count:
        rest = f" (and {count - 1} more)" if count > 1 else ""
        raise InputError(f"{_entry(array, what, first)}{rest}: every entry must be finite.")
    raise too_large(array, what, at, dtype)


def too_large(array: Array, what: str, at: tuple[int, ...], dtype: Any) -> InputError:
    """That an entry, as it is or as the network's first layers prepare it, is more than a dtype can hold."""
    with np.errstate(over="ignore"):
        prepared = ", and prepared" if np.isfinite(array[at].astype(dtype)) else ""
    other = ", or take dtype='float64'" if dtype == np.float32 else ""
    return InputError(
        f"{_entry(array, what, at)}{prepared}, more than {np.dtype(dtype)} can hold: scale it{other}."
    )


def holds(array: Array, dtype: Any) -> bool:
    """Whether every entry is finite in a dtype."""
    return array.dtype.kind != "f" or _infinite(array, dtype)[0] == 0


def _infinite(array: Array, dtype: Any) -> tuple[int, tuple[int, ...]]:
    """How many entries are not finite in that dtype, and the index of the first."""
    count = 0
    first: tuple[int, ...] = ()
    array = array if array.ndim else array[None]
    dtype = array.dtype if np.can_cast(array.dtype, dtype) else dtype  # which holds all that it holds
    for rows in pieces(array.shape):
        with np.errstate(over="ignore"):
            right = np.isfinite(array[rows].astype(dtype, copy=False))
        if not right.all():
            i, *others = map(int, np.argwhere(~right)[0])
            first = first or (rows.start + i, *others)
            count += int(np.count_nonzero(~right))
    return count, first


def samples(X: Any, width: int) -> Array:
    """The inputs as (m, width); whether they are finite is not asked."""
    if type(X) is np.ndarray and X.ndim == 2 and X.shape[1] == width and X.dtype.kind in "fiub" and len(X):
        return X  # at once, for predictions of a sample
    array = checks.numbers(X, "X")
    if array.ndim == 1 and array.shape[0] == width:
        array = array[None, :]
    if array.ndim != 2 or array.shape[1] != width:
        raise InputError(
            f"X has the shape {array.shape}: it must be (samples, {width}), one column for each input of the network."
        )
    if array.shape[0] == 0:
        raise InputError(f"X has no samples: its shape is {array.shape}; give at least one row.")
    return array


def targets(y: Any, samples: int, answers: Answers, loss: Loss, dtype: Any) -> tuple[Targets, bool]:
    """The targets as (m, outputs), and whether they name classes, so that answers are right or wrong.

    With several outputs, (m,) are labels 0 … outputs - 1; with one output, (m,) is one number a sample.
    """
    width = answers.outputs
    if y is None and not loss.reads_targets:
        return np.broadcast_to(np.zeros((), dtype), (samples, width)), False
    array = _unboxed(checks.array(y, "y"))
    if array.ndim == 0:
        array = array[None]
    if array.dtype.kind not in "fiub":
        labels = f"whole numbers 0 to {max(width - 1, 1)}, one for each class"
        raise KindError(
            f"y holds {checks.kind(array)}: give {labels if loss.is_classification else 'numbers'}."
        )
    if array.ndim not in (1, 2) or array.shape[0] != samples or (array.ndim == 2 and array.shape[1] != width):
        allowed = f"({samples},) or ({samples}, {width})"
        raise InputError(
            f"y has the shape {array.shape} for {samples} samples and {width} outputs: it must be {allowed}."
        )
    one_of_several = array.ndim == 1 and width > 1
    finite(array, "y", None if one_of_several else dtype)
    rows: Targets = Labels.of(array, width) if one_of_several else array.reshape(samples, width)
    named = answers.of_classes
    if isinstance(rows, Labels):
        # The loss looks at one row of each class.
        if not (_takes_labels(loss, width) if samples > width else _all_suit(rows, loss)):
            _refuse(rows, loss)
        return rows, True
    for piece in pieces(rows.shape):
        if not _suits(rows[piece], loss):
            _refuse(rows, loss)
        named = named and answers.named_by(rows[piece])
    return rows, named


def _unboxed(array: Array) -> Array:
    """Numbers that came as objects, as pandas gives its own kinds of them; another array as it is."""
    if array.dtype.kind != "O" or not all(isinstance(each, numbers.Real | np.bool_) for each in array.flat):
        return array
    try:
        return array.astype(np.float64)
    except OverflowError:  # a whole number beyond all floats: refused as the object that it is
        return array


def _takes_labels(loss: Loss, width: int) -> bool:
    """Whether a loss is defined for each of so many classes; it is asked once."""
    known: dict[int, bool] = vars(loss).setdefault("_takes_labels", {})
    if width not in known:
        known[width] = _all_suit(Labels(np.arange(width), width), loss)
    return known[width]


def _all_suit(y: Targets, loss: Loss) -> bool:
    return all(_suits(y[rows], loss) for rows in pieces(y.shape))


def _refuse(y: Targets, loss: Loss) -> None:
    """Let the loss say what is wrong with the targets."""
    for rows in pieces(y.shape):
        if not _suits(y[rows], loss):
            loss.check_targets(_floats(y[: rows.stop]))  # whose message counts from the first row


def _suits(y: Array, loss: Loss) -> bool:
    try:
        loss.check_targets(_floats(y))
    except ChainruleError:
        return False
    return True


def _floats(y: Array) -> Array:
    return y if y.dtype.kind == "f" else y.astype(np.float64)


def named_classes(y: Any, count: int) -> tuple[str, ...] | None:
    """The names of the classes that labels are, in their order; None where labels are numbers.

    Raises
    ------
    InputError : where they are another number of classes than there is room for
    """
    array = _labels(y)
    if array is None:
        return None
    found = sorted({str(name) for name in array})
    if len(found) != count:
        named = ", ".join(found[:8]) + (", …" if len(found) > 8 else "")
        raise InputError(
            f"y names {len(found)} class{'es' if len(found) != 1 else ''} ({named}), and the network tells {count} "
            "apart."
        )
    return tuple(found)


def _labels(y: Any) -> Array | None:
    """Labels that are text, (n,); None for other targets."""
    array = checks.array(y, "y")
    if array.ndim == 2 and array.shape[1] == 1 and array.dtype.kind in "USO":
        array = array[:, 0]
    array = np.atleast_1d(array)
    if array.ndim != 1 or array.dtype.kind not in "USO":
        return None
    if array.dtype.kind == "O":
        if not any(isinstance(label, str) for label in array):
            return None
        for row, label in enumerate(array):
            if frames.is_missing(label):
                raise InputError(f"y[{row}] is missing: leave the sample out, or give it a label.")
    return array


def class_codes(y: Any, classes: Sequence[str]) -> Any:
    """Targets given by the names of their classes as codes; other targets as they are.

    Columns that have the names of the classes come in the order of these.
    """
    columns = frames.names_of(y)
    if columns is not None and columns != tuple(classes) and {*columns} == {*classes}:
        return y[list(classes)]
    array = _labels(y)
    if array is None:
        return y
    codes = {name: code for code, name in enumerate(classes)}
    found = np.empty(len(array), np.min_scalar_type(len(classes) - 1))
    for rows in pieces(array.shape):
        names = [str(name) for name in array[rows]]
        for name in names:
            if name not in codes:
                raise UnknownName("class", name, classes)
        found[rows] = [codes[name] for name in names]
    return found


def weights(value: Any, samples: int) -> Array:
    """How much each sample counts, as (m,): at least 0 each, and not all 0."""
    array = finite(checks.numbers(value, "sample_weight"), "sample_weight")
    if array.shape != (samples,):
        raise InputError(
            f"sample_weight has the shape {array.shape} for {samples} samples: it must be ({samples},)."
        )
    if len(wrong := np.flatnonzero(array < 0)):
        raise InputError(
            f"sample_weight[{wrong[0]}] is {array[wrong[0]]}: how much a sample counts is at least 0."
        )
    if not array.any():
        raise InputError("sample_weight is 0 for all samples: give at least one above 0.")
    return array.astype(np.float64)


def class_weights(
    given: Any, y: Targets, named: bool, answers: Answers, classes: Sequence[str] | None
) -> Array:
    """The weight of each sample by its class (m,): ``"balanced"``, or a dict with a weight for each class.

    Balanced is n / (classes · samples of that class), as in G. King, L. Zeng, Logistic regression in rare events
    data, 2001.
    """
    codes = _codes(y, named, answers)
    width = max(answers.outputs, 2)
    counts = np.bincount(codes, minlength=width)
    if isinstance(given, str) and given == "balanced":
        present = counts > 0
        return np.where(present, len(codes) / (present.sum() * np.maximum(counts, 1)), 0)[codes]
    if not isinstance(given, Mapping):
        raise KindError(f"class_weight = {given!r}: give 'balanced', or a dict such as {{0: 1, 1: 5}}.")
    each, weighed = np.ones(width), set[int]()
    for label, value in given.items():
        code = list(classes).index(label) if classes and label in classes else label
        if isinstance(code, bool) or not isinstance(code, int | np.integer) or not 0 <= code < width:
            known = ", ".join(map(str, classes or range(width)))
            raise InputError(f"class_weight names the class {label!r}: there is {known}.")
        number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
        if not number or not checks.is_finite(value) or value < 0:
            raise InputError(f"class_weight[{label!r}] is {value!r}: give a number of at least 0.")
        if code in weighed:
            raise InputError(f"class_weight names the class {label!r} twice: give each class one weight.")
        weighed.add(int(code))
        each[code] = value
    return each[codes]


def _codes(y: Targets, named: bool, answers: Answers) -> Array:
    """The class of each sample (m,)."""
    if isinstance(y, Labels):
        return y.codes
    if answers.outputs == 1 and (named or np.isin(y, (0, 1)).all()):
        return y[:, 0].astype(np.int64)
    if named and answers.separate:
        raise InputError(
            f"class_weight weighs samples by the one class that each has, and y has {answers.outputs} labels a sample, "
            "each yes or no: leave it out; sample_weight weighs samples."
        )
    if named:
        return np.concatenate([y[rows].argmax(axis=1) for rows in pieces(y.shape)])
    raise InputError("class_weight weighs classes, and y holds no class labels.")


def threshold(value: Any, answers: Answers, probable: bool) -> float | None:
    """The output, which may be a probability, above which a network says yes; None: as its loss has it."""
    if value is None:
        return None
    if not (answers.yes_or_no and (answers.of_classes or answers.outputs == 2)):
        said = "numbers" if answers.outputs == 1 else f"{answers.outputs} outputs"
        raise InputError(
            f"threshold = {checks.short(value)}: a threshold parts yes from no, of one output or of two classes, and "
            f"this network gives {said}: leave it out."
        )
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise KindError(f"threshold = {checks.short(value)} is no number: give one such as 0.3, or None.")
    if not checks.is_finite(value):
        raise InputError(f"threshold = {checks.short(value)} is out of range: it must be finite.")
    if probable and not 0 <= value < 1:
        raise InputError(
            f"threshold = {value:g} is out of range: the outputs are probabilities, so it must be at least 0 "
            f"and below 1."
        )
    return float(value)


def texts(name: str, value: Any) -> dict[str, str]:
    """Texts by name."""
    if not isinstance(value, dict) or not all(
        isinstance(each, str) for pair in value.items() for each in pair
    ):
        raise KindError(f'{name} = {value!r} is no dict of texts: write {{"target": "price"}}, say.')
    return value


def whole(value: Any, what: str, ge: int = 1, le: int | None = None) -> int:
    """A whole number of at least `ge`, and, where there is one, at most `le`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise KindError(f"{what} = {checks.short(value)} is no whole number: give one that is at least {ge}.")
    if value < ge:
        raise InputError(f"{what} = {checks.short(value)} is out of range: it must be at least {ge}.")
    if le is not None and value > le:
        raise InputError(f"{what} = {checks.short(value)} is out of range: it must be at most {le}.")
    return int(value)


def seed(value: Any) -> int | None:
    """A seed of random numbers: a whole number of at least 0, or None for a new one each time."""
    return None if value is None else whole(value, "seed", ge=0)


def schedule(epochs: Any, batch_size: Any, of: Any) -> tuple[int, int | None, int | None]:
    """Epochs, batch size and seed of a training, checked."""
    size = None if batch_size is None else whole(batch_size, "batch_size")
    return whole(epochs, "epochs"), size, seed(of)


def _entry(array: Array, what: str, at: tuple[int, ...]) -> str:
    """``X[3, 1] is nan``."""
    value = array[at] if array.ndim else array
    return f"{what}{list(at) if array.ndim else ''} is {value}"
