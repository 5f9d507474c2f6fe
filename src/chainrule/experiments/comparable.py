"""Losses that can be compared with each other, each with an output that suits it."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.experiments.measures import labels
from chainrule.experiments.setups import Setup, are_sizes
from chainrule.network import Network
from chainrule.parts.contract import Activation, Loss


def comparable(setup: Setup, y: Any) -> Network:
    """A fresh network for a loss that is compared with others, with the first output that suits it.

    Raises
    ------
    InputError : where the loss does not go with the targets, or has nothing in common with other losses
    """
    loss, layers = setup.network["loss"], setup.network["layers"]
    network = None if are_sizes(layers) else setup.make()
    outputs = int(layers[-1]) if network is None else network.outputs
    codes = labels(y, outputs, setup.network.get("classes"))
    _check(loss, codes is None)
    if network is None:
        single_label = outputs > 1 and codes is not None and codes.ndim == 1
        fixed = "output" in setup.network
        network = setup.make() if fixed else _with_output(setup, loss, codes is None, single_label)
    if codes is None and not _estimates(network):
        raise InputError(
            f"this loss is not least where outputs are the targets, so with {network.layers[-1]} as the output its "
            "errors can't be compared: leave it out, or take other settings of it."
        )
    return network


def _check(loss: Loss, numbers: bool) -> None:
    """Refuse a loss that has no measure in common with others, or is for classes where the targets are numbers."""
    if loss.group > 1 or not loss.reads_targets:
        raise InputError(
            "this loss does not compare outputs with targets, so it has no measure in common with others: leave it out."
        )
    if numbers and loss.is_classification:
        known = [
            name
            for name, other in Loss.registry().items()
            if not other.is_classification and other.group == 1
        ]
        raise InputError(
            f"this loss is for classes, and the targets are numbers: take {', '.join(known[:-1])} or {known[-1]}."
        )


def _with_output(setup: Setup, loss: Loss, numbers: bool, single_label: bool) -> Network:
    """With the first output activation that goes with the loss: for classes those that give probabilities first.

    They share a whole where one class of several is right.
    """
    known = list(Activation.registry().values())
    unsure = [each for each in known if not (each.probabilities or each.couples_outputs)]
    several = [each for each in known if each.couples_outputs]
    one = [each for each in known if each.probabilities and not each.couples_outputs]
    # A loss whose single output says yes above 0 is for outputs that are no probabilities.
    sure = [] if numbers or loss.threshold == 0 else several if single_label else one
    first: InputError | None = None
    for each in [*sure, *unsure]:
        try:
            return setup.make(output=each())
        except InputError as error:
            first = first or error
    raise first or AssertionError("there is no output activation")


def _estimates(network: Network) -> bool:
    """Whether the loss is least where outputs are what they should be: 1 to 3 for the inputs 1 to 3."""
    k = network.outputs
    ones = {"W1": np.ones((1, k)), "b1": np.zeros(k)}
    line = Network([1, k], output=network.layers[-1], loss=network.loss_part, parameters=ones)
    there = line.predict([[2.0]])
    return line.loss([[2.0]], there) <= min(line.loss([[1.9]], there), line.loss([[2.1]], there))
