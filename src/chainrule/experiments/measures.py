"""What trained networks are measured by: their loss, or where losses differ, what all of them have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.engines.numpy_engine import measure
from chainrule.experiments.results import ACCURACY, LABEL_ACCURACY, Figures
from chainrule.model import arguments
from chainrule.model.answers import Answers
from chainrule.model.samples import check
from chainrule.network import Network
from chainrule.parts.contract import Array, Loss

Measure = Callable[[Network], Figures]


def of_loss(network: Network, loss: Loss, X: Any, y: Any) -> Measure:
    """The loss of the data, and for labels the accuracy, of networks like this one.

    Parameters
    ----------
    network : its layers are those that are measured
    loss : what counts, whatever the network was trained with; its penalty does not
    X, y : checked here
    """
    measured = Network(
        network.layers,
        loss=loss,
        dtype=network.dtype,
        scale_target=network.scale_target,
        classes=network.classes,
    )
    checked = check(measured, X, y)
    accurate = ACCURACY if measured.answers.count == 1 else LABEL_ACCURACY

    def figures(network: Network) -> Figures:
        np.copyto(measured.parameters.flat, network.parameters.flat)
        for name, array in network.buffers.items():
            np.copyto(measured.buffers[name], array)
        with np.errstate(all="ignore"):
            value, accuracy = measure(measured, *checked)
        return {"loss": value} | ({} if accuracy is None else {accurate: accuracy})

    return figures


def of_outputs(network: Network, X: Any, y: Any) -> Measure:
    """The accuracy for targets that name classes; for numbers the mean squared and absolute errors of the outputs.

    One class of several is told by the largest output whatever the loss, since losses are compared by the same measure.
    """
    check(network, X, y)
    codes = labels(y, network.outputs, network.classes)
    several = codes is not None and codes.ndim == 2
    answers = Answers(network.outputs, several or network.outputs == 1, network.answers.threshold, True)

    def figures(network: Network) -> Figures:
        with np.errstate(all="ignore"):
            outputs = network.predict(X, engine="numpy")
            if codes is not None:
                right = float((answers.decide(outputs) == codes).mean())
                return {LABEL_ACCURACY if several else ACCURACY: right}
            errors = outputs - np.asarray(y, np.float64).reshape(outputs.shape)
            return {
                "squared error": float(np.square(errors).mean()),
                "absolute error": float(np.abs(errors).mean()),
            }

    return figures


def labels(y: Any, outputs: int, classes: Any = None) -> Array | None:
    """The class of each sample (n,), if targets name classes: as numbers (n,), names (n,), or rows with a single 1.

    Of other rows of 0 and 1 these rows, of which each entry is a label; None for numbers.
    """
    array = np.asarray(y if classes is None else arguments.class_codes(y, classes))
    if array.ndim == 1:
        return array if outputs > 1 or np.isin(array, (0, 1)).all() else None
    if array.ndim != 2 or not np.isin(array, (0, 1)).all():
        return None
    if outputs == 1:
        return array[:, 0]
    return array.argmax(axis=1) if (array.sum(axis=1) == 1).all() else array
