"""scikit-learn's training by mini-batches, its steps taken by a network."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

from chainrule.engines.batches import Batches
from chainrule.model.labels import Labels
from chainrule.parts.contract import Array
from chainrule.sklearn.engines import chosen_engine
from chainrule.sklearn.trained import Trained, take
from chainrule.training.callbacks import Callback, Run
from chainrule.training.fit import fit as train


def fit(estimator: Any, X: Any, y: Array, incremental: bool, engine: str) -> None:
    """What `BaseMultilayerPerceptron._fit_stochastic` does, in its order."""
    if not incremental or not hasattr(estimator, "_optimizer"):
        estimator._optimizer = _their_optimizer(estimator)
    if estimator.early_stopping and incremental:
        raise ValueError("partial_fit does not support early_stopping=True")
    X, y, held_out = _split(estimator, X, y) if estimator.early_stopping else (X, y, (None, None))
    dtype, number = X.dtype, loss_type(estimator, X, y)
    data = _Batches(
        as_dense(X), as_targets(estimator, y, dtype), _batch_size(estimator, len(y)), estimator.shuffle, 0,
        epochs=1 if incremental else estimator.max_iter,
        random_state=estimator._random_state, last=np.arange(len(y)),
    )  # fmt: skip
    trained = Trained.of(estimator, dtype)
    trained.begin()
    engine = chosen_engine(engine, trained.network, trained.optimizer, data)
    estimator.n_iter_ = 0
    ends = EpochEnds(estimator, trained, data, held_out, incremental, number)
    try:
        history = train(trained.network, data, trained.optimizer, None, False, engine, None, [ends], False)
        interrupted = history.interrupted
    except KeyboardInterrupt:
        interrupted = True
    finally:
        trained.end(estimator)
    if interrupted:
        warnings.warn("Training interrupted by user.", stacklevel=1)
    if estimator.early_stopping:
        estimator.coefs_, estimator.intercepts_ = estimator._best_coefs, estimator._best_intercepts


def _their_optimizer(estimator: Any) -> Any:
    parameters, rate = estimator.coefs_ + estimator.intercepts_, estimator.learning_rate_init
    if estimator.solver == "adam":
        return AdamOptimizer(parameters, rate, estimator.beta_1, estimator.beta_2, estimator.epsilon)
    return SGDOptimizer(
        parameters, rate, estimator.learning_rate, estimator.momentum, estimator.nesterovs_momentum,
        estimator.power_t,
    )  # fmt: skip


def _split(estimator: Any, X: Any, y: Array) -> tuple[Any, Array, tuple[Any, Array]]:
    """What is trained on, and what is held out to see when to stop."""
    stratify = y if is_classifier(estimator) and estimator.n_outputs_ == 1 else None
    X, X_held_out, y, y_held_out = train_test_split(
        X, y, random_state=estimator._random_state, test_size=estimator.validation_fraction, stratify=stratify
    )
    if X_held_out.shape[0] < 2:
        raise ValueError(
            "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
        )
    if is_classifier(estimator):
        y_held_out = estimator._label_binarizer.inverse_transform(y_held_out)
    return X, y, (X_held_out, y_held_out)


def _batch_size(estimator: Any, samples: int) -> int:
    if estimator.batch_size == "auto":
        return min(200, samples)
    if estimator.batch_size > samples:
        warnings.warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped", stacklevel=1
        )
    return int(np.clip(estimator.batch_size, 1, samples))


def as_dense(X: Any) -> Array:
    dense: Array = X if isinstance(X, np.ndarray) else X.toarray()
    return dense


def as_targets(estimator: Any, y: Array, dtype: Any) -> Any:
    """Targets as a training takes them: codes of classes, where each row names one."""
    if estimator.out_activation_ == "softmax" and (np.count_nonzero(y, axis=1) == 1).all():
        return Labels(y.argmax(axis=1), y.shape[1])
    return y.astype(dtype, copy=False)


def loss_type(estimator: Any, X: Any, y: Array) -> Any:
    """In what numbers scikit-learn has a loss: for classes in double precision, whatever the samples are."""
    return np.float64 if is_classifier(estimator) else np.result_type(X.dtype, y.dtype).type


@dataclass(frozen=True)
class _Batches(Batches):
    """Batches in scikit-learn's orders: each epoch shuffles that of the last one, as `sklearn.utils.shuffle` does.

    Parameters
    ----------
    random_state : what shuffles
    last : the order of the last epoch, which is changed
    """

    random_state: Any = None
    last: Array = field(default_factory=lambda: np.zeros(0, np.int64))

    def draw(self, into: Array) -> None:
        """Draw the order of an epoch into an array of all samples."""
        drawn = np.arange(len(into))
        self.random_state.shuffle(drawn)
        np.take(self.last, drawn, out=into)
        self.last[...] = into


class EpochEnds(Callback):
    """What scikit-learn does at the end of an epoch.

    Parameters
    ----------
    estimator : whose attributes are kept up
    trained : what takes its steps
    data : what is trained on
    held_out : samples and targets that tell when to stop
    incremental : whether there is this one epoch alone
    number : in what numbers losses are told
    """

    def __init__(
        self,
        estimator: Any,
        trained: Trained,
        data: Batches,
        held_out: tuple[Any, Any],
        incremental: bool,
        number: Any,
    ) -> None:
        self.estimator, self.trained, self.held_out, self.incremental = (
            estimator,
            trained,
            held_out,
            incremental,
        )
        self.samples, self.number = len(data.X), number

    def _ahead(self) -> float:
        """How many epochs bring no change of what is trained: none before the loss has long enough not improved."""
        estimator = self.estimator
        if estimator.early_stopping or getattr(self.trained.theirs, "lr_schedule", "") == "invscaling":
            return 1
        left: float = estimator.n_iter_no_change - estimator._no_improvement_count + 1
        return max(1, left)

    def start(self, run: Run) -> None:
        """Have what is held out go forward in the engine that takes the steps."""
        if self.estimator.early_stopping:
            self.held_out = as_dense(self.held_out[0]), self.held_out[1]
            self.trained.engine = run.history.engine

    def end(self, run: Run) -> None:
        self.trained.engine = ""

    def epoch(self, run: Run) -> None:
        estimator, theirs = self.estimator, self.trained.theirs
        estimator.n_iter_ += 1
        estimator.loss_ = self.number(run.history.loss[-1])
        estimator.t_ += self.samples
        estimator.loss_curve_.append(estimator.loss_)
        if estimator.verbose:
            print(f"Iteration {estimator.n_iter_:d}, loss = {estimator.loss_:.8f}")
        if estimator.early_stopping:
            take(estimator, self.trained.network.parameters)
        estimator._update_no_improvement_count(estimator.early_stopping, *self.held_out, None)
        theirs.iteration_ends(estimator.t_)
        stopped = estimator._no_improvement_count > estimator.n_iter_no_change and self._stop(run)
        if hasattr(theirs, "lr_schedule"):
            self.trained.optimizer.learning_rate = theirs.learning_rate
        if not (stopped or self.incremental) and estimator.n_iter_ == estimator.max_iter:
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({estimator.max_iter}) reached and the optimization "
                "hasn't converged yet.",
                ConvergenceWarning,
                stacklevel=1,
            )

    def _stop(self, run: Run) -> bool:
        """Stop, or have a smaller rate; gives which."""
        estimator = self.estimator
        what = "Validation score" if estimator.early_stopping else "Training loss"
        reason = (
            f"{what} did not improve more than tol={estimator.tol:f} for {estimator.n_iter_no_change:d} "
            "consecutive epochs."
        )
        if self.trained.theirs.trigger_stopping(reason, estimator.verbose):
            run.stop(reason)
            return True
        estimator._no_improvement_count = 0
        return False
