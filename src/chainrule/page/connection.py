"""The conversation with one page: who it is, then a request and its answer, one after the other, until it goes."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from chainrule.page.guard import PROTOCOL, presented, same
from chainrule.page.limits import Limits, Pace
from chainrule.page.seats import Full, Seat, Seats

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

NO_TOKEN, FULL, IDLE = (
    4401,
    4429,
    4408,
)  # codes of a connection that the server ends; the client does not try again


class Silent(Exception):
    """A page has sent nothing for long."""


class Ended(Exception):
    """The connection has ended."""


async def converse(page: WebSocket, seats: Seats, token: str, limits: Limits) -> None:
    """Answer a page until it goes, or has to."""
    offered, wanted = presented(page.scope["subprotocols"])
    await page.accept(subprotocol=PROTOCOL if PROTOCOL in page.scope["subprotocols"] else None)
    if not same(offered, token):
        text = "This page has no token, or an old one: open the address that chainrule play printed last."
        return await _refuse(page, NO_TOKEN, text)
    try:
        seat, resumed = await seats.take(wanted)
    except Full:
        text = (
            f"{limits.sessions} pages are open, and no more are possible: close one, then load this one anew."
        )
        return await _refuse(page, FULL, text)
    try:
        await _tell(page, status="ready", session=seat.id, resumed=resumed, most=limits.message_bytes)
        await _answer_all(page, seat, limits)
    except Ended:
        seats.leave(seat)
    except Silent:
        seats.end(seat)
        hours = f"{limits.idle_seconds / 3600:g} hours"
        await _refuse(
            page, IDLE, f"Nothing was asked for {hours}, so the network was let go: load the page anew."
        )
    except BaseException:  # the server ends
        seats.end(seat)
        raise


async def _answer_all(page: WebSocket, seat: Seat, limits: Limits) -> None:
    """Answer one request after the other; more are not read meanwhile."""
    pace = Pace(limits.per_second, limits.burst)
    while True:
        frame = await _receive(page, limits.idle_seconds)
        if wait := pace.wait():
            await asyncio.sleep(wait)
        await _send(page, {"bytes": await seat.ask(frame)}, limits.unread_seconds)


async def _receive(page: WebSocket, seconds: float) -> bytes:
    try:
        async with asyncio.timeout(seconds):
            message = await page.receive()
    except TimeoutError:
        raise Silent from None
    if message["type"] == "websocket.disconnect":
        raise Ended
    return message.get("bytes") or b""  # text is answered as an empty frame: it can't be read


async def _send(page: WebSocket, what: dict[str, bytes | str], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await page.send({"type": "websocket.send", **what})
    except (TimeoutError, OSError, RuntimeError, _disconnected()):
        raise Ended from None


def _disconnected() -> type[Exception]:
    from starlette.websockets import WebSocketDisconnect

    return WebSocketDisconnect


async def _tell(page: WebSocket, **event: object) -> None:
    await _send(page, {"text": json.dumps(event)}, 5)


async def _refuse(page: WebSocket, code: int, text: str) -> None:
    """Say why, and end the connection."""
    try:
        await _tell(page, status="closed", text=text)
        await page.close(code)
    except (Ended, RuntimeError, OSError):
        return
