"""A training of a copy, watched: what a diagnosis looks at, and what a trial of a fix compares."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.diagnosis import Curve, Evidence, Fix, Probe, data_loss, with_rate
from chainrule.engines.batches import Batches
from chainrule.errors import Diverged
from chainrule.model.leaves import leaves
from chainrule.model.model import Model, rebuilt
from chainrule.model.noise import drawn_noise
from chainrule.model.record import Record
from chainrule.model.streams import RandomStreams
from chainrule.parts.contract import Array, Optimizer
from chainrule.training.callbacks import Callback, Run
from chainrule.training.fit import fit
from chainrule.training.history import History

TRIAL = 50  # steps after which a fix is first looked at
MOST_STEPS = 1000  # of a rehearsal
WORK = 2e10  # multiplications that one may take
LASTING_STEPS = 10_000  # of a training that is to see whether another one was too short
FEWEST_PARTED = 50  # samples, of which a part can be held out
PROBED_ROWS = 256  # of which a step is traced


@dataclass(frozen=True)
class State:
    """What a training begins with.

    Parameters
    ----------
    model, optimizer : a copy, which no rehearsal changes
    data : the samples that are looked at
    seed : of the orders and of chance
    held_out : validation data
    """

    model: Model
    optimizer: Optimizer
    data: Batches
    seed: int
    held_out: Any = None

    def with_fix(self, fix: Fix) -> State:
        """The same, with something changed."""
        model, optimizer = copy.deepcopy(self.model), copy.deepcopy(self.optimizer)
        if fix.network or fix.redrawn:
            model = rebuilt(model, fix.redrawn, **fix.network)
        if fix.unfrozen:
            model.unfreeze()
        if fix.rate is not None:
            optimizer = with_rate(optimizer, fix.rate)
        return replace(self, model=model, optimizer=optimizer)

    @property
    def most(self) -> int:
        """How many steps a rehearsal may have."""
        each = 6.0 * self.model.parameters.flat.size * self.data.size
        return max(TRIAL, min(MOST_STEPS, int(WORK / max(each, 1.0))))


@dataclass(frozen=True)
class Rehearsal:
    """What came of a training of a copy: its steps by probes, its epochs, and the network at its end."""

    probes: Sequence[Probe]
    unexplained: Sequence[float]
    history: History
    diverged: str

    def at(self, step: int, keeps_loss: bool) -> float:
        """The loss after so many steps, or the part of the targets that is unexplained; inf once it has diverged."""
        for probe, rest in zip(self.probes, self.unexplained, strict=True):
            if probe.step == step:
                value = probe.loss if keeps_loss else rest
                return value if np.isfinite(value) else np.inf
        return np.inf


def places(steps: int) -> list[int]:
    """The steps that are looked at, closer at the beginning."""
    spaced = np.unique(np.geomspace(1, steps, 10).round().astype(int)).tolist()
    return sorted({0, *spaced, *(each for each in (TRIAL,) if each < steps), steps})


def rehearse(state: State, steps: int, looked_at: Sequence[int], validated: bool = False) -> Rehearsal:
    """Train a copy for so many steps, and look at some of them."""
    model, optimizer = copy.deepcopy((state.model, state.optimizer))
    data = replace(state.data, streams=RandomStreams(state.seed), epochs=-(-steps // state.data.per_epoch))
    watch = _Watch(state, looked_at)
    diverged = ""
    try:
        fit(model, data, optimizer, state.held_out if validated else None, False, "numpy", None, [watch])
    except Diverged as error:
        diverged = error.where
    return Rehearsal(watch.probes, watch.unexplained, watch.history, diverged)


def lasting(state: State, epochs: int, times: Sequence[int]) -> list[float]:
    """The loss after so many epochs, and after so many times as many, as far as they can be waited for.

    It is that of a fifth of the samples, with which these trainings are not trained, or of all where there are few:
    longer training always brings the samples nearer that it sees.
    """
    model, optimizer = copy.deepcopy((state.model, state.optimizer))
    data, (X, y) = _parted(state.data, state.seed)
    most = min(LASTING_STEPS, int(WORK / (6.0 * model.parameters.flat.size * data.size)))
    losses: list[float] = []
    done = 0
    for place, each in enumerate((1, *times)):
        end = each * epochs
        if losses and end * data.per_epoch > most:
            break
        streams = RandomStreams(state.seed + place)
        try:
            fit(
                model,
                replace(data, streams=streams, epochs=end - done),
                optimizer,
                None,
                False,
                "numpy",
                None,
                (),
            )
        except Diverged:
            break
        done = end
        losses.append(measured(model, X, y)[0])
    return losses


def _parted(data: Batches, seed: int) -> tuple[Batches, tuple[Array, Array]]:
    """Samples to train with, and others to judge by."""
    X, y = np.asarray(data.X), np.asarray(data.y[:])
    if len(X) < FEWEST_PARTED or data.group > 1:
        return data, (X, y)
    order = np.random.default_rng(seed).permutation(len(X))
    judged, kept = order[: len(X) // 5], order[len(X) // 5 :]
    weight = None if data.weight is None else data.weight[kept]
    size = max(1, round(data.size * len(kept) / len(X))) if data.size == len(X) else min(data.size, len(kept))
    return replace(data, X=X[kept], y=y[kept], weight=weight, size=size), (X[judged], y[judged])


class _Watch(Callback):
    """Looks at steps, and ends after the last of them."""

    def __init__(self, state: State, looked_at: Sequence[int]) -> None:
        self._state, self._looked_at = state, looked_at
        self.probes: list[Probe] = []
        self.unexplained: list[float] = []
        self.history = History()

    def start(self, run: Run) -> None:
        self.history = run.history
        self._look(run)

    def batch(self, run: Run) -> None:
        if run.step in self._looked_at:
            self._look(run)
        if run.step == self._looked_at[-1]:
            run.stop("all was seen")

    def _look(self, run: Run) -> None:
        data, model = self._state.data, run.network
        y = data.y[:]
        loss, rest, outputs = measured(model, data.X, y, data.weight)
        right = model.answers.count_right(outputs, y) / (len(y) * data.counts) if data.counts else None
        record = probe(model, run.optimizer, data, self._state.seed)
        self.probes.append(Probe(run.step, record, loss, right))
        self.unexplained.append(rest)


def probe(model: Model, optimizer: Optimizer, data: Batches, seed: int) -> Record:
    """A step on the first rows, as it would be; nothing is moved."""
    count = min(PROBED_ROWS, len(data.X))
    count -= count % model.paired_loss.group
    rows = slice(0, count)
    noise = drawn_noise(model, RandomStreams(seed).noise, count)
    weight = None if data.weight is None else data.weight[rows]
    return Record.of_arrays(model, data.X[rows], data.y[rows], optimizer, weight, noise)


def measured(model: Model, X: Array, y: Array, weight: Array | None = None) -> tuple[float, float, Array]:
    """The loss without a penalty, as for predictions; which part of the targets' squares is unexplained; outputs."""
    program = model.program(training=False, weighted=weight is not None)
    name = data_loss(program)
    values = program.run(leaves(model, program, X, y, weight=weight), wanted=[name, program.output])
    outputs = np.asarray(values[program.output])
    with np.errstate(all="ignore"):
        spread = float(np.square(y - y.mean(axis=0)).sum())
        rest = float(np.square(outputs.astype(np.float64) - y).sum())
    return float(values[name]), rest / spread if spread > 0 else rest, outputs


def evidence(state: State, rehearsal: Rehearsal, asked: int) -> Evidence:
    """A rehearsal as checks look at it."""
    history = rehearsal.history
    return Evidence(
        state.model, state.optimizer, state.data.X, np.asarray(state.data.y[:], np.float64), rehearsal.probes,
        Curve(history.loss, history.validation_loss), asked, rehearsal.diverged,
    )  # fmt: skip
