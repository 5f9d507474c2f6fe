"""The file itself: what stands in it, and that it is written whole or not at all."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from chainrule.errors import FileError, InputError
from chainrule.page import offline, packing
from chainrule.page.session import Session

TITLE = "A run <of> mine & yours"  # as the fixture writes it
HOSTILE = "</script><script>document.title = 'taken over'</script><!-- <script>"


class Document(HTMLParser):
    """The scripts of a page by what they are, its title, and every address that it would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: dict[str, str] = {}
        self.title, self.addresses = "", list[str]()
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.addresses += [given[name] for name in ("src", "href") if name in given]
        self._in = tag
        if tag == "script":
            self._in = given.get("data-chainrule-part") or given.get("data-chainrule-file") or "program"
            self.scripts[self._in] = ""

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in in self.scripts:
            self.scripts[self._in] += data
        elif self._in == "title":
            self.title += data


def test_it_holds_all_and_asks_for_nothing(saved: Path, engine: packing.Files) -> None:
    document = Document(saved.read_text(encoding="utf-8"))
    assert document.title == TITLE
    assert document.addresses == ["data:,"]
    for name, content in engine.items():
        assert base64.b64decode(document.scripts[name]) == content
    assert base64.b64decode(document.scripts["worker"]) == (offline.STATIC / "engine.js").read_bytes()
    assert saved.stat().st_size < 12.5e6


def test_what_the_page_asks_first_stands_in_it(saved: Path) -> None:
    replies = json.loads(Document(saved.read_text(encoding="utf-8")).scripts["replies"])
    session = Session()
    for reply in replies:
        header, buffers = session.handle({"id": 1, **reply["request"]})
        assert {"id": 1, **reply["header"]} == json.loads(json.dumps(header))
        assert [base64.b64decode(buffer) for buffer in reply["buffers"]] == [bytes(b) for b in buffers]
    asked = [reply["request"] for reply in replies]
    assert [request["do"] for request in asked[:2]] == ["open", "lines"]
    lines = replies[1]["header"]["lines"]["lines"]
    assert asked[2:-1] == [{"do": "line", "name": line["name"]} for line in lines]
    assert asked[-1]["do"] == "view"
    assert {"curves", "surface", "points"} <= asked[-1]["want"].keys()  # for the charts beside the step


def test_a_state_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(InputError):
        offline.record(Session(), b"no state")


def test_text_of_the_data_stays_text(tmp_path: Path, engine: packing.Files) -> None:
    path = tmp_path / "page.html"
    reply = offline.Reply({"do": "open"}, {"world": {"title": HOSTILE}}, [np.arange(3.0)])
    offline.save(path, b"a state", [reply], title=HOSTILE)
    text = path.read_text(encoding="utf-8")
    document = Document(text)
    assert document.title == HOSTILE
    assert json.loads(document.scripts["replies"])[0]["header"]["world"]["title"] == HOSTILE
    assert base64.b64decode(document.scripts["state"]) == b"a state"
    assert len(document.scripts) == len(engine) + 4  # worker, replies, state, and the one program
    assert len(re.findall("<script", text)) == len(document.scripts)


def test_it_is_written_whole_or_not_at_all(tmp_path: Path, engine: packing.Files) -> None:
    path = tmp_path / "run.html"
    path.write_text("the one before")
    with pytest.raises(
        ValueError, match="not JSON compliant"
    ):  # a browser would refuse the whole page for it
        offline.save(path, replies=[offline.Reply({"do": "view"}, {"loss": float("nan")})])
    assert path.read_text() == "the one before"
    with pytest.raises(FileError, match="there is no folder"):
        offline.save(tmp_path / "none" / "run.html")
    assert [file.name for file in tmp_path.iterdir()] == ["run.html"]


def test_a_package_without_its_client_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offline, "STATIC", tmp_path / "static")
    with pytest.raises(
        FileError, match=r"^the page's engine\.js is not in .*static: .* Run 'make client' in"
    ):
        offline.save(tmp_path / "run.html")


def test_a_site_has_the_same_files(engine: packing.Files) -> None:
    site = offline.site()
    assert {name: site[f"engine/{name}.packed"] for name in engine} == engine
    assert b'data-chainrule="offline"' in site["index.html"]
    assert {"page.js", "page.css", "engine.js", "licences.txt"} < set(site)
