"""The page in a notebook: the widget's own messages, in a real browser, on the notebook's own network."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

import chainrule as cr
from a_browser import chromium
from chainrule.notation import numeral

# What anywidget gives a page: a model that sends to the kernel and hears from it. The kernel is this process.
CELL = """async ({ code, style }) => {
  document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
  const widget = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const heard = new Set();
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer.buffer ?? buffer)));
  const model = {
    on: (name, callback) => name === "msg:custom" && heard.add(callback),
    off: (name, callback) => heard.delete(callback),
    send: async (header, callbacks, buffers = []) => {
      const answers = await window.kernel(JSON.stringify(header), buffers.map(text));
      for (const [answer, texts] of answers) {
        const views = texts.map((each) => new DataView(Uint8Array.from(atob(each), (c) => c.charCodeAt(0)).buffer));
        for (const callback of heard) callback(JSON.parse(answer), views);
      }
    },
  };
  const el = document.body.appendChild(document.createElement("div"));
  window.ended = (widget.default ?? widget).render({ model, el });
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


def shown(browser: Any, widget: Any) -> Page:
    """A widget in a cell."""
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    problems = page.problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    sent: list[Any] = []
    widget.send = lambda header, buffers=(): sent.append(
        [json.dumps(header), [base64.b64encode(buffer).decode() for buffer in buffers]]
    )

    def kernel(_: Any, header: str, texts: list[str]) -> list[Any]:
        sent.clear()
        widget._handle_custom_msg(json.loads(header), [memoryview(base64.b64decode(text)) for text in texts])
        return list(sent)

    page.expose_binding("kernel", kernel)
    page.goto("data:text/html,<!doctype html><title>a notebook</title>")
    page.evaluate(CELL, {"code": widget._esm, "style": widget._css})
    page.wait_for_selector(".chainrule-page svg")
    return page


def number(page: Page, entry: str) -> str:
    """The number of an entry, as the drawing has it."""
    found = page.locator(f'svg [data-e="{entry}"]').last.text_content()
    assert found is not None
    return found.split()[-1].replace("−", "-")


def test_the_notebooks_network_is_shown_stepped_and_changed(browser: Any) -> None:
    net = cr.worked_example()
    page = shown(browser, net.play(net.x, net.y, optimizer="sgd"))
    trace = net.trace(net.x, net.y, optimizer=cr.SGD(0.01))
    for entry in ("z1[0, 1]", "a1[0, 2]", "z2[0, 0]", "a2[0, 1]", "dz2[0, 0]", "W2[1, 0]", "b1[0]"):
        assert float(number(page, entry)) == pytest.approx(trace[entry], abs=5e-4), entry
    before = net.parameters["W1"].copy()
    page.get_by_role("button", name="batch", exact=True).click()
    page.get_by_role("button", name="One batch on").click()
    page.wait_for_function(
        "() => document.querySelector('.chainrule-page .count').textContent.includes('step 1')"
    )
    assert (net.parameters["W1"] != before).any()
    assert numeral(net.parameters["W1"][0, 1]) == numeral(trace["W1_new"][0, 1])
    assert page.problems == []


def test_a_page_that_is_closed_leaves_nothing(browser: Any) -> None:
    X, y = cr.data.moons(40)
    page = shown(browser, cr.Network([2, 4, 2]).play(X, y))
    page.evaluate("ended()")
    assert page.locator(".chainrule-page").count() == 0
    assert page.problems == []
