"""Fits that scikit-learn has no steps for, for what an estimator is asked beyond its parameters.

They are its own fits in all that is not asked for: the first weights, the orders of the samples, the split, when to
stop, the attributes.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.optimize import _check_optimize_result
from sklearn.utils.validation import _check_sample_weight

from chainrule.engines.batches import Batches
from chainrule.errors import InputError, KindError
from chainrule.model import arguments
from chainrule.model.samples import check_sizes
from chainrule.parts.contract import Array
from chainrule.sklearn import choices
from chainrule.sklearn.engines import chosen_engine
from chainrule.sklearn.own_network import OwnNetwork, restore
from chainrule.sklearn.stochastic import (
    EpochEnds,
    OrderedBatches,
    as_dense,
    as_targets,
    batch_size,
    check_incremental,
    loss_type,
    split,
    take_steps,
)
from chainrule.sklearn.trained import Trained, their_optimizer
from chainrule.sklearn.validating import given, measured
from chainrule.training.callbacks import Callback, Run
from chainrule.training.fit import fit as train
from chainrule.utils.checks import short


def asked(estimator: Any) -> bool:
    """Whether an estimator is asked for what scikit-learn has no steps for."""
    return (
        choices.own_form(estimator)
        or bool(estimator.callbacks)
        or estimator.warm_start == "resume"
        or "_given" in vars(estimator)
        or (estimator.scoring is not None and estimator.early_stopping)
    )


@dataclass(eq=False)
class Place:
    """Where a training stands, to be gone on with as if it had not ended: beside the generator and the optimizer.

    Parameters
    ----------
    course : the parameters that make it the same training
    epochs : how many there were
    order : of the last epoch
    splitting : the generator as it was before the split
    last : parameters and buffers of the last epoch, where those of a better one are the estimator's
    """

    course: dict[str, str]
    epochs: int
    order: Array
    splitting: Any
    last: list[Array] | None


def _sizes(estimator: Any) -> list[int]:
    """The units of each hidden layer."""
    sizes: list[Any] = np.atleast_1d(estimator.hidden_layer_sizes).tolist()
    if not all(isinstance(size, int | float) for size in sizes):
        raise KindError(
            f"hidden_layer_sizes = {short(sizes)} holds what is no number: give whole numbers above 0."
        )
    if any(size <= 0 for size in sizes):
        raise InputError(f"hidden_layer_sizes must be > 0, got {sizes}.")  # scikit-learn's own words
    return sizes


def fit(estimator: Any, X: Any, y: Any, sample_weight: Any, incremental: bool) -> None:
    """What `BaseMultilayerPerceptron._fit` does, by a network's steps."""
    if incremental:
        estimator._check_solver()
    sizes = _sizes(estimator)
    first = not hasattr(estimator, "coefs_") or not (estimator.warm_start or incremental)
    place: Place | None = None if first or incremental else vars(estimator).get("_place")
    resumed = place if estimator.warm_start == "resume" else None
    if resumed is not None:
        _check_same(resumed.course, estimator, choices.COURSE, "warm_start='resume'")
    X, y = estimator._validate_input(X, y, incremental, reset=first)
    y = y.reshape(len(y), -1)
    weight = None if sample_weight is None else _check_sample_weight(sample_weight, X)
    weight = choices.weights(estimator, y, weight, incremental)
    weight = None if weight is None else arguments.weights(weight, len(y))
    estimator.n_outputs_ = y.shape[1]
    if resumed is None:
        estimator._random_state = check_random_state(estimator.random_state)
    if not first and sizes != [each.shape[1] for each in estimator.coefs_[:-1]]:
        raise InputError(
            f"hidden_layer_sizes = {sizes}, and the network of the last fit has others: set them back, or begin anew "
            "by fit with warm_start=False."
        )
    if first:
        _initialize(estimator, y, [X.shape[1], *sizes, y.shape[1]], X.dtype)
    estimator.out_activation_ = choices.out_activation(choices.output(estimator, y.shape[1]))
    X = X.astype(estimator.coefs_[0].dtype, copy=False)
    trained = _holder(estimator, X.dtype, first, incremental or resumed is not None)
    if isinstance(trained, OwnNetwork):
        trained.network.paired_loss.check_targets(y.astype(np.float64))
    solve = _minimize if choices.full_batch(estimator) else _descend
    solve(estimator, trained, X, y, weight, incremental, resumed)
    if not all(np.isfinite(each).all() for each in [*estimator.coefs_, *estimator.intercepts_]):
        raise ValueError(
            "Solver produced non-finite parameter weights. The input data may contain large values and need to be "
            "preprocessed."
        )


