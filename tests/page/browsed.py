"""The page in a real browser, with a session behind it and no server between them."""

from __future__ import annotations

import base64
import functools
import json
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from chainrule.page.session import Session
from loaded import ROOT

STATIC = ROOT / "src/chainrule/page/static"
SPIRAL: dict[str, Any] = {
    "data": {"name": "spiral", "samples": 320, "noise": 0.02},
    "network": {
        "layers": [{"units": 4, "activation": "tanh"}, {"units": 4, "activation": "tanh"}],
        "seed": 2,
    },
    "training": {"optimizer": "adam", "batch": 20},
}
DTYPES = {"f8": "<f8", "f4": "<f4", "i4": "<i4", "u1": "u1"}

EMPTY = """<!doctype html><html lang="en"><title>chainrule</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">"""

MOUNT = """async (settings) => {
  const { mount } = await import("/page.js");
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
  const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
  let heard = () => {};
  const port = {
    listen: (callback) => { heard = callback; callback({ status: "ready" }); },
    close: () => {},
    send: async (header, buffers = []) => {
      const [answer, parts] = await window.handle(header, buffers.map((each) => text(each.buffer ?? each)));
      heard(answer, parts.map(bytes));
    },
  };
  const element = document.createElement("div");
  element.dataset.chainrule = "";
  document.body.append(element);
  window.page = mount(element, port, { alone: true, open: { settings } });
  window.page.store.mode.value = "train";
}"""


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that logs nothing."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def files() -> Iterator[str]:
    """The address of the page's files."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(STATIC)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Browsed:
    """A page that is open, and the session that answers it."""

    def __init__(self, page: Any, address: str, settings: dict[str, Any]) -> None:
        self.page, self.session = page, Session()
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.expose_function("handle", self._handle)
        page.route(f"{address}/", lambda route: route.fulfill(body=EMPTY, content_type="text/html"))
        page.goto(f"{address}/")
        page.evaluate(MOUNT, settings)
        page.wait_for_function("window.page.store.arrays.value.curves && window.page.store.idle()")

    def _handle(self, message: dict[str, Any], buffers: list[str]) -> Any:
        header, parts = self.session.handle(message, [base64.b64decode(each) for each in buffers])
        return json.loads(json.dumps(header)), [base64.b64encode(each).decode() for each in parts]

    def ask(self, do: str, **fields: Any) -> None:
        """Send a request as the page does, with what its pictures need, and wait for the answer."""
        self.page.evaluate(
            "([what, fields]) => window.page.store.request(what, { ...fields, want: window.page.store.want() })",
            [do, fields],
        )
        self.settled()

    def settled(self) -> None:
        """Wait until nothing is asked and all is drawn."""
        self.page.wait_for_function("window.page.store.idle()")
        self.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def array(self, name: str) -> np.ndarray[Any, Any]:
        """An array as the page has it."""
        got = self.page.evaluate(
            "(name) => { const { data, shape } = window.page.store.arrays.value[name]; return [[...data], shape]; }",
            name,
        )
        assert math.prod(got[1]) == len(got[0])
        return np.array(got[0]).reshape(got[1])

    def menu(self, name: str) -> None:
        """Open a menu of the header."""
        self.page.locator(".face", has_text=name).first.click()
