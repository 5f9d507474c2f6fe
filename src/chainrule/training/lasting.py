"""Trainings that outlast a call, or a process: what `fit` is told of that, and the beginning that follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from chainrule.engines.batches import Batches
from chainrule.errors import InputError
from chainrule.model.model import Model
from chainrule.parts.contract import Optimizer
from chainrule.training.beginning import Beginning, GoingOn
from chainrule.training.callbacks import Callbacks
from chainrule.utils import checks


@dataclass(frozen=True)
class Lasting:
    """What `fit` was told: a folder for checkpoints, and what to go on with."""

    checkpoint: Any = None
    resume: Any = False
    go_on: Any = False

    def checked(self) -> bool:
        """Whether anything is to be done; raises for what does not go together."""
        checks.truth(self.resume, "resume")
        checks.truth(self.go_on, "go_on")
        if self.resume and self.checkpoint is None:
            raise InputError(
                "resume = True goes on from a checkpoint: say where they are, as in checkpoint='run/'."
            )
        if self.resume and self.go_on:
            raise InputError(
                "resume = True goes on from a checkpoint, and go_on = True with the last fit of this network: give one "
                "of them."
            )
        return bool(self.go_on or self.checkpoint is not None)


NOT_LASTING = Lasting()


def beginning(
    lasting: Lasting,
    model: Model,
    optimizer: Optimizer,
    data: Batches,
    engine: Any,
    threads: Any,
    held_out: Any,
    callbacks: Callbacks,
    series: tuple[str, ...],
) -> AbstractContextManager[Beginning]:
    """How a training begins, for as long as it takes.

    Raises
    ------
    InputError, KindError, FileError : for a training that can't last so
    """
    if not lasting.checked():
        return nullcontext(Beginning(model, optimizer, data, engine, threads))
    return _lasting(lasting, model, optimizer, data, engine, threads, held_out, callbacks, series)


@contextmanager
def _lasting(
    lasting: Lasting,
    model: Model,
    optimizer: Optimizer,
    data: Batches,
    engine: Any,
    threads: Any,
    held_out: Any,
    callbacks: Callbacks,
    series: tuple[str, ...],
) -> Iterator[Beginning]:
    if optimizer.full_batch:
        what = "checkpoint" if lasting.checkpoint is not None else "go_on = True"
        raise InputError(
            f"{type(optimizer).__name__} begins anew at each fit, without the steps of an earlier one, so there is no "
            f"place to go on from: leave {what} out, or take another optimizer."
        )
    kind = GoingOn if lasting.go_on else Beginning
    begins = kind(model, optimizer, data, engine, threads)
    if isinstance(begins, GoingOn):
        begins.begin(series)
    if lasting.checkpoint is None:
        yield begins
        return
    from chainrule.training.checkpoints import kept

    with kept(begins, lasting.checkpoint, bool(lasting.resume), held_out, callbacks, series) as keeper:
        yield keeper