def _check_same(before: dict[str, str], estimator: Any, names: tuple[str, ...], what: str) -> None:
    """Raise where a parameter is another than it was."""
    now = choices.words(estimator, names)
    changed = [f"{name} was {before[name]} and is {now[name]}" for name in names if before[name] != now[name]]
    if changed:
        raise InputError(
            f"{what} goes on with the training of the last fit, and {'; '.join(changed)}: set it back, or begin anew "
            "by fit with warm_start=False."
        )


def _initialize(estimator: Any, y: Array, units: list[int], dtype: Any) -> None:
    """First weights and attributes, scikit-learn's own for a solver of its own."""
    estimator._initialize(y, units, dtype)
    if not (choices.their_steps(estimator) or choices.full_batch(estimator)):
        early = estimator.early_stopping
        estimator.loss_curve_, estimator._no_improvement_count = [], 0
        estimator.validation_scores_, estimator.best_validation_score_ = (
            ([], -np.inf) if early else (None, None)
        )
        estimator.best_loss_ = None if early else np.inf
    for name in ("_place", "_beyond", "validation_loss_curve_"):
        vars(estimator).pop(name, None)


def _holder(estimator: Any, dtype: Any, first: bool, goes_on: bool) -> Trained:
    """What takes the steps: as it is, where a training goes on; else with an optimizer that begins anew."""
    if not choices.own_form(estimator) and not choices.full_batch(estimator):
        leave(estimator, goes_on)
        if not (goes_on and hasattr(estimator, "_optimizer")):
            estimator._optimizer = their_optimizer(estimator, estimator.coefs_ + estimator.intercepts_)
        return Trained.of(estimator, dtype)
    last: OwnNetwork | None = vars(estimator).get("_beyond")
    if last is not None and goes_on:
        _check_same(last.kind, estimator, choices.FORM, "partial_fit")
        last.sync(estimator)
        return last
    same = last is not None and not first and last.kind == choices.words(estimator, choices.FORM)
    if last is not None and same:
        last.sync(estimator)
    estimator._beyond = OwnNetwork.made(estimator, dtype, last.network if last is not None and same else None)
    estimator._optimizer = estimator._beyond.theirs
    found: OwnNetwork = estimator._beyond
    return found


def leave(estimator: Any, goes_on: bool) -> None:
    """Have no network of ones own any more; raise where a training was to go on with it."""
    last: OwnNetwork | None = vars(estimator).get("_beyond")
    if last is not None and goes_on:
        _check_same(last.kind, estimator, choices.FORM, "partial_fit")
    if last is not None:
        del estimator._beyond
        estimator.out_activation_ = choices.out_activation(choices.output(estimator, last.network.outputs))


@contextmanager
def _counted(estimator: Any, trained: Trained, weight: Array | None) -> Iterator[None]:
    """Have the penalty as large as the samples count, as long as what follows takes."""
    penalty: Any = trained.network.penalty
    if penalty is None:
        yield
        return
    penalty.strength = float(estimator.alpha)
    if weight is not None:
        penalty.strength *= len(weight) / float(weight.sum())
    try:
        yield
    finally:
        penalty.strength = float(estimator.alpha)


def _descend(
    estimator: Any, trained: Trained, X: Any, y: Array, weight: Array | None, incremental: bool,
    resumed: Place | None,
) -> None:  # fmt: skip
    """Train by mini-batches."""
    check_incremental(estimator, incremental)
    if incremental:
        _check_schedule(trained)
    lasting = estimator.warm_start == "resume" and not incremental
    generator = estimator._random_state if resumed is None else resumed.splitting
    before = copy.deepcopy(generator) if lasting else None
    held_out = given(estimator)
    if held_out is None and estimator.early_stopping:
        X, y, weight, held_out = split(estimator, X, y, weight, generator)
    number, samples, order = loss_type(estimator, X, y), len(y), np.arange(len(y))
    if resumed is not None:
        _go_on(estimator, trained, resumed)
        order = resumed.order.copy() if len(resumed.order) == samples else order
    data = OrderedBatches(
        as_dense(X), as_targets(estimator, y, X.dtype), _batch_size(estimator, trained, samples),
        estimator.shuffle, 0, weight=_mean_one(weight), streams=trained.streams,
        epochs=1 if incremental else estimator.max_iter, random_state=estimator._random_state, last=order,
    )  # fmt: skip
    check_sizes(trained.network, {data.size, samples % data.size or data.size})
    estimator.n_iter_ = 0 if resumed is None else resumed.epochs
    engine = chosen_engine(estimator.engine, trained.network, trained.optimizer, data, lasting)
    ends = EpochEnds(estimator, trained, samples, held_out, incremental, number)
    validation = measured(estimator, held_out, X.dtype)
    # As one fit would have ended, for patience, where the last one did.
    if resumed is None or estimator._no_improvement_count <= estimator.n_iter_no_change:
        with _counted(estimator, trained, weight):
            take_steps(ends, data, engine, estimator.callbacks or (), validation)
    last = [array.copy() for array in _arrays(trained)] if estimator.early_stopping else None
    if estimator.early_stopping:
        trained.recall(estimator)
    if lasting:
        course = choices.words(estimator, choices.COURSE)
        estimator._place = Place(course, estimator.n_iter_, order, before, last)


