"""A row a finished epoch."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from chainrule.errors import FileError
from chainrule.training.callbacks.callback import ReadyCallback
from chainrule.training.callbacks.run import Run
from chainrule.utils.files import as_path


class CSVLog(ReadyCallback):
    """Writes a row after each epoch: its number, the series of the History, the learning rate, the seconds.

    Numbers are written in full, each row as soon as it is known. A file that is there is replaced with the first row.

    Parameters
    ----------
    path : the file, such as ``"log.csv"``
    """

    path: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        self.path = as_path(self.path)

    def __getstate__(self) -> dict[str, Any]:
        """A copy opens the file for itself."""
        return {name: value for name, value in self.__dict__.items() if name != "_file"}

    def start(self, run: Run) -> None:
        # It is emptied by the first row, so that a training which is refused leaves an older log alone.
        with self._told():
            self._file: IO[str] = self.path.open("a", newline="", encoding="utf-8")
        self._columns = [
            "epoch",
            *run.series,
            *(["learning_rate"] if run.learning_rate is not None else []),
            "seconds",
        ]

    def remembered(self) -> dict[str, Any]:
        """How long the file is: rows that come later are of steps that are taken again."""
        return {"length": self.path.stat().st_size if self._file.closed else self._file.tell()}

    def resume(self, run: Run, remembered: dict[str, Any]) -> None:
        if not run.epoch:
            return
        with self._told():
            if self.path.stat().st_size < remembered["length"]:
                raise FileError(
                    f"{self.path} is shorter than when the training that goes on wrote it: put it back, or leave "
                    "CSVLog out."
                )
            self._file.truncate(remembered["length"])

    def epoch(self, run: Run) -> None:
        values = {
            "epoch": run.epoch,
            **run.history.last(),
            "learning_rate": run._rate,
            "seconds": run.history.seconds[-1],
        }
        with self._told():
            rows = csv.writer(self._file, lineterminator="\n")
            if run.epoch == 1:
                self._file.truncate(0)
                rows.writerow(self._columns)
            rows.writerow([values[name] for name in self._columns])
            self._file.flush()

    def _ahead(self) -> float:
        return math.inf if type(self) is CSVLog else 1  # it only writes down what it is told

    def end(self, run: Run) -> None:
        with self._told():
            self._file.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not os.path.exists(self.path.parent):
                raise FileError(
                    f"{self.path} can't be written: there is no folder {self.path.parent}. Make it first."
                ) from error
            raise FileError(f"{self.path} can't be written: {error.strerror or error}.") from error
