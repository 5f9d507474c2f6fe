"""A network as a chain of layers with their arrays, as other frameworks have it; and a network made of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError, InputError
from chainrule.model.model import Model
from chainrule.network import Network
from chainrule.parts import CrossEntropy, Identity, LogSoftmax, Zeros
from chainrule.parts.contract import Activation, Array, Layer
from chainrule.program.names import buffer_name


@dataclass(frozen=True)
class Link:
    """A layer in its place.

    Parameters
    ----------
    place : where it stands, for messages
    layer : the layer
    arrays : what it learns and what it remembers, by the layer's own names
    frozen : those of them that training leaves alone
    """

    place: str
    layer: Layer
    arrays: dict[str, Array] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()


def links(model: Model) -> list[Link]:
    """The layers of a network with their parameters and buffers, which are views."""
    found: list[Link] = []
    number, width = 0, model.inputs
    for i, layer in enumerate(model.layers):
        number += layer.has_weights
        own, kept = _names(layer, number, width)
        arrays = {local: model.parameters[name] for local, name in own.items()}
        arrays |= {local: model.buffers[name] for local, name in kept.items()}
        frozen = frozenset(local for local, name in own.items() if name in model.frozen)
        found.append(Link(f"layer {i}, {layer}", layer, arrays, frozen))
        width = layer.width(width) or width
    return found


def _names(layer: Layer, number: int, width: int) -> tuple[dict[str, str], dict[str, str]]:
    """What the network calls a layer's parameters and its buffers, by the layer's own names."""
    own = layer.parameters(width, Zeros(), np.random.default_rng(0))
    return (
        {local: f"{local}{number or ''}" for local in own},
        {local: buffer_name(local, number) for local in layer.buffers(width)},
    )


def network(
    chain: Sequence[Link],
    *,
    output: Any = None,
    loss: Any = None,
    penalty: Any = None,
    dtype: str = "float64",
    scale_target: Layer | None = None,
    features: Sequence[str] | None = None,
    classes: Sequence[Any] | None = None,
) -> Network:
    """The network of a chain that came from elsewhere.

    Where the chain ends in sums and `output` doesn't say what they mean, they stay what the network gives, so that it
    gives the numbers that the other framework gives. Several of them are then logits to cross-entropy, which is how
    classifiers are trained there; a single one is a number, to be compared by its square, since it could be either
    and a number of probability ½ would look right.

    Raises
    ------
    InputError : if layers don't fit each other or their arrays, naming the place; if `output` is said twice
    """
    # An identity on the way changes nothing, and its output would have the name of the next one's.
    chain = [link for link in chain[:-1] if type(link.layer) is not Identity] + list(chain[-1:])
    width = _width(chain)
    last = chain[-1].layer
    if output is not None:
        if isinstance(last, Activation) and not isinstance(last, Identity):
            raise InputError(
                f"output = {output!r} says what the last sums are for, and {chain[-1].place} is there for that "
                "already: leave output out."
            )
        if isinstance(last, Identity):
            chain.pop()
        last = Activation.of(output)
        chain.append(Link("the output", last))
    if loss is None:
        loss = _loss(last, width if output is None and scale_target is None else 1)
    net = Network(
        [link.layer for link in chain],
        loss=loss,
        penalty=penalty,
        dtype=dtype,
        initializer=Zeros(),
        scale_target=scale_target,
        features=features,
        classes=classes,
    )
    _fill(net, chain)
    return net


def _loss(last: Layer, sums: int) -> Any:
    """What goes with an output, where so many sums may be logits."""
    if isinstance(last, LogSoftmax) or getattr(last, "probabilities", False):
        return "cross_entropy"
    logits = sums > 1 and (isinstance(last, Identity) or not isinstance(last, Activation))
    return CrossEntropy(from_logits=True) if logits else "mean_squared_error"


def _width(chain: Sequence[Link]) -> int:
    """The number of outputs; raises where two layers don't go together."""
    width: int | None = None
    given: dict[str, str] = {}
    for link in chain:
        if link.layer.has_weights:
            given = {}
        if (first := given.setdefault(link.layer.gives, link.place)) != link.place:
            raise InputError(
                f"{link.place} gives what {first} gives already: between two layers with weights chainrule has one "
                "activation, one normalization and one dropout."
            )
        try:
            width = link.layer.width(width)
        except ChainruleError as error:
            raise InputError(f"{link.place}: {error}") from error
    if width is None or not any(link.layer.has_weights for link in chain):
        raise InputError("there is no layer with weights, such as Linear or Gemm: a network needs one.")
    return width


def _fill(net: Network, chain: Sequence[Link]) -> None:
    number, width = 0, net.inputs
    for link in chain:
        number += link.layer.has_weights
        own, kept = _names(link.layer, number, width)
        try:
            for local, array in link.arrays.items():
                if local in own:
                    net.parameters[own[local]] = array
                else:
                    net.buffers[kept[local]] = array
        except ChainruleError as error:
            raise InputError(f"{link.place}: {error}") from error
        net.freeze(*(own[local] for local in link.frozen))
        width = link.layer.width(width) or width
