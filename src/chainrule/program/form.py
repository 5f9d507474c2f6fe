"""Forms: parts of one form write the same lines, so that networks of one form share their programs."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.parts.contract import OfFunction, Part, Penalty
from chainrule.parts.contract.part import rules
from chainrule.parts.misnamed import is_ours


class OwnForm(Exception):
    """A part of a user's, or one with a function of theirs: it may write other lines tomorrow."""


def form(given: Any) -> Any:
    """What tells a part, or a setting of one, from those that write other lines; a penalty's numbers don't.

    Raises
    ------
    OwnForm : for what is not chainrule's alone
    """
    if isinstance(given, Part):
        if not is_ours(type(given)) or isinstance(given, OfFunction):
            raise OwnForm
        settings = tuple(map(form, given.settings().values()))
        return (
            given.cache_key() if isinstance(given, Penalty) else (type(given), rules(type(given)), *settings)
        )
    if isinstance(given, tuple):
        return tuple(map(form, given))
    if isinstance(given, np.ndarray) and given.dtype.kind in "biuf":
        return given.dtype.str, given.shape, given.tobytes()
    if given is None or isinstance(given, bool | int | float | str | np.generic):
        return type(given), repr(given)
    raise OwnForm
