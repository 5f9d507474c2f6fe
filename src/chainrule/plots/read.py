"""What pictures read of a network beside a trace: outputs and other quantities of many samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.engines.forward import PREDICT_ROWS, checked, forward
from chainrule.model.leaves import leaves
from chainrule.model.model import Model
from chainrule.model.samples import as_rows
from chainrule.parts.contract import Array


def outputs(net: Model, X: Any) -> Array:
    """What a network predicts (m, outputs), as `Network.predict` does in NumPy."""
    X = as_rows(net, X)
    return checked(net, X, *forward(net)(net, X))


def answers(net: Model, X: Any) -> Array:
    """What a network says of each sample, as `Network.classify` does."""
    return net.decisions.decide(outputs(net, X))


def quantity(net: Model, X: Array, name: str) -> Array:
    """A quantity of the way forward (m, …) as in a prediction, for checked samples, some thousands at a time."""
    program = net.program(targets=False)
    found = [
        program.run(leaves(net, program, X[start : start + PREDICT_ROWS]), wanted=[name])[name]
        for start in range(0, len(X), PREDICT_ROWS)
    ]
    return np.concatenate(found)
