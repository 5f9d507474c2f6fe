"""The weights of a training, epoch by epoch."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from chainrule.parts.contract import Array
from chainrule.training.callbacks.callback import ReadyCallback
from chainrule.training.callbacks.run import Run


class WeightHistory(ReadyCallback):
    """Keeps all parameters, as they are before the first step and after each epoch, in `values`.

    Each is a copy of ``net.parameters.flat`` (parameters,); `chainrule.plots.loss_surface` draws them as a path.
    """

    regularizes: ClassVar[bool] = False

    @property
    def values(self) -> list[Array]:
        """The parameters, the first ones first."""
        return list(vars(self).get("_values", []))

    def start(self, run: Run) -> None:
        self._values = [run.network.parameters.flat.copy()]

    def epoch(self, run: Run) -> None:
        self._values.append(run.network.parameters.flat.copy())

    def remembered(self) -> dict[str, Any]:
        return {"values": np.array(self._values)}

    def resume(self, run: Run, remembered: dict[str, Any]) -> None:
        self._values = [row.copy() for row in remembered["values"]]
