"""Worksheets in a browser: blanks mark themselves, offline, for everybody, on a phone and in the dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import chainrule as cr
from a_browser import chromium, violations
from chainrule.notation import numeral


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def exercise() -> cr.Exercise:
    net = cr.Network([2, 3, 2], hidden="relu")
    return cr.exercise(
        net, ["z1", "L", "dz1", "dW1"], batch=3, series=2, seed=4, fade=True, optimizer=cr.SGD(0.1)
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sheets") / "sheets.html"
    path.write_text(exercise().to_html(), encoding="utf-8")
    return path


def opened(browser: Browser, file: Path, width: int = 1280, scheme: Any = "light") -> Page:
    """The page, which may ask nothing of any network and must raise no error."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(file.as_uri())
    assert asked == [file.as_uri()]
    return page


def blanks(page: Page, number: int) -> Any:
    return page.locator(f"#sheet-{number} input[data-blank]")


def put(page: Page, number: int, place: int, text: str) -> str:
    """Fill a blank in, leave it, and see how it is marked."""
    field = blanks(page, number).nth(place)
    field.fill(text)
    field.blur()
    return str(field.locator("xpath=..").get_attribute("data-state"))


def test_the_right_numbers_are_right(browser: Browser, file: Path) -> None:
    page = opened(browser, file)
    for sheet in exercise().sheets:
        assert blanks(page, sheet.number).count() == len(sheet.keys)
        for place, (name, index) in enumerate(sheet.cells()):
            assert put(page, sheet.number, place, numeral(sheet.key(name, index))) == "right", name
        said = page.locator(f"#sheet-{sheet.number} .cr-count").text_content()
        assert said == f"All {len(sheet.keys)} are right."
    page.close()


def test_a_mistake_is_marked_with_its_hint_and_told_on_demand(browser: Browser, file: Path) -> None:
    page = opened(browser, file)
    sheet = exercise().sheets[1]
    cells = list(sheet.cells())
    place, number = next(
        (place, number)
        for place, cell in enumerate(cells) if cell[0] == "dz1"
        for number, names in sheet.hints(*cell).items() if names[0] == "slope_skipped"
    )  # fmt: skip
    assert put(page, 2, place, numeral(number)) == "wrong"
    field = blanks(page, 2).nth(place)
    assert field.get_attribute("aria-invalid") == "true"
    said = page.locator(f"#{field.get_attribute('aria-describedby')}")
    hint = "A gradient that goes back through a function is multiplied by something: by what, and at which number?"
    assert hint in str(said.text_content())
    told = said.locator("details p")
    assert not told.is_visible()
    said.locator("summary").click()
    assert told.text_content() == "This is what comes out if the slope of the activation is missing."
    assert put(page, 2, place, numeral(sheet.key(*cells[place]))) == "right"
    assert field.get_attribute("aria-invalid") is None
    assert said.text_content() == ""
    page.close()


@pytest.mark.some(2)
@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("abc", "unread"),
        ("1/0", "unread"),
        ("1;2", "unread"),
        ("1e5", "wrong"),
        ("  ", "empty"),
    ],
)
def test_what_is_no_number_is_said(text: str, state: str, browser: Browser, file: Path) -> None:
    page = opened(browser, file)
    assert put(page, 1, 0, text) == state
    page.close()


def test_numbers_in_other_spellings_are_right(browser: Browser, file: Path) -> None:
    page = opened(browser, file)
    (name, index), *_ = exercise().sheets[0].cells()
    key = numeral(exercise().sheets[0].key(name, index))
    for text in (key.replace(".", ","), key.replace("-", "−"), f" {key} ", f"{key}/1", f"{float(key):.8e}"):
        assert put(page, 1, 0, text) == "right", text
    page.close()


def test_enter_goes_on_and_clear_begins_anew(browser: Browser, file: Path) -> None:
    page = opened(browser, file)
    blanks(page, 1).nth(0).fill("1")
    blanks(page, 1).nth(0).press("Enter")
    assert blanks(page, 1).nth(1).evaluate("field => field === document.activeElement")
    page.locator("#sheet-1 .cr-clear").click()
    assert blanks(page, 1).nth(0).input_value() == ""
    assert page.locator("#sheet-1 .cr-count").text_content() == f"0 of {blanks(page, 1).count()} are right."
    page.close()


@pytest.mark.some(1)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_and_nothing_sticks_out(
    width: int, scheme: str, browser: Browser, file: Path
) -> None:
    page = opened(browser, file, width, scheme)
    for place, text in enumerate(["7", "abc", "0"]):
        put(page, 2, place, text)
    for key in page.locator("details.cr-keys > summary").all():
        key.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    page.close()


def test_keys_are_folded_and_left_out_of_the_tasks(browser: Browser, file: Path, tmp_path: Path) -> None:
    page = opened(browser, file)
    assert page.locator("details.cr-keys").count() == 2
    assert not page.locator("details.cr-keys article").first.is_visible()
    page.close()
    alone = tmp_path / "tasks.html"
    alone.write_text(exercise().tasks.to_html(), encoding="utf-8")
    page = opened(browser, alone)
    assert page.locator("details.cr-keys").count() == 0
    assert put(page, 1, 0, "abc") == "unread"
    page.close()
