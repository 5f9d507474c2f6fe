"""A fresh network for a data set, as the options of a training have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainrule.cli.words import sizes
from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.data import DataSet
    from chainrule.experiments import Setup
    from chainrule.parts.contract import Optimizer


def numbers(loaded: DataSet) -> int:
    """How many numbers a sample's target is."""
    shape = loaded.train[1].shape
    return int(shape[1]) if len(shape) > 1 else 1


def seen(data: str, loaded: DataSet) -> list[str]:
    """What was seen in a table, in lines: what is unusual about its layout, then its columns."""
    from chainrule.cli.wording import in_options

    if (report := loaded.report) is None:
        return []
    return [*([f"{data}: {report.said}"] if report.said else []), in_options(str(report))]


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

    def setup(self, loaded: DataSet, samples: tuple[Any, Any], optimizer: Optimizer) -> Setup:
        """How a network for a data set is made and trained; `samples` are what it is trained with, and scaled by."""
        from chainrule.experiments import Setup
        from chainrule.parts import Standardize

        classes = None if loaded.classes is None else list(loaded.classes)
        network = {
            "layers": [
                len(loaded.features),
                *self.between,
                numbers(loaded) if classes is None else len(classes),
            ],
            "hidden": self.activation or "relu",
            "output": "identity" if classes is None else "softmax",
            "loss": self._loss(loaded),
            "seed": self.seed,
            "dtype": self.dtype,
            "scaling": Standardize.fitted(samples[0]) if self.standardize else None,
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
