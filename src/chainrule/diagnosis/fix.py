"""What may be changed about a training that does not learn: as one writes it, and as a trial does it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.model.model import Model, reads_tables
from chainrule.parts import Glorot, He, Identity, LeakyReLU, ReLU, Sigmoid, Softmax, Standardize, Tanh
from chainrule.parts.contract import Activation, Array, Layer, Loss, Optimizer, Penalty
from chainrule.parts.named import with_setting
from chainrule.program.program import Program


@dataclass(frozen=True)
class Fix:
    """A change of a training.

    Parameters
    ----------
    words : what to write
    network : arguments of `Network` in place of its own
    redrawn : whether the weights are drawn anew
    rate : the learning rate in place of the optimizer's
    unfrozen : whether all parameters are trained
    longer : how many times as many steps
    keeps_loss : whether the losses without it and with it measure the same
    """

    words: str
    network: Mapping[str, Any] = field(default_factory=dict)
    redrawn: bool = False
    rate: float | None = None
    unfrozen: bool = False
    longer: int = 1
    keeps_loss: bool = True


# --- scales -----------------------------------------------------------------------------------------------


def scaled_inputs(model: Model, program: Program, X: Array) -> tuple[Fix, ...]:
    """Inputs of mean 0 and standard deviation 1, in place of whatever prepares them."""
    if reads_tables(model):
        return ()
    layers = [Standardize.fitted(X), *model.layers[program.plan.preparing :]]
    return (Fix("scaling=Standardize.fitted(X)", {"layers": layers}),)


def centred_columns(model: Model, program: Program, X: Array, columns: Array) -> tuple[Fix, ...]:
    """Some columns of the inputs at 0."""
    if program.plan.preparing:
        return ()
    center = np.where(np.isin(np.arange(X.shape[1]), columns), X[0], 0.0)
    named = ", ".join(str(column) for column in columns[:8]) + (", …" if len(columns) > 8 else "")
    words = f"leave column{'s' if len(columns) > 1 else ''} {named} out"
    return (Fix(words, {"layers": [Standardize(center, 1.0), *model.layers]}),)


def scaled_targets(y: Array) -> tuple[Fix, ...]:
    """Targets of mean 0 and standard deviation 1."""
    network = {"scale_target": Standardize.fitted(y)}
    return (Fix("scale_target=Standardize.fitted(y)", network, keeps_loss=False),)


# --- outputs ----------------------------------------------------------------------------------------------


def free_output(model: Model) -> tuple[Fix, ...]:
    """An output that may be any number."""
    return (_output(model, Identity(), model.loss_part, "output='identity'"),)


def yes_or_no_outputs(model: Model) -> tuple[Fix, ...]:
    """Outputs that each say yes or no."""
    loss = Loss.of("cross_entropy")
    return (_output(model, Sigmoid(), loss, "output='sigmoid', loss='cross_entropy'"),)


def yes_or_no_output() -> str:
    """An output that says yes or no, in words."""
    return f"output={Sigmoid.name()!r}"


def one_class_output() -> str:
    """Outputs of which one class is right, in words."""
    return f"output={Softmax.name()!r}"


def _output(model: Model, output: Activation, loss: Loss, words: str) -> Fix:
    return Fix(words, {"layers": [*model.layers[:-1], output], "loss": loss}, keeps_loss=False)


# --- weights and units ------------------------------------------------------------------------------------


def fresh_weights(model: Model) -> tuple[Fix, ...]:
    """Weights as they are usually drawn."""
    likely = (He(), Glorot()) if any(isinstance(layer, ReLU) for layer in model.layers) else (Glorot(),)
    return tuple(
        Fix(f"initializer={drawn.name()!r}, and biases of 0", {"initializer": drawn}, redrawn=True)
        for drawn in likely
    )


def leaky_units(model: Model) -> tuple[Fix, ...]:
    """Hidden units that are never off altogether."""
    return _hidden(model, LeakyReLU(), Glorot())


def straight_units(model: Model) -> tuple[Fix, ...]:
    """Hidden units whose slope does not fade, or less."""
    return (*_hidden(model, ReLU(), He()), *_hidden(model, Tanh(), Glorot()))


def _hidden(model: Model, activation: Activation, initializer: Any) -> tuple[Fix, ...]:
    *before, last = model.layers
    layers: list[Layer] = [activation if isinstance(layer, Activation) else layer for layer in before]
    words = f"hidden={activation.name()!r}, initializer={initializer.name()!r}"
    return (Fix(words, {"layers": [*layers, last], "initializer": initializer}, redrawn=True),)


def weaker_penalty(penalty: Penalty, factor: float = 0.001) -> tuple[Fix, ...]:
    """A penalty that leaves the weights to the data."""
    numbers: dict[str, Any] = {
        name: value * factor for name, value in penalty.settings().items() if type(value) is float
    }
    if not numbers:
        return (Fix("penalty=None", {"penalty": None}),)
    weaker = dataclasses.replace(penalty, **numbers)
    return (Fix(f"penalty={weaker}", {"penalty": weaker}),)


# --- steps ------------------------------------------------------------------------------------------------


def other_rates(optimizer: Optimizer, factors: Sequence[float]) -> tuple[Fix, ...]:
    """Other learning rates, where the optimizer has one; of a schedule its first number is meant."""
    rate = rate_of(optimizer)
    if rate is None:
        return ()
    return tuple(Fix(f"learning_rate={rate * factor:.3g}", rate=rate * factor) for factor in factors)


def usual_rate(optimizer: Optimizer) -> tuple[Fix, ...]:
    """The optimizer's own default rate."""
    for each in dataclasses.fields(optimizer):
        if each.name == "learning_rate" and isinstance(each.default, float) and each.default > 0:
            return (Fix(f"learning_rate={each.default:g}", rate=each.default),)
    return ()


def rate_of(optimizer: Optimizer) -> float | None:
    """The learning rate, of a schedule the one that it is made with; None where there is none."""
    rate = optimizer.settings().get("learning_rate")
    if rate is None:
        inner = [value for value in optimizer.settings().values() if isinstance(value, Optimizer)]
        return rate_of(inner[0]) if inner else None
    return float(getattr(rate, "learning_rate", rate))


def with_rate(optimizer: Optimizer, rate: float) -> Optimizer:
    """The same optimizer, which has counted nothing, with another rate; a schedule is kept."""
    schedule: Any = optimizer.schedule
    value = rate if schedule is None else dataclasses.replace(schedule, learning_rate=rate)
    return with_setting(optimizer, "learning_rate", value)


UNFROZEN = (Fix("net.unfreeze()", unfrozen=True),)


def longer(*times: int) -> tuple[Fix, ...]:
    """The same for a longer time."""
    return tuple(Fix(f"{each} times as many epochs", longer=each) for each in times)
