"""The engine in real browsers: it starts from a file and from a site, says what Python says, and fetches nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsers import Browser, Chromium, firefox

from chainrule.page import offline, packing
from chainrule.page.session import Session

TITLE = "A run <of> mine & yours"  # as the fixture writes it
Chrome = Callable[..., Chromium]
SMALL = {
    "data": {"name": "spiral"},
    "network": {"layers": [
        {"units": 4, "activation": "tanh"}, {"units": 4, "activation": "tanh"}, {"units": 2, "activation": "softmax"},
    ]},
}  # fmt: skip
STAGES = [
    {"event": "engine", "status": "starting", "stage": 0, "of": 4, "title": "Python"},
    {"event": "engine", "status": "starting", "stage": 1, "of": 4, "title": "NumPy"},
    {"event": "engine", "status": "starting", "stage": 2, "of": 4, "title": "chainrule"},
    {"event": "engine", "status": "starting", "stage": 3, "of": 4, "title": "the network"},
    {"event": "engine", "status": "ready", "stage": 4, "of": 4, "title": ""},
]


def arrays(header: dict[str, Any], buffers: list[Any]) -> dict[str, np.ndarray]:
    """The arrays of an answer by name."""
    kinds = {"f8": "<f8", "f4": "<f4", "i4": "<i4", "u1": "u1"}
    return {
        told["name"]: np.frombuffer(bytes(buffer), kinds[told["dtype"]]).reshape(told["shape"])
        for told, buffer in zip(header["arrays"], buffers, strict=True)
    }


def says_what_python_says(browser: Browser) -> None:
    """The same requests, to the engine in the browser and to a session here."""
    session = Session()
    want = {"values": True, "parameters": True, "points": True, "sample": 3}
    for request in (
        {"do": "open"}, {"do": "lines"}, {"do": "line", "name": "z1"}, {"do": "why", "entry": "dW1[0, 1]", "depth": 2},
        {"do": "open", "settings": SMALL, "want": want}, {"do": "advance", "by": "batch", "count": 7, "want": want},
        {"do": "seek", "step": 3, "want": want}, {"do": "what_if", "changes": {"a1[0, 1]": 0}},
    ):  # fmt: skip
        found, bytes_found = browser.ask(**request)
        right, bytes_right = session.handle({"id": found["id"], **request})
        if "world" in right:  # the digits come with scikit-learn, which the browser does not have
            listed = found["world"]["choices"].pop("data")
            assert listed == [
                one for one in right["world"]["choices"].pop("data") if one["value"] != "digits"
            ]
        close(found, right, str(request))
        here = arrays(right, bytes_right)
        for name, array in arrays(found, bytes_found).items():
            np.testing.assert_allclose(array, here[name], rtol=1e-9, atol=1e-12, err_msg=name)


def close(found: Any, right: Any, where: str) -> None:
    """Equal, but for the last digits of numbers and how long it took."""
    if isinstance(right, dict):
        assert list(found) == list(right), where
        for key in right:
            if key != "rate":
                close(found[key], right[key], f"{where}.{key}")
    elif isinstance(right, list | tuple):
        assert len(found) == len(right), where
        for i, (a, b) in enumerate(zip(found, right, strict=True)):
            close(a, b, f"{where}[{i}]")
    elif isinstance(right, float):
        assert found == pytest.approx(right, rel=1e-9, abs=1e-12), where
    else:
        assert found == right, where


def fetched_nothing(browser: Browser, saved: Path) -> None:
    assert [url for url in browser.requests if not url.startswith("data:")] in ([], [saved.as_uri()])
    assert browser.problems == []


def test_it_starts_from_a_file_in_chromium(saved: Path, opened: Chromium) -> None:
    assert opened.ready() == STAGES
    assert opened.page.title() == TITLE
    fetched_nothing(opened, saved)


def test_it_starts_from_a_file_in_firefox(saved: Path) -> None:
    with firefox(saved.as_uri()) as browser:
        assert browser.ready() == STAGES
        assert browser.run("document.title") == TITLE
        says_what_python_says(browser)
        fetched_nothing(browser, saved)


def test_it_says_what_python_says(opened: Chromium) -> None:
    says_what_python_says(opened)


def test_the_page_is_there_before_its_engine(saved: Path, chrome: Chrome) -> None:
    """With a worker that never starts, what was recorded is shown."""
    browser = chrome(saved.as_uri(), "window.Worker = class { postMessage() {} };")
    page = browser.page
    page.get_by_text("2 → 3 relu → 2 softmax").first.wait_for()
    page.get_by_text("1.944").first.wait_for()  # L of the worked example
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    page.get_by_text("L = −Σ y ⊙ log a2").first.wait_for()
    assert browser.problems == []


def test_a_request_it_does_not_know_is_answered(opened: Chromium) -> None:
    header, buffers = opened.ask(do="fly")
    assert "there is no request 'fly'" in header["error"]["text"]
    assert buffers == []


def test_a_buffer_gets_there(opened: Chromium) -> None:
    csv = "x1,x2,label\n" + "".join(f"{i % 5},{i % 7},{'ab'[i % 2]}\n" for i in range(40))
    settings = {"data": {"name": "file", "file": "mine.csv"}}
    header, _ = opened.ask(csv, do="change", settings=settings, arrays=[{"name": "file", "dtype": "raw"}])
    assert "error" not in header, header
    assert header["world"]["data"]["classes"] == ["a", "b"]


def test_a_state_is_opened(tmp_path: Path, engine: packing.Files, chrome: Chrome) -> None:
    session = Session()
    session.handle({"id": 1, "do": "open", "settings": SMALL})
    session.handle({"id": 2, "do": "advance", "by": "batch", "count": 9})
    header, buffers = session.handle({"id": 3, "do": "export", "kind": "state"})
    assert "error" not in header, header
    state = bytes(buffers[0])
    offline.save(tmp_path / "run.html", state, offline.record(Session(), state))
    browser = chrome((tmp_path / "run.html").as_uri())
    browser.page.get_by_text("2 → 4 tanh → 4 tanh → 2 softmax").first.wait_for()
    assert browser.ready() == STAGES
    answer, _ = browser.ask(do="view")
    assert answer["view"]["step"] == 9
    assert browser.problems == []


def test_an_engine_that_is_broken_says_so(saved: Path, tmp_path: Path, chrome: Chrome) -> None:
    text = saved.read_text(encoding="utf-8")
    start = text.index('data-chainrule-file="numpy.tar">') + 100_000
    (tmp_path / "broken.html").write_text(text[:start] + "A" * 4000 + text[start + 4000 :], encoding="utf-8")
    browser = chrome((tmp_path / "broken.html").as_uri())
    last = browser.ready()[-1]
    assert last["status"] == "closed"
    assert last["text"].startswith("The engine could not be started: ")


def test_it_starts_from_a_site(tmp_path: Path, engine: packing.Files, chrome: Chrome) -> None:
    for name, content in offline.site().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/"
    try:
        browser = chrome(f"{url}index.html")
        assert browser.ready() == STAGES
        assert browser.ask(do="open")[0]["world"]["title"] == "2 → 3 relu → 2 softmax"
        assert all(address.startswith((url, "data:")) for address in browser.requests)
        assert browser.problems == []
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
