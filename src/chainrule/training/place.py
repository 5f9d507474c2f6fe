"""The place at which a training stands, without the arrays that its steps change: where a later one goes on."""

from __future__ import annotations

import copy
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from chainrule.training.cursor import TrainingCursor
from chainrule.training.history import History
from chainrule.utils.hints import fits, misfits

NOT_KEPT = ("result",)  # of a History: scipy's, and such a training has no place to go on from


@dataclass
class Place:
    """Where a training stands.

    Parameters
    ----------
    begun, t : steps that the optimizer had counted when the training began, and has counted now
    ends : the step with which an open schedule ends; 0 where none is open
    step, loss : steps of this training, and the loss of the last one
    samples, size, shuffled, series : how many samples there are, and in a step; whether they are shuffled; what the
        history has
    so_far : of the running epoch, what `TrainingCursor.so_far` gives
    skipped : how many orders are drawn before that of the running epoch, from where `streams` has the generator
    streams : where all that the seed decides stands
    seconds : of the running epoch
    history : of the epochs that are finished
    reason : why a callback would have ended it here, had it not been at its last step
    callbacks : those that took part
    """

    begun: int
    t: int
    ends: int
    step: int
    loss: float
    samples: int
    size: int
    shuffled: bool
    series: tuple[str, ...]
    so_far: tuple[int, float, int]
    skipped: int
    streams: dict[str, Any]
    seconds: float
    history: History
    reason: str = ""
    callbacks: tuple[weakref.ref[Any], ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        """A copy knows of no callbacks: they may be copied without it."""
        return {**self.__dict__, "callbacks": ()}

    @classmethod
    def of(cls, training: Any, begun: int, ends: int) -> Place:
        """Where a training stands now."""
        cursor: TrainingCursor = training.cursor
        run, data = training.callback_run, cursor.data
        order, skipped = cursor.drawn_from()
        return cls(
            begun, training.optimizer.t, ends, run.step, run.loss, cursor.samples, data.size, data.shuffled, run.series,
            cursor.so_far(), skipped, {**data.streams.whole(), "order": order}, time.perf_counter() - cursor.clock,
            training.history, run.reason, training.callbacks.known(),
        )  # fmt: skip

    def put(self, training: Any) -> None:
        """Have a training that has taken no step stand here."""
        history, run, cursor = training.history, training.callback_run, training.cursor
        vars(history).update(copy.deepcopy(vars(self.history)))
        if history.interrupted:
            history.stopped, history.interrupted = "", False
        training.model._trained_steps = history.before
        cursor.data.streams.go_to(self.streams)
        cursor.go_to(self.so_far, self.skipped, self.seconds)
        run.stands(self.step, self.loss)
        if self.reason and cursor.left:
            history.stopped = self.reason

    def document(self) -> dict[str, Any]:
        """The place as plain values, which JSON holds."""
        found = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "callbacks"}
        told = {name: value for name, value in vars(self.history).items() if name not in NOT_KEPT}
        return {**found, "history": told}

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Place:
        """The place that a document tells.

        Raises
        ------
        KeyError, TypeError, ValueError : where it tells none
        """
        found, history = dict(document), dict(document["history"])
        found["series"], found["so_far"] = tuple(found["series"]), tuple(found["so_far"])
        if wrong := misfits(History, history) or misfits(cls, {**found, "history": History()}):
            raise ValueError(wrong)
        place = cls(**{**found, "history": History(**history)})
        counts = (
            place.begun,
            place.t,
            place.ends,
            place.step,
            place.streams["noise"],
            place.so_far[0],
            place.skipped,
        )
        if not all(fits(count, int) and 0 <= count < 2**63 for count in counts):
            raise ValueError(counts)
        seed = place.streams["seed"]
        if not fits(seed, int) or seed < 0 or not fits(place.streams["by_chance"], bool):
            raise ValueError(seed)
        if place.skipped > place.history.epochs:
            raise ValueError(place.skipped)
        return place
