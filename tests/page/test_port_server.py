"""The client's port to the server: by itself, and with a real server behind it. Both need Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from chainrule.page.listening import listen
from loaded import ROOT

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="needs Node 20.10 or later")


def node(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(NODE), *arguments], capture_output=True, text=True, timeout=120)


def test_by_itself():
    done = node("--test", str(ROOT / "client" / "test" / "server.test.js"))
    assert done.returncode == 0, done.stdout


def live(url, *arguments):
    done = node(
        "--no-warnings", "--experimental-websocket", str(Path(__file__).parent / "live.mjs"), url, *arguments
    )
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_with_a_server(shared):
    ready, echo, large = live(shared.url)
    assert ready == {"status": "ready", "resumed": False, "buffers": []}
    assert echo == {"id": 1, "count": 1, "got": [12], "buffers": []}
    assert (large["id"], large["buffers"]) == (2, [1_000_001])


def test_with_the_token_of_another_start(shared):
    closed, *refused = live(shared.url, "old")
    text = "This page has no token, or an old one: open the address that chainrule play printed last."
    assert closed == {"status": "closed", "text": text, "buffers": []}
    assert refused == [{"id": i, "error": {"text": text, "field": None}, "buffers": []} for i in (1, 2)]


def test_with_no_server():
    with listen(port=0) as listener:
        port = listener.getsockname()[1]
    lost, gone, *refused = live(f"http://127.0.0.1:{port}/#token=t")
    assert (
        lost["text"] == "The connection to chainrule play is lost. Is it still running? It is tried again …"
    )
    text = "chainrule play has ended. Start it again in the terminal, and open the address that it prints."
    assert gone == {"status": "closed", "text": text, "buffers": []}
    assert [answer["error"]["text"] for answer in refused] == [text, text]
