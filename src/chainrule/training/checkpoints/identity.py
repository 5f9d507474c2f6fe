"""What makes a training the same one: the form of the network, settings, and data, each told in a few words."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterable
from typing import Any

import numpy as np

from chainrule.engines.batches import Batches
from chainrule.model.labels import Labels
from chainrule.model.model import Model
from chainrule.parts.contract import Array, Optimizer, Part
from chainrule.program.written import written
from chainrule.training.callbacks import Callbacks
from chainrule.training.schedule import spanned
from chainrule.utils.chunks import pieces

WHOLE_BYTES = 256_000_000  # of an array in memory, up to which all of it is compared
ROWS = 1024  # of a larger one, or one on disk


def identity(
    model: Model,
    optimizer: Optimizer,
    data: Batches,
    held_out: Any,
    callbacks: Callbacks,
    series: tuple[str, ...],
) -> dict[str, Any]:
    """What must be the same to go on with a training; not how many epochs it has."""
    with spanned(optimizer, optimizer.t + data.epochs * data.per_epoch):
        program = model.program(optimizer, weighted=data.weight is not None)
    found = {
        "the network": f"{model.title()}, {model.dtype}",
        "the loss": words(model.loss_part),
        "the penalty": "none" if model.penalty is None else words(model.penalty),
        "the parameters": [f"{name} {shape}" for name, shape in model.parameters.layout.items()],
        "frozen": sorted(model.frozen),
        "the optimizer": words(optimizer),
        "the rules of a step": _digest(line.encode() for line in written(list(program.quantities.values()))),
        "the constants of its layers": _of_arrays(model.constants.values()),
        "samples a step": data.size,
        "shuffle": data.shuffled,
        "seed": "none" if data.streams.by_chance else data.streams.whole()["seed"],
        "transform": _function(data.transform),
        "X": of_array(data.X),
        "y": of_array(data.y),
        "sample weights": "none" if data.weight is None else of_array(data.weight),
        "callbacks": callbacks.names(),
        "the history's series": list(series),
        "X of the validation": "none" if held_out is None else of_array(held_out[0]),
        "y of the validation": "none" if held_out is None else of_array(held_out[1]),
    }  # fmt: skip
    return found


def words(part: Part) -> str:
    """A part with all of its settings."""
    settings = (f"{name}={_setting(value)}" for name, value in part.settings().items())
    return f"{type(part).__name__}({', '.join(settings)})"


def _setting(value: Any) -> str:
    if isinstance(value, Part):
        return words(value)
    if isinstance(value, np.ndarray):
        return of_array(value)
    return _function(value) if callable(value) else repr(value)


def _function(given: Any) -> str:
    if given is None:
        return "none"
    if isinstance(given, Part):
        return words(given)
    return f"{getattr(given, '__module__', '')}.{getattr(given, '__qualname__', type(given).__qualname__)}"


def of_array(array: Any) -> str:
    """An array by its shape, its dtype, and a digest of its numbers: of all, or of rows that lie evenly in it."""
    if (digest := getattr(array, "digest", None)) is not None:  # of what lies elsewhere
        return str(digest())
    given = array.codes if isinstance(array, Labels) else array
    told = f"{' × '.join(map(str, given.shape))} {given.dtype}"
    return f"{told}{_digest(_bytes(given))}"


def _of_arrays(arrays: Iterable[Array]) -> str:
    return _digest(part for array in arrays for part in _bytes(array))


def _bytes(array: Any) -> Iterable[Any]:
    if isinstance(array, np.ndarray) and array.nbytes <= WHOLE_BYTES and not _on_disk(array):
        for rows in pieces(array.shape) if array.ndim else [...]:
            yield np.ascontiguousarray(array[rows]).view(np.uint8).data
        return
    step = max(1, len(array) // ROWS)
    for row in range(0, len(array), step):
        yield np.ascontiguousarray(array[row : row + 1]).view(np.uint8).data


def _on_disk(array: Array) -> bool:
    owner: Any = array
    while isinstance(owner, np.ndarray):
        if isinstance(owner, np.memmap):
            return True
        owner = owner.base
    return isinstance(owner, mmap.mmap)


def _digest(parts: Iterable[Any]) -> str:
    """As `differences` knows it."""
    found = hashlib.blake2b(digest_size=16)
    for part in parts:
        found.update(part)
    return f"#{found.hexdigest()}"
