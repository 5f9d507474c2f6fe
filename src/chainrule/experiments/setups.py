"""How one network of a comparison is made and trained."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.network import Network
from chainrule.parts.contract import Optimizer


@dataclass
class Setup:
    """How one network is made and trained.

    Parameters
    ----------
    network : the arguments of `Network`, by name
    optimizer : its own, which has counted nothing
    fitting : further arguments of `fit`
    frozen : parameters that training leaves alone
    about : what a network's file remembers beside it
    """

    network: dict[str, Any]
    optimizer: Optimizer
    fitting: dict[str, Any] = field(default_factory=dict)
    frozen: tuple[str, ...] = ()
    about: dict[str, str] = field(default_factory=dict)

    def make(self, **instead: Any) -> Network:
        """A fresh network."""
        made = Network(**{**self.network, **instead}).freeze(*self.frozen)
        made.metadata = dict(self.about)
        return made


def are_sizes(layers: Any) -> bool:
    """Whether a network is given as numbers of units, not as layers."""
    many = isinstance(layers, list | tuple | range | np.ndarray)
    return many and all(isinstance(each, int | np.integer) for each in layers)
