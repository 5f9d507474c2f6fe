"""The threshold above which yes is said that is best on some samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.engines.forward import forward
from chainrule.errors import InputError
from chainrule.evaluation.judged import judged
from chainrule.evaluation.metrics import scikit_learn
from chainrule.model.model import Model
from chainrule.model.samples import check, check_outputs
from chainrule.parts.contract import Array
from chainrule.utils.checks import short


def best_threshold(model: Model, X: Any, y: Any) -> float:
    """The threshold with the largest F1 of yes on samples, for `net.threshold`.

    It has few digits: of all between two outputs the middle, rounded. Of equal ones the largest is taken, which says
    yes least often. What is measured on the same samples then looks better than it is.

    Parameters
    ----------
    model : a network that says yes or no, or one of two classes
    X, y : samples that it was not trained with

    Raises
    ------
    InputError, KindError : for bad arguments; for another network, or samples of one class alone
    MissingPackage : without scikit-learn
    """
    X, targets, counts = check(model, X, y)
    outputs = forward(model)(model, X)[0]
    check_outputs(outputs)
    found = judged(model, outputs, targets, counts)
    if not found.yes_or_no:
        raise InputError(
            f"a threshold parts yes from no, and there are {len(found.names)} {found.kind}: leave it out."
        )
    if lacking := found.lacking():
        raise InputError(
            f"the best threshold can't be found: no sample is of {short(lacking[0])}. Give samples of both classes."
        )
    scores = found.scores[:, 1]
    precision, recall, edges = scikit_learn().precision_recall_curve(found.truth, scores)
    # F1 = 2 P R / (P + R), of yes for scores that are at least the edge; without a hit it is 0.
    both = precision[:-1] + recall[:-1]
    f1 = np.divide(2 * precision[:-1] * recall[:-1], both, out=np.zeros_like(both), where=both > 0)
    if found.probable:
        f1[edges <= 0] = -1  # no threshold of at least 0 lies below
    best = edges[np.flatnonzero(np.isclose(f1, f1.max(), rtol=1e-12, atol=0))[-1]]
    if found.probable and best <= 0:
        raise InputError("the best threshold can't be found: the probability of yes is 0 for all samples.")
    return _between(scores[scores < best], best)


def _between(below: Array, edge: np.floating) -> float:
    """A number with few digits that parts scores below an edge from those at least as large as it.

    What is larger than it says yes, compared in the scores' own dtype.
    """
    low = below.max() if len(below) else edge / 2 if edge > 0 else edge - 1
    middle = float(low) + (float(edge) - float(low)) / 2
    for digits in range(1, 17):
        rounded = float(f"{middle:.{digits}g}")
        if low <= edge.dtype.type(rounded) < edge:
            return rounded
    return float(low)
