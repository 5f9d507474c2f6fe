"""What a stream of plain arrays needs of checks: the same questions as scikit-learn's, which take most of a small step.

Only what is plainly right is taken; anything else goes to scikit-learn's own checks, with their warnings and errors.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.parts.contract import Array
from chainrule.utils.checks import all_finite


def samples(estimator: Any, X: Any) -> bool:
    """Whether X is a plain array of samples like those before."""
    return (
        type(X) is np.ndarray
        and X.ndim == 2
        and X.dtype in (np.float64, np.float32)
        and len(X) > 0
        and X.shape[1] == estimator.n_features_in_
        and not hasattr(estimator, "feature_names_in_")
        and all_finite(X)
    )


def classes(estimator: Any, X: Array, y: Any) -> Array | None:
    """Targets of a plain array of class numbers as scikit-learn makes them, (m, 1) or (m, classes); else None."""
    known = estimator.classes_
    if not (_labels(y) and _labels(known) and len(y) == len(X)) or estimator.warm_start or len(known) < 2:
        return None
    codes = np.searchsorted(known, y)
    if codes.max() == len(known) or (known[codes] != y).any():
        return None
    rows: Array = codes[:, None] == ([1] if len(known) == 2 else np.arange(len(known)))
    return rows


def numbers(estimator: Any, X: Array, y: Any) -> bool:
    """Whether y is a plain array of numbers, of as many outputs as before."""
    return (
        type(y) is np.ndarray
        and y.dtype in (np.float64, np.float32)
        and len(y) == len(X)
        and y.shape[1:] == (() if estimator.n_outputs_ == 1 else (estimator.n_outputs_,))
        and all_finite(y)
    )


def _labels(y: Any) -> bool:
    return type(y) is np.ndarray and y.ndim == 1 and y.dtype.kind in "iu" and len(y) > 0
