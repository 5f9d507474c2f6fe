"""The progress bar of `fit`: epoch, loss, accuracy, validation, samples a second, time left."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from chainrule.training import History

INTERVAL = 0.1  # seconds between two redraws


class Bar:
    """One bar for the whole training, on standard error."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.total:.0f}"),
            BarColumn(bar_width=20),
            TaskProgressColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(compact=True),
            console=Console(stderr=True),
            auto_refresh=False,
        )
        self._task = self._progress.add_task("", total=epochs, epoch=1, figures="")
        self._drawn = 0.0

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._progress.refresh()
        self._progress.stop()

    def batch(self, epoch: int, part: float) -> None:
        """Show how far the epoch is, at most ten times a second."""
        now = time.perf_counter()
        if now - self._drawn > INTERVAL:
            self._drawn = now
            self._progress.update(self._task, epoch=epoch, completed=epoch - 1 + part)
            self._progress.refresh()

    def epoch(self, history: History) -> None:
        """Show the figures of a finished epoch."""
        short = {
            "loss": "loss",
            "accuracy": "accuracy",
            "validation_loss": "val",
            "validation_accuracy": "val accuracy",
        }
        figures = [
            f"{short[name]} {value:.2%}" if "accuracy" in name else f"{short[name]} {value:.4g}"
            for name, value in history.last().items()
        ]
        rate = history.samples / max(history.seconds[-1], 1e-9)
        figures.append(f"{rate:,.0f} samples/s")
        self._progress.update(self._task, completed=history.epochs, figures="  ".join(figures))
        if history.epochs == self.epochs or time.perf_counter() - self._drawn > INTERVAL:
            self._drawn = time.perf_counter()
            self._progress.refresh()
