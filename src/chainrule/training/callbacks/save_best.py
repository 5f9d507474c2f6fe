"""The best network so far, in a file."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from chainrule.training.callbacks.monitor import MetricMonitor
from chainrule.training.callbacks.run import Run
from chainrule.utils.files import as_path, replacing


class SaveBest(MetricMonitor):
    """Saves the network after each epoch that is the best so far.

    The file is written whole or not at all, and is there from the first epoch on.

    Parameters
    ----------
    path : the file, such as ``"best.safetensors"``; one that is there is replaced
    monitor, mode, min_delta : see `MetricMonitor`
    """

    path: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        self.path = as_path(self.path)

    def start(self, run: Run) -> None:
        """Find out whether the network can be saved, and the file be written, before a long training."""
        from pathlib import Path
        from tempfile import TemporaryDirectory

        from chainrule.files import save

        class Abandoned(Exception):
            pass

        super().start(run)
        with TemporaryDirectory() as folder:
            save(run.network, Path(folder) / "network.safetensors")
        with suppress(Abandoned), replacing(self.path):
            raise Abandoned  # so that nothing takes the place of what is there

    def improved(self, run: Run) -> None:
        from chainrule.files import save

        save(run.network, self.path)
