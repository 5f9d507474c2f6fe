"""A folder of checkpoints: their names, the newest two, and what a process that was killed left behind."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from chainrule.errors import FileError
from chainrule.utils.files import as_path, replacing

KEPT = 2
_NAME = re.compile(r"step-(\d{12})\.safetensors")
_UNFINISHED = re.compile(r"\.[0-9a-f]{32}\.tmp")  # as `replacing` writes beside


class Folder:
    """A folder of checkpoints."""

    def __init__(self, given: Any) -> None:
        self.path = as_path(given)

    def make(self) -> None:
        """Have it there."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            if os.path.exists(self.path):
                raise FileError(
                    f"{self.path} is a file, and checkpoints need a folder: give another name."
                ) from None
            raise FileError(f"{self.path} can't be made: {error.strerror or error}.") from error

    def files(self) -> list[Path]:
        """The checkpoints, the newest first."""
        return [self.path / name for name in sorted(filter(_NAME.fullmatch, self._names()), reverse=True)]

    def _names(self) -> list[str]:
        try:
            return os.listdir(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise FileError(f"{self.path} can't be read: {error.strerror or error}.") from error

    def clean(self) -> None:
        """Delete what was never finished, which only who has the folder for himself may."""
        for name in filter(_UNFINISHED.fullmatch, self._names()):
            with suppress(OSError):
                (self.path / name).unlink()

    def write(self, step: int, content: bytes) -> None:
        """Write a checkpoint whole, and only then delete those that are no longer needed.

        Raises
        ------
        FileError : where it can't be written; those before stay
        """
        with replacing(self.path / f"step-{step:012}.safetensors") as file:
            file.write(content)
        self._flush()
        for path in self.files()[KEPT:]:
            with suppress(OSError):
                path.unlink()

    def _flush(self) -> None:
        """Have the new name on the disk, too, before older files go."""
        with suppress(OSError):  # a folder can't be opened on every system
            place = os.open(self.path, os.O_RDONLY)
            try:
                os.fsync(place)
            finally:
                os.close(place)


def step_of(path: Path) -> int:
    """The step of a checkpoint, by its name."""
    name = _NAME.fullmatch(path.name)
    assert name is not None
    return int(name[1])
