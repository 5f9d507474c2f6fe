"""What network a program may train, with which loss, on which samples: the package's own network, at its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from chainrule.check.code.activations import part
from chainrule.check.code.passes import Pass
from chainrule.check.code.steps import Parameters, Step
from chainrule.check.sheet import Numbers, Sheet
from chainrule.errors import ChainruleError
from chainrule.expressions.node import run_operation
from chainrule.model.model import Model
from chainrule.model.record import Record
from chainrule.parts.contract import Activation, Loss, Optimizer
from chainrule.parts.layers import Dense, Dropout

SQUARES, ABSOLUTE = "half_squared_error", "mean_absolute_error"
CLASSES, YES_OR_NO = "cross_entropy", "binary_cross_entropy"


@dataclass(frozen=True)
class Kind:
    """What is supposed of a network: the names of its activations and of its loss."""

    hidden: tuple[str, ...]
    output: str
    loss: str


def kinds(hidden: Sequence[Sequence[str]], outputs: Sequence[str]) -> Iterator[Kind]:
    """The networks that may be meant."""
    for names in product(*hidden):
        for output in outputs:
            kind = Activation.registry()[output]
            losses = [SQUARES, ABSOLUTE]
            if kind.couples_outputs or kind.probabilities:
                losses.insert(0, CLASSES if kind.couples_outputs else YES_OR_NO)
            for loss in losses:
                yield Kind(tuple(names), output, loss)


def model(kind: Kind, each: Pass, parameters: Parameters) -> Model:
    """The network, with the program's parameters.

    Raises
    ------
    ChainruleError : where its parts do not go together
    """
    layers: list[Any] = []
    for number, layer in enumerate(each.layers, 1):
        inputs, outputs = layer.W.shape
        layers.append(Dense(inputs, outputs, bias=f"b{number}" in parameters))
        if number < len(each.layers):
            after = each.layers[number]
            a = after.x if after.mask is None else layer.z
            layers.append(part(kind.hidden[number - 1], layer.z, a))
            if after.mask is not None:
                layers.append(Dropout(1 - 1 / float(after.mask.max())))
        else:
            layers.append(Activation.registry()[kind.output]())
    return Model(layers, loss=Loss.of(kind.loss), parameters=parameters)


def record(
    kind: Kind, passes: Sequence[Pass], step: Step, y: Any, optimizer: Optimizer | None = None
) -> Record | None:
    """The step as it should be; None where the supposed parts do not go together."""
    first = passes[0]
    try:
        net = model(kind, first, step.old)
        x = np.concatenate([each.x for each in passes])
        noise = {
            name: np.concatenate([np.where(each.layers[n].mask > 0, 1.0, -1.0) for each in passes])
            for name, n in zip(net.program().noise, _masked(first), strict=True)
        }
        return Record.of_arrays(net, x, y, optimizer, None, noise)
    except (ChainruleError, ValueError):
        return None


def _masked(each: Pass) -> list[int]:
    return [n for n, layer in enumerate(each.layers) if layer.mask is not None]


def gradients(found: Record, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The gradients of the parameters by their names, with some quantities on the way forward as they are given."""
    if not given:
        return {p: found.results[name] for p, name in found.program.gradients.items()}
    leaves = {name: found.results[name] for name in found.program.leaves}
    with np.errstate(all="ignore"):
        numbers = Numbers(Sheet(found, {}).form, run_operation, leaves | dict(given))
        return {p: numbers[name] for p, name in found.program.gradients.items()}
