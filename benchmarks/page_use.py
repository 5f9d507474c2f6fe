"""What a person waits for on the page, in Chromium, behind `chainrule play` as it comes.

    python benchmarks/page_use.py [--seconds 10] [--mnist FOLDER] [--offline]

It measures the time to the first picture, pictures and training steps a second while a spiral is trained as fast as it
goes, how long a click waits for its derivation, and pictures a second of a large network on images. A picture counts
where the browser has drawn a frame after its answer came. With --offline it measures one saved file, from the disk,
with the engine that stands in it.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

FRAMES = """() => {
  window.frames = 0;
  const next = () => { window.frames += 1; requestAnimationFrame(next); };
  requestAnimationFrame(next);
}"""


READY = """() => {
  window.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if (data.header.status === "ready") window.ready ??= performance.now();
        if (data.header.view) { window.answers = (window.answers ?? 0) + 1; window.step = data.header.view.step; }
      });
    }
  };
}"""


@contextmanager
def played(*arguments: str) -> Iterator[str]:
    """The address of a page that is served."""
    command = [
        sys.executable,
        "-c",
        "from chainrule.cli import main; main()",
        "play",
        "--no-browser",
        *arguments,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://\S+", line):
            break
    else:
        raise SystemExit("chainrule play printed no address")
    try:
        yield found[0]
    finally:
        process.terminate()
        process.wait()


class Watched:
    """A page, and what its answers say."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.answers, self.step = page, 0, 0
        page.on("websocket", lambda socket: socket.on("framereceived", self._answer))
        page.add_init_script(f"({FRAMES})()")
        began = time.perf_counter()
        page.goto(url)
        page.wait_for_selector(".chainrule-page svg, .chainrule-page canvas")
        self.first = time.perf_counter() - began

    def _answer(self, frame: Any) -> None:
        if not isinstance(frame, bytes):
            return
        header = json.loads(frame[4 : 4 + int.from_bytes(frame[:4], "little")])
        if "view" in header:
            self.answers, self.step = self.answers + 1, header["view"]["step"]

    def play(self, seconds: float) -> tuple[float, float]:
        """Pictures and steps a second, once the first seconds are over."""
        page = self.page
        page.get_by_role("button", name="Play", exact=True).click()
        page.wait_for_timeout(3000)
        answers, step, frames = self.answers, self.step, page.evaluate("frames")
        began = time.perf_counter()
        page.wait_for_timeout(1000 * seconds)
        passed = time.perf_counter() - began
        drawn = min(self.answers - answers, page.evaluate("frames") - frames)
        steps = self.step - step
        page.get_by_role("button", name="Pause", exact=True).click()
        return drawn / passed, steps / passed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--mnist", type=Path, help="the folder of MNIST's files")
    parser.add_argument("--offline", action="store_true", help="a saved file instead of the server")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        if options.offline:
            offline(browser.new_page(viewport={"width": 1280, "height": 800}), options.seconds)
            return
        with played() as url:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            watched = Watched(page, url)
            print(f"first picture after {watched.first:.2f} s (goal 1)")
            page.wait_for_selector('svg [data-e="z1[0, 1]"]')
            waits = [_click(page, i) for i in range(40)]
            late = statistics.quantiles(waits, n=20)[-1]
            print(
                f"click to derivation {statistics.median(waits):.0f} ms, 95 of 100 within {late:.0f} ms (goal 100)"
            )
        with played("spiral", "--hidden", "4,4", "--activation", "tanh", "--batch-size", "20") as url:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            watched = Watched(page, url)
            _train(page)
            drawn, steps = watched.play(options.seconds)
            print(
                f"2-4-4-2 on a spiral: {drawn:.0f} pictures (goal 30), {steps:,.0f} steps a second (goal 5,000)"
            )
        if options.mnist:
            with played(
                "mnist", "--data-dir", str(options.mnist), "--hidden", "128", "--batch-size", "100"
            ) as url:
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                watched = Watched(page, url)
                _train(page)
                drawn, steps = watched.play(options.seconds)
                print(f"784-128-10 on MNIST: {drawn:.0f} pictures (goal 10), {steps:,.0f} steps a second")
        browser.close()


def offline(page: Page, seconds: float) -> None:
    """The times of a saved file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "run.html")
        command = [
            "play",
            "spiral",
            "--hidden",
            "4,4",
            "--activation",
            "tanh",
            "--batch-size",
            "20",
            "--save",
            file,
        ]
        subprocess.run([sys.executable, "-c", "from chainrule.cli import main; main()", *command], check=True)
        page.add_init_script(f"({READY})()")
        page.goto(file.as_uri())
        drawn = page.evaluate("performance.now()") / 1000
        page.wait_for_selector(".chainrule-page svg")
        while not (ready := page.evaluate("window.ready ?? 0")):
            page.wait_for_timeout(50)
        size = file.stat().st_size / 1e6
        print(
            f"one file, {size:.1f} MB: drawn after {drawn:.1f} s, engine after {ready / 1000:.1f} s (goal 8)"
        )
        _train(page)
        page.wait_for_timeout(500)
        page.get_by_role("button", name="Play", exact=True).click()
        page.wait_for_timeout(4000)
        before, began = page.evaluate("[step, answers]"), time.perf_counter()
        page.wait_for_timeout(1000 * seconds)
        after, passed = page.evaluate("[step, answers]"), time.perf_counter() - began
        steps, answers = ((b - a) / passed for a, b in zip(before, after, strict=True))
        print(f"2-4-4-2 in the browser: {answers:.0f} pictures, {steps:,.0f} steps a second (goal 2,000)")


def _train(page: Page) -> None:
    page.get_by_role("button", name="Train", exact=True).or_(
        page.get_by_text("Train", exact=True)
    ).first.click()
    page.wait_for_selector("canvas")


def _click(page: Page, i: int) -> float:
    """How long a click on a unit's number waits for its derivation to stand on the page."""
    entry = (
        "z1[0, 1]",
        "a1[0, 2]",
        "z2[0, 0]",
        "a2[0, 1]",
        "W1[0, 1]",
        "dz1[0, 1]",
        "da1[0, 2]",
        "dz2[0, 0]",
    )[i % 8]
    script = """(entry) => new Promise((resolve, reject) => {
      const page = document.querySelector(".chainrule-page");
      const target = [...page.querySelectorAll(`svg [data-e="${entry}"]`)].at(-1);
      if (!target) return reject(new Error(`${entry} is not drawn`));
      const began = performance.now();
      const seen = () => {
        const title = [...page.querySelectorAll("h2")].find((each) => each.textContent.startsWith("Why is"));
        if (title && title.textContent.includes(entry)) requestAnimationFrame(() => resolve(performance.now() - began));
        else requestAnimationFrame(seen);
      };
      target.dispatchEvent(new MouseEvent("click", { bubbles: true }));
      seen();
    })"""
    return float(page.evaluate(script, entry))


if __name__ == "__main__":
    main()
