"""Names in a user's class that nothing reads, and that must be meant for one of the contract's."""

from __future__ import annotations

import inspect
from collections.abc import Collection

from chainrule.errors import KindError

# What other libraries call it, and what it may be here.
ELSEWHERE = {
    "__call__": ("forward", "update", "draw", "clip", "rate"),
    "call": ("forward", "update"),
    "grad": ("backward",),
    "gradient": ("backward",),
    "derivative": ("backward",),
    "prime": ("backward",),
    "predict": ("evaluate",),
    "eval": ("evaluate",),
    "build": ("parameters",),
    "step": ("update",),
    "get_lr": ("rate",),
    "on_train_begin": ("start",),
    "on_train_start": ("start",),
    "on_fit_start": ("start",),
    "on_train_end": ("end",),
    "on_fit_end": ("end",),
    "on_epoch_end": ("epoch",),
    "on_train_epoch_end": ("epoch",),
    "on_validation_epoch_end": ("epoch",),
    "on_validation_end": ("epoch",),
    "on_batch_end": ("batch",),
    "on_train_batch_end": ("batch",),
    "on_step_end": ("batch",),
    "state_dict": ("remembered",),
    "load_state_dict": ("resume",),
}
NEAR = 0.8  # of difflib: one letter too many, too few or elsewhere
CALLBACK = ("start", "batch", "epoch", "end")


def is_ours(cls: type) -> bool:
    """Whether a class is one of chainrule's, not a user's."""
    return cls.__module__.partition(".")[0] == __name__.partition(".")[0]


def check_names(cls: type, aside: Collection[str] = ()) -> None:
    """Raise KindError where a class has a method or an attribute that would be passed over without a word.

    That is one called as in another library, or nearly as in the contract, where the class lacks the right one. Fields
    may be called anything, and so may what begins with an underscore.

    Parameters
    ----------
    cls : a class as it is defined
    aside : names that are no rules, such as ``settings``
    """
    if is_ours(cls):
        return
    import difflib

    own: set[str] = set()
    for base in cls.__mro__:
        if not is_ours(base) and base is not object:
            fields = {name for name, of in inspect.get_annotations(base).items() if "ClassVar" not in str(of)}
            own |= {name for name in vars(base) if name[0] != "_" or name in ELSEWHERE} - fields
    contract = {name for base in cls.__mro__ if is_ours(base) for name in vars(base) if name[0] != "_"}
    contract -= set(aside) - {"notes", "quiet"}
    for name in sorted(own - contract - set(aside)):
        same = [each for each in sorted(contract - own) if _alike(cls, name, each)]
        right = [each for each in ELSEWHERE.get(name, ()) if each in same]
        right = right or difflib.get_close_matches(name, same, cutoff=NEAR)
        what = f"{cls.__name__}.{name} would be passed over"
        if right:
            raise KindError(
                f"{what}: did you mean {right[0]}? If it is a helper of yours, call it _{name.strip('_')}."
            )
        # A base that serves another library as well may have more of these.
        if (
            set(CALLBACK) <= contract
            and name.startswith("on_")
            and name in vars(cls)
            and name not in ELSEWHERE
        ):
            raise KindError(
                f"{what}: a callback has the methods {', '.join(CALLBACK[:-1])} and {CALLBACK[-1]}."
            )


def _alike(cls: type, name: str, other: str) -> bool:
    """Whether both are methods, or neither is."""
    return callable(getattr(cls, name)) == callable(getattr(cls, other))
