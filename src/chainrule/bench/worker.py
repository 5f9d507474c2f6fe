"""A worker process for each contestant, so that no library's threads disturb another's, nor its settings.

Measured: the threads of NumPy's OpenBLAS go on asking for work for 0.09 s after a product. In one process with
them, whoever came next raced against them, too. So each contestant sleeps in its own process while another
one runs, and there is a pause between two.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

from chainrule.errors import ChainruleError

# What libraries ask as they are loaded; NPROC is XLA's.
VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "NPROC")


class ContestantError(Exception):
    """A contestant that can't take part, and why."""


class WorkerProcess:
    """A runner in a process of its own, asked over a pipe."""

    def __init__(self, threads: int) -> None:
        """Start the process, which may use so many threads, and processors."""
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        # Not a daemon, for such may not have children, and a compiler is one.
        self._process = context.Process(target=_serve, args=(theirs,))
        with limited(threads), _ignoring_interrupts():
            self._process.start()
        theirs.close()

    # Each of these asks; `answer` waits. So several can get ready at once.

    def build(self, make: Callable[..., Any], *arguments: Any) -> None:
        """Have the runner built."""
        self._ask(_build, make, arguments)

    def time(self, amount: int) -> None:
        """Have it run so much from its start; the answer is the seconds that took, and what `run` gave."""
        self._ask(_time, amount)

    def result(self) -> None:
        """Ask what it ended with."""
        self._ask(_result)

    def answer(self) -> Any:
        """Wait for the answer.

        Raises
        ------
        ContestantError : if the runner failed, or its process is gone
        """
        try:
            good, answer = self._pipe.recv()
        except (EOFError, OSError):
            self._process.join()
            raise ContestantError(f"its process ended with code {self._process.exitcode}") from None
        if not good:
            raise ContestantError(answer)
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.terminate()  # before its pipe is closed, which it would complain of
        self._process.join()
        self._pipe.close()

    def _ask(self, question: Callable[..., Any], *arguments: Any) -> None:
        with suppress(OSError):  # a process that is gone is told of by the answer
            self._pipe.send((question, arguments))


@contextmanager
def limited(threads: int) -> Iterator[None]:
    """Start processes that keep to so many processors, and whose libraries take so many threads."""
    before = dict(os.environ)
    os.environ |= dict.fromkeys(VARIABLES, str(threads))
    if threads == 1:
        os.environ["XLA_FLAGS"] = f"{before.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false".strip()
    processors = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    if processors:
        os.sched_setaffinity(0, sorted(processors)[:threads])
    try:
        yield
    finally:
        if processors:
            os.sched_setaffinity(0, processors)
        os.environ.clear()
        os.environ |= before


@contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    """Start processes to which Ctrl-C is nothing: it is for this one, which then ends them."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say so
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


# --- in the process ---------------------------------------------------------------------------------------


def _serve(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where that is not inherited
    runner: list[Any] = []
    while True:
        try:
            question, arguments = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send((True, question(runner, *arguments)))
        except Exception as error:
            pipe.send((False, _said(error)))


def _said(error: Exception) -> str:
    said = " ".join(str(error).split())[:300]
    return said if isinstance(error, ChainruleError | ContestantError) else f"{type(error).__name__}: {said}"


def _build(runner: list[Any], make: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    runner[:] = [make(*arguments)]


def _time(runner: list[Any], amount: int) -> tuple[float, Any]:
    runner[0].start(amount)
    started = time.perf_counter()
    given = runner[0].run(amount)
    return time.perf_counter() - started, given


def _result(runner: list[Any]) -> Any:
    return runner[0].result()
