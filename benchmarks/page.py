"""What the page costs: how long the server takes for a small message and for an answer of 100 kB.

    python benchmarks/page.py [--rounds 500]

The server is a process of its own, the client another, as a browser is; its session does no work, so that what is
measured is the way there and back: frame, WebSocket, thread. `echo` beside it is the least that any way can take, the
same bytes between two processes by a bare socket.
"""

from __future__ import annotations

import argparse
import multiprocessing
import socket
import statistics
import struct
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chainrule.page.framing import pack
from chainrule.page.server import serve

SIZES = {"a small message": 0, "an answer of 100 kB": 100_000}
GOAL_MS = 5.0


class Page:
    """A page as lean as can be, so that it is the server that is measured."""

    def __init__(self, url: str) -> None:
        at = urlsplit(url)
        self._socket = socket.create_connection((str(at.hostname), at.port or 80))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = self._socket.makefile("rb")
        self._socket.sendall(
            f"GET /session HTTP/1.1\r\nHost: {at.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            f"Sec-WebSocket-Protocol: chainrule, {at.fragment.replace('=', '.')}\r\n\r\n".encode()
        )
        while self._read.readline() not in (b"\r\n", b""):
            pass
        self._receive()

    def ask(self, i: int, count: int) -> None:
        """A request, and so many bytes in answer."""
        frame = pack({"id": i, "do": "view", "bytes": count}, [])
        self._socket.sendall(struct.pack("BB", 0x82, 0x80 | len(frame)) + bytes(4) + frame)  # masked by zeros
        if len(self._receive()) < count:
            raise SystemExit("the answer is too short")

    def _receive(self) -> bytes:
        length = self._read.read(2)[1]
        longer = {126: "!H", 127: "!Q"}.get(length)
        if longer:
            (length,) = struct.unpack(longer, self._read.read(struct.calcsize(longer)))
        return self._read.read(length)

    def __enter__(self) -> Page:
        return self

    def __exit__(self, *error: object) -> None:
        self._read.close()
        self._socket.close()


class Bare:
    """A session that gives as many bytes as it is asked for."""

    def handle(self, message: dict[str, Any], buffers: list[bytes]) -> tuple[dict[str, Any], list[Any]]:
        """The bytes."""
        count = message["bytes"]
        said = [{"name": "bytes", "dtype": "raw", "shape": [count]}]
        return {"id": message["id"], "arrays": said}, [bytes(count)]


def _serve(told: Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "index.html").write_text("", encoding="utf-8")
        serve(Bare, port=0, started=lambda at: told.send(at.url), report=print, static=Path(folder))


def _echo(told: Connection) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        told.send(listener.getsockname()[1])
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while asked := connection.recv(64):
            connection.sendall(bytes(int(asked)))


def times(once: Callable[[int], None], rounds: int) -> list[float]:
    """How many milliseconds each round takes, sorted, after some that are not counted."""
    found = []
    for i in range(rounds + 20):
        started = time.perf_counter()
        once(i)
        found.append((time.perf_counter() - started) * 1000)
    return sorted(found[20:])


def round_trips(rounds: int) -> dict[str, list[float]]:
    """The times of each size, by the server and by a bare socket."""
    found: dict[str, list[float]] = {}
    with (
        _other_process(_serve) as url,
        _other_process(_echo) as port,
        Page(url) as page,
        socket.create_connection(("127.0.0.1", port)) as bare,
    ):

        def echo(i: int, count: int) -> None:
            bare.sendall(str(max(count, 50)).encode())
            left = max(count, 50)
            while left:
                left -= len(bare.recv(left))

        for title, count in SIZES.items():
            found[title] = times(lambda i, n=count: page.ask(i, n), rounds)
            found[f"{title}, echo"] = times(lambda i, n=count: echo(i, n), rounds)
    return found


class _other_process:
    """What a function of another process tells first; the process ends with the block."""

    def __init__(self, function: Callable[[Connection], None]) -> None:
        self._mine, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(
            target=function, args=(theirs,), daemon=True
        )

    def __enter__(self) -> Any:
        self._process.start()
        return self._mine.recv()

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.join()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=500)
    options = parser.parse_args()
    print(f"{'there and back':<28}  median   95 %    99 %   ms   (goal: under {GOAL_MS:g} ms)")
    for title, found in round_trips(options.rounds).items():
        ends = statistics.quantiles(found, n=100)
        print(f"{title:<28} {ends[49]:7.2f} {ends[94]:7.2f} {ends[98]:7.2f}")


if __name__ == "__main__":
    main()
