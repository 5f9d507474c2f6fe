"""Several pages at one server: none is disturbed by another, none leaves anything behind."""

from __future__ import annotations

import json
import os
import random
import socket
import struct
import threading
import time
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from page_clients import Page, framed


def threads_of(server):
    return len(os.listdir(f"/proc/{server.process.pid}/task"))


def wait_until(true, seconds=20):
    until = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < until:
        time.sleep(0.01)
    assert found


def test_two_pages_are_two_sessions(shared):
    with Page(shared.url) as one, Page(shared.url) as other:
        assert [one.ask(id=i)["count"] for i in range(3)] == [1, 2, 3]
        assert other.ask(id=0)["count"] == 1
        assert one.first["session"] != other.first["session"]


def test_a_page_that_computes_for_long_keeps_no_other_waiting(shared):
    with Page(shared.url) as slow, Page(shared.url) as quick:
        slow.send(framed({"id": 1, "do": "advance", "seconds": 4}))
        started = time.monotonic()
        assert [quick.ask(id=i)["count"] for i in range(20)] == list(range(1, 21))
        assert time.monotonic() - started < 3.5  # and not the 4 that the other one takes
        assert slow.answer()["id"] == 1


def test_a_page_whose_training_holds_the_interpreter_keeps_no_other_waiting(shared):
    with Page(shared.url) as slow, Page(shared.url) as quick:
        slow.send(framed({"id": 1, "do": "spin", "seconds": 4}))
        started = time.monotonic()
        for i in range(10):
            quick.ask(id=i)
        assert time.monotonic() - started < 3.5
        assert slow.answer()["id"] == 1


def test_a_flood_is_met_at_a_pace_and_disturbs_no_other(served):
    server = served(limits={"per_second": 50, "burst": 20})
    with Page(server.url) as flood, Page(server.url) as other:
        sent = framed({"id": 1})
        writer = threading.Thread(target=lambda: [flood.send(sent) for _ in range(70)])
        started = time.monotonic()
        writer.start()
        assert [other.ask(id=i)["count"] for i in range(10)] == list(range(1, 11))
        others = time.monotonic() - started
        assert [flood.answer()["count"] for _ in range(70)] == list(range(1, 71))
        flooded = time.monotonic() - started
        assert flooded > (70 - 20) / 50 * 0.95
        assert others < flooded
        writer.join()


def test_as_many_sessions_as_there_may_be(served):
    server = served(limits={"sessions": 2})
    with Page(server.url) as one, Page(server.url) as other:
        with Page(server.url) as third:
            text = "2 pages are open, and no more are possible: close one, then load this one anew."
            assert third.first == {"status": "closed", "text": text}
            with pytest.raises(ConnectionClosed) as ended:
                third.answer()
            assert ended.value.rcvd.code == 4429
        assert one.ask(id=1)["count"] == 1
        assert other.ask(id=1)["count"] == 1
        one.socket.close()
        with Page(server.url) as fourth:  # the session that was kept for a reload gives way
            assert fourth.ask(id=1)["count"] == 1
    assert server.end() == (130, "")


def test_a_page_that_is_loaded_anew_finds_its_session_again(served):
    server = served()
    with Page(server.url) as page:
        page.ask(id=1)
        mine = page.first["session"]
    with Page(server.url, session=mine) as page:
        assert (page.first["session"], page.first["resumed"]) == (mine, True)
        assert page.ask(id=2)["count"] == 2
        with Page(
            server.url, session=mine
        ) as copied:  # a tab that was duplicated, with all that it remembers
            assert copied.first["resumed"] is False
            assert copied.first["session"] != mine
            assert copied.ask(id=1)["count"] == 1
        assert page.ask(id=3)["count"] == 3


@pytest.mark.parametrize("session", ["unknown", "x" * 3000])
def test_a_session_that_nobody_knows_is_a_new_one(shared, session):
    with Page(shared.url, session=session) as page:
        assert page.first["resumed"] is False


