"""scikit-learn, from given weights: one `fit` for many epochs."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from chainrule.bench.worker import ContestantError
from chainrule.bench.workloads import Array, Task


class _Given:
    """Starts from the task's weights; with classes always by softmax, where scikit-learn joins two into one output."""

    def _init_coef(self, *_: Any) -> tuple[Array, Array]:
        W, b = next(self._given)
        return W, b

    def _initialize(self, *arguments: Any) -> None:
        self._given = iter([(W.copy(), b.copy()) for W, b in self.task.layers])
        super()._initialize(*arguments)  # type: ignore[misc]
        if not self.task.workload.regression:
            self.out_activation_ = "softmax"

    task: Task
    _given: Any


class _Classifier(_Given, MLPClassifier):  # type: ignore[misc]
    pass


class _Regressor(_Given, MLPRegressor):  # type: ignore[misc]
    pass


class Sklearn:
    """`fit` for the first epochs, `partial_fit` for more of them, which both go through the same loop."""

    def __init__(self, task: Task) -> None:
        if task.workload.by_chance:
            raise ContestantError("it has no dropout and no moved images")
        self.task = task
        # Its squared error is half the mean: the reported loss is doubled, and Adam does not mind a factor.
        self.factor = 2 if task.workload.regression else 1
        self.classes = np.arange(task.workload.sizes[-1])
        self.start()

    def start(self, amount: int = 0) -> None:
        self.model = _model(self.task)

    def run(self, epochs: int) -> Sequence[float]:
        done = len(getattr(self.model, "loss_curve_", ()))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            if self.task.workload.streamed:
                for _ in range(epochs):
                    for rows in self.task.rows():
                        self.model.partial_fit(self.task.X[rows], self.task.y[rows], classes=self.classes)
            elif done:
                for _ in range(epochs):
                    self.model.partial_fit(self.task.X, _targets(self.task))
            else:
                self.model.set_params(max_iter=epochs).fit(self.task.X, _targets(self.task))
        losses = np.reshape(self.model.loss_curve_[done:], (epochs, -1))
        means: list[float] = (self.factor * losses.mean(axis=1)).tolist()
        return means

    def result(self) -> list[Array]:
        return [w for pair in zip(self.model.coefs_, self.model.intercepts_, strict=True) for w in pair]


def _model(task: Task) -> Any:
    workload = task.workload
    model = (_Regressor if workload.regression else _Classifier)(
        hidden_layer_sizes=workload.sizes[1:-1], solver=workload.optimizer,
        learning_rate_init=workload.learning_rate, alpha=0, batch_size=workload.batch_size, shuffle=False,
        momentum=0, nesterovs_momentum=False, tol=0, n_iter_no_change=np.inf,
    )  # fmt: skip
    model.task = task
    return model


def _targets(task: Task) -> Array:
    return task.y[:, 0] if task.workload.regression else task.y


def predictor(task: Task) -> Callable[[Array], Array]:
    """`predict_proba`."""
    model = _model(task)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        rows = np.eye(task.workload.sizes[-1])
        X = np.zeros((len(rows), task.workload.sizes[0]), task.workload.dtype)
        model.set_params(max_iter=1, batch_size="auto").fit(X, rows)  # for its attributes
    model.coefs_, model.intercepts_ = task.weights[::2], task.weights[1::2]
    return lambda X: np.asarray(model.predict_proba(X))
