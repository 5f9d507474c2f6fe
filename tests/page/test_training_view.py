"""The training view and the menus, in a real browser: what they show is what Python has."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from browsed import SPIRAL, Browsed, files

from a_browser import chromium as browser
from a_browser import keep, violations

Open = Callable[..., Browsed]
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def chromium() -> Iterator[tuple[Any, str]]:
    with files() as address, browser() as opened:
        yield opened, address


@pytest.fixture
def show(chromium: tuple[Any, str], request: pytest.FixtureRequest) -> Iterator[Open]:
    """Open pages; in the end none of them has complained."""
    opened: list[Browsed] = []

    def make(
        settings: dict[str, Any] = SPIRAL, epochs: int = 0, width: int = 1280, theme: str = "light"
    ) -> Browsed:
        page = chromium[0].new_page(viewport={"width": width, "height": 800}, color_scheme=theme)
        opened.append(Browsed(page, chromium[1], settings))
        if epochs:
            opened[-1].ask("advance", by="epoch", count=epochs)
        return opened[-1]

    yield make
    for i, each in enumerate(opened):
        keep(each.page, request.node, i)
        assert each.complaints == []
        each.page.close()


def _outputs(shown: Browsed, X: Any) -> Any:
    """The network's answers, from the parameters that the page shows, by hand."""
    a = np.asarray(X)
    for layer in (1, 2):
        a = np.tanh(a @ shown.array(f"W{layer}") + shown.array(f"b{layer}"))
    e = np.exp(a @ shown.array("W3") + shown.array("b3"))
    return e / e.sum(axis=1, keepdims=True)


def test_a_point_that_goes_wrong_is_told_with_its_probability(show: Open) -> None:
    shown = show(epochs=30)
    X, labels, held = shown.array("points"), shown.array("labels"), shown.array("held")
    outputs = _outputs(shown, X)
    row = next(i for i in range(len(X)) if held[i] and outputs[i].argmax() != labels[i])
    said = shown.page.locator(".ask").inner_text()
    assert f"class {labels[row]}, yet gets P(class {labels[row]}) = {outputs[row, labels[row]]:.3f}." in said
    shown.page.locator(".ask button").click()
    shown.page.wait_for_function("window.page.store.why.value")
    why = shown.page.evaluate("window.page.store.why.value")
    assert why["entry"] == f"a3[0, {labels[row]}]"
    assert float(why["value"]) == pytest.approx(outputs[row, labels[row]], abs=1e-6)


def test_the_table_counts_what_was_said_of_the_held_out_samples(show: Open) -> None:
    shown = show(epochs=30)
    X, labels, held = shown.array("points"), shown.array("labels"), shown.array("held")
    said = _outputs(shown, X).argmax(axis=1)
    cells = [int(text) for text in shown.page.locator(".confusion td").all_inner_texts() if text.strip()]
    assert cells == [int(((labels == i) & (said == j) & (held == 1)).sum()) for i in (0, 1) for j in (0, 1)]


def test_the_curve_tells_its_values_by_keyboard(show: Open) -> None:
    shown = show(epochs=5)
    curves = shown.array("curves")
    loss = shown.page.locator(".curve canvas").first
    loss.focus()
    loss.press("Home")
    loss.press("ArrowRight")
    shown.settled()
    training, held = (f"{value:.3f}" for value in curves[1, 1:3])
    assert loss.get_attribute("aria-valuetext") == f"epoch 1: training {training}, held out {held}"
    assert f"{training}, {held}" in shown.page.locator(".reads").first.inner_text()
    loss.press("Enter")
    shown.settled()
    assert shown.page.evaluate("window.page.store.view.value.step") == 12


def test_points_are_added_chosen_moved_and_removed(show: Open) -> None:
    shown = show()
    page, count = shown.page, len(shown.array("points"))
    page.locator(".classes label").nth(1).click()
    box = page.locator(".spot canvas").bounding_box()
    at = box["x"] + 0.9 * box["width"], box["y"] + 0.1 * box["height"]
    page.mouse.click(*at)
    shown.settled()
    assert len(shown.array("points")) == count + 1
    row = int(np.flatnonzero(shown.array("held") == 0)[-1])
    x, y = shown.array("points")[row]
    left, right, bottom, top = shown.session.world.samples.bounds()
    assert shown.array("labels")[row] == 1
    assert left + 0.8 * (right - left) < x < right
    assert bottom + 0.8 * (top - bottom) < y < top
    page.mouse.click(*at)
    page.locator(".spot").press("Shift+ArrowLeft")
    shown.settled()
    assert shown.array("points")[row][0] == pytest.approx(x - (right - left) / 100, abs=0.01)
    page.locator(".spot").press("Delete")
    shown.settled()
    assert len(shown.array("points")) == count


def test_what_is_refused_is_told_beside_its_field_and_all_stays(show: Open) -> None:
    shown = show(epochs=2)
    shown.menu("Network")
    shown.page.fill("#layer-0-dropout", "1.5")
    shown.page.keyboard.press("Tab")
    told = shown.page.locator(".layer .refused")
    told.wait_for()
    assert "rate = 1.5 is out of range" in told.inner_text()
    assert shown.page.get_attribute("#layer-0-dropout", "aria-invalid") == "true"
    assert shown.page.evaluate("window.page.store.view.value.step") == 24
    assert violations(shown.page) == []
    shown.page.fill("#layer-0-dropout", "0.5")
    shown.page.keyboard.press("Tab")
    told.wait_for(state="detached")
    assert "dropout" in shown.page.evaluate("window.page.store.world.value.title")


