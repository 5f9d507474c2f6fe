"""The callbacks of one training, and how they are called."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.training.callbacks.callback import Callback, FunctionCallback, ReadyCallback
from chainrule.training.callbacks.run import Run, rate_at


class Callbacks:
    """The callbacks of a training, each called in the order of the list."""

    def __init__(self, given: Any) -> None:
        if given is None:
            given = ()
        if not isinstance(given, list | tuple):
            raise KindError(f"callbacks = {given!r} is no list: write callbacks=[…].")
        self._all = [_callback(each) for each in given]
        self.each_batch = any(_overrides(each, "batch") for each in self._all)
        self._epochal = [each for each in self._all if _overrides(each, "epoch")]
        self.each_epoch = bool(self._epochal)
        # Those that remember one training.
        self.ready = [each for each in self._all if isinstance(each, ReadyCallback)]
        self._floats: Any = np.geterr() if self._all else {}  # a user's warnings stay as they are

    def block(self, run: Run, most: int) -> int:
        """How many steps to take at once: at most so many, and no epoch more than callbacks may be told of late."""
        if self.each_batch:
            return 1
        if not self.each_epoch:
            return most
        ahead = min(each._ahead() for each in self._epochal)
        return most if math.isinf(ahead) else min(most, int(ahead) * run.batches - run.step % run.batches)

    def during(self, run: Run) -> AbstractContextManager[None]:
        """Start each one, and end each one that was started, even where another one fails."""
        return self._during(run) if self._all else nullcontext()

    @contextmanager
    def _during(self, run: Run) -> Iterator[None]:
        started: list[Callback] = []
        try:
            run.tell(rate_at(run, run.optimizer.t + 1))
            for each in self._all:
                with np.errstate(**self._floats):
                    _call(each, each.start, run)
                started.append(each)
            yield
        except BaseException as error:
            run.fail(error)
            raise
        finally:
            with ExitStack() as ends, np.errstate(**self._floats):
                for each in reversed(started):
                    ends.callback(each.end, run)

    def names(self) -> list[str]:
        """Their classes, or the function's name."""
        return [_title(each) for each in self._all]

    def known(self) -> tuple[weakref.ref[Callback], ...]:
        """Those that may take part in another training."""
        return tuple(weakref.ref(each) for each in self._all)

    def remembered(self, among: Iterable[weakref.ref[Callback]] | None = None) -> list[dict[str, Any] | None]:
        """What each one knows; of those that are not among these, nothing."""
        chosen = self._all if among is None else [each() for each in among]
        return [each.remembered() if any(each is one for one in chosen) else None for each in self._all]

    def resume(self, run: Run, remembered: Iterable[dict[str, Any] | None]) -> None:
        """Have each one know what it did, once all are started."""
        with np.errstate(**self._floats):
            for each, known in zip(self._all, remembered, strict=True):
                if known is not None:
                    each.resume(run, known)
        run.tell(rate_at(run, run.optimizer.t or 1))

    def batch(self, run: Run) -> None:
        """A step was taken."""
        if self.each_batch:
            self._tell("batch", run)

    def epoch(self, run: Run, later: int) -> None:
        """An epoch is finished; so many steps were taken since."""
        if self.each_epoch:
            self._tell("epoch", run, later)

    def _tell(self, what: str, run: Run, later: int = 0) -> None:
        run.tell(rate_at(run, run.optimizer.t - later))
        with np.errstate(**self._floats):
            for each in self._all:
                _call(each, getattr(each, what), run)


def _call(callback: Callback, method: Callable[[Run], Any], run: Run) -> None:
    """Raise where a callback froze what the running steps move, or the other way round: it would change nothing."""
    before = run.network.frozen
    method(run)
    changed = before ^ run.network.frozen
    if changed and not run.history.stopped and run.step < run.epochs * run.batches:
        raise InputError(
            f"{_title(callback)} froze or unfroze {', '.join(sorted(changed))}, and a training goes on with what was "
            "frozen when it began: end it here with run.stop(reason), and fit again."
        )


def _title(callback: Callback) -> str:
    function = getattr(callback, "function", None) if type(callback) is FunctionCallback else None
    return getattr(function, "__name__", type(callback).__name__)


def _callback(given: Any) -> Callback:
    if isinstance(given, type) and issubclass(given, Callback):
        raise KindError(f"{given.__name__} is a class: write {given.__name__}(…), with brackets.")
    if isinstance(given, Callback):
        return given
    if callable(given) and not isinstance(given, type):
        return FunctionCallback(given)
    raise KindError(
        f"callbacks has {given!r}, which is no callback: give a Callback, or a function that is called after each "
        "epoch with the run."
    )


def _overrides(callback: Callback, method: str) -> bool:
    return getattr(getattr(callback, method), "__func__", None) is not getattr(Callback, method)
