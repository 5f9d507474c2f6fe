"""Who may speak with the server: pages of its own address alone, and those that know its token.

A page of another site can send requests to this machine, and by a name that it points here can even read the answers.
So the Host must be an address of this server, and the Origin, which a browser adds, the same. Whatever needs more
than the page's own files needs the token, too: it travels as a WebSocket subprotocol, which stands in no address.
"""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PROTOCOL = "chainrule"
_TOKEN, _SESSION = "token.", "session."
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",  # asks whether the file has changed
}
# Style attributes are allowed: formulas have some. Style sheets, scripts and all else are the page's own files.
_CONTENT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; font-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


class Guard:
    """The application behind a check of Host and Origin, and with headers that keep the page to itself."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._app, self._host, self._port = app, host, port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Meet a request, or refuse it with a sentence."""
        from starlette.responses import PlainTextResponse
        from starlette.websockets import WebSocket

        host = _only(scope, b"host")
        if not refused(host, _all(scope, b"origin"), self._host, self._port):
            await self._app(scope, receive, _with_headers(send, host))
            return
        answer = PlainTextResponse(
            refused(host, _all(scope, b"origin"), self._host, self._port), 403, _HEADERS
        )
        if scope["type"] == "websocket":
            await WebSocket(scope, receive, send).send_denial_response(answer)
        else:
            await answer(scope, receive, send)


def _with_headers(send: Send, host: str) -> Send:
    headers = {**_HEADERS, "content-security-policy": _CONTENT.format(host=host)}
    added = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *added]
        await send(message)

    return send_with_headers


def _all(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _only(scope: Scope, name: bytes) -> str:
    found = _all(scope, name)
    return found[0] if len(found) == 1 else ""


def refused(host: str, origins: Iterable[str], bound: str, port: int) -> str:
    """Why a request is refused; an empty text if it is not.

    Parameters
    ----------
    host : the request's Host
    origins : its Origin, none if no browser sent it
    bound : the host that the server was told to listen at
    port : its port

    >>> refused("127.0.0.1:8127", ["http://127.0.0.1:8127"], "127.0.0.1", 8127)
    ''
    >>> refused("example.org:8127", [], "127.0.0.1", 8127)
    "'example.org:8127' is no address of this page: open the one that chainrule play printed.\\n"
    """
    if not _is_own(host.lower(), bound, port):
        return f"{host[:100]!r} is no address of this page: open the one that chainrule play printed.\n"
    for origin in origins:
        if origin.lower() != f"http://{host.lower()}":
            return f"a page of {origin[:100]!r} may not speak with this one.\n"
    return ""


def _is_own(host: str, bound: str, port: int) -> bool:
    name, _, said = host.rpartition(":")
    if not name or host.endswith("]"):  # a browser leaves port 80 out
        name, said = host, "80"
    if said != str(port):
        return False
    name = name.removeprefix("[").removesuffix("]")
    if is_everywhere(bound):  # a name may be anybody's, an address is where the request has come to
        return name in ("localhost", socket.gethostname().lower()) or _is_address(name)
    return name == bound.lower() or (is_loopback(bound) and name in ("localhost", "127.0.0.1", "::1"))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine as it calls itself, which no other can reach."""
    return host.lower() == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def is_everywhere(host: str) -> bool:
    """Whether a host stands for all addresses of the machine."""
    return _is_address(host) and ipaddress.ip_address(host).is_unspecified


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def presented(protocols: Iterable[str]) -> tuple[str, str | None]:
    """The token and the session that a page offers among its subprotocols.

    >>> presented(["chainrule", "token.abc", "session.x1"])
    ('abc', 'x1')
    """
    token, session = "", None
    for protocol in protocols:
        if protocol.startswith(_TOKEN):
            token = protocol.removeprefix(_TOKEN)
        elif protocol.startswith(_SESSION):
            session = protocol.removeprefix(_SESSION)
    return token, session


def same(token: str, right: str) -> bool:
    """Whether a token is the right one, found in a time that does not depend on where they differ."""
    return secrets.compare_digest(token.encode(), right.encode())
