"""Whether all contestants did the same work: compared with plain NumPy in double precision."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from chainrule.bench.by_numpy import Plain, evaluated, predictor
from chainrule.bench.outcomes import END_BAND, LOSS_BAND, Outcome
from chainrule.bench.workloads import Array, Task

SEEDS = 3  # of the reference, where chance is at work


def verify_training(task: Task, outcomes: Sequence[Outcome]) -> None:
    """Compare the losses in each of the timed rounds, and how far the weights went."""
    reference = Plain(_in_double(task))
    losses = np.asarray(reference.run(task.workload.checked_epochs))
    start = _flat(task.weights)
    movement = _flat(reference.result()) - start
    for outcome in _compared(outcomes):
        errors = [_largest_error(each, losses) for each in outcome.losses]
        outcome.loss_error = float(np.max(errors))  # nan stays nan
        outcome.result_error = _relative_error(_flat(outcome.result) - start, movement)


def verify_by_chance(task: Task, outcomes: Sequence[Outcome]) -> None:
    """Compare what depends on chance, by means over seeds: the losses of a call, and what its weights say then.

    Who leaves out dropout, weights of classes or the moving of images ends elsewhere.
    """
    reference = Plain(task)
    losses, ends = [], []
    for _ in range(SEEDS):
        reference.start(task.workload.call)
        losses.append(reference.run(task.workload.call))
        ends.append(evaluated(task, reference.result()))
    loss, end = np.mean(losses), np.mean(ends)
    for outcome in _compared(outcomes):
        whole = [each for each in outcome.losses if len(each) == task.workload.call]
        outcome.tolerances = LOSS_BAND, END_BAND
        outcome.loss_error = float(abs(np.mean(whole) / loss - 1)) if whole == outcome.losses else math.nan
        outcome.result_error = float(abs(evaluated(task, outcome.result) / end - 1))


def verify_predictions(task: Task, outcomes: Sequence[Outcome]) -> None:
    """Compare what was predicted."""
    reference = _in_double(task)
    expected = predictor(reference)(reference.X)
    for outcome in _compared(outcomes):
        outcome.result_error = _relative_error(outcome.result[0], expected)


def _compared(outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
    """Those that have a result; the limit learns nothing."""
    return (outcome for outcome in outcomes if outcome.result and outcome.contestant.kind != "limit")


def _largest_error(found: Sequence[float], expected: Array) -> float:
    """How far the furthest of the losses is from the expected one, relative to that."""
    if len(found) != len(expected):
        return math.nan
    return float(np.abs((found - expected) / expected).max())


def _relative_error(found: Array, expected: Array) -> float:
    """How far two arrays are from each other, relative to the second one."""
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


def _flat(arrays: Sequence[Array]) -> Array:
    return np.concatenate([np.ravel(a) for a in arrays]).astype(np.float64)


def _in_double(task: Task) -> Task:
    return replace(
        task,
        X=task.X.astype(np.float64),
        y=task.y.astype(np.float64),
        weights=[w.astype(np.float64) for w in task.weights],
    )
