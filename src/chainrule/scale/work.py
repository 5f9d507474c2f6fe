"""What is done with a chunk, wherever it lies: functions of what they are given alone, which can be done again."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any, ClassVar, NamedTuple

import numpy as np

from chainrule.engines.batches import Batches
from chainrule.engines.numpy_engine import NumpyEngine
from chainrule.engines.protocol import Engine
from chainrule.errors import InputError
from chainrule.model.labels import Labels, Targets
from chainrule.model.model import Model
from chainrule.model.noise import drawn_noise
from chainrule.model.streams import RandomStreams
from chainrule.parts.contract import Array, Optimizer
from chainrule.scale.layout import order
from chainrule.scale.sums import Sum
from chainrule.training.checkpoints.content import made_by, version

ROWS = 4096  # of a piece at once, so that a large one needs little memory


class Chunk(NamedTuple):
    """The samples of a chunk, checked: inputs, targets (codes of labels (n,), or rows), and weights, if any.

    Of a table also the names and units of its columns, the features', then the target's.
    """

    X: Array
    y: Array
    weight: Array | None
    columns: tuple[tuple[str, str], ...] = ()


class GradientsAlone(Optimizer):
    """Has the program of a step end at the gradients; the update is made where they are summed."""

    full_batch: ClassVar[bool] = True


@dataclass(frozen=True)
class Work:
    """What is the same for all pieces of a training.

    Parameters
    ----------
    key : no other training has it in this process or another one
    model : for gradients alone without its penalty, which is no matter of the samples; its weights come with each step
    engine, threads : what takes the steps
    most : rows that a piece may have
    counts : how many answers of a sample are right or wrong
    shuffled : whether each epoch has an order of its own
    """

    key: str
    model: Model
    engine: str
    threads: int
    most: int
    counts: int
    shuffled: bool


class Call(NamedTuple):
    """One piece of one step.

    Parameters
    ----------
    chunk, start, stop : which rows
    epoch, step : the number of the epoch, from 0, and of the step in the training
    entropy : the seed
    samples : how many the step has in all
    """

    chunk: int
    start: int
    stop: int
    epoch: int
    step: int
    entropy: int
    samples: int


def gradients(work: Work, flat: Array, chunk: Chunk, call: Call) -> Sum:
    """A piece's part of the mean gradient, and of the loss, at some parameters."""
    gradient, loss, right = np.zeros_like(flat), 0.0, 0
    for data in blocks(work, chunk, call):
        share = len(data.X) / call.samples
        with _engine(work, data) as (engine, model):
            model.parameters.flat[...] = flat
            losses, answers = engine.run(None, 0, 1)
            gradient += engine.gradients * flat.dtype.type(share)
        loss, right = loss + float(losses[0]) * share, right + int(answers[0])
    return Sum((gradient,), loss, right, makers(work.engine))


def broken(given: tuple[Work, Array], chunk: Chunk, call: Call) -> str:
    """What is not finite in a piece, in a sentence; nothing where all is."""
    from chainrule.model.record import Record
    from chainrule.walkthrough.not_finite import ALL_FINITE, not_finite

    work, flat = given
    model = copy.deepcopy(work.model)
    model.parameters.flat[...] = flat
    for data in blocks(work, chunk, call):
        noise = drawn_noise(model, data.streams.noise, len(data.X))
        record = Record.of_arrays(model, data.X, data.y[:], None, data.weight, noise)
        if (sentence := not_finite(record)) != ALL_FINITE:
            return f"in chunk {call.chunk + 1}, {sentence}"
    return ""


