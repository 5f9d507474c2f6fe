"""A fresh network for a data set, as the options of a training have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainrule.cli.words import sizes
from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.data import DataSet
    from chainrule.experiments import Setup
    from chainrule.parts import Columns
    from chainrule.parts.contract import Optimizer


EPOCHS, STEPS = 20, 1_000  # that a training has at least, unless it is told its epochs
LARGE = 5_000  # rows of a table, from which on more units learn it better


def usual_epochs(samples: int, size: int | None) -> int:
    """How many epochs a training takes that is not told: 20, or of few samples as many as make 1,000 steps; and up to
    60, as long as these are no more than 3,000 steps, from `LARGE` samples on 10,000.

    Those of an optimizer that takes all samples at once are iterations, which end when nothing is left to gain.
    """
    if size is None:
        return EPOCHS
    each = -(-samples // size)
    most = 10 * STEPS if samples >= LARGE else 3 * STEPS
    return max(EPOCHS, -(-STEPS // each), min(3 * EPOCHS, -(-most // each)))


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
    """The options that say how a network for a data set is made.

    `standardize` None scales the inputs of tables, and where the target is numbers; `scale_target` None the latter.
    """

    hidden: str | None
    activation: str | None
    loss: str | None
    standardize: bool | None
    dtype: str
    seed: int
    scale_target: bool | None = False

    def _between(self, loaded: DataSet, rows: int) -> list[int]:
        """The units of the hidden layers: unless given few, which learn a small table best."""
        if self.hidden is None:
            return [64, 64] if loaded.report is not None and rows >= LARGE else [32]
        return sizes(self.hidden, "--hidden") if self.hidden else []

    def setup(
        self, loaded: DataSet, samples: tuple[Any, Any], optimizer: Optimizer, columns: Columns | None = None
    ) -> Setup:
        """How a network for a data set is made and trained; `samples` are what it is trained with, and scaled by."""
        from chainrule.experiments import Setup
        from chainrule.parts import Standardize

        (X, y), loss = samples, self._loss(loaded)
        classes = None if loaded.classes is None else list(loaded.classes)
        table_or_numbers = loaded.report is not None or classes is None
        standardized = table_or_numbers if self.standardize is None else self.standardize
        if columns is not None and self.standardize is False:
            raise InputError(
                "--no-standardize: columns that are no plain numbers are prepared, which scales all: leave it out, or "
                "leave those columns out with --ignore."
            )
        scaled = Standardize.fitted(X) if standardized and columns is None else None
        network = {
            "layers": [
                len(loaded.features if columns is None else columns.features),
                *self._between(loaded, len(X)),
                numbers(loaded) if classes is None else len(classes),
            ],
            "hidden": self.activation or "relu",
            "output": "identity" if classes is None else "sigmoid" if loaded.several else "softmax",
            "loss": loss,
            "seed": self.seed,
            "dtype": self.dtype,
            "scaling": scaled if columns is None else columns,
            "scale_target": Standardize.fitted(y) if self._scales(loaded, loss) else None,
            "features": loaded.features,
            "classes": classes,
        }
        return Setup(network, optimizer)

    def _scales(self, loaded: DataSet, loss: Any) -> bool:
        """Whether the target is scaled: it is, where it is numbers that a loss lets be scaled."""
        if self.scale_target is None:
            return loaded.classes is None and loss.real_targets
        if self.scale_target and loaded.classes is not None:
            raise InputError(
                f"--scale-target scales numbers, and the target {loaded.target!r} is classes: leave it out."
            )
        return self.scale_target

    def _loss(self, loaded: DataSet) -> Any:
        """The loss that is named, or that the target asks for; refused where they don't go together."""
        from chainrule.parts.contract import Loss

        classes = loaded.classes
        if classes is not None and len(classes) < 2:
            raise InputError(
                f"the target {loaded.target!r} has one class, {classes[0]!r}: there is nothing to tell apart."
            )
        usual = "binary_cross_entropy" if loaded.several else "cross_entropy"
        loss = Loss.of(self.loss or ("half_squared_error" if classes is None else usual))
        if classes is None and loss.is_classification:
            raise InputError(
                f"--loss {self.loss} is for classes, and the target {loaded.target!r} is numbers: take "
                "half_squared_error or mean_squared_error, or --kind classification."
            )
        return loss
