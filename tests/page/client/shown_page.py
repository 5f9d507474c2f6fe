"""The page in a real browser, on a session in this process."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

import chainrule.page
from chainrule.page.session import Session

STATIC = Path(chainrule.page.__file__).parent / "static"
ADDRESS = "http://page.test/"
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json"}
START = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>page</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="page.css"></head><body style="margin:0"><div id="page"></div>
<script type="module">
import { mount, recordedPort } from "./page.js";
const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes.buffer ?? bytes)));
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
window.enginePort = () => {
  let heard = () => {};
  return {
    send: async (header, buffers = []) => {
      const [answer, arrays] = await window.engine(JSON.stringify(header), buffers.map(text));
      heard(answer, arrays.map(bytes));
    },
    listen: (callback) => { heard = callback; callback({ status: "ready" }); },
    close: () => {},
  };
};
window.start = (port, options) => (window.page = mount(document.getElementById("page"), port, options));
window.recordedPort = recordedPort;
</script></body></html>"""

STILL = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  do {
    await frame();
    await frame();
  } while (!page.store.idle());
}"""

Settings = dict[str, Any]


class Shown:
    """The page in a browser, and the session behind it.

    Parameters
    ----------
    page : the browser's
    session : what answers it
    """

    def __init__(self, page: Page, session: Session) -> None:
        self.page, self.session = page, session
        self.said: list[str] = []
        self.elsewhere: list[str] = []
        self.requests: list[dict[str, Any]] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.expose_function("engine", self._answer)
        page.route("**/*", self._file)
        page.goto(ADDRESS)
        page.wait_for_function("'start' in window")

    def _answer(self, header: str, buffers: list[str]) -> list[Any]:
        self.requests.append(json.loads(header))
        answer, arrays = self.session.handle(json.loads(header), [base64.b64decode(each) for each in buffers])
        return [answer, [base64.b64encode(bytes(array)).decode() for array in arrays]]

    def _file(self, route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS)
        if not route.request.url.startswith((ADDRESS, "data:")):
            self.elsewhere.append(route.request.url)
            route.abort()
        elif path == "":
            route.fulfill(body=START, content_type="text/html")
        else:
            route.fulfill(body=(STATIC / path).read_bytes(), content_type=KINDS[Path(path).suffix])

    def open(self, settings: Settings | None = None, **options: Any) -> Shown:
        """Mount the page, and open what the settings say."""
        told = {"alone": True, "open": {"settings": settings} if settings else {}, **options}
        self.page.evaluate("(told) => { start(enginePort(), told) }", told)
        self.page.wait_for_selector(".line h2")
        return self.still()

    def still(self) -> Shown:
        """Wait until nothing is asked and everything is drawn."""
        self.page.evaluate(STILL)
        return self

    def press(self, *keys: str) -> Shown:
        for key in keys:
            self.page.keyboard.press(key)
            self.still()
        return self

    def click(self, selector: str) -> Shown:
        self.page.click(selector)
        return self.still()

    def to(self, name: str) -> Shown:
        """Make a line current."""
        place = self.page.evaluate("(n) => page.store.lines.value.findIndex((l) => l.name === n)", name)
        return self.click(f".program li button >> nth={place}")

    def number(self, entry: str) -> str:
        """What the drawing says of an entry, without its letters."""
        text = self.page.text_content(f'.graph text[data-e="{entry}"]')
        assert text is not None
        return text.split(" ")[-1].replace("−", "-")

    def text(self, selector: str) -> str:
        found = self.page.text_content(selector)
        assert found is not None
        return " ".join(found.split()).replace("−", "-")
