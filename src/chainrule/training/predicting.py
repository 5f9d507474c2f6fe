"""The network's output for samples, its loss, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.engines.batches import FEW
from chainrule.engines.forward import checked, forward
from chainrule.engines.numpy_engine import measure
from chainrule.errors import InputError
from chainrule.model.model import Model
from chainrule.model.samples import (
    as_rows,
    check,
    check_prepared,
)
from chainrule.parts.contract import Array
from chainrule.training.engine_choice import measure_compiled, predict_compiled

if TYPE_CHECKING:
    from chainrule.evaluation import Evaluation


def predict(model: Model, X: Any, engine: Any, threads: Any) -> Array:
    """The outputs (m, outputs) for X; see `Network.predict`."""
    X = as_rows(model, X)
    lean = (
        isinstance(engine, str) and engine == "auto" and threads is None and len(X) <= FEW
    )  # before anything is asked that takes time
    answer = None if lean else predict_compiled(model, X, engine, threads)
    return checked(model, X, *((model._forward or forward(model))(model, X) if answer is None else answer))


def outputs_of(model: Model, X: Array) -> Array:
    """The outputs (m, outputs) for checked X, finite or not."""
    answer = predict_compiled(model, X, "auto", None)
    return (forward(model)(model, X) if answer is None else answer)[0]


def decides(model: Model) -> bool:
    """Whether outputs say classes, or yes and no: also those of a loss of numbers, one for each class."""
    of_labels = model.outputs > 1 and model.paired_loss.reads_targets and model.scale_target is None
    return model.answers.of_classes or of_labels


def check_classifies(model: Model) -> None:
    """Raise InputError for a model whose outputs say no class, and neither yes nor no."""
    if not decides(model):
        many = "one number" if model.outputs == 1 else f"{model.outputs} numbers"
        raise InputError(
            f"the network gives {many} a sample, for {model.loss_part.title()}: there are no classes; "
            "take predict(X)."
        )


def evaluation(model: Model, X: Any, y: Any) -> Evaluation:
    """How good a model is on samples; see `Network.evaluate`."""
    from chainrule.evaluation import evaluate

    X, targets, counts = check(model, X, y)
    return evaluate(model, predict(model, X, "auto", None), targets, counts)


def named_answers(model: Model, answers: Array) -> Array:
    """The names of classes (m,), for their numbers."""
    if model.classes is None:
        raise InputError(
            "the network's classes have no names: give Network(…, classes=[…]), or leave named out."
        )
    if answers.ndim != 1:
        raise InputError(
            "the network says yes or no to each of several labels, and names no class: leave named out."
        )
    return np.array(model.classes)[answers]


def loss(model: Model, X: Any, y: Any) -> float:
    """The loss over all samples."""
    checked = check(model, X, y)
    compiled = measure_compiled(model, *checked[:2])
    found = measure(model, *checked)[0] if compiled is None else compiled
    if not np.isfinite(found):
        check_prepared(model, checked[0])
    return found
