"""An engine that is kept from one training of a network to the next: what it needs for itself is made once."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chainrule.engines.batches import Batches
from chainrule.engines.lbfgs import Minimizer
from chainrule.engines.protocol import Engine
from chainrule.errors import InputError
from chainrule.model.labels import Labels
from chainrule.model.model import Model, compiled
from chainrule.parts.contract import Array, Optimizer
from chainrule.training import engine_choice
from chainrule.training.snapshot import Snapshot

KEPT_ROWS = 1024  # of a batch at most, so that no more memory stays behind than a small batch needs
PLACE = "the engine of the last training"  # beside what else was made for a network; a copy has none of it


@dataclass(frozen=True)
class _Kept:
    """An engine that is closed.

    Parameters
    ----------
    engine, why : as they were chosen
    snapshot : what the training goes back to, closed too
    kind : of the trainings that would have it chosen again
    optimizer : whose state it moves: when that is gone, so is the engine
    made_for : program and arrays that it runs on
    """

    engine: Engine
    why: str
    snapshot: Snapshot
    kind: Any
    optimizer: weakref.ref[Optimizer]
    made_for: tuple[Any, ...]


@contextmanager
def engine(
    model: Model, optimizer: Optimizer, data: Batches, steps: int, engine: Any, threads: Any, looks: int
) -> Iterator[tuple[Engine | Minimizer, str, Snapshot]]:
    """What a training needs: an engine, as `engine_choice.choose` chooses it, why it is that one, and a snapshot.

    They are those of the last training where they serve. This one has claimed the network, so nobody else looks for
    them meanwhile. After an error none are kept.
    """
    engine_choice.check_engine(engine, threads)
    kept = compiled(model).pop(PLACE, None)
    made_for = _made_for(model, optimizer, data)
    why = engine_choice.repays(model, optimizer, data, steps, looks) if engine == "auto" else ""
    kind = engine, threads, why, *_kind(data)
    if kept is None or data.elsewhere is not None or not _serves(kept, optimizer, data, kind, made_for):
        chosen, why = engine_choice.choose(model, optimizer, data, steps, engine, threads, looks)
        snapshot = Snapshot(model, optimizer, data.streams)
    else:
        chosen, why, snapshot = kept.engine, kept.why, kept.snapshot
    try:
        yield chosen, why, snapshot
    finally:
        chosen.close()
    stays = data.size <= KEPT_ROWS and data.transform is None and data.elsewhere is None
    if stays and not isinstance(chosen, Minimizer):
        snapshot.close()
        compiled(model)[PLACE] = _Kept(chosen, why, snapshot, kind, _watched(model, optimizer), made_for)


def _kind(data: Batches) -> tuple[Any, ...]:
    """All of the data that an engine is chosen and made by."""
    y = data.y
    if data.elsewhere is not None:
        return ()
    targets = (True, *_layout(y.codes)) if isinstance(y, Labels) else (False, *_layout(y))
    others = (data.weight is not None, data.transform is not None)
    return (len(data.X), data.size, data.shuffled, data.counts, *others, *_layout(data.X), *targets)


def _layout(array: Array) -> tuple[Any, ...]:
    return array.dtype, array.shape[1:], array.strides, array.flags.aligned


def _made_for(model: Model, optimizer: Optimizer, data: Batches) -> tuple[Any, ...]:
    """The program and the arrays that an engine runs on, which are others once something was frozen or began anew."""
    program = model.program(optimizer, weighted=data.weight is not None)
    return program, *optimizer.state_arrays(model.parameters).values()


def _serves(kept: _Kept, optimizer: Optimizer, data: Batches, kind: Any, made_for: tuple[Any, ...]) -> bool:
    """Whether what was kept serves a training; then it is open again."""
    if kept.optimizer() is not optimizer or kept.kind != kind or len(kept.made_for) != len(made_for):
        return False
    if any(one is not other for one, other in zip(kept.made_for, made_for, strict=True)):
        return False
    try:
        kept.engine.resume(optimizer, data)
    except InputError:  # that threads can't be started: the choice tells what then
        return False
    kept.snapshot.resume(optimizer, data.streams)
    return True


def _watched(model: Model, optimizer: Optimizer) -> weakref.ref[Optimizer]:
    """A reference that takes the engine along when the optimizer is gone."""
    place = weakref.ref(model)

    def gone(optimizer: weakref.ref[Optimizer]) -> None:
        owner = place()
        kept = None if owner is None else compiled(owner).get(PLACE)
        if owner is not None and kept is not None and kept.optimizer is optimizer:
            del compiled(owner)[PLACE]

    return weakref.ref(optimizer, gone)
