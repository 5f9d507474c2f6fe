"""The sessions of all pages that are open: each has a thread of its own, and a limit is kept on how many there are."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from chainrule.page.answering import Report, Session, answer

RELOAD_SECONDS = 1.0  # in which the connection of a page that is loaded anew must have ended
MakeSession = Callable[[], Session]


class Full(Exception):
    """There are as many sessions as there may be."""


class Seat:
    """A session and its thread, which answers one frame after the other. The thread ends with the process."""

    def __init__(self, make_session: MakeSession, report: Report, gone: Callable[[Seat], None]) -> None:
        self.id = secrets.token_urlsafe(12)
        self.free = asyncio.Event()  # of a page: none is connected
        self.leaving: asyncio.TimerHandle | None = None
        self._make_session, self._report, self._gone = make_session, report, gone
        self._loop = asyncio.get_running_loop()
        self._asked: SimpleQueue[tuple[bytes, asyncio.Future[bytes]] | None] = SimpleQueue()
        threading.Thread(target=self._work, name=f"page {self.id}", daemon=True).start()

    async def ask(self, frame: bytes) -> bytes:
        """The answer to a frame, when those before it have been answered."""
        answered: asyncio.Future[bytes] = self._loop.create_future()
        self._asked.put((frame, answered))
        return await answered

    def leave(self, seconds: float, then: Callable[[Seat], None]) -> None:
        """No page is at it any more: if none comes back in time, something happens to it."""
        self.free.set()
        self.leaving = self._loop.call_later(seconds, then, self)

    def take_again(self) -> None:
        """A page is at it again."""
        self.free.clear()
        if self.leaving is not None:
            self.leaving.cancel()
            self.leaving = None

    def end(self) -> None:
        """Let the thread end after what it is at."""
        self.take_again()
        self._asked.put(None)

    def _work(self) -> None:
        session = _Late(self._make_session)
        while (asked := self._asked.get()) is not None:
            frame, answered = asked
            self._call(_give, answered, answer(session, frame, self._report))
        del session
        self._call(self._gone, self)

    def _call(self, function: Callable[..., None], *arguments: Any) -> None:
        with suppress(RuntimeError):  # the loop has been closed: nobody listens
            self._loop.call_soon_threadsafe(function, *arguments)


class _Late:
    """A session that is made at the first request, so that what fails then is answered like any other."""

    def __init__(self, make_session: MakeSession) -> None:
        self._make_session = make_session
        self._session: Session | None = None

    def handle(self, message: dict[str, Any], buffers: list[bytes]) -> tuple[dict[str, Any], list[Any]]:
        if self._session is None:
            self._session = self._make_session()
        return self._session.handle(message, buffers)


def _give(answered: asyncio.Future[bytes], frame: bytes) -> None:
    if not answered.done():  # the page may have gone meanwhile
        answered.set_result(frame)


class Seats:
    """All of them, by their names; those whose page went are kept for a while, since it may only be loaded anew."""

    def __init__(self, make_session: MakeSession, report: Report, *, most: int, kept_seconds: float) -> None:
        self._make_session, self._report = make_session, report
        self._most, self._kept_seconds = most, kept_seconds
        self._seats: dict[str, Seat] = {}
        self._ending: set[Seat] = set()  # their threads are still at something

    async def take(self, wanted: str | None) -> tuple[Seat, bool]:
        """A page's seat: the one that it had, which is still kept, or a new one; and whether it is the old one.

        Raises
        ------
        Full : where there is none left
        """
        seat = self._seats.get(wanted or "")
        if seat is not None and await _became_free(seat) and seat.id in self._seats:
            seat.take_again()
            return seat, True
        await self._make_room()
        made = Seat(self._make_session, self._report, self._ending.discard)
        self._seats[made.id] = made
        return made, False

    def leave(self, seat: Seat) -> None:
        """A page has gone: its seat is kept for a while."""
        seat.leave(self._kept_seconds, self.end)

    def end(self, seat: Seat) -> None:
        """Free a session."""
        if self._seats.pop(seat.id, None) is None:
            return
        self._ending.add(seat)
        seat.end()

    @property
    def count(self) -> int:
        """How many sessions there are in memory."""
        return len(self._seats) + len(self._ending)

    async def _make_room(self) -> None:
        """Let the one go whose page went first."""
        if self.count < self._most:
            return
        if left := [
            (seat.leaving.when(), seat.id) for seat in self._seats.values() if seat.leaving is not None
        ]:
            self.end(self._seats[min(left)[1]])
        with suppress(TimeoutError):
            async with asyncio.timeout(RELOAD_SECONDS):
                while self.count >= self._most and self._ending:
                    await asyncio.sleep(0.01)
        if self.count >= self._most:
            raise Full


async def _became_free(seat: Seat) -> bool:
    """Whether no page is at a seat, or the one that is goes in a moment."""
    with suppress(TimeoutError):
        async with asyncio.timeout(RELOAD_SECONDS):
            await seat.free.wait()
    return seat.free.is_set()
