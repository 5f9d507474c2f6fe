"""The curve of a `fit` in a notebook: drawn while it runs, and left as a still picture."""

from __future__ import annotations

import time
from types import TracebackType

from chainrule.plots import curves, shown
from chainrule.training.history import History
from chainrule.training.progress import Bar
from chainrule.utils import notebooks

PAUSE = 0.5  # seconds between two pictures
PATIENCE = 10.0  # times as long as drawing one takes, if that is longer


class LiveCurve:
    """Losses by epoch, and a line on how far training is; one output a cell, however many trainings it has."""

    def __init__(self, epochs: int, begun: int = 0) -> None:
        """Take how many epochs there are to be, and how many were done by others before."""
        self._bar = Bar(epochs, begun)
        self._title = notebooks.title()
        self._history: History | None = None
        self._next = time.perf_counter() + PAUSE
        self._curve = ""

    def __enter__(self) -> LiveCurve:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        history = self._history
        if history is None or not history.epochs:
            return
        said = self._titled(history.figures())
        notebooks.show_over(shown(said, lambda: curves(history)), said)
        if error is None:
            notebooks.tell_shown(history)

    def batch(self, epoch: int, part: float, loss: float) -> None:
        """Show how far the epoch is."""
        self._bar.note_batch(epoch, part, loss)
        self._draw(anew=False)

    def epoch(self, history: History) -> None:
        """Show the losses of a finished epoch."""
        self._history = history
        self._bar.note_epoch(history)
        self._draw(anew=True)

    def _titled(self, line: str) -> str:
        return f"{self._title}: {line}" if self._title else line

    def _draw(self, anew: bool) -> None:
        started = time.perf_counter()
        if started < self._next:
            return
        history = self._history
        if history is not None and (anew or not self._curve):
            self._curve = shown("", lambda: curves(history))
        line = self._titled(self._bar.line(100).plain)
        notebooks.show_over(self._curve + shown(line), line)
        now = time.perf_counter()
        self._next = now + max(PAUSE, PATIENCE * (now - started))
