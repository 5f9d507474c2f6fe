"""scikit-learn's training by mini-batches, its steps taken by a network."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from chainrule.engines.batches import Batches
from chainrule.model.labels import Labels
from chainrule.parts.contract import Array
from chainrule.sklearn.engines import chosen_engine
from chainrule.sklearn.trained import Trained, take, their_optimizer
from chainrule.training.callbacks import Callback, Run
from chainrule.training.fit import fit as train


def fit(estimator: Any, X: Any, y: Array, incremental: bool, engine: str) -> None:
    """What `BaseMultilayerPerceptron._fit_stochastic` does, in its order."""
    if not incremental or not hasattr(estimator, "_optimizer"):
        estimator._optimizer = their_optimizer(estimator, estimator.coefs_ + estimator.intercepts_)
    check_incremental(estimator, incremental)
    held_out = None
    if estimator.early_stopping:
        X, y, _, held_out = split(estimator, X, y, None, estimator._random_state)
    dtype, number = X.dtype, loss_type(estimator, X, y)
    data = OrderedBatches(
        as_dense(X), as_targets(estimator, y, dtype), batch_size(estimator, len(y)), estimator.shuffle, 0,
        epochs=1 if incremental else estimator.max_iter,
        random_state=estimator._random_state, last=np.arange(len(y)),
    )  # fmt: skip
    trained = Trained.of(estimator, dtype)
    estimator.n_iter_ = 0
    ends = EpochEnds(estimator, trained, len(y), held_out, incremental, number)
    take_steps(ends, data, chosen_engine(engine, trained.network, trained.optimizer, data))
    if estimator.early_stopping:
        trained.recall(estimator)


def take_steps(
    ends: EpochEnds, data: Batches, engine: str, callbacks: Sequence[Any] = (), validation: Any = None
) -> None:
    """Train, from the attributes of an estimator, and back into them."""
    trained = ends.trained
    trained.begin()
    try:
        history = train(
            trained.network,
            data,
            trained.optimizer,
            validation,
            False,
            engine,
            None,
            [ends, *callbacks],
            False,
        )
        interrupted = history.interrupted
    except KeyboardInterrupt:
        interrupted = True
    finally:
        trained.end(ends.estimator)
    if interrupted:
        warnings.warn("Training interrupted by user.", stacklevel=1)


def check_incremental(estimator: Any, incremental: bool) -> None:
    """Raise, as scikit-learn does, for a stream that would have to be stopped early."""
    if estimator.early_stopping and incremental:
        raise ValueError("partial_fit does not support early_stopping=True")


@dataclass
class HeldOut:
    """What is not trained on, to see when to stop.

    Parameters
    ----------
    X : samples
    y : targets, as scores take them
    targets : the same as a training takes them
    weight : how much each sample counts in a score
    """

    X: Any
    y: Array
    targets: Array
    weight: Array | None = None


def split(
    estimator: Any, X: Any, y: Array, weight: Array | None, random_state: Any
) -> tuple[Any, Array, Array | None, HeldOut]:
    """What is trained on, and what is held out to see when to stop."""
    stratify = y if is_classifier(estimator) and estimator.n_outputs_ == 1 else None
    arrays = [X, y] if weight is None else [X, y, weight]
    parts = train_test_split(
        *arrays, random_state=random_state, test_size=estimator.validation_fraction, stratify=stratify
    )
    (X, y, *weights), (X_held_out, targets, *its_weights) = parts[::2], parts[1::2]
    if X_held_out.shape[0] < 2:
        raise ValueError(
            "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
        )
    y_held_out = targets
    if is_classifier(estimator):
        y_held_out = estimator._label_binarizer.inverse_transform(targets)
    held_out = HeldOut(X_held_out, y_held_out, targets, *its_weights)
    return X, y, weights[0] if weights else None, held_out


def batch_size(estimator: Any, samples: int) -> int:
    """How many samples a step takes."""
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
class OrderedBatches(Batches):
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
    samples : how many an epoch has
    held_out : what tells when to stop
    incremental : whether there is this one epoch alone
    number : in what numbers losses are told
    """

    def __init__(
        self,
        estimator: Any,
        trained: Trained,
        samples: int,
        held_out: HeldOut | None,
        incremental: bool,
        number: Any,
    ) -> None:
        self.estimator, self.trained, self.samples = estimator, trained, samples
        self.held_out, self.incremental, self.number = held_out, incremental, number

    def _ahead(self) -> float:
        """How many epochs bring no change of what is trained: none before the loss has long enough not improved."""
        estimator = self.estimator
        if estimator.early_stopping or getattr(self.trained.theirs, "lr_schedule", "") == "invscaling":
            return 1
        left: float = (
            min(estimator.n_iter_no_change, estimator.max_iter) - estimator._no_improvement_count + 1
        )
        return max(1, left)

    def start(self, run: Run) -> None:
        """Have what is held out, and what a callback asks, go forward in the engine that takes the steps."""
        self.trained.engine = run.history.engine
        if self.held_out is not None:
            self.held_out.X = as_dense(self.held_out.X)

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
        self._look(run)
        theirs.iteration_ends(estimator.t_)
        stopped = estimator._no_improvement_count > estimator.n_iter_no_change and self._stop(run)
        if hasattr(theirs, "lr_schedule"):
            self.trained.optimizer.learning_rate = theirs.learning_rate
        if not (stopped or self.incremental) and run.epoch == estimator.max_iter:
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({estimator.max_iter}) reached and the optimization "
                "hasn't converged yet.",
                ConvergenceWarning,
                stacklevel=1,
            )

    def _look(self, run: Run) -> None:
        """See whether it has become better."""
        estimator, early = self.estimator, self.estimator.early_stopping
        if run.history.validation_loss:
            estimator.validation_loss_curve_.append(run.history.validation_loss[-1])
        if not early:
            estimator._update_no_improvement_count(False, None, None, None)
            return
        take(estimator, self.trained.network.parameters)
        best, held_out = estimator.best_validation_score_, self.held_out
        assert held_out is not None
        estimator._update_no_improvement_count(True, held_out.X, held_out.y, held_out.weight)
        if estimator.best_validation_score_ != best:
            self.trained.remember()

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
