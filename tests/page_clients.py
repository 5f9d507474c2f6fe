"""A client of the server as the tests need it; frames are made and read here by other means than chainrule's."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect


def framed(header: Any, buffers: Sequence[bytes] = ()) -> bytes:
    """A frame, written by hand."""
    text = json.dumps(header).encode()
    frame = struct.pack("<I", len(text)) + text
    for piece in (b"", *buffers):
        frame += piece
        while len(frame) % 8:
            frame += b"\0"
    return frame


def parsed(frame: bytes) -> tuple[Any, bytes]:
    """The header of a frame, and all that follows."""
    length = int.from_bytes(frame[:4], "little")
    return json.loads(frame[4 : 4 + length]), frame[4 + length + (-4 - length) % 8 :]


class Page:
    """A page that is open: it asks, and gets answers."""

    def __init__(self, url: str, *, token: str | None = None, session: str = "", **settings: Any) -> None:
        where = urlsplit(url)
        right = where.fragment.removeprefix("token=")
        protocols = ["chainrule", f"token.{right if token is None else token}"]
        protocols += [f"session.{session}"] if session else []
        settings.setdefault("origin", f"http://{where.netloc}")
        self._opened = connect(
            f"ws://{where.netloc}/session", subprotocols=protocols, compression=None, max_size=None, proxy=None,
            **settings,
        )  # fmt: skip
        self.socket: ClientConnection = self._opened.__enter__()
        self.first: dict[str, Any] = json.loads(self.socket.recv(timeout=20))

    def ask(self, seconds: float = 20, **message: Any) -> dict[str, Any]:
        """The header of the answer to a request."""
        self.send(framed(message))
        return self.answer(seconds)

    def send(self, frame: bytes) -> None:
        self.socket.send(frame)

    def answer(self, seconds: float = 20) -> dict[str, Any]:
        got = self.socket.recv(timeout=seconds)
        assert isinstance(got, bytes)
        header: dict[str, Any] = parsed(got)[0]
        return header

    def __enter__(self) -> Page:
        return self

    def __exit__(self, *error: object) -> None:
        self._opened.__exit__(None, None, None)
