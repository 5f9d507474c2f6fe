"""What a checkpoint holds: all that steps change, as a file of arrays and plain values."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError, FileError, InputError
from chainrule.files.safetensors import checksum, read_tensors, tensors
from chainrule.model.model import Model
from chainrule.parts.contract import Array, Optimizer, Part, Steered
from chainrule.training.checkpoints.identity import words
from chainrule.training.place import Place
from chainrule.utils.hints import misfits
from chainrule.utils.plain import packed, unpacked

KEY = "chainrule_checkpoint"
FORMAT = 1
LONGEST_VERSION = 40  # signs


def version() -> str:
    """That of chainrule."""
    return str(sys.modules[__name__.partition(".")[0]].__version__)


def made_by(engine: str) -> dict[str, str]:
    """What else the last bits of a step depend on."""
    found = {"NumPy": np.__version__}
    if engine == "compiled":
        from chainrule.compiler.jit import host, llvm

        found |= {"LLVM": ".".join(map(str, llvm().llvm_version_info)), "the processor": host().cpu}
    return found


@dataclass
class Checkpoint:
    """A training as it can be gone on with.

    Parameters
    ----------
    facts : what makes it the same training
    epochs : how many it is to have
    asked : the engine and the threads that `fit` was asked for
    made_by : what else the last bits of its steps depend on
    place : where it stands
    optimizer : as it is now, in words; its numbers may have been changed since the beginning
    numbers : those of the optimizer, its schedule, its clipping, the penalty, by their places
    callbacks : what each one remembers
    arrays : all that steps change, by name
    """

    facts: dict[str, Any]
    epochs: int
    asked: list[Any]
    made_by: dict[str, str]
    place: Place
    optimizer: str
    numbers: dict[str, dict[str, float]]
    callbacks: list[dict[str, Any] | None]
    arrays: dict[str, Array]

    def where(self) -> str:
        """How far it is, in words."""
        place, history = self.place, self.place.history
        if history.stopped and not history.interrupted:
            return f"after epoch {history.epochs}, where it ended: {history.stopped}"
        if place.so_far[0]:
            return f"after step {place.step:,}, in epoch {history.epochs + 1} of {self.epochs}"
        return f"after epoch {history.epochs} of {self.epochs}"

    @classmethod
    def of(cls, training: Any, facts: dict[str, Any], asked: list[Any], place: Place) -> Checkpoint:
        """A training as it stands; the arrays are its own."""
        model, optimizer = training.model, training.optimizer
        numbers = {where: _numbers(part) for where, part in _steered(model, optimizer)}
        told = training.callbacks.remembered()
        others = made_by(training.history.engine)
        return cls(
            facts,
            training.epochs,
            asked,
            others,
            place,
            words(optimizer),
            numbers,
            told,
            _arrays(model, optimizer),
        )

    def put(self, training: Any) -> None:
        """Have arrays, count and numbers of a training be these.

        Raises
        ------
        ValueError : where they are not like those of the training, of which then nothing is changed
        """
        model, optimizer = training.model, training.optimizer
        own = _arrays(model, optimizer)
        if _forms(own) != _forms(self.arrays):
            raise ValueError("its arrays are others")
        for name, array in own.items():
            np.copyto(array, self.arrays[name])
        for where, part in _steered(model, optimizer):
            for name, value in self.numbers[where].items():
                if getattr(part, name) != value:
                    setattr(part, name, value)
        optimizer.t = self.place.t

    def content(self) -> bytes:
        """What its file holds."""
        arrays = dict(self.arrays)
        document = {
            "format": FORMAT, "version": version(), "made_by": self.made_by, "asked": self.asked,
            "facts": self.facts, "epochs": self.epochs, "place": self.place.document(),
            "optimizer": self.optimizer, "numbers": self.numbers,
            "callbacks": [packed(each, f"callbacks.{i}", arrays) for i, each in enumerate(self.callbacks)],
        }  # fmt: skip
        text = json.dumps(document)
        return tensors({KEY: text, "sha256": checksum(text, arrays)}, arrays)


def read(path: Path) -> Checkpoint:
    """A checkpoint.

    Raises
    ------
    FileError : for a file that is damaged, or of something else
    InputError : for one of another version
    """
    metadata, arrays = read_tensors(path, "It is no checkpoint that can be gone on with.", KEY)
    if KEY not in metadata:
        raise FileError(f"{path} is a safetensors file of something else, and no checkpoint.")
    text = metadata[KEY]
    if metadata.get("sha256") != checksum(text, arrays):
        raise FileError(f"{path} is damaged: its numbers or names are not those that were written.")
    try:
        return _told(path, json.loads(text), arrays)
    except ChainruleError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FileError(f"{path} is damaged: its description is not that of a checkpoint.") from error


def _told(path: Path, document: Any, arrays: dict[str, Array]) -> Checkpoint:
    """What a document tells; any built-in error where it is none of a checkpoint."""
    if (document["format"], document["version"]) != (FORMAT, version()):
        other = document["version"]
        if not isinstance(other, str) or len(other) > LONGEST_VERSION:
            raise ValueError(other)
        raise InputError(
            f"{path} was written by chainrule {other}, and this is {version()}, whose steps may differ: go on with "
            f"that version (pip install chainrule=={other}), or begin anew in another folder."
        )
    told = [unpacked(each, arrays) for each in document["callbacks"]]
    own = {name: array for name, array in arrays.items() if not name.startswith("callbacks.")}
    place = Place.read(document["place"])
    plain = {name: document[name] for name in ("facts", "epochs", "asked", "made_by", "optimizer", "numbers")}
    if wrong := misfits(Checkpoint, plain):
        raise ValueError(wrong)
    return Checkpoint(**plain, place=place, callbacks=told, arrays=own)


def _arrays(model: Model, optimizer: Optimizer) -> dict[str, Array]:
    """All that steps change, by names of their own."""
    state = optimizer.state_arrays(model.parameters)
    return {
        "parameters": model.parameters.flat,
        **{f"state.{name}": array for name, array in state.items()},
        **{f"buffers.{name}": array for name, array in model.buffers.items()},
    }


def _forms(arrays: Mapping[str, Array]) -> dict[str, tuple[Any, ...]]:
    return {name: (array.shape, array.dtype) for name, array in arrays.items()}


def _steered(model: Model, optimizer: Optimizer) -> Iterator[tuple[str, Part]]:
    """The parts whose numbers are read anew at every step, each with its place."""
    yield from _within("optimizer", optimizer)
    if model.penalty is not None:
        yield from _within("penalty", model.penalty)


def _within(where: str, part: Part) -> Iterator[tuple[str, Part]]:
    yield where, part
    for name, value in part.settings().items():
        if isinstance(value, Steered):
            yield from _within(f"{where}.{name}", value)


def _numbers(part: Part) -> dict[str, float]:
    return {name: value for name, value in part.settings().items() if isinstance(value, float)}
