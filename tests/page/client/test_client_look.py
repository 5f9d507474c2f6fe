"""How the page stands on screens of any width, light and dark, by keyboard and for screen readers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from shown_page import Shown

from a_browser import violations

Show = Callable[..., Shown]
WIDE = {"data": {"name": "digits"}, "network": {"layers": [{"units": 32, "activation": "relu"}]}}
DEEP = {
    "data": {"name": "spiral"},
    "network": {
        "layers": [
            {"units": 4, "activation": "tanh"},
            {"units": 4, "activation": "relu", "norm": "batch_norm"},
        ]
    },
}


def plain(shown: Shown) -> None:
    shown.to("dz1")


def asked(shown: Shown) -> None:
    shown.to("dz1").click('.graph text[data-e="dz1[0, 1]"]').click('.why button:has-text("What if")')


def quizzed(shown: Shown) -> None:
    shown.to("dz1").click('button:text-is("Quiz")')


def legend(shown: Shown) -> None:
    shown.press("?")


def tables(shown: Shown) -> None:
    shown.press("t")


def edited(shown: Shown) -> None:
    shown.click('.graph text[data-e="W1[0, 1]"]')


@pytest.mark.some(2)
@pytest.mark.parametrize("width", [1280, 768, 360])
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("state", [plain, asked, quizzed, legend, tables, edited])
def test_nothing_violates_accessibility(
    show: Show, state: Callable[[Shown], None], dark: bool, width: int
) -> None:
    shown = show(dark=dark).open()
    state(shown)
    shown.page.set_viewport_size({"width": width, "height": 800})
    assert violations(shown.still().page) == []


@pytest.mark.some(1)
@pytest.mark.parametrize("settings", [None, DEEP, WIDE])
def test_the_page_is_no_wider_than_its_window(show: Show, settings: dict[str, Any] | None) -> None:
    shown = show().open(settings)
    for width in (360, 768, 1080, 1280, 1800, 2560):
        shown.page.set_viewport_size({"width": width, "height": 800})
        assert shown.still().page.evaluate("document.documentElement.scrollWidth") == width
        shown.press("ArrowRight")


@pytest.mark.parametrize("width", [360, 1280])
def test_numbers_stay_in_their_circles(show: Show, width: int) -> None:
    shown = show(width=width).open()
    outside = shown.page.evaluate("""() => {
      const units = [...document.querySelectorAll(".graph .unit")].map((unit) => unit.getBoundingClientRect());
      const inside = document.querySelectorAll(".unit-group > text.number");
      return [...inside].filter((text) => {
        const box = text.getBoundingClientRect();
        const middle = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
        const unit = units.find((each) => each.left < middle[0] && middle[0] < each.right
          && each.top < middle[1] && middle[1] < each.bottom);
        return unit && (box.left < unit.left || box.right > unit.right);
      }).map((text) => text.dataset.e);
    }""")
    assert outside == []


def test_on_a_phone_what_is_pressed_is_large_enough(show: Show) -> None:
    shown = show(width=360, height=740).open()
    for box in shown.page.eval_on_selector_all(
        ".bar .buttons button", "(all) => all.map((each) => each.getBoundingClientRect().toJSON())"
    ):
        assert box["width"] >= 44
        assert box["height"] >= 44
        assert box["bottom"] <= 740


def test_everything_is_reached_by_the_keyboard(show: Show) -> None:
    shown = show().open().to("dz1")
    shown.page.evaluate("document.activeElement.blur()")
    stops = []
    for _ in range(60):
        shown.page.keyboard.press("Tab")
        stop = shown.page.evaluate(
            "document.activeElement.closest('section, .buttons, .pace, .acts, header')?.className || ''"
        )
        if stop in stops[:1] and len(set(stops)) > 3:
            break
        stops.append(stop)
    assert {"acts", "buttons", "pace", "program", "picture", "line", "why"} <= set(stops)
    shown.page.focus('.graph text[tabindex="0"]')
    shown.press("ArrowRight", "ArrowRight", "Enter")
    assert shown.text(".why h2").startswith("Why is ")
    shown.press("Escape")
    shown.page.focus(".program .current")
    shown.press("ArrowDown")
    assert shown.page.evaluate("document.activeElement.textContent.trim().startsWith('5.7')")


def test_a_wide_column_is_folded_and_opened(show: Show) -> None:
    shown = show(height=1000).open(WIDE)
    assert shown.page.locator('.graph .unit[data-q="x"]').count() == 5
    shown.click(".fold >> nth=0")
    shown.page.wait_for_function("""document.querySelectorAll('.graph .unit[data-q="x"]').length === 64""")
    assert shown.page.is_visible(".graph canvas")
    assert violations(shown.page) == []


def test_in_a_notebook_the_page_keeps_its_looks_and_leaves_those_of_others(show: Show) -> None:
    shown = show()
    shown.page.add_style_tag(
        content="#page { width: 700px } h2 { font-size: 40px; color: red } p { margin: 2em }"
    )
    shown.page.evaluate("document.body.insertAdjacentHTML('afterbegin', '<h2 id=other>other</h2>')")
    shown.open(alone=False)
    size = """(place) => {
      const { fontSize, color } = getComputedStyle(document.querySelector(place));
      return [fontSize, color];
    }"""
    assert shown.page.evaluate(size, "#other") == ["40px", "rgb(255, 0, 0)"]
    assert shown.page.evaluate(size, ".line h2")[1] != "rgb(255, 0, 0)"
    before = shown.text(".count")
    shown.page.evaluate("document.body.focus()")
    shown.press("ArrowRight")
    assert shown.text(".count") == before
    shown.page.focus(".program .current")
    shown.press("ArrowRight")
    assert shown.text(".count") == "line 2 of 20, step 1"


def test_two_pages_on_one_document_do_not_disturb_each_other(show: Show) -> None:
    shown = show().open(alone=False)
    shown.page.evaluate("""() => {
      const other = document.createElement("div");
      other.id = "other";
      document.body.append(other);
      return import("./page.js").then(({ mount }) => { window.second = mount(other, enginePort()); });
    }""")
    shown.page.wait_for_selector("#other .line h2")
    shown.click("#page .program li button >> nth=5")
    assert shown.text("#page .count").startswith("line 6")
    assert shown.text("#other .count").startswith("line 1 ")
    shown.page.evaluate("second.close()")
    assert shown.page.query_selector("#other .chainrule-page") is None
    shown.click("#page .program li button >> nth=6")
    assert shown.text("#page .count").startswith("line 7")
