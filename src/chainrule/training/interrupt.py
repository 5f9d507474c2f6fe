"""Ctrl-C between two steps, and the bar while they are taken."""

from __future__ import annotations

import sys
import threading
from _signal import (  # type: ignore[import-not-found]  # `signal.signal` makes enumerations of handlers
    SIG_DFL,
    SIG_IGN,
    SIGINT,
    SIGTERM,
    getsignal,
    raise_signal,
    signal,
)
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from chainrule.training.history import History
from chainrule.utils import notebooks


@contextmanager
def interruptible(ends_too: bool = False) -> Iterator[Callable[[], str]]:
    """Turn Ctrl-C into a question that is asked between two steps, so that no step is left half done.

    Where the end of the process is to be waited for (SIGTERM), that is asked as well, and comes when all is done; so it
    is where both signals have one handler, which is for what they mean the same to, and takes it from there. What is
    ignored, as after nohup, stays so. The answer says what came.
    """
    came: list[int] = []

    def what() -> str:
        return "" if not came else "Ctrl-C" if came[0] == SIGINT else "SIGTERM"

    if threading.current_thread() is not threading.main_thread():
        yield what
        return
    alike = callable(getsignal(SIGTERM)) and getsignal(SIGTERM) == getsignal(SIGINT)
    numbers = (SIGINT, SIGTERM) if ends_too or alike else (SIGINT,)
    numbers = tuple(number for number in numbers if getsignal(number) is not SIG_IGN)
    before = {number: signal(number, lambda number, _: came.append(number)) for number in numbers}
    try:
        yield what
    finally:
        for number, handler in before.items():
            signal(number, handler if handler is not None else SIG_DFL)
        if SIGTERM in came and not alike:
            raise_signal(SIGTERM)


class _Quiet(nullcontext[Any]):
    def __enter__(self) -> _Quiet:
        return self

    def batch(self, epoch: int, part: float, loss: float) -> None: ...

    def epoch(self, history: History) -> None: ...


def bar(wanted: bool, epochs: int, begun: int) -> AbstractContextManager[Any]:
    """A live curve in a notebook, else a bar where one can be seen; of several threads none, nor without rich."""
    in_notebook = wanted and notebooks.shell() is not None
    seen = in_notebook or (wanted and sys.stderr.isatty())
    if not seen or threading.current_thread() is not threading.main_thread():
        return _Quiet()
    try:
        from chainrule.training.live import LiveCurve
        from chainrule.training.progress import Bar
    except ImportError:  # training works without it
        return _Quiet()
    return LiveCurve(epochs, begun) if in_notebook else Bar(epochs, begun)
