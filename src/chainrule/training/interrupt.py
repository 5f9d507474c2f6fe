"""Ctrl-C between two steps, and the bar while they are taken."""

from __future__ import annotations

import sys
import threading
from _signal import SIGINT, signal  # type: ignore[import-not-found]  # `signal.signal` makes enumerations of handlers
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from chainrule.training.history import History


@contextmanager
def interruptible() -> Iterator[Any]:
    """Turn Ctrl-C into a question that is asked between two steps, so that no step is left half done."""
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield came.__len__
        return
    before = signal(SIGINT, lambda number, _: came.append(number))
    try:
        yield came.__len__
    finally:
        signal(SIGINT, before)


class _Quiet(nullcontext[Any]):
    def __enter__(self) -> _Quiet:
        return self

    def batch(self, epoch: int, part: float, loss: float) -> None: ...

    def epoch(self, history: History) -> None: ...


def bar(wanted: bool, epochs: int) -> AbstractContextManager[Any]:
    """A progress bar where one can be seen; those of several threads would write over each other."""
    if not wanted or not sys.stderr.isatty() or threading.current_thread() is not threading.main_thread():
        return _Quiet()
    try:
        from chainrule.training.progress import Bar
    except ImportError:  # rich is not there: training works without it
        return _Quiet()
    return Bar(epochs)
