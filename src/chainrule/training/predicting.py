"""The network's output for samples, its loss, and what it says."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.engines.numpy_engine import PREDICT_ROWS, measure
from chainrule.errors import InputError
from chainrule.model import arguments
from chainrule.model.leaves import leaves
from chainrule.model.model import Model
from chainrule.model.samples import check, check_parameters, check_prepared
from chainrule.parts.contract import Array
from chainrule.training.engine_choice import predict_compiled


def predict(model: Model, X: Any, engine: Any, threads: Any) -> Array:
    """The outputs (m, outputs) for X; see `Network.predict`."""
    X = arguments.samples(X, model.inputs)
    compiled = predict_compiled(model, X, engine, threads)
    if compiled is not None:
        outputs, sound = compiled
        if sound:  # else the same questions as below, after the fact
            return outputs
    arguments.finite(X, "X", model.input_dtype)
    check_parameters(model)
    if compiled is not None:
        check_prepared(model, X)
        return outputs
    return _predict_in_numpy(model, X)


def _predict_in_numpy(model: Model, X: Array) -> Array:
    program = model.program(targets=False)
    needed = program.needed([program.output])
    outputs = np.empty((len(X), model.outputs), model.dtype)
    for start in range(0, len(X), PREDICT_ROWS):
        rows = slice(start, start + PREDICT_ROWS)
        values = program.run(leaves(model, program, X[rows]), quantities=needed)
        outputs[rows] = values[program.output]
        if program.plan.preparing and not np.isfinite(values[program.prepared]).all():
            check_prepared(model, X)
        del values  # before the next ones are made
    return outputs


def check_classifies(model: Model) -> None:
    """Raise InputError for a model whose outputs say no class, and neither yes nor no."""
    if not model.answers.of_classes and (model.outputs == 1 or not model.paired_loss.reads_targets):
        many = "one number" if model.outputs == 1 else f"{model.outputs} numbers"
        raise InputError(
            f"the network gives {many} a sample, for {model.loss_part.title()}: there are no classes; "
            "take predict(X)."
        )


def loss(model: Model, X: Any, y: Any) -> float:
    """The loss over all samples."""
    checked = check(model, X, y)
    found, _ = measure(model, *checked)
    if not np.isfinite(found):
        check_prepared(model, checked[0])
    return found
