"""Lessons, addresses and sharing, in a real browser at the local server."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect

from a_browser import chromium, keep, violations
from chainrule.page.shown import LESSONS

SERVER = """
import sys
from chainrule.page.server import serve
from chainrule.page.session import Session
try:
    serve(Session, port=0, started=lambda a: print(a.url, flush=True), report=lambda line: print(line, file=sys.stderr))
except KeyboardInterrupt:
    pass
"""
TOUR = ["z1", "a1", "z2", "a2", "dz2", "dz1", "W1_new"]
ASKED = ["z1[0, 1]", "a1[0, 0]", "z2[0, 0]", "a2[0, 1]", "dz2[0, 1]", "dz1[0, 0]", "W1_new[0, 1]"]
WIDTHS = (360, 768, 1080, 1280, 1800, 2560)
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server of the page, as a process of its own."""
    process = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.terminate()
    process.communicate(timeout=20)


@pytest.fixture
def visit(browser: Browser, url: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Opens a page at an address; the console has stayed silent when the test ends."""
    opened: list[Page] = []
    said: list[str] = []

    def begin(address: str = "", width: int = 1280, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        page = context.new_page()
        page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{url}&{address}" if address else url)
        page.wait_for_selector("main")
        opened.append(page)
        return page

    yield begin
    for i, page in enumerate(opened):
        keep(page, request.node, i)
        page.context.close()
    assert said == []


def at_line(page: Page, name: str) -> None:
    """Wait until a line is current, and told in full."""
    page.wait_for_selector(f'.program [aria-current=step]:has-text("{name} ")')


def bar(page: Page, end: str) -> None:
    """Wait until the address bar ends so."""
    page.wait_for_url(lambda url: unquote(url).endswith(end))


# --- the tour ---------------------------------------------------------------------------------------------


def test_each_stop_of_the_tour_shows_the_line_it_speaks_of(visit: Visit) -> None:
    page = visit()
    page.click("text=Lessons")
    page.click("text=The tour")
    for i, (name, asked) in enumerate(zip(TOUR, ASKED, strict=True), 1):
        page.wait_for_selector(f".lesson .eyebrow:has-text('{i} of 8')")
        at_line(page, name)
        page.wait_for_selector(f'.why h2 [data-e="{asked}"]')
        assert page.locator(".notice").count() == 0
        page.click(".lesson button:text-is('Next')")
    page.wait_for_selector(".lesson .eyebrow:has-text('8 of 8')")
    page.wait_for_selector("main.train")
    expect(page.locator(".count")).to_contain_text(re.compile("epoch [1-9]"))  # it plays
    assert page.locator(".lesson button:text-is('Next')").count() == 0


def test_the_focus_stays_where_one_goes_on(visit: Visit) -> None:
    page = visit()
    page.focus("text=Lessons")
    page.keyboard.press("Enter")
    page.focus("text=The tour")
    page.keyboard.press("Enter")
    expect(page.locator(".lesson h2")).to_be_focused()
    assert page.evaluate("document.activeElement.textContent") == "From the input to the hidden units"
    page.focus(".lesson button:text-is('Next')")
    page.keyboard.press("Enter")
    page.wait_for_selector(".lesson .eyebrow:has-text('2 of 8')")
    assert page.evaluate("document.activeElement.textContent") == "Next"
    page.keyboard.press("n")
    page.wait_for_selector(".lesson .eyebrow:has-text('3 of 8')")
    page.keyboard.press("b")
    page.wait_for_selector(".lesson .eyebrow:has-text('2 of 8')")
    page.click(".lesson button:text-is('End')")
    page.wait_for_selector(":focus:text-is('Lessons')")
    assert page.locator(".lesson").count() == 0
    assert page.locator(".charts").is_visible()
    at_line(page, "a1")


def test_the_page_stays_usable_in_a_lesson(visit: Visit) -> None:
    page = visit("lesson=tour:2")
    at_line(page, "a1")
    page.click(".program >> text=dW1 =")
    at_line(page, "dW1")
    bar(page, "&line=dW1&why=a1[0,0]&parts=-charts&lesson=tour:2")


def test_with_less_motion_nothing_plays_by_itself(visit: Visit) -> None:
    page = visit("lesson=tour:7", reduced_motion="reduce")
    page.click(".lesson button:text-is('Next')")
    page.wait_for_selector("main.train")
    bar(page, "&lesson=tour:8")  # written only while it rests
    assert "epoch 0" in page.locator(".count").inner_text()


def test_the_list_has_the_lessons_and_stops_that_python_knows(visit: Visit) -> None:
    page = visit()
    page.click("text=Lessons")
    page.wait_for_selector(".lesson-list li")
    found = page.locator(".lesson-list li").evaluate_all(
        "all => all.map((each) => [each.querySelector('a').hash.slice(8), each.innerText])"
    )
    assert {name: int(re.search(r"(\d+) stops", text)[1]) for name, text in found} == LESSONS  # type: ignore[index]


@pytest.mark.some(2)
@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_opens(visit: Visit, name: str) -> None:
    page = visit(f"lesson={name}")
    for i in range(1, LESSONS[name] + 1):
        page.evaluate("text => { location.hash = text }", f"lesson={name}:{i}")
        page.wait_for_selector(f".lesson .eyebrow:has-text('{i} of {LESSONS[name]}')")
        page.wait_for_selector(".train .surface canvas, .step .line h2")
        assert page.locator(".notice").count() == 0


@pytest.mark.some(1)
@pytest.mark.parametrize("address", ["lesson=tour:5", "lesson=xor:1", "lesson=fill-in:2"])
def test_a_lesson_hides_nothing(visit: Visit, address: str) -> None:
    page = visit(address)
    page.wait_for_selector(".lesson")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        boxes = page.evaluate(
            """async () => {
              await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
              scrollTo(0, 0);
              const box = (each) => each.getBoundingClientRect().toJSON();
              const parts = document.querySelectorAll(
                ".top, .picture, .line, .program, .why, .charts, .network, .surface, .panels");
              return { lesson: box(document.querySelector(".lesson")), wide: document.documentElement.scrollWidth,
                others: [...parts].filter((each) => each.clientWidth).map((each) => [each.className, box(each)]) };
            }"""
        )
        mine = boxes["lesson"]
        assert boxes["wide"] == width
        assert 0 <= mine["left"] < mine["right"] <= width
        for name, other in boxes["others"]:
            apart = (
                other["right"] <= mine["left"] + 1 or other["left"] >= mine["right"] - 1
                or other["bottom"] <= mine["top"] + 1 or other["top"] >= mine["bottom"] - 1
            )  # fmt: skip
            assert apart, (width, name)


ACTS = {"": lambda page: None, "list": lambda page: page.click("text=Lessons"),
        "share": lambda page: page.click("button:text-is('Share')")}  # fmt: skip


@pytest.mark.some(2)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 768, 360])
@pytest.mark.parametrize("act", ACTS)
def test_nothing_violates_accessibility(visit: Visit, act: str, width: int, scheme: str) -> None:
    page = visit("lesson=tour:6", color_scheme=scheme)
    at_line(page, "dz1")
    ACTS[act](page)
    page.set_viewport_size({"width": width, "height": 900})
    assert violations(page) == []


# --- addresses --------------------------------------------------------------------------------------------


def test_an_address_leaves_out_parts_of_the_page(visit: Visit) -> None:
    page = visit("line=dz1&why=dz1[0,1]&hide=dz1[0,2]&parts=-why,-charts,-settings")
    at_line(page, "dz1")
    for part in (".why", ".charts", ".settings"):
        assert not page.locator(part).is_visible()
    assert page.locator(".picture").is_visible()
    assert page.locator('.line [data-e="dz1[0, 2]"]').last.text_content() == "?"
    page.click("text=Show all of the page")
    for part in (".why", ".charts", ".settings"):
        page.locator(part).wait_for()  # until it is to be seen
    bar(page, "#data=worked&line=dz1&why=dz1[0,1]&hide=dz1[0,2]")


PARTS = {
    "step": {"settings": ".settings", "transport": ".bar", "program": ".program", "network": ".picture",
             "line": ".step .line", "why": ".why", "charts": ".charts"},
    "train": {"network": ".network", "curves": ".panels", "surface": ".surface", "transport": ".train-bar"},
}  # fmt: skip


@pytest.mark.some(1)
@pytest.mark.parametrize("mode", PARTS)
def test_each_part_has_its_name(visit: Visit, mode: str) -> None:
    page = visit(f"data=moons&samples=40&mode={mode}")
    page.wait_for_selector(f"main.{mode}")
    for name, place in PARTS[mode].items():
        assert page.locator(place).first.is_visible()
        page.evaluate("text => { location.hash = text }", f"data=moons&samples=40&mode={mode}&parts=-{name}")
        page.wait_for_selector(place, state="hidden")
        page.evaluate("text => { location.hash = text }", f"data=moons&samples=40&mode={mode}")
        page.wait_for_selector(place, state="visible")


@pytest.mark.some(1)
@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_left_has_room(visit: Visit, width: int) -> None:
    page = visit("line=dz1&parts=-why,-charts,-program,-transport", width=width)
    page.wait_for_selector(".program", state="hidden")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator(".picture svg").bounding_box()["width"] > 0.4 * min(width, 800)  # type: ignore[index]


def test_a_bad_address_leaves_the_page_as_it_was(visit: Visit) -> None:
    page = visit("step=2&line=dz1&why=dz1[0,1]")
    page.wait_for_selector(".why .nudge, .why h2 [data-e]")
    before = page.locator("main").inner_text()
    page.evaluate("location.hash = 'data=moons&line=dz1&lesson=nobody'")
    page.wait_for_selector(".notice p")
    assert page.locator(".notice p").inner_text() == (
        "the address says lesson=nobody, which does not fit: there is no lesson 'nobody'. "
        "There is: tour, xor, off-for-ever, too-large-a-step, fill-in, all-alike."
    )
    assert page.locator("main").inner_text() == before
    bar(page, "#data=worked&step=2&line=dz1&why=dz1[0,1]")


def test_a_bad_address_at_the_start_opens_the_usual_page(visit: Visit) -> None:
    page = visit("<b>bold</b>=1")
    at_line(page, "z1")
    said = page.locator(".notice p").inner_text()
    assert said.startswith(
        "the address says <b>bold</b>=1, which does not fit: there is no part of an address"
    )
    assert page.locator(".notice b").count() == 0


def test_the_address_follows_the_page(visit: Visit) -> None:
    page = visit()
    at_line(page, "z1")
    page.click(".program >> text=da1 =")
    bar(page, "#data=worked&line=da1")
    page.click("button:text-is('Train')")
    bar(page, "#data=worked&mode=train")
    page.click('[aria-label="One epoch on"]')
    bar(page, "#data=worked&step=1&mode=train")
    page.reload()
    page.wait_for_selector("main.train")
    assert "epoch 1" in page.locator(".count").inner_text()
    bar(page, "#data=worked&step=1&mode=train")


def test_a_page_that_is_loaded_anew_keeps_what_no_address_holds(visit: Visit) -> None:
    page = visit("line=a1")
    at_line(page, "a1")
    page.keyboard.press("ArrowDown")
    bar(page, "&line=z2")
    for _ in range(2):
        page.click("button:text-is('batch')")
        page.click('[aria-label="One batch on"]')
    expect(page.locator(".count")).to_contain_text("step 2")
    page.click('[aria-label="One batch back"]')
    bar(page, "#data=worked&step=1")
    page.reload()
    page.wait_for_selector(".step .line h2")
    page.click('[aria-label="To the newest step"]')
    expect(page.locator(".count")).to_contain_text("step 3")


def test_a_page_in_a_notebook_leaves_the_address_alone(visit: Visit) -> None:
    page = visit()
    at_line(page, "z1")
    asked = page.evaluate(
        """async () => {
          const { mount } = await import("/page.js");
          const asked = [];
          const port = {
            listen: (heard) => heard({ status: "ready" }), close() {}, send: (header) => asked.push(header),
          };
          const page = mount(document.body.appendChild(document.createElement("div")), port, {});
          page.close();
          return asked;
        }"""
    )
    assert [(each["do"], "address" in each) for each in asked] == [("open", False)]


# --- sharing ----------------------------------------------------------------------------------------------


def test_the_address_is_copied(visit: Visit) -> None:
    page = visit("line=dz1", permissions=["clipboard-read", "clipboard-write"])
    at_line(page, "dz1")
    page.click("button:text-is('Share')")
    page.click("text=Copy")
    page.wait_for_selector("text=Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == "#data=worked&line=dz1"


def test_where_the_clipboard_is_not_allowed_the_address_is_selected(visit: Visit) -> None:
    page = visit("line=dz1")
    at_line(page, "dz1")
    page.evaluate(
        "navigator.clipboard.writeText = () => Promise.reject(); document.execCommand = () => false"
    )
    page.click("button:text-is('Share')")
    page.click("text=Copy")
    page.wait_for_selector("text=Press Ctrl-C to copy what is selected.")
    assert page.evaluate("getSelection().toString()") == "#data=worked&line=dz1"


def test_an_address_is_opened_where_it_is_typed(visit: Visit) -> None:
    page = visit()
    page.click("button:text-is('Share')")
    page.fill("#open-address", "https://example.org/page#data=worked&line=dW2")
    page.keyboard.press("Enter")
    at_line(page, "dW2")


def test_a_page_that_fits_no_address_is_saved_and_opened_as_a_file(visit: Visit, tmp_path: Path) -> None:
    page = visit()
    page.click(".settings >> text=Data")
    table = b"a,b,<i>kind</i>\n" + b"".join(b"%d,%d,%d\n" % (i % 7, i % 5, i % 2) for i in range(30))
    page.set_input_files("#set-file", {"name": "own.csv", "mimeType": "text/csv", "buffer": table})
    page.wait_for_selector(".settings >> text=own.csv")
    page.keyboard.press("Escape")
    page.click("button:text-is('Share')")
    page.wait_for_selector(".share .refused")
    assert page.locator(".share .refused").inner_text() == (
        "Data and networks of one's own don't fit an address: save the page as a file."
    )
    assert "#" not in page.url
    with page.expect_download() as download:
        page.click("button:text-is('Save the page')")
    assert download.value.suggested_filename == "page.chainrule"
    download.value.save_as(tmp_path / "page.chainrule")
    page.fill("#open-address", "data=worked&line=a1")
    page.keyboard.press("Enter")
    at_line(page, "a1")
    drop(page, "page.chainrule", (tmp_path / "page.chainrule").read_bytes())
    page.wait_for_selector(".settings >> text=own.csv")
    drop(page, "page.chainrule", b"no such thing")
    page.wait_for_selector(".notice p")
    assert page.locator(".notice p").inner_text().startswith("the state can't be opened: ")
    assert page.locator(".settings >> text=own.csv").is_visible()


def drop(page: Page, name: str, content: bytes) -> None:
    page.evaluate(
        """([name, content]) => {
          const files = new DataTransfer();
          files.items.add(new File([new Uint8Array(content)], name));
          const event = new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true });
          document.querySelector("main").dispatchEvent(event);
        }""",
        [name, list(content)],
    )
