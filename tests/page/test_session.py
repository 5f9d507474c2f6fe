"""A visit of the page: what is asked by messages is what Python says."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.notation import numeral
from chainrule.page.session import DTYPES, Session, session
from chainrule.page.settings import LIMITS
from thorough import examples

SPIRAL = {
    "data": {"name": "spiral"}, "network": {"layers": [{"units": 4, "activation": "tanh"}] * 2},
    "training": {"optimizer": "adam", "batch": 20},
}  # fmt: skip
KINDS = {short: np.dtype(f"<{short}") for short in DTYPES.values()}


def ask(visit: Session, do: str, *buffers: bytes, **fields: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """An answer as the page gets it: its header through JSON, its arrays from their bytes."""
    header, answers = visit.handle({"id": 7, "do": do, **fields}, buffers)
    header = json.loads(json.dumps(header, allow_nan=False))
    assert header["id"] == 7
    arrays = {
        named["name"]: np.frombuffer(answer, KINDS[named["dtype"]]).reshape(named["shape"])
        for named, answer in zip(header.get("arrays", ()), answers, strict=True)
    }
    return header, arrays


def worked() -> Any:
    net = cr.worked_example()
    return net.trace(net.x, net.y, optimizer=cr.SGD(0.01))


def test_the_worked_example_is_what_a_first_visitor_sees() -> None:
    header, arrays = ask(Session(), "open", want={"values": True, "parameters": True})
    assert header["world"]["title"] == "2 → 3 relu → 2 softmax"
    assert header["view"]["loss"] == pytest.approx(1.944402, abs=5e-7)
    trace = worked()
    for name in ("x", "z1", "a1", "z2", "a2", "dz2", "da1", "dz1"):
        np.testing.assert_array_equal(arrays[name], trace[name][0], name)
    for name in ("W1", "b1", "W2", "b2"):
        np.testing.assert_array_equal(arrays[name], trace[name])
    assert header["view"]["sample"]["off"] == {"a1": [0]}
    assert [column["title"] for column in header["world"]["structure"]["columns"]] == [
        "input",
        "hidden",
        "output",
    ]


def test_a_network_without_biases_says_nothing_of_them() -> None:
    X, y = cr.data.moons(20, seed=0)
    net = cr.Network([cr.Dense(2, 3, bias=False), cr.ReLU(), cr.Dense(3, 2, bias=False), cr.Softmax()])
    header, arrays = ask(session(net, X, y), "open", want={"values": True, "parameters": True})
    assert [column["bias"] for column in header["world"]["structure"]["columns"]] == ["", "", ""]
    assert set(header["world"]["structure"]["parameters"]) == {"W1", "W2"}
    assert not {"b1", "b2"} & set(arrays)
    line = ask(session(net, X, y), "line", name="z1")[0]["line"]
    assert line["title"] == "Each hidden unit weighs what comes in"


def test_lines_are_those_of_the_walk_through() -> None:
    visit, trace = Session(), worked()
    told = {
        line.name: line for title, steps in trace.explain().sections if title not in ("GIVEN", "SIGNS")
        for step in steps for line in step.lines
    }  # fmt: skip
    listed = ask(visit, "lines")[0]["lines"]
    assert [line["name"] for line in listed["lines"]] == list(told)
    assert [line["number"] for line in listed["lines"]] == [line.number for line in told.values()]
    assert listed["lines"][13] | {"shape": 0} == {
        "name": "dz1", "number": "5.6", "section": "Backward",
        "step": {"number": 5, "title": "the chain rule, from L back to the weights"}, "shown": "dz1",
        "text": "dz1 = da1 ⊙ 1{z1 > 0}", "rule": "da1 ⊙ 1{z1 > 0}", "inputs": ["da1", "z1"], "shape": 0,
    }  # fmt: skip


@pytest.mark.parametrize("name", [line["name"] for line in ask(Session(), "lines")[0]["lines"]["lines"]])
def test_every_marked_number_of_a_line_is_the_number_of_its_entry(name: str) -> None:
    visit, trace = Session(), worked()
    line = ask(visit, "line", name=name)[0]["line"]
    found = 0
    for row in line["rows"]:
        for piece in row["pieces"]:
            for entry, text in marked_numbers(piece):
                assert text == numeral(trace[entry]), (name, entry)
                found += 1
    assert found >= np.size(trace[name])
    assert line["title"]
    for piece in line["say"]:
        if "entry" in piece:
            assert numeral(trace[piece["entry"]]) in piece["text"] or piece["text"].endswith("]")


def marked_numbers(mathml: str) -> list[tuple[str, str]]:
    """The entries that a formula marks, each with the number that stands there, read by a parser of XML."""
    from xml.etree import ElementTree

    found = []
    for element in ElementTree.fromstring(mathml).iter():
        if (entry := element.get("data-e")) is not None and not element.findall(".//msub"):
            hidden = {id(part) for phantom in element.iter("mphantom") for part in phantom.iter()}
            text = "".join(part.text or "" for part in element.iter() if id(part) not in hidden)
            found.append((entry, text.replace("−", "-").strip()))
    return found


def test_a_question_is_answered_as_trace_why_does() -> None:
    header, arrays = ask(Session(), "why", entry="dz1[0, 1]", depth=2)
    told, why = header["why"], worked().why("dz1[0, 1]", depth=2)
    assert (told["value"], told["formula"], told["numbers"]) == (why.value, why.formula, why.numbers)
    assert [part["shown"] for part in told["parts"]] == [part.entry for part in why.parts]
    assert told["nudge"]["finding"] == "agrees"
    at, losses = arrays["curve"]
    trace = worked()
    for value, loss in zip(at[::8], losses[::8], strict=True):
        assert trace.what_if({"z1[0, 1]": float(value)}).loss == pytest.approx(loss, rel=1e-12)


def test_what_if_tells_all_that_changes() -> None:
    told = ask(Session(), "what_if", changes={"a1[0, 1]": 0})[0]["what_if"]
    other = worked().what_if({"a1[0, 1]": 0})
    assert [loss["value"] for loss in told["loss"]] == [worked().loss, other.loss]
    for change in told["changed"]:
        assert change["after"]["value"] == other[change["entry"]]
        assert change["before"]["value"] == worked()[change["entry"]]


@pytest.mark.parametrize(
    ("answer", "right", "text"),
    [
        ("1.37", True, "Right: 1.37 stands for 1.365 to 1.375, and dz1[0, 1] = 1.371084."),
        ("1,371", True, "Right: 1.371 stands for 1.3705 to 1.3715, and dz1[0, 1] = 1.371084."),
        ("1.4", False, "Near, but 1.4 stands for 1.35 to 1.45, and that is wide: give 3 digits."),
        ("−1.37", False, "The size is right, the sign is not: -1.37 stands for -1.375 to -1.365."),
        ("1.38", False, "Not yet: 1.38 stands for 1.375 to 1.385, and dz1[0, 1] does not lie there."),
    ],
)
def test_answers_are_marked_by_their_digits(answer: str, right: bool, text: str) -> None:
    told = ask(Session(), "mark", entry="dz1[0, 1]", answer=answer)[0]["mark"]
    assert (told["right"], told["text"]) == (right, text)


def test_a_trained_network_is_shown_as_python_has_it() -> None:
    visit = Session(settings=SPIRAL)
    ask(visit, "advance", by="batch", count=37)
    want = {"values": True, "parameters": True, "plane": 9, "surface": 9, "points": True, "confusion": True}
    header, arrays = ask(visit, "view", want=want)
    course, samples = visit.world.course, visit.world.samples
    net = cr.Network([2, 4, 4, 2], hidden="tanh", parameters=dict(course.model.parameters))
    rows = course.rows()
    trace = net.trace(samples.X[rows], samples.y[rows])
    for name in ("z1", "a1", "z2", "a2", "z3", "a3", "dz3", "dz2", "dz1"):
        np.testing.assert_array_equal(arrays[name], trace[name][0], name)
    everything = samples.all[0]
    np.testing.assert_array_equal(arrays["points"], everything)
    np.testing.assert_allclose(arrays["outputs"], net.predict(everything), rtol=1e-12)
    np.testing.assert_array_equal(arrays["said"], net.classify(everything))
    left, right, bottom, top = header["world"]["data"]["bounds"] if "world" in header else samples.bounds()
    corners = np.array([[left, bottom], [right, bottom], [left, top], [right, top]])
    shown = arrays["surface"][:, [0, 0, -1, -1], [0, -1, 0, -1]].T
    np.testing.assert_allclose(shown, net.predict(corners), rtol=1e-5)
    np.testing.assert_allclose(arrays["plane:a1"][:, 0, 0], net.trace(corners[:1])["a1"][0], rtol=1e-5)
    held_X, held_y = samples.held  # type: ignore[misc]
    assert header["view"]["held_accuracy"] == (net.classify(held_X) == held_y).mean()
    counted = np.zeros((2, 2), int)
    for is_, said in zip(held_y, net.classify(held_X), strict=True):
        counted[is_, said] += 1
    np.testing.assert_array_equal(arrays["confusion"], counted)


def test_a_hundred_steps_back_and_forth_lead_to_the_same_numbers() -> None:
    visit = Session(settings=SPIRAL)
    ask(visit, "advance", by="batch", count=200)
    want = {"values": True, "parameters": True}
    _, before = ask(visit, "view", want=want)
    rng = np.random.default_rng(0)
    for step in rng.integers(0, 201, 100).tolist():
        header, _ = ask(visit, "seek", step=step)
        assert header["view"]["step"] == step
    _, after = ask(visit, "seek", step=200, want=want)
    for name, value in before.items():
        np.testing.assert_array_equal(after[name], value, name)


def test_only_the_units_that_are_wanted_are_sent() -> None:
    visit = Session(
        settings={"data": {"name": "spiral"}, "network": {"layers": [{"units": 50}, {"units": 30}]}}
    )
    want = {"values": True, "parameters": True, "plane": 4, "units": {"a1": [0, 49], "a2": [3]}}
    _, some = ask(visit, "view", want=want)
    _, every = ask(visit, "view", want={**want, "units": {}})
    np.testing.assert_array_equal(some["z1"], every["z1"][[0, 49]])
    np.testing.assert_array_equal(some["W1"], every["W1"][:, [0, 49]])
    np.testing.assert_array_equal(some["W2"], every["W2"][[0, 49]][:, [3]])
    np.testing.assert_array_equal(some["W3"], every["W3"][[3]])
    np.testing.assert_array_equal(some["plane:a1"], every["plane:a1"][[0, 49]])


def test_compare_leaves_the_page_where_it_was() -> None:
    visit = Session(settings=SPIRAL)
    ask(visit, "advance", by="batch", count=40)
    now = visit.world.course.model.parameters.flat.copy()
    header, arrays = ask(visit, "compare", step=3)
    np.testing.assert_array_equal(visit.world.course.model.parameters.flat, now)
    assert (header["compare"]["then"]["step"], header["compare"]["now"]["step"]) == (3, 40)
    visit.world.course.seek(3)
    np.testing.assert_array_equal(arrays["then:W1"], visit.world.course.model.parameters["W1"])


def test_histograms_name_the_units_that_are_off_for_all() -> None:
    visit = Session(settings={"data": {"name": "moons"}, "network": {"layers": [{"units": 4}]}})
    ask(visit, "edit", parameters={"b1[2]": -100.0})
    header, arrays = ask(visit, "view", want={"histograms": True})
    assert header["view"]["histograms"]["a1"]["dead"] == [2]
    assert arrays["histogram:a1"].sum() == 4 * header["view"]["histograms"]["a1"]["samples"]


def test_a_notebooks_own_network_is_the_one_that_is_shown_and_changed() -> None:
    X, y = cr.data.moons(60)
    net = cr.Network([2, 5, 2], hidden="tanh")
    visit = session(net, X, y, settings={"training": {"optimizer": "sgd", "numbers": {"learning_rate": 0.1}}})
    header, _ = ask(visit, "open")
    assert header["world"]["settings"]["network"]["layers"][0]["activation"] == "tanh"
    ask(visit, "edit", parameters={"W1[0, 1]": 0.25})
    assert net.parameters["W1"][0, 1] == 0.25
    ask(visit, "advance", by="batch", count=3)
    net.parameters["b1"][0] = 9.0  # and the other way round
    _, arrays = ask(visit, "view", want={"parameters": True})
    assert arrays["b1"][0] == 9.0
    ask(visit, "seek", step=1)
    assert net.parameters["b1"][0] != 9.0


@pytest.mark.parametrize(
    ("do", "fields", "text", "field"),
    [
        ("dance", {}, None, None),
        (
            "advance", {"by": "fortnight"},
            "there is no way to advance 'fortnight'. There is: batch, epoch, seconds.", None,
        ),
        ("advance", {"by": "batch", "count": -1}, "count = -1 is no number of at least 0.", None),
        ("seek", {"step": 5}, "step 5 was never taken: there are steps 0 to 0.", None),
        ("seek", {"step": "5"}, "step = '5' is no whole number.", None),
        ("why", {"entry": "dz1"}, "dz1 has 3 entries: name one of them, such as dz1[0, 0].", None),
        ("why", {"entry": "L", "row": 3}, "there is no sample 3: rows go from 0 to 0.", None),
        ("what_if", {}, 'what if what? Give changes, such as {"a1[0, 1]": 0}.', None),
        ("mark", {"entry": "L", "answer": "much"}, "'much' is no number: write one such as 1.37.", None),
        ("edit", {"parameters": {"W1[0, 9]": 1}}, "W1 has the shape (2, 3): there is no entry [0, 9].", None),
        ("edit", {"parameters": {"W1[0, 0]": "x"}}, "W1[0, 0] = 'x' is no number: give one such as 0.5.", None),
        (
            "edit", {"points": [{"row": 0, "x": None}]},
            "no sample would be left to train with: keep one, or take another data set.", None,
        ),
        (
            "change", {"settings": {"network": {"layers": [{"units": 0}]}}},
            f"layer 1 has 0 units: give a whole number from 1 to {LIMITS['units']}.", "network.layers.0.units",
        ),
        (
            "change", {"settings": {"training": {"batch": 0}}}, None, "training",
        ),
        (
            "change", {"settings": {"data": {"name": "file"}}},
            "there is no table yet: drop a CSV on the page, or choose one.", "data",
        ),
        (
            "view", {"want": {"surface": 1000}},
            "a plane of 1000 points a side: give a whole number from 2 to 200.", None,
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_changes_nothing(
    do: str, fields: dict[str, Any], text: str | None, field: str | None
) -> None:
    visit = Session()
    want = {"values": True, "parameters": True}
    before = ask(visit, "view", want=want)
    header, _ = ask(visit, do, **fields)
    if text is not None:
        assert header["error"]["text"] == text
    assert header["error"]["field"] == field
    after = ask(visit, "view", want=want)
    assert after[0] == before[0]
    for name, value in before[1].items():
        np.testing.assert_array_equal(after[1][name], value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    "settings", "want", "by", "count", "step", "parameters", "points", "numbers", "name", "entry", "depth", "row",
    "changes", "answer", "kind", "address", "state", "shown",
)  # fmt: skip
VISIT = Session()


@examples(300)
@given(
    st.sampled_from(sorted(VISIT._does)), st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4),
    st.lists(st.binary(max_size=40), max_size=2),
)  # fmt: skip
def test_nonsense_is_answered_and_never_raises(do: str, fields: dict[str, Any], buffers: list[bytes]) -> None:
    header, answers = VISIT.handle({"id": 1, "do": do, **fields}, buffers)
    json.dumps(header, allow_nan=False)
    assert header["id"] == 1
    assert ("error" in header) != ("arrays" in header)
    assert "inside chainrule" not in str(header.get("error"))
    assert len(answers) == len(header.get("arrays", ()))
