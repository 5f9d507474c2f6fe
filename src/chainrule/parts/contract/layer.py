"""What a layer, an activation and an initializer of weights state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from chainrule.errors import LanguageError
from chainrule.parts.contract.part import IN_A_NETWORK, Array, Part, Rule, lacks


class Layer(Part):
    """A part of the network that turns one quantity into the next.

    `takes` and `gives` are the local names of its input and output. A layer that `has_weights`
    raises the number that its names carry. `parameters` are trained, and those among them that are `weights` get
    the penalty; `constants` stay. `buffers` are what a step leaves for later ones, and `noise` what chance brings
    to each step: arrays as large as the layer's input, "uniform" between 0 and 1 or "normal", by local name.

    A layer that `ignores_shift` gives the same where all samples of its input move alike, so that a parameter which
    does nothing else, the `shift` of the layer before it, has a gradient of 0.
    """

    kind: ClassVar[str] = "layer"
    takes: ClassVar[str] = "x"
    gives: ClassVar[str] = "x"
    has_weights: ClassVar[bool] = False
    weights: ClassVar[tuple[str, ...]] = ()
    noise: ClassVar[Mapping[str, str]] = {}
    min_samples: ClassVar[int] = 1  # samples that a training step needs
    shift: ClassVar[str] = ""
    ignores_shift: ClassVar[bool] = False
    # A layer that reads a table names its columns, of which cells may be missing (NaN), and gives others; `coded` says
    # by which numbers its other cells are given. Its constants may follow from its settings: then a file holds these
    # alone.
    raw_features: ClassVar[tuple[str, ...] | None] = None
    coded: ClassVar[tuple[str, ...]] = ()
    stored: ClassVar[bool] = True

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "forward" in vars(cls):  # what is said of another forward rule need not be so
            for name, unsaid in (("shift", ""), ("ignores_shift", False), ("restore", Layer.restore)):
                if name not in vars(cls):
                    setattr(cls, name, unsaid)

    def _instead(self) -> str:
        return IN_A_NETWORK.format(type(self).__name__)

    def width(self, incoming: int | None) -> int | None:
        """The number of outputs for that number of inputs; raises InputError where they don't go together."""
        return incoming

    def parameters(self, width: int, initializer: Any, rng: np.random.Generator) -> dict[str, Array]:
        """Fresh parameters by local name, for so many inputs."""
        return {}

    def constants(self) -> dict[str, Array]:
        """Arrays that the rules read and training leaves alone, by local name."""
        return {}

    def buffers(self, width: int) -> dict[str, Array]:
        """Fresh arrays by local name, of which `forward` states the next values: ``q.mu_run_new`` for ``mu_run``."""
        return {}

    def encode(self, table: Any) -> Array:
        """The columns of a table as numbers (m, columns), for a layer that reads tables."""
        raise lacks(self, "encode(table)", "the numbers of a table")

    def told(self, row: Array) -> list[str]:
        """A row of those numbers as it stood in the table, cell by cell."""
        raise lacks(self, "told(row)", "the cells of a row")

    def forward(self, q: Rule) -> None:
        """State the output, and every quantity on the way that deserves a name."""
        raise lacks(self, "forward(q)", "its output")

    def evaluate(self, q: Rule) -> None:
        """The same where nothing is trained: for predictions and validation. As in training, unless said otherwise."""
        self.forward(q)

    def backward(self, q: Rule) -> None:
        """State the gradients. Left out, they are derived from `forward` by the chain rule."""
        q.derive_backward()

    def restore(self, q: Rule) -> None:
        """State the input from the output: a layer that can be taken back may scale targets."""
        raise lacks(self, "restore(q)", "its input from its output")


class Activation(Layer):
    """A layer applied to the sums z of the layer before it."""

    kind: ClassVar[str] = "activation"
    takes: ClassVar[str] = "z"
    gives: ClassVar[str] = "a"
    probabilities: ClassVar[bool] = False  # whether its values are
    couples_outputs: ClassVar[bool] = (
        False  # whether a sample's values share a whole, so that one alone says nothing
    )


class Initializer(Part):
    """How fresh weights are drawn."""

    kind: ClassVar[str] = "initializer"

    def draw(self, rng: np.random.Generator, inputs: int, outputs: int) -> Array:
        """A fresh matrix of weights (inputs, outputs), float64."""
        raise LanguageError(
            f"{type(self).__name__} has no draw(rng, inputs, outputs), which gives a matrix: write one."
        )
