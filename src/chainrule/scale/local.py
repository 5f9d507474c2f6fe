"""Steps that each chunk takes by itself before the weights are averaged: fewer sums, and another training."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from contextlib import nullcontext
from typing import NamedTuple

import numpy as np

from chainrule.engines.batches import Batches
from chainrule.errors import InputError
from chainrule.model.model import Model
from chainrule.parts.contract import Array, Optimizer
from chainrule.scale.engine import ChunkEngine
from chainrule.scale.executor import ChunkExecutor
from chainrule.scale.layout import Layout
from chainrule.scale.sums import Sum
from chainrule.scale.work import ONE_THREAD, Call, Chunk, Work, made, makers, rows_of, samples_of


class Start(NamedTuple):
    """Where all chunks begin a step: weights, the optimizer without its state, that state, the steps it has counted."""

    flat: Array
    optimizer: Optimizer
    state: tuple[Array, ...]
    t: int
    steps: int


def trained(work: Work, start: Start, chunk: Chunk, call: Call) -> Sum:
    """How far weights and state move in the steps that a chunk takes alone with its rows of a step, by its share."""
    model, optimizer = copy.deepcopy((work.model, start.optimizer))
    model.parameters.flat[...] = start.flat
    state = optimizer.state_arrays(model.parameters)
    for array, given in zip(state.values(), start.state, strict=True):
        array[...] = given
    optimizer.t = start.t
    rows = rows_of(work, chunk, call)
    size = -(-len(rows) // start.steps)
    data = samples_of(work, chunk, call, rows, size, call.step * start.steps)
    engine = made(work, model, optimizer, data)
    with ONE_THREAD if work.engine == "numpy" else nullcontext():
        losses, right = engine.run(None, 0, data.per_epoch)
    engine.close()
    sizes = np.diff([*range(0, len(rows), size), len(rows)])
    share = start.flat.dtype.type(len(rows) / call.samples)
    moved = tuple(
        (now - before) * share
        for now, before in zip(
            (model.parameters.flat, *state.values()), (start.flat, *start.state), strict=True
        )
    )
    return Sum(moved, float(losses @ sizes) / call.samples, int(right.sum()), makers(work.engine))


class LocalStepsEngine(ChunkEngine):
    """Steps of which each is as many that every chunk takes by itself, after which weights and state are averaged."""

    def __init__(
        self, network: Model, optimizer: Optimizer, data: Batches, executor: ChunkExecutor, layout: Layout, work: Work,
        weighted: bool, steps: int,
    ) -> None:  # fmt: skip
        _check(optimizer)
        super().__init__(network, optimizer, data, executor, layout, work, weighted)
        self._steps = steps

    def _step(self, calls: Sequence[Call]) -> tuple[float, int]:
        flat, optimizer = self._network.parameters.flat, self._optimizer
        state = tuple(optimizer.state_arrays(self._network.parameters).values())
        copies = tuple(array.copy() for array in state)
        start = Start(flat.copy(), optimizer.stateless(), copies, optimizer.t, self._steps)
        found = self._executor.total(trained, self._work, start, calls)
        self._look(found.makers)
        with np.errstate(all="ignore"):
            for array, moved in zip((flat, *state), found.arrays, strict=True):
                array += moved
        optimizer.t += self._steps
        self._data.streams.noise.step += 1
        return found.loss, found.right


def _check(optimizer: Optimizer) -> None:
    own = type(optimizer).__name__
    if optimizer.full_batch:
        raise InputError(
            f"{own} takes no steps of a part of the samples, and local_steps are such: leave one of them out."
        )
    if optimizer.schedule is not None:
        raise InputError(
            f"{own} has a learning rate that goes by the step, {optimizer.schedule}, and with local_steps chunks take "
            "steps of their own: give it a number, or leave local_steps out."
        )
