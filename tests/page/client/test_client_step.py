"""The step view: what it shows are the trace's numbers, after whatever was done."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from shown_page import Shown

import chainrule as cr
from chainrule.examples import worked_example
from chainrule.notation import entry_text
from chainrule.notation.numerals import numeral, showing
from thorough import count

Show = Callable[..., Shown]
DRAWN = ["x", "z1", "a1", "da1", "dz1", "z2", "a2", "dz2"]
SEEN = """(found) => found.map((each) => {
  const seen = each.cloneNode(true);
  seen.querySelectorAll("mphantom").forEach((unseen) => unseen.remove());
  return seen.textContent;
})"""
PARAMETERS = ["W1", "b1", "W2", "b2"]


def traced(steps: int = 0, changes: dict[str, float] | None = None) -> Any:
    """The worked example's next step after some steps and changes, by the package alone."""
    net = worked_example()
    for _ in range(steps):
        net.trace(net.x, net.y, optimizer=cr.SGD(0.01)).apply()
    for entry, value in (changes or {}).items():
        name, _, index = entry.partition("[")
        net.parameters[name][tuple(map(int, index.rstrip("]").split(",")))] = value
    return net.trace(net.x, net.y, optimizer=cr.SGD(0.01))


def expected(trace: Any) -> dict[str, str]:
    """Every number of the drawing, with three decimals."""
    with showing(3):
        return {
            entry_text(name, index): numeral(value)
            for name in [*DRAWN, *PARAMETERS]
            for index, value in np.ndenumerate(trace[name])
        }


def drawn(shown: Shown, entries: dict[str, str]) -> dict[str, str]:
    return {entry: shown.number(entry) for entry in entries}


def lines(trace: Any) -> list[str]:
    found = []
    for _, steps in trace.explain().sections:
        found += [line.name for step in steps for line in step.lines]
    return [name for name in found if name not in ("x", "y", *PARAMETERS)]


def test_the_drawing_shows_the_trace(show: Show) -> None:
    shown = show().open()
    trace = traced()
    numbers = expected(trace)
    assert drawn(shown, numbers) == numbers
    assert shown.text('.graph text[data-e="L"]') == "L = 1.944"
    assert shown.text(".count") == "line 1 of 20, step 1"


def test_each_line_shows_its_quantity(show: Show) -> None:
    shown = show().open()
    trace = traced()
    for place, name in enumerate(lines(trace)):
        assert shown.page.evaluate("page.store.line.value.name") == name
        for index, value in np.ndenumerate(np.asarray(trace[name])):
            entry = entry_text(name, index)
            told = shown.page.eval_on_selector_all(f'.line [data-e="{entry}"]', SEEN)
            assert numeral(value) in {text.replace("−", "-") for text in told}, entry
        assert shown.text(".count").startswith(f"line {place + 1} of 20")
        shown.press("ArrowRight")


def test_after_stepping_back_and_forth(show: Show) -> None:
    shown = show().open()
    shown.click('.pace button:text-is("batch")')
    rng, step = np.random.default_rng(0), 0
    for _ in range(count(100)):
        forward = step == 0 or rng.random() < 0.6
        shown.press("ArrowRight" if forward else "ArrowLeft")
        step += 1 if forward else -1
    numbers = expected(traced(step))
    assert shown.page.evaluate("page.store.view.value.step") == step
    assert drawn(shown, numbers) == numbers


def test_a_line_back_from_the_first_is_the_last_of_the_step_before(show: Show) -> None:
    shown = show().open()
    shown.press(*["ArrowRight"] * 20)
    assert shown.text(".count") == "line 1 of 20, step 2"
    shown.press("ArrowLeft")
    assert shown.text(".count") == "line 20 of 20, step 1"
    assert drawn(shown, expected(traced())) == expected(traced())


