"""What is asked of any argument, whatever it is for: is it a truth value, an array of numbers."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.utils.columns import cut

Array = np.ndarray[Any, Any]


def truth(value: Any, what: str) -> bool:
    """True or False, also NumPy's; 0, 1 and words are neither, since ``"False"`` would count as true."""
    if not isinstance(value, bool | np.bool_):
        raise KindError(f"{what} = {short(value)} is neither True nor False.")
    return bool(value)


def array(value: Any, what: str) -> Array:
    """An array of whatever is given; what is masked in it is refused, since its mask would be lost."""
    unmasked(value, what)
    try:
        return np.asarray(value)
    except ValueError:
        raise InputError(f"{what} has rows of different lengths: every row needs as many numbers.") from None
    except Exception as error:  # whatever the `__array__` of another library raises
        raise KindError(f"{what} can't be read as an array: {error}") from error


def width(value: Any) -> int:
    """The columns of a page, from 10 to 1,000."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise KindError(
            f"width = {short(value)} is no whole number: give the columns of the page, such as 80."
        )
    if not 10 <= value <= 1000:
        raise InputError(f"width = {short(value)} is out of range: it must be 10 to 1000.")
    return int(value)


def numbers(value: Any, what: str) -> Array:
    """An array of real numbers; images may stay uint8."""
    found = array(value, what)
    if found.dtype.kind not in "fiub":
        raise KindError(f"{what} holds {kind(found)}: give numbers.")
    return found


def kind(array: Array) -> str:
    """What an array holds that is no number, in words."""
    if array.dtype.kind in "US":
        return f"text (such as {short(array.flat[0].item())})" if array.size else "text"
    if array.dtype.kind == "O":
        others = (each for each in array.flat if not isinstance(each, int | float | np.number))
        odd = next(others, array.flat[0] if array.size else None)
        return f"objects (such as {short(odd)})" if array.size else "objects"
    return f"the dtype {array.dtype}"


def all_finite(array: Array) -> bool:
    """Whether every entry is finite; a sum tells, for one that isn't stays in it."""
    return math.isfinite(np.add.reduce(array, axis=None)) or bool(np.isfinite(array).all())


def is_finite(number: Any) -> bool:
    """Whether a number is finite as a float."""
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number that is larger than any float
        return False


def text(value: Any, what: str) -> str:
    """A text; arrays are asked for nothing before, since they compare entry by entry."""
    if not isinstance(value, str):
        raise KindError(f"{what} = {short(value)} is no text.")
    return value


def names(value: Any, what: str, such_as: str) -> tuple[str, ...]:
    """Several names; a text is one of them."""
    found = (value,) if isinstance(value, str) else value
    if (
        not isinstance(found, list | tuple | np.ndarray)
        or (isinstance(found, np.ndarray) and not found.ndim)
        or not all(isinstance(name, str) for name in found)
    ):
        raise KindError(f"{what} = {short(value)}: give names in a list, such as {such_as}.")
    return tuple(map(str, found))


def one_by_one(value: Any, refusal: Callable[[Any], KindError]) -> Iterator[Any]:
    """What is gone through; what can't be is refused. An array without axes looks as if it could."""
    try:
        return iter(value)
    except TypeError:
        raise refusal(value) from None


def short(value: Any) -> str:
    """A value as it is written, unless that is long, or can't be, as whole numbers of thousands of digits can't."""
    try:
        text = repr(value)
    except Exception:  # whatever somebody's own __repr__ raises
        return f"one {type(value).__name__}"
    if "\n" in text:  # an array's rows
        text = " ".join(map(str.strip, text.splitlines()))
    return cut(text, 60)


def unmasked(value: Any, what: str) -> None:
    """Raise InputError where something in a value is masked."""
    if (
        "numpy.ma" not in sys.modules
    ):  # then nothing can be, and to import it takes as long as a short training
        return
    try:
        found = list(_masked(value))
    except RecursionError:
        raise KindError(f"{what} holds itself, or lists within each other without end.") from None
    for at, part in found:
        masked = np.argwhere(np.atleast_1d(np.ma.getmaskarray(part)))
        if len(masked):
            entry = [*at, *map(int, masked[0])] if part.ndim else at
            rest = f" (and {len(masked) - 1} more)" if len(masked) > 1 else ""
            raise InputError(
                f"{what}{entry if entry else ''} is masked{rest}: fill it in, as by .filled(0), or leave it out."
            )


def _masked(value: Any, at: tuple[int, ...] = ()) -> Iterator[tuple[list[int], Any]]:
    """The masked arrays in a value, also those in lists, with their places."""
    if isinstance(value, np.ma.MaskedArray):
        yield list(at), value
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            if isinstance(item, list | tuple | np.ma.MaskedArray):
                yield from _masked(item, (*at, place))