def blocks(work: Work, chunk: Chunk, call: Call) -> Iterator[Batches]:
    """The samples of a piece, so many at once as a step of an engine takes."""
    rows = rows_of(work, chunk, call)
    each = -(-work.most // ROWS)  # blocks that a piece may have, each with chance of its own
    for number, start in enumerate(range(0, len(rows), ROWS)):
        some = rows[start : start + ROWS]
        yield samples_of(work, chunk, call, some, min(work.most, ROWS), call.step * each + number)


def rows_of(work: Work, chunk: Chunk, call: Call) -> Array | range:
    """The rows of a piece."""
    if not work.shuffled:
        return range(call.start, call.stop)
    return _order(work.key, call.entropy, call.chunk, call.epoch, len(chunk.X))[call.start : call.stop]


def samples_of(work: Work, chunk: Chunk, call: Call, rows: Array | range, size: int, step: int) -> Batches:
    """Some rows of a chunk, so many a step in order; chance is that of the chunk, from a step of its own on."""
    some = slice(rows.start, rows.stop) if isinstance(rows, range) else rows
    streams = RandomStreams([call.entropy, call.chunk])  # type: ignore[arg-type]  # as seed sequences take them
    streams.noise.step = step
    weight = None if chunk.weight is None else chunk.weight[some]
    y = targets_of(work.model, chunk.y[some])
    return Batches(chunk.X[some], y, size, False, work.counts, weight=weight, streams=streams)


def targets_of(model: Model, y: Array) -> Targets:
    """A chunk's targets, or some of them, as steps take them."""
    return Labels(y, model.outputs) if y.ndim == 1 else y


# --- what a process keeps ------------------------------------------------------------------------------------

_orders: dict[tuple[str, int], tuple[int, Array]] = {}  # of a training and a chunk: an epoch, and its order
_engines: dict[tuple[Any, ...], list[tuple[Engine, Model]]] = {}  # that nobody uses, by what they serve


def forget(key: str) -> None:
    """Let go of what was kept for a training."""
    for kept in (_orders, _engines):
        for name in [name for name in kept if name[0] == key]:
            kept.pop(name, None)


def _order(key: str, entropy: int, chunk: int, epoch: int, rows: int) -> Array:
    found = _orders.get((key, chunk))
    if found is None or found[0] != epoch:
        found = _orders[key, chunk] = epoch, order(entropy, chunk, epoch, rows)
    return found[1]


@contextmanager
def _engine(work: Work, data: Batches) -> Iterator[tuple[Engine, Model]]:
    """An engine for a piece, and the model whose weights it reads; made once for each thread."""
    y = data.y.codes if isinstance(data.y, Labels) else data.y
    free = _engines.setdefault((work.key, data.X.dtype, y.dtype, y.ndim), [])
    try:
        engine, model = free.pop()
        engine.resume(GradientsAlone(), data)
    except IndexError:
        model = copy.deepcopy(work.model)
        engine = made(work, model, GradientsAlone(), data)
    with ONE_THREAD if work.engine == "numpy" else nullcontext():
        yield engine, model
    engine.close()
    free.append((engine, model))


def made(work: Work, model: Model, optimizer: Optimizer, data: Batches) -> Engine:
    """An engine for a chunk's steps.

    Raises
    ------
    InputError : where this process can't have the one that all are to have
    """
    if work.engine == "numpy":
        return NumpyEngine(model, optimizer, data)
    from chainrule.compiler import CompiledEngine, NotCompiled

    try:
        return CompiledEngine(model, optimizer, data, work.threads)
    except NotCompiled as reason:
        raise InputError(f"a worker can't compile this network: {reason}. Take engine='numpy'.") from None


class _OneThread:
    """As many threads as BLAS takes, so many ways has it to sum: one, as long as anybody is within."""

    def __init__(self) -> None:
        self._lock, self._within, self._limit = Lock(), 0, ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            self._within += 1
            if self._within == 1:
                self._limit.enter_context(_blas().limit(limits=1, user_api="blas"))

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._within -= 1
            if not self._within:
                self._limit.close()


@cache
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


ONE_THREAD = _OneThread()


@cache
def makers(engine: str) -> frozenset[str]:
    """On what the last bits of this process's steps depend."""
    told = {"chainrule": version(), **made_by(engine)}
    return frozenset({", ".join(f"{name} {value}" for name, value in told.items())})
