"""Networks whose outputs are known: what goes in comes out."""

from __future__ import annotations

from typing import Any

import numpy as np

import chainrule as cr


def passing(k: int, output: str, loss: Any, **more: Any) -> cr.Network:
    """A network of k inputs that gives its inputs, as its output activation has them."""
    weights = {"W1": np.eye(k), "b1": np.zeros(k)}
    return cr.Network([k, k], output=output, loss=loss, parameters=weights, **more)


def softmaxed(p: Any, **more: Any) -> tuple[cr.Network, Any]:
    """A network of classes, and the inputs for which it gives these probabilities (m, classes)."""
    p = np.asarray(p, np.float64)
    return passing(p.shape[1], "softmax", "cross_entropy", **more), np.log(p)


def yes_or_no(p: Any, **more: Any) -> tuple[cr.Network, Any]:
    """A network of one output, and the inputs for which it says yes with these probabilities (m,)."""
    p = np.asarray(p, np.float64)[:, None]
    return passing(1, "sigmoid", "cross_entropy", **more), np.log(p / (1 - p))