def _arrays(trained: Trained) -> list[Array]:
    return [trained.network.parameters.flat, *trained.network.buffers.values()]


def _go_on(estimator: Any, trained: Trained, resumed: Place) -> None:
    """Be where the last training ended: there are the last weights, the best ones are kept apart."""
    if resumed.last is not None:
        estimator.coefs_ = [each.copy() for each in estimator.coefs_]
        estimator.intercepts_ = [each.copy() for each in estimator.intercepts_]
        restore(_arrays(trained), resumed.last)


def _check_schedule(trained: Trained) -> None:
    """Raise for a schedule that ends with its training, of which a stream sees an epoch at a time."""
    schedule = trained.optimizer.schedule
    if schedule is not None and None in schedule.settings().values():
        raise InputError(
            f"{schedule} goes to the end of the training, and partial_fit does not know how long that is: give it "
            "steps=…"
        )


def _batch_size(estimator: Any, trained: Trained, samples: int) -> int:
    """As scikit-learn has it; left to itself, with no last batch of a single sample that a layer can't take."""
    size = batch_size(estimator, samples)
    hungry = max(layer.min_samples for layer in trained.network.layers)
    while estimator.batch_size == "auto" and 0 < samples % size < hungry < size:
        size -= 1
    return size


def _mean_one(weight: Array | None) -> Array | None:
    return None if weight is None else weight * (len(weight) / float(weight.sum()))


def _minimize(
    estimator: Any, trained: Trained, X: Any, y: Array, weight: Array | None, incremental: bool,
    resumed: Place | None,
) -> None:  # fmt: skip
    """Train by L-BFGS, as scikit-learn does, with callbacks after each iteration."""
    if estimator.warm_start == "resume":
        raise InputError(
            "warm_start = 'resume': L-BFGS begins anew at each fit, without the steps of the last one. Take "
            "warm_start=True, or another solver."
        )
    data = Batches(
        as_dense(X), as_targets(estimator, y, X.dtype), len(y), False, 0, weight=_mean_one(weight),
        epochs=estimator.max_iter,
    )  # fmt: skip
    check_sizes(trained.network, {len(y)})
    validation = measured(estimator, given(estimator), X.dtype)
    engine = chosen_engine(estimator.engine, trained.network, trained.optimizer, data)
    told = [_Iterations(estimator, trained), *(estimator.callbacks or ())]
    try:
        with _counted(estimator, trained, weight):
            found = train(
                trained.network, data, trained.optimizer, validation, False, engine, None, told, False
            )
    finally:
        trained.end(estimator)
    result = found.result
    if found.interrupted:
        warnings.warn("Training interrupted by user.", stacklevel=1)
    estimator.loss_, estimator.n_iter_ = float(result.fun), int(result.nit)
    if result.status in (1, 2):  # neither converged nor stopped by a callback
        estimator.n_iter_ = _check_optimize_result("lbfgs", result, estimator.max_iter)


class _Iterations(Callback):
    """What an estimator keeps of each iteration of L-BFGS."""

    def __init__(self, estimator: Any, trained: Trained) -> None:
        self.estimator, self.trained = estimator, trained

    def start(self, run: Run) -> None:
        self.trained.engine = run.history.engine

    def end(self, run: Run) -> None:
        self.trained.engine = ""

    def epoch(self, run: Run) -> None:
        if self.estimator.verbose:
            print(f"Iteration {run.epoch:d}, loss = {run.history.loss[-1]:.8f}")
        if run.history.validation_loss:
            self.estimator.validation_loss_curve_.append(run.history.validation_loss[-1])
