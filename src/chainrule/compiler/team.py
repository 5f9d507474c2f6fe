"""Threads that enter machine code together.

They wait there for each other, so a call has its team for itself: two calls that took their threads from one pool
might each get half of them, and wait for ever.
"""

from __future__ import annotations

import os
from _thread import start_new_thread
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

from chainrule.errors import InputError

MAX_FREE_TEAMS = 16  # that wait for their next call

_free: list[Team] = []  # taken and given back by `pop` and `append`, which are whole


class NoThreads(InputError):
    """The system starts no more threads."""


class Team:
    """The threads beside the caller's own. They are made when they are first needed, and end with the team."""

    _process = 0  # that has the threads
    _queues: Sequence[SimpleQueue[Any]] = ()  # one a thread

    def gather(self, others: int) -> None:
        """Have so many threads, at least; a child of the process that had them makes its own.

        Raises
        ------
        NoThreads : if one can't be started; then there is none any more
        """
        if self._process != os.getpid():
            self._process, self._queues = os.getpid(), ()
        while len(self._queues) < others:
            queues: tuple[SimpleQueue[Any], ...] = (*self._queues, SimpleQueue())
            try:
                # `threading.Thread` would wait until it runs, and an error from a signal breaks what it waits for.
                start_new_thread(_serve, (queues,))
                self._queues = queues
            except BaseException as error:
                queues[-1].put(None)  # should it run after all
                if not isinstance(error, RuntimeError | OSError | MemoryError):
                    raise
                self.dismiss()
                raise NoThreads(
                    f"threads = {others + 1}, and the system starts no more than {len(queues)} of them ({error}): take "
                    "fewer, or let it start more (ulimit -u)."
                ) from error

    def dismiss(self) -> None:
        """Let the threads end."""
        queues, self._queues = self._queues, ()
        if self._process == os.getpid():
            for queue in queues:
                queue.put(None)

    def run(self, enter: Callable[[int, int], Any], address: int, others: int, frame: Any) -> None:
        """Enter machine code on all threads at once; they hold the frame until they have come back.

        Raises
        ------
        NoThreads : before anything was run
        """
        self.gather(others)
        start = self._queues[others - 1].put
        try:
            start((enter, address, frame))  # the last thread wakes the one before it: all start, or none
        finally:
            # Whatever is raised in between, Ctrl-C say: those who have started wait for this thread.
            enter(address, 0)

    def __del__(self) -> None:
        self.dismiss()


def _serve(queues: Sequence[SimpleQueue[Any]]) -> None:
    """What the thread of the last queue does: its part of one call after the other."""
    number, mine, before = len(queues), queues[-1], queues[-2:-1]
    while (job := mine.get()) is not None:
        for queue in before:
            queue.put(job)
        enter, address, _ = job
        enter(address, number)
        del job, _  # a thread that waits keeps no arrays


def lease(others: int) -> Team:
    """A team of at least so many threads, for one caller alone until it is given back.

    Raises
    ------
    NoThreads : if they can't be started
    """
    try:
        team = _free.pop()
    except IndexError:
        team = Team()
    team.gather(others)
    return team


def give_back(team: Team) -> None:
    """Let others have a team; one that may still be at work, after an error, is left to end."""
    if len(_free) < MAX_FREE_TEAMS:
        _free.append(team)