@pytest.mark.parametrize(("entry", "typed", "value"), [("W1[0, 1]", "0.9", 0.9), ("b2[0]", "−1,5", -1.5)])
def test_a_number_that_is_typed_changes_what_comes_after(
    show: Show, entry: str, typed: str, value: float
) -> None:
    shown = show().open()
    shown.click(f'.graph text[data-e="{entry}"]')
    shown.page.fill(".editor", typed)
    shown.press("Enter")
    numbers = expected(traced(changes={entry: value}))
    assert drawn(shown, numbers) == numbers


def test_an_input_that_is_typed(show: Show) -> None:
    shown = show().open()
    shown.click('.graph text[data-e="x[0, 1]"]')
    shown.page.fill(".editor", "2")
    shown.press("Enter")
    net = worked_example()
    trace = net.trace([[0.5, 2]], net.y, optimizer=cr.SGD(0.01))
    assert drawn(shown, expected(trace)) == expected(trace)


def test_what_is_no_number_is_refused_with_a_sentence(show: Show) -> None:
    shown = show().open()
    shown.click('.graph text[data-e="W1[0, 1]"]')
    shown.page.fill(".editor", "much")
    shown.press("Enter")
    assert shown.text(".notice p") == "W1[0, 1]: much is no number. Type one such as 0.5 or -1.2e-3."
    assert shown.number("W1[0, 1]") == "0.6"


def test_a_number_is_dragged(show: Show) -> None:
    shown = show().open()
    box = shown.page.locator('.graph text[data-e="W1[0, 1]"]').bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    shown.page.mouse.move(x, y)
    shown.page.mouse.down()
    shown.page.mouse.move(x + 20, y, steps=4)
    shown.page.mouse.up()
    shown.still()
    numbers = expected(traced(changes={"W1[0, 1]": 0.8}))
    shown.page.wait_for_function(
        """document.querySelector('.graph text[data-e="W1[0, 1]"]').textContent === '0.8'"""
    )
    assert drawn(shown, numbers) == numbers
    assert shown.page.evaluate("page.store.editing.value") is None


def test_why_derives_a_number_and_each_of_its_parts(show: Show) -> None:
    shown = show().open().to("dz1")
    shown.click('.graph text[data-e="dz1[0, 1]"]')
    trace = traced()
    assert shown.text(".why h2") == "Why is dz1[0, 1] = 1.371084?"
    assert shown.text('.why .tree button[data-e="da1[0, 1]"] > span') == "da1[0, 1] = 1.371084"
    assert shown.text(".nudge figcaption").endswith(f"= {numeral(trace.why('dz1[0, 1]').nudge.slope)} ✓")
    lit = shown.page.eval_on_selector_all(".graph .lit", "(all) => all.map((e) => e.parentElement.dataset.e)")
    assert sorted(lit) == ["W2[1, 0]", "W2[1, 1]"]
    shown.click('.why .tree button[data-e="da1[0, 1]"]')
    assert shown.text(".why h2") == "Why is da1[0, 1] = 1.371084?"
    shown.click('.why button:has-text("Back to dz1[0, 1]")')
    assert shown.text(".why h2") == "Why is dz1[0, 1] = 1.371084?"
    shown.press("Escape")
    assert shown.text(".why h2") == "Why?"


def test_what_if_a_unit_is_held(show: Show) -> None:
    shown = show().open().to("dz1")
    shown.click('.graph text[data-e="dz1[0, 1]"]')
    shown.click('.why button:has-text("What if a1[0, 1] is held at 0?")')
    held = traced().what_if({"a1[0, 1]": 0})
    row = shown.text(".changed tbody tr >> nth=0")
    assert row == f"L 1.944402 {numeral(held.loss)}"
    assert shown.text('.graph text[data-e="L"]') == "L = 1.944 0.668"
    assert shown.page.is_visible(".graph .held")
    with showing(3):
        assert shown.number("a2[0, 0]") == numeral(held["a2"][0, 0])
    shown.click("text=Let go")
    assert shown.number("a2[0, 0]") == "0.857"


