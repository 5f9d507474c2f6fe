"""The network and the optimizer that the options of a command name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chainrule.cli.words import sizes
from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.network import Network
    from chainrule.parts.contract import Optimizer


def make_optimizer(name: str, learning_rate: float | None) -> Optimizer:
    """The optimizer of that name with that learning rate."""
    from chainrule.experiments import with_setting
    from chainrule.parts.contract import Optimizer

    made: Optimizer = Optimizer.of(name)
    if learning_rate is None:
        return made
    if not hasattr(made, "learning_rate"):
        raise InputError(f"--lr {learning_rate:g}: {name} has no learning rate; leave --lr out.")
    return with_setting(made, "learning_rate", learning_rate)


@dataclass(frozen=True)
class NetworkOptions:
    """The options that name a network: a model's file, or the layers of a fresh one, or neither."""

    model: str | None
    layers: str | None
    activation: str | None
    output: str | None
    loss: str | None
    seed: int

    @property
    def worked_example(self) -> bool:
        """Whether nothing is named, so that it is the worked example's network, which has a sample of its own."""
        return self.model is None and self.layers is None

    def network(self) -> Network:
        """A model's network, a fresh one of these layers or, without both, the worked example's."""
        from chainrule.examples import worked_example
        from chainrule.network import Network

        if self.layers is not None:
            if self.model is not None:
                raise InputError(
                    f"there is a model, {self.model}, and --layers {self.layers}: give one of them."
                )
            return Network(
                sizes(self.layers, "--layers"),
                hidden=self.activation or "relu",
                output=self.output or "softmax",
                loss=self.loss or "cross_entropy",
                seed=self.seed,
            )
        for option in ("activation", "output", "loss"):
            if (value := getattr(self, option)) is not None:
                raise InputError(
                    f"--{option} {value} belongs to a fresh network: give its sizes too, such as --layers 2,3,2."
                )
        if self.model is None:
            return worked_example()
        from chainrule.network import load

        return load(self.model)


def assign(network: Network, assignment: str) -> None:
    """Set parameters as ``W1=[[1,2],[3,4]]`` says."""
    name, sign, value = assignment.partition("=")
    if not sign:
        raise InputError(f"--set {assignment}: write a name, = and numbers, such as W1=[[1,2],[3,4]].")
    try:
        given = json.loads(value)
    except json.JSONDecodeError:
        raise InputError(
            f"--set {assignment}: {value!r} is no list of numbers, such as [[1,2],[3,4]]."
        ) from None
    network.parameters[name.strip()] = given
