"""How a training begins: anew, or where the last one of its network ended."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, replace
from typing import Any

from chainrule.engines.batches import Batches
from chainrule.errors import InputError
from chainrule.model.model import Model
from chainrule.parts.contract import Optimizer
from chainrule.training.place import Place
from chainrule.training.schedule import is_open
from chainrule.utils.counts import counted

_DIGEST = re.compile("#[0-9a-f]{32}")
PLACE = "_place"  # where a network keeps that of its last training


@dataclass
class Beginning:
    """A training that begins anew; `fit` asks it before the first step, between blocks of steps, and after the last.

    Parameters
    ----------
    model, optimizer, data : of the training
    engine, threads : as `fit` was asked
    place : where it goes on; None: nowhere
    """

    model: Model
    optimizer: Optimizer
    data: Batches
    engine: Any
    threads: Any
    place: Place | None = None

    keeps = False  # whether an end by SIGTERM is to be waited for

    def __post_init__(self) -> None:
        self._open = is_open(self.optimizer)  # which it no longer is, once the training has begun
        # Steps that the optimizer had counted at the very beginning.
        self.begun: int = self.optimizer.t if self.place is None else self.place.begun

    def goes_on_at(self, place: Place) -> None:
        """Have the place, what chance brings there, and the engine that took the steps before."""
        self.place, self.begun = place, place.begun
        self.data.streams.go_to(place.streams)
        if self.engine == "auto":
            self.engine = place.history.engine
            self.threads = place.history.threads or None  # none of NumPy's

    @property
    def last(self) -> int:
        """The number of the last step."""
        return self.begun + self.data.epochs * self.data.per_epoch

    def put(self, training: Any) -> None:
        """Have a training stand where it goes on, before callbacks are started."""
        if self.place is not None:
            self.place.put(training)

    def started(self, training: Any) -> None:
        """Have callbacks go on, once they are started."""

    def look(self, training: Any) -> None:
        """Some steps were taken."""

    def ended(self, training: Any) -> None:
        """The last step was taken."""

    def place_of(self, training: Any) -> Place:
        """Where a training stands."""
        return Place.of(training, self.begun, self.last if self._open else 0)


class GoingOn(Beginning):
    """A training that goes on with the last one of its network, as if there had been one alone.

    Raises
    ------
    InputError : where there was none, or one that this can't go on with
    """

    def begin(self, series: tuple[str, ...]) -> None:
        """Find the place, and have as many epochs more; `series` are those of the history."""
        place: Place | None = getattr(self.model, PLACE)
        if place is None:
            raise InputError(
                "go_on = True goes on with the last fit of this network, and there is none that came to an end: leave "
                "go_on out."
            )
        self._check(place, series)
        history = copy.deepcopy(place.history)
        history.stopped, history.interrupted = "", False
        self.data = replace(self.data, epochs=history.epochs + self.data.epochs)
        self.goes_on_at(replace(place, history=history, reason=""))

    def _check(self, place: Place, series: tuple[str, ...]) -> None:
        own, t = type(self.optimizer).__name__, self.optimizer.t
        if t != place.t or self.optimizer._owner is not self.model.parameters.layout:
            raise InputError(
                f"go_on = True goes on with the optimizer of the last fit, which has counted "
                f"{counted(place.t, 'step')}, and this {own} is another one: make it before both "
                "fits, and give it to both."
            )
        if place.history.restored:
            raise InputError(
                "go_on = True goes on after the last step, and the last fit has restored the weights of epoch "
                f"{place.history.restored}: leave go_on out, or have that fit keep its last weights, by "
                "restore_best=False."
            )
        check_open(self.optimizer, "go_on = True")
        check_order(self.data, "go_on = True")
        now = {
            "samples": len(self.data.X), "samples a step": self.data.size, "shuffle": self.data.shuffled,
            "series": series,
        }  # fmt: skip
        was = dict(zip(now, (place.samples, place.size, place.shuffled, place.series), strict=True))
        if changed := differences(was, now):
            raise InputError(
                f"go_on = True goes on with the last fit, and {changed}: give the same, or leave go_on out."
            )

    def put(self, training: Any) -> None:
        assert self.place is not None
        self._remembered = copy.deepcopy(training.callbacks.remembered(self.place.callbacks))
        super().put(training)

    def started(self, training: Any) -> None:
        training.callbacks.resume(training.callback_run, self._remembered)


def check_open(optimizer: Optimizer, what: str) -> None:
    """Raise where steps were taken by a schedule that was to end with them."""
    if is_open(optimizer):
        raise InputError(
            f"{what} makes a training longer, and {optimizer.schedule} goes to its end, of which the steps so far were "
            "taken by another one: give the schedule steps=… of all epochs together, from the first fit on."
        )


def check_order(data: Batches, what: str) -> None:
    """Raise where the orders are a user's, so that nobody knows where they stand."""
    if data.order is not None:
        raise InputError(
            f"{what} has the orders of the samples go on, and order is a function of your own, which knows alone where "
            "it stands: leave one of them out."
        )


def differences(was: dict[str, Any], now: dict[str, Any]) -> str:
    """What is another than it was, in words; digests, ``#`` and 32 digits, are compared and not shown."""
    return "; ".join(
        _difference(name, was.get(name), now.get(name))
        for name in {**was, **now}
        if was.get(name) != now.get(name)
    )


def _difference(name: str, was: Any, now: Any) -> str:
    then, today = (_DIGEST.sub("", _words(value)) for value in (was, now))
    if then == today:
        return f"the numbers in {name} are others" if then else f"{name} are others"
    return f"{name}: {then} then, {today} now"


def _words(value: Any) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list | tuple) else str(value)