def test_the_quiz_hides_a_number_everywhere_and_marks_answers(show: Show) -> None:
    shown = show().open().to("dz1")
    shown.click('button:text-is("Quiz")')
    assert shown.number("dz1[0, 1]") == "?"
    assert "1.371" not in re.sub("da1.*", "", shown.text(".formula-rows >> nth=0 >> .side-by-side >> nth=2"))
    shown.page.fill(".quiz input", "1.2")
    shown.click("text=Check")
    assert shown.text(".said").startswith("Not yet: 1.2 stands for 1.15 to 1.25")
    shown.page.fill(".quiz input", "1.37")
    shown.click("text=Check")
    right = "Right: 1.37 stands for 1.365 to 1.375, and dz1[0, 1] = 1.371084."
    assert shown.text(".quiz [role=status]") == right
    assert shown.number("dz1[0, 1]") == "1.371"
    shown.to("db1")
    assert shown.number("b1[1]") == "0.5"
    assert shown.text(".quiz label") == "db1[1] ="
    shown.click("text=Show").click("text=Hide another number")
    shown.click('button:text-is("Quiz")')
    assert shown.page.evaluate("page.store.hidden.value.size") == 0


def test_what_is_pointed_at_is_lit_wherever_it_stands(show: Show) -> None:
    shown = show().open().to("da1")
    shown.page.hover('.graph text[data-e="W2[1, 0]"]')
    lit = shown.page.eval_on_selector_all(
        "[data-hot]",
        "(all) => all.map((each) => each.closest('.graph, .line, .program').className.split(' ')[0])",
    )
    assert set(lit) == {"graph", "line", "program"}
    shown.page.hover('.line .term[data-q="dz2"]')
    assert shown.page.get_attribute('.graph text[data-e="dz2[0, 0]"]', "data-hot") == ""
    assert shown.page.get_attribute('.graph text[data-e="W2[1, 0]"]', "data-hot") is None


def test_another_sample_is_told_on_its_own(show: Show) -> None:
    settings = {"data": {"name": "spiral"}, "training": {"batch": 10}}
    shown = show().open(settings)
    shown.click('[aria-label="The sample before"]')
    sample = shown.page.evaluate("page.store.view.value.sample")
    assert not sample["in_batch"]
    model = shown.session.world.course.model
    a1 = np.maximum(np.asarray(sample["x"]) @ model.parameters["W1"] + model.parameters["b1"], 0)
    with showing(3):
        assert [shown.number(f"a1[0, {j}]") for j in range(3)] == [numeral(value) for value in a1]
    shown.click('.graph text[data-e="a1[0, 1]"]')
    assert shown.text(".why h2") == f"Why is a1[0, 1] = {numeral(a1[1])}?"


def test_tables_show_the_same_numbers(show: Show) -> None:
    shown = show().open().press("t")
    trace = traced()
    for name in [*DRAWN, *PARAMETERS]:
        for index, value in np.ndenumerate(trace[name]):
            entry = entry_text(name, index)
            assert shown.text(f'.tables button[data-e="{entry}"]') == numeral(value)


def test_names_from_data_are_shown_as_text(show: Show) -> None:
    from chainrule.page.session import session

    bad = '<script>window.bad = 1</script><img src="x" onerror="window.bad = 1">'
    net = cr.Network([2, 3, 2], seed=0)
    opened = session(
        net, [[0.0, 1.0], [1.0, 0.0]], [0, 1], features=[bad, "b"], classes=[bad, "no"], title=bad
    )
    shown = show(session=opened).open()
    shown.press("t", "t", "ArrowRight")
    shown.click('.graph text[data-e="x[0, 0]"]')
    assert "<script>" in shown.text(".sheet")
    assert shown.page.evaluate("window.bad") is None
    assert shown.page.query_selector(".chainrule-page img, .chainrule-page script") is None
