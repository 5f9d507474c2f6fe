"""A function run in a process of its own, with limits of time, memory and output: what it gave, or what happened.

Where Python can't limit memory, as on Windows, that limit is left out; on macOS the system does not keep to it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from inspect import isgenerator
from queue import Empty, Queue
from typing import IO, Any, Literal

Happened = Literal["done", "time", "memory", "error", "ended"]

START = "import sys; sys.path[:] = {path!r}; from chainrule.check.limited import _serve; _serve()"


@dataclass(frozen=True)
class Limits:
    """What a process may take.

    Parameters
    ----------
    seconds : until it gives something, counted anew after each thing that it gives
    megabytes : of memory, beyond what Python and the package take
    letters : of what it prints that are kept
    """

    seconds: float = 10.0
    megabytes: int = 1000
    letters: int = 10_000


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Parameters
    ----------
    happened : "done"; "time" or "memory", where a limit was reached; "error", where it raised; "ended", where the
        process did, as by `os._exit` or a crash
    values : what it returned, or all that a generator gave, also before it was stopped
    told : of an error its kind and message, of what ended its exit code
    printed : what it printed, as far as it is kept
    """

    happened: Happened
    values: list[Any]
    told: str = ""
    printed: str = ""

    @property
    def value(self) -> Any:
        """What it gave last."""
        return self.values[-1]


def run_limited(target: Callable[..., Any], *arguments: Any, limits: Limits | None = None) -> Outcome:
    """Run a function in a process of its own.

    Parameters
    ----------
    target : a function that pickle finds by its name; of a generator function each value counts as soon as it is there
    arguments : of the function; they, and what it gives, can be pickled
    limits : of time, memory and output
    """
    limits = Limits() if limits is None else limits
    command = [sys.executable, "-c", START.format(path=sys.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        try:
            assert child.stdin is not None
            with suppress(BrokenPipeError):
                pickle.dump((target, arguments, limits), child.stdin)
                child.stdin.close()
            return _outcome(child, limits)
        finally:
            child.kill()


def _outcome(child: subprocess.Popen[bytes], limits: Limits) -> Outcome:
    """Gather what a process gives, until it is done or stopped."""
    queue: Queue[tuple[str, Any]] = Queue()
    assert child.stdout is not None
    threading.Thread(target=_read, args=(child.stdout, queue), daemon=True).start()
    values: list[Any] = []
    limit = limits.seconds + START_SECONDS
    while True:
        try:
            kind, value = queue.get(timeout=limit)
        except Empty:
            return Outcome("time", values)
        limit = limits.seconds
        if kind == "value":
            values.append(value)
        elif kind == "done":
            return Outcome("done", values, printed=value)
        elif kind == "failed":
            happened, told, printed = value
            return Outcome(happened, values, told, printed)
        elif kind == "end":
            return Outcome("ended", values, f"exit code {child.wait()}")


START_SECONDS = 30.0  # for Python and the package to start, on a busy machine


def _read(stream: IO[bytes], queue: Queue[tuple[str, Any]]) -> None:
    while True:
        try:
            queue.put(pickle.load(stream))
        except Exception:  # the stream ended, within a message perhaps
            queue.put(("end", None))
            return


# --- in the process of its own ----------------------------------------------------------------------------


class _Kept:
    """A stream that keeps the beginning of what is printed."""

    def __init__(self, letters: int) -> None:
        self._left, self._parts = letters, list[str]()

    def write(self, text: str) -> int:
        if self._left > 0:
            self._parts.append(text[: self._left])
            self._left -= len(text)
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    @property
    def text(self) -> str:
        return "".join(self._parts)


def _serve() -> None:
    """Take a function from stdin, run it, and write to what stdout was what it gives."""
    with os.fdopen(os.dup(1), "wb") as out:
        target, arguments, limits = pickle.load(sys.stdin.buffer)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        kept = sys.stdout = sys.stderr = _Kept(limits.letters)
        sys.stdin = open(os.devnull)  # noqa: SIM115
        _limit_memory(limits.megabytes)
        _send(out, ("ready", None))
        for message in _messages(target, arguments, kept):
            _send(out, message)
        os._exit(0)  # threads of the function's own don't keep it


def _messages(target: Callable[..., Any], arguments: tuple[Any, ...], kept: Any) -> Iterator[tuple[str, Any]]:
    try:
        given = target(*arguments)
        if isgenerator(given):
            for value in given:
                yield "value", value
        else:
            yield "value", given
    except MemoryError:
        yield "failed", ("memory", "", kept.text)
    except BaseException as error:  # SystemExit and KeyboardInterrupt are the function's own, too
        yield "failed", ("error", f"{type(error).__name__}: {error}".rstrip(": "), kept.text)
    else:
        yield "done", kept.text


def _send(out: IO[bytes], message: tuple[str, Any]) -> None:
    try:
        data = pickle.dumps(message)
    except Exception as error:
        data = pickle.dumps(("failed", ("error", f"its result can't be passed on: {error}", "")))
    out.write(data)
    out.flush()


def _limit_memory(megabytes: int) -> None:
    """Beyond what is taken already: threads of linear algebra reserve much that they never use."""
    try:
        import resource
    except ImportError:
        return
    try:
        with open("/proc/self/statm") as file:
            taken = int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        taken = 4 << 30
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (taken + (megabytes << 20),) * 2)
