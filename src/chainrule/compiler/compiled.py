"""From a task to machine code that a network keeps, and what all its callers share."""

from __future__ import annotations

import numpy as np

from chainrule.compiler.entries import Entry, Leaf, Own
from chainrule.compiler.frame import Compiled, Frame
from chainrule.compiler.jit import JitFunction
from chainrule.compiler.step import Step
from chainrule.compiler.task import Task
from chainrule.errors import InputError
from chainrule.model.labels import Labels, Targets
from chainrule.model.model import Model, compiled
from chainrule.parts.contract import Array

CHUNK_ROWS = 256  # that are looked at together, so that what is made of them stays in the second cache


def network_arrays(network: Model) -> dict[Entry, Array]:
    """A network's arrays."""
    named = network.constants | network.buffers
    return {Own.PARAMETERS: network.parameters.flat, **{Leaf(name): array for name, array in named.items()}}


def compile_task(task: Task, network: Model) -> Compiled:
    """A task's machine code, which the network keeps: a second fit needs no compiling."""
    lines = {"preparation": task.preparation, "quantities": task.quantities, "update": task.update}
    made = {name: value for name, value in vars(task).items() if name not in lines}
    kept = compiled(network)
    # The quantities stay with what is found.
    key = (*(tuple(map(id, each)) for each in lines.values()), repr(made))
    found: Compiled | None = kept.get(key)
    if found is None:
        step = Step(task)
        found = Compiled(JitFunction(step.text), step.slots, step.buffers, task.threads, task)
        kept[key] = found
    return found


def check_indices(frame: Frame, y: Targets, rows: Array | slice | None) -> None:
    """Raise InputError where a label, or a place of the order, is not what it was when it was checked."""
    if (place := frame.wrong(Own.WRONG_ORDER)) >= 0:
        raise InputError(f"order[{place}] names no sample: an order holds the numbers of rows, from 0.")
    if (row := frame.wrong(Own.WRONG_LABEL)) >= 0:
        assert isinstance(y, Labels)
        raise y.changed(row if rows is None else int(np.arange(len(y))[rows][row]))
