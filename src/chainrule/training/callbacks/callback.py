"""What a callback is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from chainrule.parts.contract import Part
from chainrule.parts.misnamed import check_names, is_ours
from chainrule.training.callbacks.run import Run
from chainrule.utils.plain import is_plain


class Callback:
    """What is done between the steps of a training: override what you need. By default nothing is done.

    What it remembers is best made in `start`, so that one callback serves several trainings. An error that a method
    raises ends the training and reaches the caller of `fit`, with the network as the last step left it.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        check_names(cls)

    def start(self, run: Run) -> None:
        """Before the first step; all arguments of `fit` are checked. The place to refuse a training."""

    def batch(self, run: Run) -> None:
        """After each step. Training comes back to Python for it, so small networks train much slower with one."""

    def epoch(self, run: Run) -> None:
        """After each epoch, its validation included."""

    def _ahead(self) -> float:
        """How many epochs may be taken before it is told of the first of them: what it does then must be the same."""
        return 1

    def remembered(self) -> dict[str, Any]:
        """What it has to know to go on with a training that is broken off: plain values, and arrays of numbers.

        Unless overridden all of its attributes that are such; others are as `start` leaves them.
        """
        return {name: value for name, value in vars(self).items() if is_plain(value)}

    def resume(self, run: Run, remembered: dict[str, Any]) -> None:
        """After `start`, where a training goes on: be as when `remembered` gave this."""
        own = vars(self)
        for name, value in remembered.items():
            there = own.get(name)
            if isinstance(there, np.ndarray) and isinstance(value, np.ndarray) and there.shape == value.shape:
                np.copyto(there, value)  # which others may hold, too
            else:
                own[name] = value

    def end(self, run: Run) -> None:
        """After the last step, however training ends: by itself, by `stop`, by Ctrl-C, by an error (`run.error`)."""


class ReadyCallback(Part, Callback):
    """A callback that comes with chainrule: its settings are checked when it is made, as any part's, and stay."""

    kind: ClassVar[str] = "callback"
    regularizes: ClassVar[bool] = (
        True  # whether it may change what is learnt, so that comparing it says something
    )

    def remembered(self) -> dict[str, Any]:
        """All but its settings, which are given anew."""
        own = super().remembered()
        return {name: value for name, value in own.items() if not self._is_setting(name) and name != "_made"}

    def _own_arrays(self) -> None:
        """What a callback of a user's gathers stays as it is."""

    def _change(self, name: str, value: Any) -> None:
        # Beside its settings it remembers what it likes, in classes of a user's under any name.
        if self._is_setting(name) or (is_ours(type(self)) and name not in vars(self)):
            super()._change(name, value)
        else:
            object.__setattr__(self, name, value)


class FunctionCallback(Callback):
    """A plain function, after each epoch."""

    def __init__(self, function: Callable[[Run], Any]) -> None:
        self.function = function

    def epoch(self, run: Run) -> None:
        self.function(run)
