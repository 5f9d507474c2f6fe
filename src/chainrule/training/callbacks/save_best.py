"""The best network so far, in a file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from chainrule.errors import FileError
from chainrule.training.callbacks.monitor import MetricMonitor
from chainrule.training.callbacks.run import Run
from chainrule.utils.files import as_path, replacing


class SaveBest(MetricMonitor):
    """Saves the network after each epoch that is the best so far.

    The file is written whole or not at all, and is there from the first epoch on. One that was there before stays until
    the training has come to its end, by itself or by `run.stop`: meanwhile the best network is kept beside it, as
    ``best.running.safetensors``, and stays there after Ctrl-C or an error, `Diverged` say.

    Parameters
    ----------
    path : the file, such as ``"best.safetensors"``
    monitor, mode, min_delta : see `MetricMonitor`
    """

    path: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        self.path = as_path(self.path)

    def start(self, run: Run) -> None:
        """Find out whether the network can be saved, and the file be written, before a long training."""
        from chainrule.files.safetensors import content

        class Abandoned(Exception):
            pass

        super().start(run)
        content(run.network)
        with suppress(Abandoned), replacing(self.path):
            raise Abandoned  # so that nothing takes the place of what is there
        self._goal = self._place = Path(os.path.realpath(self.path))
        if self._goal.exists():
            self._place = self._goal.with_name(f"{self._goal.stem}.running{self._goal.suffix}")
        self._waits = False

    def remembered(self) -> dict[str, Any]:
        return {**super().remembered(), "_direct": self._place == self._goal}

    def resume(self, run: Run, remembered: dict[str, Any]) -> None:
        if remembered.pop("_direct"):  # what is there now is of this very training
            self._place = self._goal
        super().resume(run, remembered)
        if self._waits and not self._place.exists():
            raise FileError(
                f"{self._place} is gone, the best network of the training that goes on: it can't be saved in the end. "
                "Put it back, or leave SaveBest out."
            )

    def improved(self, run: Run) -> None:
        from chainrule.files import save

        save(run.network, self._place)
        self._waits = self._place != self._goal

    def end(self, run: Run) -> None:
        ended = run.error is None and not run.history.interrupted
        if ended and self._waits:
            os.replace(self._place, self._goal)
            self._waits = False
