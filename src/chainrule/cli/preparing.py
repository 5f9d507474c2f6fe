"""What a training from the command line starts with: samples, some of them held out, and a fresh network for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainrule.cli.datasets import GENERATED
from chainrule.cli.words import sizes
from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.data import DataSet
    from chainrule.experiments import Setup
    from chainrule.parts.contract import Optimizer

HELD_OUT = 0.2  # of a set without test samples
Samples = tuple[Any, Any]


def split(loaded: DataSet, validation: float | None, seed: int) -> tuple[Samples, Samples | None]:
    """The samples to train with, and those held out: the set's own test samples, or a random part."""
    import numpy as np

    if validation is None:
        if loaded.test is not None:
            return loaded.train, loaded.test
        validation = HELD_OUT
    if not 0 <= validation < 1:
        raise InputError(
            f"--validation {validation:g} is out of range: it is a part of the samples, 0 to below 1."
        )
    X, y = loaded.train
    count = round(validation * len(X))
    if count == 0:
        return (X, y), None
    if count >= len(X):
        raise InputError(f"--validation {validation:g} leaves none of {len(X)} samples to train with.")
    order = np.random.default_rng(seed).permutation(len(X))
    held, kept = order[:count], order[count:]
    return (X[kept], y[kept]), (X[held], y[held])


def described(data: str, loaded: DataSet, count: int, held_out: Samples | None) -> str:
    """The samples in a line."""
    features = len(loaded.features)
    if loaded.classes is None:
        asked = f"regression of {loaded.target}"
    else:
        of = "" if data in GENERATED else f" of {loaded.target}"
        asked = f"{len(loaded.classes)} classes{of}"
    held = f", {len(held_out[0]):,} for validation" if held_out else ""
    return f"{data}: {count:,} samples{held}, {features} feature{'s' if features > 1 else ''}, {asked}"


@dataclass(frozen=True)
class FreshNetwork:
    """The options that say how a network for a data set is made."""

    hidden: str
    activation: str | None
    loss: str | None
    standardize: bool
    dtype: str
    seed: int

    @property
    def between(self) -> list[int]:
        """The units of the hidden layers."""
        return sizes(self.hidden, "--hidden") if self.hidden else []

    def setup(self, loaded: DataSet, X: Any, optimizer: Optimizer) -> Setup:
        """How a network for a data set is made and trained; `X` is what it is trained with, and scaled by."""
        from chainrule.experiments import Setup
        from chainrule.parts import Standardize

        classes = None if loaded.classes is None else list(loaded.classes)
        network = {
            "layers": [len(loaded.features), *self.between, 1 if classes is None else len(classes)],
            "hidden": self.activation or "relu",
            "output": "identity" if classes is None else "softmax",
            "loss": self._loss(loaded),
            "seed": self.seed,
            "dtype": self.dtype,
            "scaling": Standardize.fitted(X) if self.standardize else None,
            "features": loaded.features,
            "classes": classes,
        }
        return Setup(network, optimizer)

    def _loss(self, loaded: DataSet) -> Any:
        """The loss that is named, or that the target asks for; refused where they don't go together."""
        from chainrule.parts.contract import Loss

        classes = loaded.classes
        if classes is not None and len(classes) < 2:
            raise InputError(
                f"the target {loaded.target!r} has one class, {classes[0]!r}: there is nothing to tell apart."
            )
        loss = Loss.of(self.loss or ("half_squared_error" if classes is None else "cross_entropy"))
        if classes is None and loss.is_classification:
            raise InputError(
                f"--loss {self.loss} is for classes, and the target {loaded.target!r} is numbers: take "
                "half_squared_error or mean_squared_error, or --kind classification."
            )
        return loss
