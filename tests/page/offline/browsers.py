"""Real browsers, and the engine that a page has started in one."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page
from websockets.sync.client import connect

import a_browser

# Runs before the page: what the engine says is kept, and it can be asked beside the page.
LISTENING = """
window.told = [];
window.Worker = class extends Worker {
  constructor(...given) {
    super(...given);
    window.engine = this;
    this.addEventListener("message", ({ data }) => { if (data.header.event) told.push(data.header); });
  }
};
"""
READY = """new Promise((resolve) => {
  const end = () => window.told.find(({ status }) => status === "ready" || status === "closed");
  const again = setInterval(() => { if (end()) { clearInterval(again); resolve(JSON.stringify(told)); } }, 20);
})"""
ASK = """(([header, texts]) => new Promise((resolve) => {
  const read = ({ data }) => {
    if (data.header.id !== header.id) return;
    window.engine.removeEventListener("message", read);
    const buffers = data.buffers.map((buffer) => Array.from(new Uint8Array(buffer)));
    const kinds = data.buffers.map((buffer) => buffer.constructor.name);
    resolve(JSON.stringify({ header: data.header, buffers, kinds }));
  };
  window.engine.addEventListener("message", read);
  const buffers = texts.map((text) => new TextEncoder().encode(text).buffer);
  window.engine.postMessage({ header, buffers }, buffers);
}))"""


class Browser:
    """A page in a browser: `run` gives what a JavaScript expression comes to, a promise's result too."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.problems: list[str] = []
        self._ids = itertools.count(1_000_000)

    def run(self, expression: str) -> Any:
        raise NotImplementedError

    def ready(self) -> list[dict[str, Any]]:
        """What the engine told of its start, up to its end."""
        told: list[dict[str, Any]] = json.loads(self.run(READY))
        return told

    def ask(self, *texts: str, **request: Any) -> tuple[dict[str, Any], list[bytes]]:
        """The engine's answer; texts go along as buffers."""
        request["id"] = next(self._ids)
        answer = json.loads(self.run(f"{ASK}({json.dumps([request, texts])})"))
        assert set(answer["kinds"]) <= {"ArrayBuffer"}
        return answer["header"], [bytes(buffer) for buffer in answer["buffers"]]


class Chromium(Browser):
    """Driven by playwright; `page` is its page."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)

    def run(self, expression: str) -> Any:
        return self.page.evaluate(expression)


@contextmanager
def chromium() -> Iterator[Callable[..., Chromium]]:
    """Debian's Chromium: opens a page at a URL; what else is given runs in it before its own programs."""
    with a_browser.chromium() as browser:

        def open_page(url: str, before: str = "") -> Chromium:
            opened = Chromium(browser.new_page(viewport={"width": 1280, "height": 800}))
            opened.page.add_init_script(LISTENING + before)
            opened.page.goto(url)
            return opened

        yield open_page


class Firefox(Browser):
    """Driven by WebDriver BiDi, which Firefox speaks by itself."""

    def __init__(self, socket: Any) -> None:
        super().__init__()
        self.socket = socket
        self._numbers = itertools.count(1)

    def command(self, method: str, **given: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": given}))
        while True:
            message = json.loads(self.socket.recv(timeout=120))
            if message.get("id") == number:
                assert message["type"] == "success", message
                result: dict[str, Any] = message["result"]
                return result
            if message.get("method") == "network.beforeRequestSent":
                self.requests.append(message["params"]["request"]["url"])
            if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.problems.append(message["params"]["text"])

    def begin(self, url: str) -> None:
        self.command("session.new", capabilities={})
        self.command("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self.command("script.addPreloadScript", functionDeclaration=f"() => {{ {LISTENING} }}")
        self.context = self.command("browsingContext.getTree")["contexts"][0]["context"]
        self.command("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def run(self, expression: str) -> Any:
        result = self.command(
            "script.evaluate", expression=expression, target={"context": self.context}, awaitPromise=True
        )
        assert result["type"] == "success", result
        return result["result"].get("value")


@contextmanager
def firefox(url: str) -> Iterator[Firefox]:
    """A page of Debian's Firefox."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        pytest.skip("there is no Firefox: apt-get install firefox-esr")
    with ExitStack() as stack:
        profile = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        command = [program, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
        process = stack.enter_context(
            subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        )
        stack.callback(process.kill)
        assert process.stderr is not None
        lines = (re.search(r"ws://\S+", line) for line in process.stderr)
        address = next(found[0] for found in lines if found)
        socket = stack.enter_context(connect(f"{address}/session", max_size=None, proxy=None))
        opened = Firefox(socket)
        opened.begin(url)
        yield opened
        opened.command("browser.close")
