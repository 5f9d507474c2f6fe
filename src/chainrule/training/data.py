"""What is trained on, all of it checked before the first step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from chainrule.engines.batches import Batches, Transform
from chainrule.errors import InputError, KindError
from chainrule.model import arguments
from chainrule.model.model import Model, target_dtype
from chainrule.model.precision import warn_of_lost
from chainrule.model.samples import check, check_sizes
from chainrule.model.streams import RandomStreams
from chainrule.utils import checks, frames


def training_data(
    network: Model,
    X: Any,
    y: Any,
    *,
    epochs: int,
    batch_size: int | None,
    shuffle: bool,
    seed: int | None,
    transform: Transform | None,
    sample_weight: Any,
    class_weight: Any,
    order: Any = None,
) -> Batches:
    """What is trained on, and how often, all of it checked before the first step; the arguments are `Network.fit`'s."""
    epochs, batch_size, seed = arguments.schedule(epochs, batch_size, seed)
    checks.truth(shuffle, "shuffle")
    with names_taken(network, X, y):
        X, y, counts = check(network, X, y)
    if isinstance(X, np.ndarray):  # no sparse matrix
        warn_of_lost(X, "X", network.input_dtype, network.features)
    if not counts and isinstance(y, np.ndarray):
        warn_of_lost(y, "y", target_dtype(network))
    size = len(X) if batch_size is None else min(batch_size, len(X))
    check_sizes(network, {size, len(X) % size or size})
    weight = None if sample_weight is None else arguments.weights(sample_weight, len(X))
    if class_weight is not None:
        each = arguments.class_weights(class_weight, y, bool(counts), network.answers, network.classes)
        weight = each if weight is None else weight * each
        if not weight.any():
            raise InputError(
                "with class_weight every sample counts 0: give at least one class of y a weight above 0."
            )
    group = network.paired_loss.group
    if weight is not None and group > 1:
        raise InputError(
            f"{network.loss_part.title()} takes rows in groups of {group}, and weighs none of them: leave "
            "sample_weight and class_weight out."
        )
    if transform is not None and not callable(transform):
        raise KindError(
            f"transform = {transform!r} is no function: give one of the samples and a random generator."
        )
    if (suits := getattr(transform, "check", None)) is not None:
        suits(network.inputs)
    if order is not None:
        _check_order(network, order, shuffle)
    # A batch of everything stays in order, unless it is told one: its rows would only be summed in another.
    shuffled = order is not None or (shuffle and size < len(X))
    return Batches(X, y, size, shuffled, counts, group, weight, transform, RandomStreams(seed), epochs, order)


@contextmanager
def names_taken(network: Model, X: Any, y: Any) -> Iterator[None]:
    """Take the names of a table's columns for the features, and labels that are text for the names of the classes.

    A network that has names already keeps them, and samples are compared with them. Where what is done within raises,
    the names are as before.
    """
    names, before = frames.names_of(X), (network.features, network.classes)
    if network.classes is None and network.loss_part.is_classification:
        network.classes = arguments.named_classes(y, max(network.outputs, 2))
    if network.features is None and names is not None and len(names) == network.inputs:
        network.features = names
    try:
        yield
    except BaseException:
        network.features, network.classes = before
        raise


def _check_order(network: Model, order: Any, shuffle: bool) -> None:
    if not callable(order):
        raise KindError(
            f"order = {checks.short(order)} is no function: give one that gives each epoch's order, the numbers of all "
            "rows, such as lambda: rng.permutation(len(X))."
        )
    if not shuffle:
        raise InputError(
            "order gives each epoch an order, and shuffle = False keeps the rows as they are: leave one out."
        )
    if network.paired_loss.group > 1:
        raise InputError(
            f"{network.loss_part.title()} takes rows in groups of {network.paired_loss.group}, which an order of your "
            "own would part: leave order out."
        )
