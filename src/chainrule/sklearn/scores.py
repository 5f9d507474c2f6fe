"""The scores that early stopping looks at, as scikit-learn's metrics give them, without their checks at each epoch."""

from __future__ import annotations

from typing import Any

import numpy as np


def accuracy(estimator: Any, X: Any, y: Any) -> float | None:
    """`accuracy_score` of an estimator's predictions; None for what is left to it."""
    classes = estimator.classes_
    if len(classes) < 2 or not isinstance(y, np.ndarray):
        return None
    outputs = estimator._forward_pass_fast(X, check_input=False)
    if y.ndim == 2:  # several labels: all of a sample's must be right
        return float(np.mean(((outputs > 0.5) == y).all(axis=1)))
    codes = outputs.argmax(axis=1) if outputs.shape[1] > 1 else (outputs[:, 0] > 0.5).astype(np.intp)
    return float(np.mean(classes[codes] == y))


def r2(estimator: Any, X: Any, y: Any) -> float | None:
    """`r2_score` of an estimator's predictions; None for what is left to it."""
    outputs = estimator._forward_pass_fast(X, check_input=False)
    if not np.isfinite(outputs).all():
        return float("nan")
    y = y.reshape(len(y), -1)
    left = np.square(y - outputs).sum(axis=0, dtype=np.float64)
    spread = np.square(y - np.average(y, axis=0)).sum(axis=0, dtype=np.float64)
    if not (left.all() and spread.all()):
        return None
    return float(np.average(1 - left / spread))
