"""Ctrl-C between two steps, and the bar while they are taken."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chainrule.training.history import History


@contextmanager
def interruptible() -> Iterator[Any]:
    """Turn Ctrl-C into a question that is asked between two steps, so that no step is left half done."""
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield came.__len__
        return
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield came.__len__
    finally:
        signal.signal(signal.SIGINT, before)


class _Quiet:
    def batch(self, epoch: int, part: float, loss: float) -> None: ...

    def epoch(self, history: History) -> None: ...


@contextmanager
def bar(wanted: bool, epochs: int) -> Iterator[Any]:
    """A progress bar where one can be seen; those of several threads would write over each other."""
    if not wanted or not sys.stderr.isatty() or threading.current_thread() is not threading.main_thread():
        yield _Quiet()
        return
    try:
        from chainrule.training.progress import Bar
    except ImportError:  # rich is not there: training works without it
        yield _Quiet()
        return
    with Bar(epochs) as bar:
        yield bar
