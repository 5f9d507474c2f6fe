"""Where pieces are computed: in this process, one after the other, or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from chainrule.model.model import Model
from chainrule.scale.reading import Source, held, read
from chainrule.scale.sums import Sum, added
from chainrule.scale.work import Call, Chunk, Work, forget

R = TypeVar("R")
Task = Callable[[Work, Any, Chunk, Call], Sum]  # of a piece, at some parameters; see `work.gradients`


class ChunkExecutor(Protocol):
    """What has chunks at hand, and computes with them.

    `workers` says who does, in words.
    """

    workers: str

    def each(self, function: Callable[..., R], common: Any, calls: Sequence[Any] | None = None) -> list[R]:
        """function(common, chunk) of every chunk, in order; or function(common, chunk, call) of those of calls."""
        ...

    def total(self, task: Task, work: Work, given: Any, calls: Sequence[Call]) -> Sum:
        """The sum of what pieces give, in the order of `added`."""
        ...

    def close(self, key: str) -> None:
        """Let go of chunks, and of what was kept for a training."""
        ...


class InProcess:
    """Chunks in this process, read when they are first asked for."""

    workers = "in this process"

    def __init__(self, model: Model, sources: Sequence[Source]) -> None:
        self._model, self._sources = model, sources
        self._chunks: dict[int, Chunk] = {}

    def _chunk(self, number: int) -> Chunk:
        if number not in self._chunks:
            source = self._sources[number]
            self._chunks[number] = read(self._model, source._replace(**_here(source)))
        return self._chunks[number]

    def each(self, function: Callable[..., R], common: Any, calls: Sequence[Any] | None = None) -> list[R]:
        """See `ChunkExecutor.each`."""
        if calls is None:
            return [function(common, self._chunk(number)) for number in range(len(self._sources))]
        return [function(common, self._chunk(call.chunk), call) for call in calls]

    def total(self, task: Task, work: Work, given: Any, calls: Sequence[Call]) -> Sum:
        """See `ChunkExecutor.total`."""
        return added([task(work, given, self._chunk(call.chunk), call) for call in calls])

    def close(self, key: str) -> None:
        """See `ChunkExecutor.close`."""
        self._chunks.clear()
        forget(key)


def _here(source: Source) -> dict[str, Any]:
    """What of a source is Dask's, computed."""
    fields = {name: getattr(source, name) for name in ("X", "y", "weight")}
    return {name: _computed(each) for name, each in fields.items() if hasattr(each, "compute")}


def _computed(given: Any) -> Any:
    """In this process; what a cluster holds already comes from there."""
    if futures := held(given):
        return futures[0].client.compute(given, sync=True)
    return given.compute(scheduler="synchronous")
