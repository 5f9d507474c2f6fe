"""The local server: the page's files, and a WebSocket for each page that is open."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.errors import FileError, MissingPackage
from chainrule.page.answering import Report
from chainrule.page.connection import converse
from chainrule.page.guard import Guard
from chainrule.page.limits import LIMITS, Limits
from chainrule.page.listening import LOOPBACK, ServerAddress, listen
from chainrule.page.seats import MakeSession, Seats

if TYPE_CHECKING:
    import uvicorn
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.websockets import WebSocket

STATIC = Path(__file__).parent / "static"
INTERRUPTED = 130  # the exit code of all commands after Ctrl-C
LINGERS = 12  # seconds that a connection may take to end well; the closing handshake has ten of them


def serve(
    make_session: MakeSession,
    *,
    host: str = LOOPBACK,
    port: int | None = None,
    started: Callable[[ServerAddress], None],
    report: Report,
    limits: Limits = LIMITS,
    static: Path | None = None,
) -> None:
    """Serve the page until Ctrl-C, which ends the process.

    Parameters
    ----------
    make_session : makes the session of a page that is opened
    host : where to listen
    port : unless given, the next free one from 8127 on
    started : gets the address as soon as it can be opened
    report : gets a line for whatever went wrong inside
    limits : of requests and of connections
    static : the folder of the page's files; unless given, the one in the package

    Raises
    ------
    MissingPackage : without the packages of chainrule[page]
    InputError : where the host or the port can't be had
    FileError : where the page's files are not there
    """
    _check_packages()
    static = static or STATIC
    if not (static / "index.html").is_file():
        raise FileError(
            f"the page's files are missing: there is no {static / 'index.html'}. Install chainrule anew."
        )
    with listen(host, port) as listener:
        address = ServerAddress(host, listener.getsockname()[1], secrets.token_urlsafe(24))
        page = _Page(make_session, address, report, limits, static)
        try:
            started(address)
            asyncio.run(_run(page, listener))
        except (KeyboardInterrupt, asyncio.CancelledError):  # the latter where asyncio has only begun
            _leave()


def _leave() -> None:
    """End the process as it is: Python's own end would take away what threads compute or compile with."""
    with suppress(OSError):  # nobody reads it any more
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(INTERRUPTED)


def _check_packages() -> None:
    for package in ("starlette", "uvicorn", "websockets"):
        try:
            __import__(package)
        except ImportError:
            raise MissingPackage('"chainrule[page]"', "chainrule play") from None


class _Page:
    """What the server serves."""

    def __init__(
        self, make_session: MakeSession, address: ServerAddress, report: Report, limits: Limits, static: Path
    ) -> None:
        self.address, self.limits, self.report = address, limits, report
        self._static = static
        self._seats = Seats(make_session, report, most=limits.sessions, kept_seconds=limits.kept_seconds)
        self._connections: set[Any] = set()

    def server(self) -> uvicorn.Server:
        """The server, ready to run."""
        import uvicorn

        config = uvicorn.Config(
            self._application(),
            http="h11", ws="websockets-sansio", lifespan="off", interface="asgi3",
            log_config=None, log_level="critical", access_log=False,  # nothing is printed for a request
            ws_max_size=self.limits.message_bytes,
            ws_per_message_deflate=False,  # it takes longer than this machine's own network
            ws_ping_interval=None,  # a long answer is no lost connection
            proxy_headers=False, server_header=False,
            limit_concurrency=self.limits.connections, timeout_graceful_shutdown=0,
        )  # fmt: skip
        server = uvicorn.Server(config)
        self._connections = server.server_state.connections
        return server

    def _application(self) -> Guard:
        """The routes, behind the guard."""
        from starlette.applications import Starlette
        from starlette.routing import Mount, Route, WebSocketRoute
        from starlette.staticfiles import StaticFiles

        routes = [
            Route("/health", _health),
            WebSocketRoute("/session", self._session),
            Mount("/", StaticFiles(directory=self._static, html=True)),
        ]
        return Guard(Starlette(routes=routes), self.address.host, self.address.port)

    async def _session(self, page: WebSocket) -> None:
        client = page.scope["client"]
        mine = [found for found in self._connections if getattr(found, "client", None) == client]
        try:
            await converse(page, self._seats, self.address.token, self.limits)
        finally:
            for connection in mine:  # one that takes nothing would never end by itself
                lingers = min(LINGERS, self.limits.unread_seconds)
                asyncio.get_running_loop().call_later(lingers, connection.transport.abort)


async def _health(request: Request) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse({"page": "chainrule", "ready": True})


async def _run(page: _Page, listener: socket.socket) -> None:
    asyncio.get_running_loop().set_exception_handler(
        lambda loop, context: page.report(_one_line(context)) if "exception" in context else None
    )
    await page.server().serve(sockets=[listener])


def _one_line(context: dict[str, Any]) -> str:
    error = context["exception"]
    return " ".join(f"the server: {context.get('message', '')}: {type(error).__name__}: {error}".split())[
        :300
    ]
