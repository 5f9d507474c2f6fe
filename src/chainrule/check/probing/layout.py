"""In which layout functions are given their arguments: samples as rows or as columns; targets as rows or as labels."""

from __future__ import annotations

from typing import Any

import numpy as np


def laid_out(value: Any, columns: bool) -> Any:
    """A quantity as a function gets it: as columns, weights are (outputs, inputs), and biases are columns, too."""
    if not np.ndim(value):
        return value
    value = np.asarray(value, np.float64)
    if not columns:
        return value
    return value.T.copy() if value.ndim > 1 else value[:, None]


def as_labels(y: Any) -> Any:
    """Targets (m, k) of classes as labels (m,); None where they name none."""
    y = np.asarray(y)
    if not np.isin(y, (0, 1)).all() or (y.shape[1] > 1 and not (y.sum(axis=1) == 1).all()):
        return None
    return y.argmax(axis=1) if y.shape[1] > 1 else y[:, 0].astype(int)