def test_after_a_while_what_was_kept_is_let_go(served):
    server = served(limits={"kept_seconds": 0.2})
    with Page(server.url) as page:
        page.ask(id=1)
        mine, with_page = page.first["session"], threads_of(server)
    wait_until(lambda: threads_of(server) < with_page)
    with Page(server.url, session=mine) as page:
        assert page.first["resumed"] is False


def test_a_silent_page_is_let_go_and_told(served):
    server = served(limits={"idle_seconds": 0.36})
    with Page(server.url) as page:
        page.ask(id=1)
        text = "Nothing was asked for 0.0001 hours, so the network was let go: load the page anew."
        assert json.loads(page.socket.recv(timeout=20)) == {"status": "closed", "text": text}
        with pytest.raises(ConnectionClosed) as ended:
            page.answer()
        assert ended.value.rcvd.code == 4408


def test_a_page_that_goes_in_the_midst_of_a_training_leaves_nothing(served):
    server = served(limits={"kept_seconds": 0})
    with Page(server.url) as other:
        other.ask(id=1)
        before = threads_of(server)
        for _ in range(5):
            page = Page(server.url)
            page.send(framed({"id": 1, "do": "advance", "seconds": 0.3}))
            page.socket.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            page.socket.socket.close()  # with a reset, as of a browser that crashes
        assert other.ask(id=2)["count"] == 2
        wait_until(lambda: threads_of(server) == before)
    assert server.end() == (130, "")


def test_a_page_that_reads_nothing_is_cut_off(served):
    server = served(limits={"unread_seconds": 0.3, "kept_seconds": 0})
    with Page(server.url) as other:
        before = threads_of(server), len(os.listdir(f"/proc/{server.process.pid}/fd"))
        deaf = _deaf(server)
        for i in range(4):
            deaf.sendall(_masked(framed({"id": i, "do": "large", "bytes": 30_000_000})))
        wait_until(lambda: threads_of(server) == before[0], 30)
        wait_until(lambda: len(os.listdir(f"/proc/{server.process.pid}/fd")) == before[1], 30)
        assert other.ask(id=1)["count"] == 1
        deaf.close()
    assert server.end() == (130, "")


def _deaf(server):
    """A connection with a handshake of its own, which reads that and no more."""
    token = server.url.partition("token=")[2]
    raw = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    raw.sendall(
        f"GET /session HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        f"Sec-WebSocket-Protocol: chainrule, token.{token}\r\n\r\n".encode()
    )
    assert raw.recv(12) == b"HTTP/1.1 101"
    return raw


def _masked(frame):
    """A binary WebSocket frame with a mask of zeros."""
    assert len(frame) <= 125
    return struct.pack("BB", 0x82, 0x80 | len(frame)) + bytes(4) + frame


@pytest.mark.parametrize(
    "raw",
    [
        b"\x82\xff" + b"\xff" * 8 + bytes(4),  # as long as can be said
        b"\x82\xff" + b"\x7f" + b"\xff" * 7 + bytes(4),
        b"\xf2\x80" + bytes(4),  # reserved bits
        b"\x82\x02{}",  # no mask
        b"\x83\x80" + bytes(4),  # no such kind
        b"\x81\x82" + bytes(4) + b"\xff\xfe",  # text that is none
        pytest.param(random.Random(0).randbytes(512), id="noise"),
    ],
)
def test_what_is_no_websocket_ends_that_connection_alone(shared, raw):
    with Page(shared.url) as other:
        deaf = _deaf(shared)
        deaf.sendall(raw)
        other.ask(id=1)
        deaf.close()
        assert other.ask(id=2)["count"] == 2


def test_connections_that_say_nothing_keep_no_page_waiting(shared):
    idle = [socket.create_connection(("127.0.0.1", shared.port), timeout=20) for _ in range(60)]
    with Page(shared.url) as page:
        assert page.ask(id=1)["count"] == 1
    for connection in idle:
        connection.close()


def test_nothing_stays_on_disk(served, tmp_path):
    server = served()
    with Page(server.url) as page:
        page.ask(id=1)
    server.end()
    assert sorted(path.name for path in Path(tmp_path).iterdir()) == ["index.html", "page.js"]
