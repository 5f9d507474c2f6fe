"""Where the page is: the socket that the server listens at, and the address that a browser opens."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass

from chainrule.errors import InputError
from chainrule.page.guard import is_everywhere, is_loopback

PORT = 8127  # unless told otherwise
TRIED = 50  # ports from there on
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class ServerAddress:
    """Where the page can be opened.

    Parameters
    ----------
    host, port : where the server listens
    token : the secret of this start; in the address it follows the #, which no browser sends
    """

    host: str
    port: int
    token: str

    @property
    def url(self) -> str:
        """The address to open, with the token."""
        host = self.host
        if is_everywhere(host):
            host = "::1" if ":" in host else LOOPBACK
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/#token={self.token}"

    @property
    def is_private(self) -> bool:
        """Whether this machine alone can reach it."""
        return is_loopback(self.host)


def listen(host: str = LOOPBACK, port: int | None = None) -> socket.socket:
    """A socket that listens: at this port or, unless one is given, at the next free one from 8127 on.

    Raises
    ------
    InputError : where the host is none of this machine's, or the port can't be had
    """
    if port is not None:
        if port > 65535:
            raise InputError(f"port {port} is out of range: ports go up to 65535; 0 stands for any free one.")
        return _bound(host, port)
    for tried in range(PORT, PORT + TRIED):
        try:
            return _bound(host, tried)
        except _Taken:
            continue
    raise InputError(
        f"the ports from {PORT} to {PORT + TRIED - 1} are all taken: give another one by --port."
    )


class _Taken(InputError):
    """Another program listens at that port."""


def _bound(host: str, port: int) -> socket.socket:
    import errno

    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except (OSError, UnicodeError):
        raise InputError(
            f"there is no host {host!r}: give an address of this machine, or leave it out."
        ) from None
    try:
        listener = socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise _Taken(
                f"port {port} is taken by another program: give another one, or leave --port out, and the next "
                "free one is taken."
            ) from None
        if error.errno == errno.EADDRNOTAVAIL:
            raise InputError(
                f"{host} is no address of this machine: give one that is, or leave it out."
            ) from None
        reason = error.strerror or str(error)
        raise InputError(
            f"port {port} of {host} can't be used: {reason}. Give another one by --port."
        ) from None
    _prompt(listener)
    return listener


def _prompt(listener: socket.socket) -> None:
    """No connection waits before it sends, and on Linux none stays that takes nothing any more; both are inherited."""
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if sys.platform == "linux":
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 60_000)