def test_the_rate_changes_without_a_new_start(show: Open) -> None:
    shown = show(epochs=2)
    shown.menu("Training")
    shown.page.fill("#set-learning_rate", "0.02")
    shown.page.keyboard.press("Tab")
    shown.page.locator(".face", has_text="η = 0.02").wait_for()
    assert shown.page.evaluate("window.page.store.view.value.step") == 24
    assert shown.session.world.course.optimizer.learning_rate == 0.02  # type: ignore[attr-defined]
    shown.page.fill("#set-batch", "40")
    shown.page.keyboard.press("Tab")
    shown.page.wait_for_function("window.page.store.view.value.step === 0")
    assert shown.session.world.course.optimizer.learning_rate == 0.02  # type: ignore[attr-defined]


def test_a_table_is_trained_on_and_its_words_are_text(show: Open) -> None:
    shown = show()
    lines = [f"{i % 7},{i % 5},{i % 3},{'<b>ash</b>' if i % 7 > 3 else SCRIPT}" for i in range(60)]
    table = "\n".join([f"{SCRIPT},width,height,kind", *lines])
    shown.menu("Data")
    file = {"name": "<i>trees.csv", "mimeType": "text/csv", "buffer": table.encode()}
    shown.page.set_input_files("#set-file", files=[file])
    shown.page.locator(".features").wait_for()
    shown.page.keyboard.press("Escape")
    for words in ("<b>ash</b>", SCRIPT, "<i>trees.csv"):
        assert words in shown.page.locator("body").inner_text()
    assert shown.page.locator(".chainrule-page :is(script, .confusion b, .face i)").count() == 0
    assert violations(shown.page) == []


def test_a_table_that_is_none_is_refused(show: Open) -> None:
    shown = show(epochs=1)
    shown.menu("Data")
    shown.page.set_input_files(
        "#set-file", files=[{"name": "a.csv", "mimeType": "text/csv", "buffer": b"a,b\n1\n"}]
    )
    told = shown.page.locator(".refused")
    told.wait_for()
    assert "a.csv" in told.inner_text()
    assert shown.page.evaluate("window.page.store.view.value.step") == 12


def test_pictures_are_saved_as_svg(show: Open) -> None:
    shown = show(epochs=1)
    shown.menu("Save")
    with shown.page.expect_download() as told:
        shown.page.get_by_role("button", name="surface as SVG").click()
    drawn = ElementTree.parse(told.value.path()).getroot()
    paths = [each for each in drawn.iter() if each.tag.endswith("path")]
    outlines = sum(each.attrib["d"].count("M") for each in paths)  # points that look alike are one path
    assert outlines > len(shown.array("points"))
    texts = [each.text for each in drawn.iter() if each.tag.endswith("text")]
    assert {"−1", "0", "1"} <= set(texts)


def test_a_digit_is_drawn_with_the_keyboard(show: Open) -> None:
    pytest.importorskip("sklearn")
    shown = show(
        {"data": {"name": "digits"}, "network": {"layers": [{"units": 16}]}, "training": {"batch": 64}}
    )
    pad = shown.page.locator("canvas.pad")
    pad.focus()
    for key in (" ", *["ArrowDown"] * 6, " "):
        pad.press(key)
    shown.page.locator("h2", has_text="What you drew").wait_for()
    shown.settled()
    told = shown.page.locator(".chances tbody tr").all_inner_texts()
    chances = [float(re.split(r"\s+", row.strip())[-1]) for row in told]
    assert len(chances) == 10
    assert sum(chances) == pytest.approx(1, abs=0.01)
    said = shown.page.locator(".chances caption").inner_text()
    assert said == f"It says class {int(np.argmax(chances))}."
    assert violations(shown.page) == []


TABS, MENUS = ("Layers", "Compare", "Curves"), ("Data", "Network", "Training", "Save")


@pytest.mark.some(2)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280, 2560])
@pytest.mark.parametrize("name", [*TABS, *MENUS])
def test_axe_finds_nothing(show: Open, width: int, theme: str, name: str) -> None:
    shown = show(epochs=3, width=width, theme=theme)
    opened(shown, name)
    assert violations(shown.page) == []


@pytest.mark.some(1)
@pytest.mark.parametrize("width", [360, 768, 1280, 2560])
def test_nothing_overflows(show: Open, width: int) -> None:
    shown = show(epochs=3, width=width)
    for name in (*TABS, *MENUS):
        opened(shown, name)
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
        shown.page.keyboard.press("Escape")


def opened(shown: Browsed, name: str) -> None:
    """Open a tab or a menu."""
    if name in TABS:
        shown.page.locator(".tabs button", has_text=name).click()
    else:
        shown.menu(name)
        shown.page.locator(".pop").wait_for()
    shown.settled()


def test_nothing_moves_while_it_trains(show: Open) -> None:
    shown = show(epochs=1)
    places = """() => [...document.querySelectorAll(".train section, .train-bar > *, .plane, .curve, .confusion")]
      .map((each) => { const { x, y, width, height } = each.getBoundingClientRect(); return [x, y, width, height]; })"""
    before = shown.page.evaluate(places)
    for _ in range(4):
        shown.ask("advance", by="epoch", count=30)
        assert shown.page.evaluate(places) == before
