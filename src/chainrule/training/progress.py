"""The progress bar of `fit`: epoch, loss, accuracy, validation, samples a second, time left."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from chainrule.training.history import SERIES, History

INTERVAL = 0.1  # seconds between two redraws
NAMES = {"loss": "loss", "validation_loss": "validation loss"}
SHORT = {"loss": "loss", "validation_loss": "val"}  # an accuracy stands beside its loss
SIZES = [(20, False), (10, False), (20, True), (10, True), (5, True), (0, True)]
"""Cells of the bar, and whether words are short: the first that fits is taken."""


class Bar:
    """One line for the whole training, on standard error, never wider than the terminal."""

    def __init__(self, epochs: int, begun: int = 0) -> None:
        """Take how many epochs there are to be, and how many were done by others before."""
        self.epochs, self._begun = epochs, begun
        self._epoch, self._done = (
            min(begun + 1, epochs),
            float(begun),
        )  # the running epoch, and how many are done
        self._figures: dict[str, float] = {}
        self._rate = 0.0
        self._history: History | None = None
        self._started = self._drawn = time.perf_counter()
        self._console = Console(stderr=True)
        self._live = Live(console=self._console, auto_refresh=False)

    def __enter__(self) -> Bar:
        self._live.start()
        self._draw()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._draw()
        self._live.stop()

    def batch(self, epoch: int, part: float, loss: float) -> None:
        """Show how far the epoch is, and its loss so far, at most ten times a second."""
        self.note_batch(epoch, part, loss)
        if time.perf_counter() - self._drawn > INTERVAL:
            self._draw()

    def epoch(self, history: History) -> None:
        """Show the figures of a finished epoch."""
        self.note_epoch(history)
        if time.perf_counter() - self._drawn > INTERVAL:
            self._draw()

    def note_batch(self, epoch: int, part: float, loss: float) -> None:
        """Take how far the epoch is, and show nothing yet."""
        self._epoch, self._done = epoch, epoch - 1 + part
        self._figures = {**self._figures, "loss": loss}

    def note_epoch(self, history: History) -> None:
        """Take the figures of a finished epoch, and show nothing yet."""
        self._epoch, self._done = history.epochs, float(history.epochs)
        self._figures, self._history = history.last(), history
        self._rate = history.samples / max(history.seconds[-1], 1e-9)

    def _draw(self) -> None:
        self._drawn = time.perf_counter()
        ascii = self._console.options.ascii_only
        self._live.update(self.line(self._console.width, ascii=ascii), refresh=True)

    def line(self, width: int, *, ascii: bool = False) -> Text:
        """The line that fits in so many columns: bar and words get shorter, then figures are left out."""
        for cells, short in SIZES:
            text = self._line(cells, self._parts(short), ascii)
            if text.cell_len <= width:
                return text
        parts = self._parts(True)
        while parts and self._line(0, parts, ascii).cell_len > width:
            del parts[-2 if len(parts) > 1 else -1]  # the time is left out last
        text = self._line(0, parts, ascii)
        text.truncate(width)
        return text

    def _line(self, cells: int, parts: list[str], ascii: bool) -> Text:
        sign, rest = ("#", "-") if ascii else ("━", "━")
        full = int(self._done / self.epochs * cells)
        text = Text(f"epoch {self._epoch:>{len(str(self.epochs))}}/{self.epochs}", no_wrap=True)
        text.append(" " if cells else "").append(sign * full, "green").append(
            rest * (cells - full), "bright_black"
        )
        for part in parts:
            text.append(f"  {part}")
        return text

    def _words(self) -> str:
        return "accuracy" if self._history is None else self._history.words("accuracy")

    def _parts(self, short: bool) -> list[str]:
        """What stands after the bar: loss and accuracy, those of the validation, speed, time."""
        parts: list[str] = []
        for name, value in self._figures.items():
            accuracy = "accuracy" in name
            words = name if self._history is None else self._history.words(name)
            if name not in SERIES:
                parts.append(
                    f"{words.replace('validation', 'val') if short else words} {value:.{3 if short else 4}g}"
                )
            elif short and accuracy:
                parts[-1] += f" {value:.1%}"
            elif short:
                parts.append(f"{SHORT[name]} {value:.3g}")
            else:
                parts.append(f"{self._words()} {value:.2%}" if accuracy else f"{NAMES[name]} {value:.4g}")
        if self._rate:
            parts.append(f"{self._rate:,.0f}{'/s' if short else ' samples/s'}")
        taken = time.perf_counter() - self._started
        if self._done >= self.epochs:
            parts.append(f"in {_clock(taken)}")
        elif self._done > self._begun:
            each = taken / (self._done - self._begun)
            parts.append(f"{_clock(each * (self.epochs - self._done))} left")
        return parts


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
