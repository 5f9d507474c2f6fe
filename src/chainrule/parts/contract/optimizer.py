"""What an optimizer states, the schedule of its learning rate, and the clipping of its gradients."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.expressions import Renamed
from chainrule.parts.contract.part import SYMBOLS, Array, Rule, Steered, lacks
from chainrule.parts.contract.setting import setting
from chainrule.utils.counts import counted


class Clipping(Steered):
    """What keeps gradients from being too large: `q.dw_clipped` from `q.dw`, which the optimizer gets in its place."""

    kind: ClassVar[str] = "clipping"

    def measure(self, q: Rule) -> None:
        """State what has to be known of each gradient, for every parameter alike, such as `q.dw_squares`."""

    def join(self, q: Rule) -> None:
        """State what is one for all parameters; ``q.total("dw_squares")`` is the sum over them, in order."""

    def clip(self, q: Rule) -> None:
        """State `q.dw_clipped`."""
        raise lacks(self, "clip(q)", "q.dw_clipped")


class Schedule(Steered):
    """How the learning rate goes: `q.eta` for step `q.t` from the settings, of which `learning_rate` is `q.eta0`.

    Parameters
    ----------
    warmup : steps over which the rate first rises to what it would be, at least 0
    """

    warmup: float = setting(default=0.0, ge=0, kw_only=True)

    kind: ClassVar[str] = "schedule"
    letters: ClassVar[Mapping[str, str]] = {**SYMBOLS, "learning_rate": "eta0"}

    def scalars(self) -> dict[str, float]:
        for name, value in self.settings().items():
            if value is None:
                raise InputError(f"{self} has no {name}: give {name}=…, or train by fit, which knows it.")
        numbers = self.numbers()
        warmup = numbers.pop("warmup")
        return {**numbers, "warmup": warmup} if self.warmup else numbers

    def over(self, steps: int) -> None:
        """Take the number of the last step of a training, for what was left open."""

    def span(self, steps: int) -> None:
        """`over`, before a training: what is left open may be set."""
        made = self.__dict__.pop("_made")
        try:
            self.over(steps)
        finally:
            self.__dict__["_made"] = made

    def rate(self, q: Rule) -> None:
        """State `q.eta`, without the warm-up."""
        raise lacks(self, "rate(q)", "q.eta")

    def prepare(self, q: Rule) -> None:
        """State `q.eta` as the optimizer gets it."""
        self.rate(Renamed(q, eta="eta_full") if self.warmup else q)
        if self.warmup:
            q.eta = q.eta_full * np.minimum(1, q.t / q.warmup)

    def cache_key(self) -> tuple[Any, ...]:
        return (*super().cache_key(), bool(self.warmup))


class Optimizer(Steered):
    """How parameters move: `q.w_new` from `q.w` and its gradient `q.dw`, for every parameter alike.

    `state` names what it remembers of each parameter, at first 0 or what `start` says. Hyper-parameters are its
    fields; `q.t` counts the steps from 1. State and count live here, so a second `fit` goes on where the first ended.
    They stay those of one network: to copy or pickle both, do it together, as ``copy.deepcopy((network, optimizer))``.
    The learning rate may be a `Schedule` in place of a number.

    Parameters
    ----------
    clip : a `Clipping` for the gradients, or its name
    """

    clip: Any = dataclasses.field(default=None, kw_only=True)

    kind: ClassVar[str] = "optimizer"
    state: ClassVar[tuple[str, ...]] = ()
    start: ClassVar[Mapping[str, float]] = {}
    full_batch: ClassVar[bool] = (
        False  # of scipy's: the program ends at the gradients, and no step takes a part
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.state, str):
            raise KindError(
                f"{type(self).__name__}: state = {self.state!r} is a word: write ({self.state!r},), a tuple."
            )
        self.clip = None if self.clip is None else Clipping.of(self.clip)
        self.t = 0  # steps counted
        # Whose state it is: the very layout of their parameters, which is copied, and pickled, with both or with none.
        self._owner: Any = None
        self._state_arrays: dict[str, Array] = {}

    def label(self) -> str:
        return type(self).__name__

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "t" and type(value) is int and value >= 0:
            object.__setattr__(self, name, value)  # at once: at every step
        else:
            super().__setattr__(name, value)

    def _change(self, name: str, value: Any) -> None:
        if name == "t":
            self.__dict__[name] = self._checked(name, value, {"ge": 0, "whole": True})
        else:
            super()._change(name, value)

    def _checked(self, name: str, value: Any, bounds: Mapping[str, Any]) -> Any:
        if name == "learning_rate" and isinstance(value, Schedule):
            return value
        return super()._checked(name, value, bounds)

    @property
    def schedule(self) -> Schedule | None:
        """How the learning rate goes, unless it is a number."""
        rate = getattr(self, "learning_rate", None)
        return rate if isinstance(rate, Schedule) else None

    def roles(self) -> dict[str, Any]:
        """The parts whose numbers an update takes, each with names of its own: schedule, optimizer, clipping."""
        schedule = self.schedule
        parts: dict[str, Any] = {"": self} if schedule is None else {"schedule": schedule, "": self}
        return parts if self.clip is None else {**parts, "clip": self.clip}

    def state_arrays(self, parameters: Any) -> dict[str, Array]:
        """The state as flat arrays in the layout of a network's `Parameters`; as at first until a step was counted.

        Raises
        ------
        InputError : if steps of another network have been counted
        """
        if self.t == 0 and self._owner is not parameters.layout:
            self._owner = parameters.layout
            self._state_arrays = {
                name: np.full_like(parameters.flat, start)
                if (start := self.start.get(name, 0))
                else np.zeros_like(parameters.flat)
                for name in self.state
            }
        if self._owner is not parameters.layout:
            raise InputError(
                f"this {type(self).__name__} has counted {counted(self.t, 'step')} of another network: give each "
                "network an optimizer of its own. A copy of both is made together: copy.deepcopy((network, optimizer))."
            )
        return self._state_arrays

    def stateless(self) -> Self:
        """A copy that has counted no steps and remembers nothing."""
        other = copy.copy(self)
        other.__dict__.update(t=0, _owner=None, _state_arrays={})
        return other

    def prepare(self, q: Rule) -> None:
        """State what is one number for all parameters at step `q.t`, from the settings alone."""

    def update(self, q: Rule) -> None:
        """State `q.w_new`, and `q.<state>_new` for everything in `state`."""
        raise lacks(self, "update(q)", "q.w_new")
