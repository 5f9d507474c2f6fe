"""Chunks on the workers of a Dask cluster."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any, TypeVar

from chainrule.errors import ClusterError, InputError, KindError, MissingPackage
from chainrule.model.model import Model
from chainrule.scale.executor import Task
from chainrule.scale.reading import Source, read
from chainrule.scale.sums import GROUP, Sum, added, groups
from chainrule.scale.work import Call, Work, forget
from chainrule.utils import checks
from chainrule.utils.counts import counted

R = TypeVar("R")
PATIENCE = 60.0  # seconds that a cluster may be without workers
LARGE = 1_000_000  # bytes of a sum, from which fewer of them on the way cost less than one more task
ASKED = 5.0  # seconds after which somebody who waits looks whether there is a worker


def distributed() -> Any:
    """Dask's package."""
    try:
        import distributed as found
    except ImportError:
        raise MissingPackage("'chainrule[dask]'", "training on a cluster") from None
    return found


def checked(client: Any) -> Any:
    """A client of a cluster that can take work.

    Raises
    ------
    KindError : for something else
    InputError : for one that is closed, asynchronous, or of a cluster without workers
    MissingPackage : without Dask
    """
    if not isinstance(client, distributed().Client):
        raise KindError(
            f"client = {_kind(client)} is no client of a cluster: give a dask.distributed.Client, or 'here' to train "
            "on the same chunks in this process."
        )
    if client.asynchronous:
        raise InputError(
            "the client is asynchronous, and fit waits for its steps: give Client(…), without asynchronous=True."
        )
    if client.status != "running":
        raise InputError(f"the client is {client.status}: connect one to the cluster, Client(cluster).")
    if not client.nthreads():
        raise InputError(
            "the cluster has no workers: start some, as by cluster.scale(2), and wait for the first, "
            "client.wait_for_workers(1)."
        )
    return client


def _kind(given: Any) -> str:
    return checks.short(given) if isinstance(given, str | int | float | bool) else f"a {type(given).__name__}"


class OnCluster:
    """Chunks on workers.

    Each is a task of the cluster, as is all that is asked of it, the parameters of a step too: pure functions, which
    the scheduler has done again where a worker dies.
    """

    def __init__(self, client: Any, model: Model, sources: Sequence[Source]) -> None:
        from dask.delayed import delayed

        self._client, workers = client, len(client.nthreads())
        self.workers = f"on {counted(workers, 'worker')}"
        task, whole = delayed(_read, pure=False), delayed(model, traverse=False, pure=False)
        with _large():
            self._chunks = client.compute([task(whole, *source) for source in sources])
        self._work: tuple[Work, Any] | None = None  # a training's, and the task that holds it

    def each(self, function: Callable[..., R], common: Any, calls: Sequence[Any] | None = None) -> list[R]:
        """See `ChunkExecutor.each`."""
        there, chunks = self._task(common), self._chunks
        if calls is None:
            return self._got(self._map(function, there, chunks))
        return self._got(self._map(function, there, [chunks[call.chunk] for call in calls], list(calls)))

    def total(self, task: Task, work: Work, given: Any, calls: Sequence[Call]) -> Sum:
        """See `ChunkExecutor.total`."""
        if self._work is None or self._work[0] is not work:
            self._work = work, self._task(work)
        chunks = [self._chunks[call.chunk] for call in calls]
        sums = self._map(task, self._work[1], self._task(given), chunks, list(calls))
        large = work.model.parameters.flat.nbytes > LARGE
        while len(sums) > (1 if large else GROUP):
            sums = self._map(added, groups(sums))
        return added(self._got(sums))

    def _task(self, given: Any) -> Any:
        """A task that has something for others: unlike data that are only sent, it outlives the worker it is on."""
        with _large():
            return self._client.submit(_itself, given, pure=False)

    def _map(self, function: Callable[..., Any], *given: Any) -> list[Any]:
        """A task for each of the things in the lists given, beside what is the same for all."""
        count = next(len(each) for each in given if isinstance(each, list))
        lists = [each if isinstance(each, list) else [each] * count for each in given]
        return list(self._client.map(function, *lists, pure=False))

    def _got(self, futures: list[Any]) -> list[Any]:
        """What tasks give, once all of them have."""
        alone = 0.0  # seconds without workers
        try:
            while not self._done(futures):
                alone = 0.0 if self._client.nthreads() else alone + ASKED
                if alone >= PATIENCE:
                    raise ClusterError(
                        f"the cluster has had no worker for {PATIENCE:.0f} seconds: start some, and go on from a "
                        "checkpoint, or begin again."
                    )
            found: list[Any] = self._client.gather(futures)
            return found
        except distributed().KilledWorker as error:
            raise ClusterError(
                f"workers died of one task again and again, as where a chunk is more than their memory: {error}"
            ) from None
        except (CancelledError, distributed().comm.CommClosedError) as error:
            raise ClusterError(
                f"the cluster is gone, or has lost what can't be made again, such as scattered data: {error}. Connect "
                "a client anew, and go on from a checkpoint, or begin again."
            ) from error

    def _done(self, futures: list[Any]) -> bool:
        """Whether all are there, after some seconds at most."""
        try:
            distributed().wait(futures, timeout=ASKED)
        except TimeoutError:
            return False
        return True

    def close(self, key: str) -> None:
        """See `ChunkExecutor.close`."""
        self._chunks, self._work = [], None
        if self._client.status == "running":
            self._client.run(forget, key, on_error="ignore")


@contextmanager
def _large() -> Iterator[None]:
    """Have Dask not warn of a large graph: a network goes out with each step, however large it is."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sending large graph")
        yield


def _itself(given: Any) -> Any:
    """A task."""
    return given


def _read(model: Model, *source: Any) -> Any:
    """A task; its arguments are found by Dask."""
    return read(model, Source(*source))
