"""The network and the optimizer that the options of a command name."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.cli.models import read_model
from chainrule.cli.words import names, number, sizes
from chainrule.errors import InputError
from chainrule.utils.files import as_path

if TYPE_CHECKING:
    from chainrule.ensemble import Ensemble
    from chainrule.network import Network
    from chainrule.parts.contract import Optimizer

_NUMBER = re.compile(r"[-+]?[.\d][^,\[\]\s]*")  # also such as JSON does not know: .5, 1/3, +2


def make_optimizer(name: str, learning_rate: float | None) -> Optimizer:
    """The optimizer of that name with that learning rate."""
    from chainrule.experiments import with_setting
    from chainrule.parts.contract import Optimizer

    made: Optimizer = Optimizer.of(name)
    if learning_rate is None:
        return made
    if ":" in name:
        raise InputError(
            f"there is --lr {learning_rate:g}, and {name} has a number of its own: give one of them."
        )
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
    freeze: str | None = None

    @property
    def worked_example(self) -> bool:
        """Whether nothing is named, so that it is the worked example's network, which has a sample of its own."""
        return self.model is None and self.layers is None

    def network(self) -> Network:
        """The network, with what is to be left as it is frozen."""
        return self._named().freeze(*names(self.freeze))

    def _named(self) -> Network:
        """A model's network, a fresh one of these layers or, without both, the worked example's weights."""
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
        own = {"hidden": self.activation, "output": self.output, "loss": self.loss}
        given = {name: value for name, value in own.items() if value is not None}
        if self.model is None:
            return worked_example(**given)
        for name, value in given.items():
            option = "activation" if name == "hidden" else name
            raise InputError(
                f"--{option} {value} belongs to a fresh network, and {self.model} has its own: leave --{option} out."
            )
        return read_model(self.model)


def assign(network: Network, assignment: str) -> None:
    """Set parameters as ``W1=[[1,2],[3,4]]`` says; a list without brackets within it is read row by row."""
    import numpy as np

    name, sign, value = assignment.partition("=")
    if not sign:
        raise InputError(f"--set {assignment}: write a name, = and numbers, such as W1=[[1,2],[3,4]].")
    try:
        given = json.loads(_NUMBER.sub(lambda found: repr(number(found[0])), value))
    except (ValueError, RecursionError):
        raise InputError(
            f"--set {assignment}: {value!r} is no list of numbers, such as [[1,2],[3,4]]."
        ) from None
    name = name.strip()
    there = network.parameters[name]
    if (
        isinstance(given, list)
        and len(given) == there.size
        and not any(isinstance(each, list) for each in given)
    ):
        given = np.reshape(given, there.shape)
    network.parameters[name] = given


def trained(model: str) -> Network | Ensemble:
    """A model's network; of a folder the networks in it, which are asked together."""
    from chainrule.ensemble import Ensemble

    return (
        Ensemble.load(model)
        if os.path.isdir(as_path(model)) and not Path(model).suffix
        else read_model(model)
    )
