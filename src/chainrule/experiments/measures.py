"""What trained networks are measured by: their loss, or where losses differ, what all of them have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.engines.numpy_engine import measure
from chainrule.errors import InputError
from chainrule.experiments.choices import Setup, are_sizes
from chainrule.experiments.comparison import ACCURACY, LABEL_ACCURACY, Figures
from chainrule.model import arguments
from chainrule.model.answers import Answers
from chainrule.network import Network
from chainrule.parts.contract import Activation, Array, Loss

Measure = Callable[[Network], Figures]


def of_loss(network: Network, loss: Loss, X: Any, y: Any) -> Measure:
    """The loss of the data, and for labels the accuracy, of networks like this one.

    Parameters
    ----------
    network : its layers are those that are measured
    loss : what counts, whatever the network was trained with; its penalty does not
    X, y : checked here
    """
    judge = Network(network.layers, loss=loss, dtype=network.dtype, classes=network.classes)
    checked = judge.check(X, y)
    accurate = ACCURACY if judge.answers.count == 1 else LABEL_ACCURACY

    def figures(network: Network) -> Figures:
        np.copyto(judge.parameters.flat, network.parameters.flat)
        for name, array in network.memory.items():
            np.copyto(judge.memory[name], array)
        with np.errstate(all="ignore"):
            value, accuracy = measure(judge, *checked)
        return {"loss": value} | ({} if accuracy is None else {accurate: accuracy})

    return figures


def of_outputs(network: Network, X: Any, y: Any) -> Measure:
    """The accuracy for targets that name classes; for numbers the mean squared and absolute errors of the outputs.

    One class of several is told by the largest output whatever the loss, since losses are compared by the same measure.
    """
    network.check(X, y)
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


# --- losses that can be compared ----------------------------------------------------------------------------


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
    numbers = codes is None
    if loss.group > 1 or not loss.reads_targets:
        raise InputError(
            "this loss does not compare outputs with targets, so it has no measure in common with others: leave it out."
        )
    if numbers and loss.compares_classes:
        known = [
            name for name, other in Loss.known().items() if not other.compares_classes and other.group == 1
        ]
        raise InputError(
            f"this loss is for classes, and the targets are numbers: take {', '.join(known[:-1])} or {known[-1]}."
        )
    if network is None:
        one = outputs > 1 and codes is not None and codes.ndim == 1
        network = setup.make() if "output" in setup.network else _with_output(setup, loss, numbers, one)
    if numbers and not _estimates(network):
        raise InputError(
            f"this loss is not least where outputs are the targets, so with {network.layers[-1]} as the output its "
            "errors can't be compared: leave it out, or take other settings of it."
        )
    return network


def _with_output(setup: Setup, loss: Loss, numbers: bool, exclusive: bool) -> Network:
    """With the first output activation that goes with the loss: for classes those that give probabilities first.

    They share a whole where one class of several is right.
    """
    known = list(Activation.known().values())
    unsure = [each for each in known if not (each.probabilities or each.shares)]
    several = [each for each in known if each.shares]
    one = [each for each in known if each.probabilities and not each.shares]
    # A loss whose single output says yes above 0 is for outputs that are no probabilities.
    sure = [] if numbers or loss.threshold == 0 else several if exclusive else one
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
