"""The scores that early stopping looks at, as scikit-learn's metrics give them, without their checks at each epoch."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import check_scoring

from chainrule.errors import KindError


def accuracy(estimator: Any, X: Any, y: Any) -> float | None:
    """`accuracy_score` of an estimator's predictions; None for what is left to it."""
    classes = estimator.classes_
    if len(classes) < 2 or not isinstance(y, np.ndarray):
        return None
    outputs, threshold = estimator._forward_pass_fast(X, check_input=False), estimator._threshold
    if y.ndim == 2:  # several labels: all of a sample's must be right
        return float(np.mean(((outputs > threshold) == y).all(axis=1)))
    codes = outputs.argmax(axis=1) if outputs.shape[1] > 1 else (outputs[:, 0] > threshold).astype(np.intp)
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


def asked(estimator: Any, X: Any, y: Any, sample_weight: Any) -> float:
    """What `scoring` asks for: a scorer's score, or less the loss."""
    if estimator.scoring == "loss":
        return -float(estimator.validation_loss_curve_[-1])
    # A scorer asks it as a user would, who would give the names of features, too.
    asked = object.__new__(type(estimator))
    asked.__dict__.update(vars(estimator))
    asked.__dict__.pop("feature_names_in_", None)
    weights = {} if sample_weight is None else {"sample_weight": sample_weight}
    flat = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    score = check_scoring(estimator, estimator.scoring)(asked, X, flat, **weights)
    if np.ndim(score) or not isinstance(score, int | float | np.number):
        raise KindError(f"scoring gave {score!r}: it must give a number, and more is better.")
    return float(score)
