"""Early stopping."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from chainrule.parts.contract import Array, setting
from chainrule.training.callbacks.monitor import MetricMonitor
from chainrule.training.callbacks.run import Run


class EarlyStopping(MetricMonitor):
    """Ends the training when a number has not improved for some epochs, and restores the weights of the best one.

    The best weights are restored however training ends: by this callback, by itself or by Ctrl-C; after an error,
    `Diverged` say, the network stays as the error tells. The weights are all parameters and what layers remember, such
    as the running averages of batch normalization; the state of the optimizer stays. History's `restored` names the
    epoch, and `stopped` tells it.

    Parameters
    ----------
    monitor : a series of the History, such as ``"validation_loss"``, or a function of the run that gives a number
    patience : epochs without improvement after which training ends, at least 1
    restore_best : whether the network gets the weights of the best epoch in the end
    min_delta, mode : see `MetricMonitor`

    Source: L. Prechelt, Early stopping, but when?, 1998; with the settings of Keras.
    """

    monitor: Any = "validation_loss"
    patience: int = setting(default=5, ge=1, whole=True)
    restore_best: bool = dataclasses.field(default=True, kw_only=True)

    def start(self, run: Run) -> None:
        super().start(run)
        self._step = 0
        self._kept: list[tuple[Array, Array]] = []
        if self.restore_best:
            arrays = [run.network.parameters.flat, *run.network.buffers.values()]
            self._kept = [(array, np.empty_like(array)) for array in arrays]

    def remembered(self) -> dict[str, Any]:
        return {**super().remembered(), "_kept": [copy for _, copy in self._kept]}

    def resume(self, run: Run, remembered: dict[str, Any]) -> None:
        places, copies = self._kept, remembered["_kept"]
        super().resume(run, remembered)
        self._kept = places
        if (
            not copies and self.best_epoch
        ):  # let go when its training had ended, with the best weights in place
            copies = [array for array, _ in places]
        for (_, copy), best in zip(places, copies, strict=bool(copies)):
            np.copyto(copy, best)

    def _ahead(self) -> float:
        # It can't end the training before patience is worn out; only what the best weights are has to be seen at once.
        late = type(self) is EarlyStopping and isinstance(self.monitor, str) and not self.restore_best
        return self.patience - self.since if late else 1

    def improved(self, run: Run) -> None:
        self._step = run.step
        for array, copy in self._kept:
            np.copyto(copy, array)

    def waited(self, run: Run) -> None:
        if self.since >= self.patience:
            epochs = "an epoch" if self.patience == 1 else f"{self.patience} epochs"
            run.stop(f"{self.what()} did not improve for {epochs}")

    def end(self, run: Run) -> None:
        if self._kept and self.best_epoch and run.step > self._step and run.error is None:
            for array, copy in self._kept:
                np.copyto(array, copy)
            run.history.restored = self.best_epoch
            if run.history.stopped:
                run.history.stopped += f"; the weights of epoch {self.best_epoch} are restored"
        self._kept = []
