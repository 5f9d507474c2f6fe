"""How many frames a second the page draws while an engine that needs no time floods it with new numbers.

python benchmarks/page_frames.py [FOLDER of page.js and page.css] [SECONDS]

Needs playwright and a Chromium. The frames are recorded from a session first; then the page plays them back through a
port that answers at once. One line for 2-4-4-2 on a spiral, and one for 784-128-10 on images.
"""

from __future__ import annotations

import base64
import json
import shutil
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

STATIC = Path(__file__).parent.parent / "src/chainrule/page/static"
FRAMES = 24
SPIRAL = {
    "data": {"name": "spiral", "samples": 320, "noise": 0.02},
    "network": {
        "layers": [{"units": 4, "activation": "tanh"}, {"units": 4, "activation": "tanh"}],
        "seed": 2,
    },
    "training": {"optimizer": "adam", "batch": 20},
}
PLANE = {"parameters": True, "curves": True, "confusion": True, "plane": 24, "surface": 64, "points": True}
UNITS = list(range(8))
IMAGES = {
    "parameters": True, "curves": True, "confusion": True, "values": True, "image": True, "pictures": UNITS,
    "units": {"a1": UNITS},
}  # fmt: skip

PLAY = """async ([replies, seconds]) => {
  const { mount } = await import("/page.js");
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
  const frames = replies.map(({ header, buffers }) => ({ header, buffers: buffers.map(bytes) }));
  let heard = () => {}, sent = 0;
  const port = {
    listen: (callback) => { heard = callback; callback({ status: "ready" }); },
    close: () => {},
    send({ id, do: what }) {
      const next = () => frames[1 + (sent += what === "advance") % (frames.length - 1)];
      if (what === "advance") sent += 1;
      const { header, buffers } = frames[what === "open" ? 0 : 1 + (sent % (frames.length - 1))];
      const known = ["open", "view", "advance"].includes(what);
      const answer = known ? header : { error: { text: "not here", field: null } };
      setTimeout(() => heard({ ...answer, id }, known ? buffers : []));
    },
  };
  const element = document.createElement("div");
  document.body.append(element);
  const { store, close } = mount(element, port, { alone: true });
  store.mode.value = "train";
  store.by.value = "epoch";
  store.pace.value = { line: 1, batch: 0, epoch: 0 };
  await new Promise((done) => setTimeout(done, 500));
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  sent = 0;
  store.playing.value = true;
  const start = performance.now();
  let painted = 0, seen = 0;
  while (performance.now() - start < 1000 * seconds) {
    await drawn();
    if (sent !== seen) painted += 1;
    seen = sent;
  }
  store.playing.value = false;
  const taken = (performance.now() - start) / 1000;
  close();
  element.remove();
  return painted / taken;
}"""


def recorded(session: Any, settings: dict[str, Any], want: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer to `open`, then those to some epochs of training."""
    requests = [{"id": 0, "do": "open", "settings": settings, "want": want}]
    requests += [{"id": 0, "do": "advance", "by": "epoch", "count": 1, "want": want}] * FRAMES
    replies = []
    for request in requests:
        header, buffers = session.handle(request)
        if "error" in header:
            raise SystemExit(header["error"]["text"])
        replies.append({"header": header, "buffers": [base64.b64encode(each).decode() for each in buffers]})
    return replies


def workloads() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The networks by name, with their frames."""
    from chainrule.page.session import Session, session

    yield "2-4-4-2", recorded(Session(), SPIRAL, PLANE)
    rng = np.random.default_rng(0)
    X, y = rng.random((400, 784)) * (rng.random((400, 784)) < 0.2), rng.integers(0, 10, 400)
    settings = {"network": {"layers": [{"units": 128, "activation": "relu"}]}, "training": {"batch": 32}}
    features = [f"pixel{i}" for i in range(784)]
    given = session(None, X, y, features=features, classes=[str(k) for k in range(10)], title="images")
    yield "784-128-10", recorded(given, settings, IMAGES)


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that logs nothing."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def main(folder: Path = STATIC, seconds: float = 5) -> None:
    """Measure, and print a line for each network."""
    from playwright.sync_api import sync_playwright

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for name, replies in workloads():
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(f"http://127.0.0.1:{server.server_port}/page.css")
            page.set_content('<link rel="stylesheet" href="/page.css"><body style="margin:0"></body>')
            page.on("pageerror", lambda error: print(error, file=sys.stderr))
            frames = page.evaluate(PLAY, [json.loads(json.dumps(replies)), seconds])
            print(json.dumps({"network": name, "frames a second": round(frames, 1)}))
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main(*([Path(sys.argv[1])] if len(sys.argv) > 1 else []), *map(float, sys.argv[2:]))
