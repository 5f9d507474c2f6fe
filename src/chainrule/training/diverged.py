"""What broke, where a training's numbers stopped being finite."""

from __future__ import annotations

import math

from chainrule.engines.protocol import Engine
from chainrule.errors import Diverged
from chainrule.model.model import Model
from chainrule.model.record import Record
from chainrule.parts.contract import Array, Optimizer
from chainrule.training.cursor import TrainingCursor
from chainrule.training.snapshot import Snapshot
from chainrule.training.steps import record_rows
from chainrule.walkthrough.not_finite import not_finite


def diverged(
    network: Model, optimizer: Optimizer, engine: Engine, snapshot: Snapshot, cursor: TrainingCursor
) -> Diverged:
    """Take the steps of a block again, one by one up to the one that broke, and say what broke in it."""
    snapshot.restore()
    began = cursor.history.epochs - (cursor.first + cursor.taken) // cursor.per_epoch
    for step in range(cursor.steps):
        snapshot.take()
        epoch, batch = divmod(cursor.first + step, cursor.per_epoch)
        order, start = cursor.at(step)
        losses, _ = engine.run(order, start, 1)
        if not (math.isfinite(losses[0]) and snapshot.finite()):
            snapshot.restore()
            rows: Array | slice = slice(start, min(start + cursor.data.size, cursor.samples))
            rows = rows if order is None else order[rows]
            data = cursor.data
            if data.elsewhere is None:
                sentence = not_finite(record_rows(Record, network, optimizer, data, rows))
            else:
                sentence = data.elsewhere.broken(engine)
            where = f"epoch {began + epoch + 1}, batch {batch + 1} of {cursor.per_epoch}: {sentence}"
            error = Diverged(
                f"{where} Training stopped there, and the parameters are as they were before that step (step "
                f"{optimizer.t + 1}). A smaller learning rate, or inputs scaled to mean 0 and standard deviation 1, "
                "usually helps."
            )
            error.where = where
            return error
    raise AssertionError("the steps diverged, and did not when they were taken again")
