"""The state in an address: it comes back as it went, and what does not fit is refused in a sentence."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chainrule.page.numbers import settle
from chainrule.page.session import Session, session
from chainrule.page.settings import DEFAULT
from thorough import examples

PARTS = (
    "data, noise, samples, held, data.seed, classes, output, loss, init, seed, dtype, opt, batch, shuffle, order, net, "
    "penalty, eta, schedule, step, x, y, mode, sample, line, why, hide, parts, lesson"
)
NOTHING: dict[str, Any] = {"parts": [], "hide": [], "why": None, "line": None, "sample": None, "mode": "step"}


def ask(page: Session, **message: Any) -> dict[str, Any]:
    header = page.handle({"id": 1, **message})[0]
    assert "error" not in header, header
    return header


def written(page: Session, **shown: Any) -> str:
    address: str = ask(page, do="address", shown=shown)["address"]
    return address


def visited(address: str) -> Session:
    page = Session()
    ask(page, do="open", address=address)
    return page


def refusal(page: Session, **message: Any) -> str:
    said: str = page.handle({"id": 1, **message})[0]["error"]["text"]
    return said


# --- there and back ---------------------------------------------------------------------------------------

numbers = st.floats(1e-6, 0.3).map(lambda value: float(f"{value:.4g}"))
activations = st.sampled_from(["relu", "tanh", "leaky_relu", "leaky_relu:0.2", "sigmoid", "elu", "gelu"])
layers = st.lists(
    st.fixed_dictionaries(
        {"units": st.integers(1, 6), "activation": activations},
        optional={"norm": st.sampled_from(["batch_norm", "layer_norm"]), "dropout": numbers},
    ),
    max_size=3,
)
datas = st.fixed_dictionaries(
    {"name": st.sampled_from(["worked", "spiral", "moons", "circles", "xor", "blobs"])},
    optional={
        "noise": numbers, "samples": st.integers(30, 60), "held": st.sampled_from([0.0, 0.2, 0.5]),
        "seed": st.integers(0, 9), "classes": st.integers(2, 3),
    },
)  # fmt: skip
networks = st.fixed_dictionaries(
    {},
    optional={
        "layers": layers, "initializer": st.sampled_from(["glorot", "he", "zeros"]), "seed": st.integers(0, 9),
        "dtype": st.sampled_from(["float32", "float64"]),
        "penalty": st.fixed_dictionaries({"name": st.sampled_from(["l1", "l2"]), "strength": numbers}),
    },
)  # fmt: skip
trainings = st.fixed_dictionaries(
    {},
    optional={
        "optimizer": st.sampled_from(["sgd", "momentum", "adam", "rmsprop"]),
        "numbers": st.fixed_dictionaries({}, optional={"learning_rate": numbers}),
        "schedule": st.sampled_from(
            [{"name": "cosine", "numbers": {"steps": 50}}, {"name": "step_decay"}, {"name": "constant"}]
        ),
        "batch": st.sampled_from([None, 1, 8]), "shuffle": st.booleans(), "seed": st.integers(0, 9),
    },
)  # fmt: skip
settings_of_pages = st.fixed_dictionaries({"data": datas, "network": networks, "training": trainings})


@examples(50)
@given(settings_of_pages, st.integers(0, 3))
def test_any_page_comes_back_from_its_address(wanted: dict[str, Any], steps: int) -> None:
    page = Session()
    assume(
        "error" not in page.handle({"id": 1, "do": "open", "settings": wanted})[0]
    )  # batches of 1 have no norm
    if steps:
        ask(page, do="advance", by="batch", count=steps)
    before, after = page.world, visited(written(page)).world
    for group in ("data", "network"):
        assert after.settings[group] == before.settings[group]
    np.testing.assert_array_equal(before.samples.X, after.samples.X)
    np.testing.assert_array_equal(before.course.model.parameters.flat, after.course.model.parameters.flat)
    assert settle(after.course.optimizer, {}) == settle(before.course.optimizer, {})
    np.testing.assert_array_equal(before.course.rows(), after.course.rows())
    assert after.course.step == before.course.step


def test_the_worked_examples_address_is_short() -> None:
    assert written(Session(), **NOTHING) == "data=worked"


def test_settings_are_written_as_they_are_read() -> None:
    text = (
        "data=spiral&noise=0.02&opt=momentum&batch=20&net=4tanh,3leaky_relu:1e-05*layer_norm~0.1&penalty=l2:0.001"
        "&eta=0.1&opt.momentum=0.8&schedule=cosine&schedule.steps=100&step=2"
    )
    page = visited(text + "&init=he")
    assert page.world.settings["network"]["layers"] == [
        {"units": 4, "activation": "tanh", "norm": "", "dropout": 0.0},
        {"units": 3, "activation": "leaky_relu:1e-05", "norm": "layer_norm", "dropout": 0.1},
    ]
    assert page.world.settings["training"]["numbers"] == {"learning_rate": 0.1, "momentum": 0.8}
    assert page.world.settings["training"]["schedule"] == {"name": "cosine", "numbers": {"steps": 100}}
    assert sorted(written(page).split("&")) == sorted(f"{text}&init=he".split("&"))


def test_no_hidden_layer() -> None:
    page = visited("data=xor&net=none")
    assert page.world.settings["network"]["layers"] == []
    assert "net=none" in written(page)


def test_after_a_change_by_hand_the_weights_are_in_it() -> None:
    page = Session()
    ask(page, do="advance", by="batch", count=3)
    ask(page, do="edit", parameters={"W1[0, 1]": 0.123456789012345})
    address = written(page)
    assert "step=" not in address
    after = visited(address).world.course.model.parameters
    np.testing.assert_array_equal(after.flat, page.world.course.model.parameters.flat)
    assert after["W1"][0, 1] == 0.123456789012345


def test_a_rate_that_was_changed_on_the_way_is_in_it() -> None:
    page = Session()
    ask(page, do="edit", numbers={"learning_rate": 0.25})
    assert "eta=0.25" in written(page)
    assert visited(written(page)).world.course.optimizer.learning_rate == 0.25  # type: ignore[attr-defined]


def test_an_input_that_was_moved_is_in_it() -> None:
    page = Session()
    ask(page, do="edit", points=[{"row": 0, "x": [0.25, -1], "label": 0}])
    assert "x=0.25,-1&y=0" in written(page)
    after = visited(written(page)).world.samples
    assert (after.X.tolist(), after.y.tolist()) == ([[0.25, -1]], [0])


def test_it_leads_to_the_same_place_from_a_page_that_was_opened_on_something_else() -> None:
    other = Session(settings={"data": {"name": "moons"}, "training": {"optimizer": "adam"}})
    ask(other, do="open", address=written(Session()))
    assert other.world.settings["data"]["name"] == "worked"
    assert other.world.settings["training"] == DEFAULT["training"]


def test_what_says_no_data_is_about_what_the_page_was_opened_on() -> None:
    page = Session(settings={"data": {"name": "moons"}})
    ask(page, do="open", address="step=2&mode=train")
    assert (page.world.settings["data"]["name"], page.world.course.step) == ("moons", 2)


# --- what is shown ----------------------------------------------------------------------------------------


def test_what_is_shown_comes_back_in_the_names_of_the_step() -> None:
    page = Session()
    text = "line=dz1&why=dz1[0,1]&hide=dz1[0,2],a1[0, 1]&parts=-why,-charts&lesson=tour:3&sample=0&mode=step"
    shown = ask(page, do="open", address=text)["shown"]
    assert shown == {
        "line": "dz1", "why": "dz1[0, 1]", "hide": ["dz1[0, 2]", "a1[0, 1]"], "parts": ["why", "charts"],
        "lesson": "tour:3", "sample": 0, "mode": "step",
    }  # fmt: skip
    back = "data=worked&sample=0&line=dz1&why=dz1[0,1]&hide=dz1[0,2],a1[0,1]&parts=-why,-charts&lesson=tour:3"
    assert written(page, **shown) == back
    assert ask(page, do="open", address=back)["shown"] == {k: v for k, v in shown.items() if k != "mode"}


def test_a_quantity_hides_all_of_its_numbers() -> None:
    assert ask(Session(), do="open", address="hide=dz2,L")["shown"]["hide"] == ["dz2[0, 0]", "dz2[0, 1]", "L"]


def test_a_lesson_begins_at_its_first_stop() -> None:
    assert ask(Session(), do="open", address="lesson=tour")["shown"] == {"lesson": "tour:1"}


def test_browsers_write_signs_as_they_like() -> None:
    text = "#why=dz1%5B0%2C%201%5D&net=3relu"
    assert ask(Session(), do="open", address=text)["shown"] == {"why": "dz1[0, 1]"}
    assert unquote(written(Session(), why="dz1[0, 1]")) == written(Session(), why="dz1[0, 1]")


def test_a_page_that_was_loaded_anew_is_as_it_was_and_shows_what_its_address_says() -> None:
    page = Session()
    ask(page, do="advance", by="batch", count=5)
    header = ask(page, do="open", resume=True, address="data=worked&step=2&line=a1")
    assert (header["view"]["step"], header["shown"]) == (5, {"line": "a1"})


# --- what is refused --------------------------------------------------------------------------------------

LINES = "z1, a1, z2, e2, s2, a2, log a2, L, da2, dz2, dW2, db2, da1, dz1, dW1, db1, W1_new, b1_new, W2_new, b2_new"
WHOLE, NUMBER = "it takes a whole number, such as 3.", "it takes a number, such as 0.5."


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("foo=1", f"there is no part of an address 'foo'. There is: {PARTS}."),
        ("samples=1e9", WHOLE),
        ("samples=١٢", WHOLE),
        ("seed=1_000", WHOLE),
        ("seed=" + "9" * 40, WHOLE),
        ("noise=nan", NUMBER),
        ("held=", NUMBER),
        ("eta=x", NUMBER),
        ("opt.beta=inf", NUMBER),
        ("schedule.steps=many", NUMBER),
        ("penalty=l2:x", NUMBER),
        ("batch=some", WHOLE),
        ("shuffle=maybe", "it is yes or no."),
        ("net=foo", "'foo' is no layer: write units and activation, such as 4tanh."),
        ("net=4tanh-4tanh", "'4tanh-4tanh' is no layer: write units and activation, such as 4tanh."),
        ("net=", "'' is no layer: write units and activation, such as 4tanh."),
        ("step=-1", "steps go from 0 to 20,000 there."),
        ("step=20001", "steps go from 0 to 20,000 there."),
        ("step=two", WHOLE),
        ("w.W1=1,,2", NUMBER),
        ("x=nan,1", NUMBER),
        ("y=first", WHOLE),
        ("mode=both", "there is no view 'both'. There is: step, train."),
        ("sample=x", WHOLE),
        ("sample=1", "there is no sample 1: rows go from 0 to 0."),
        ("sample=-1", "there is no sample -1: rows go from 0 to 0."),
        ("line=dz9", f"there is no line 'dz9'. Did you mean 'dz2'? There is: {LINES}."),
        ("why=dz1", "why asks for one number, such as dz1[0,0]."),
        ("why=dz1[0,7]", "dz1 has the shape (1, 3): there is no entry [0, 7]."),
        ("hide=dz1[0", "hide takes numbers with commas between, such as dz1[0,2],a1[0,1]."),
        ("hide=dz1[0,7]", "dz1 has the shape (1, 3): there is no entry [0, 7]."),
        ("parts=why", "parts takes what is not to be seen, with a minus before each, such as -why."),
        (
            "parts=-why,-foo",
            "there is no part of the page 'foo'. There is: settings, transport, program, network, line, why, charts, "
            "curves, surface.",
        ),
        (
            "lesson=foo",
            "there is no lesson 'foo'. There is: tour, xor, off-for-ever, too-large-a-step, fill-in, all-alike.",
        ),
        ("lesson=tour:9", "the lesson tour has the stops 1 to 8."),
        ("lesson=tour:0", "the lesson tour has the stops 1 to 8."),
        ("lesson=tour:last", WHOLE),
    ],
)
def test_what_can_not_be_read_is_named_as_it_stands_there(said: str, reason: str) -> None:
    page = Session()
    assert refusal(page, do="open", address=said) == f"the address says {said}, which does not fit: {reason}"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("data=spiral&samples=20001", "20,001 samples: give a whole number from 1 to 20,000."),
        ("data=file", "there is no table yet: drop a CSV on the page, or choose one."),
        ("opt.foo=1", "SGD takes no foo=. It takes learning_rate, clip."),
        ("eta=-1", "SGD: learning_rate = -1.0 is out of range: it must be at least 0."),
        ("batch=0", "batch_size = 0 is out of range: it must be at least 1."),
        ("penalty=foo:1", "there is no penalty 'foo'. There is: none, l1, l2, shared_l2, elastic_net."),
        ("w.W1=1,2", "the address has 2 numbers for W1, which has 6."),
        ("w.Q=1", "there is no parameter 'Q'. There is: W1, b1, W2, b2."),
        ("x=1,2,3", "x = [1.0, 2.0, 3.0] is no point: it has 2 finite numbers."),
        ("y=5", "label = 5 is no class: there are 0 to 1."),
        ("a" * 32_001, "the address has 32,001 letters: 32,000 at most are read."),
    ],
)
def test_what_does_not_fit_is_refused(said: str, text: str) -> None:
    assert refusal(Session(), do="open", address=said) == text


@pytest.mark.parametrize(
    "said", ["line=foo", "data=moons&step=3&sample=9999", "why=a9[0,0]", "eta=0.5&step=4&hide=q"]
)
def test_a_page_stays_as_it_was_where_an_address_is_refused(said: str) -> None:
    page = Session()
    ask(page, do="advance", by="batch", count=2)
    world, weights = page.world, page.world.course.model.parameters.flat.copy()
    refusal(page, do="open", address=said)
    assert page.world is world
    assert page.world.course.step == 2
    np.testing.assert_array_equal(page.world.course.model.parameters.flat, weights)
    assert ask(page, do="line", name="dz1")["line"]["name"] == "dz1"


def test_what_is_ones_own_fits_no_address() -> None:
    page = session(None, [[0.0, 1.0], [1.0, 0.0]], [0, 1])
    text = "data and networks of one's own don't fit an address: save the page as a file."
    assert refusal(page, do="address", shown={}) == text


def test_points_moved_by_hand_fit_no_address() -> None:
    page = visited("data=blobs&samples=20")
    ask(page, do="edit", points=[{"row": 1, "x": [0, 0], "label": 1}])
    text = "points moved by hand don't fit an address: save the page as a file."
    assert refusal(page, do="address", shown={}) == text


def test_many_weights_fit_no_address_after_a_change_by_hand() -> None:
    page = visited("data=moons&net=100relu,3relu")
    ask(page, do="edit", parameters={"b1[0]": 1})
    assert (
        refusal(page, do="address", shown={}) == "611 weights don't fit an address: save the page as a file."
    )


def test_what_is_too_long_fits_no_address() -> None:
    page = visited("data=moons&net=48tanh,4tanh")
    ask(page, do="edit", parameters={"b1[0]": 1})
    hidden = [f"W1_new[{i}, {j}]" for i in range(2) for j in range(48)] * 3
    said = refusal(page, do="address", shown={"hide": hidden})
    assert said.startswith("the state takes ")
    assert said.endswith(" letters, too many for an address: save the page as a file.")


def test_an_address_trains_no_network_of_ones_own() -> None:
    from chainrule import Network

    net = Network([2, 3, 2], seed=0)
    page = session(net, [[0.0, 1.0], [1.0, 0.0]], [0, 1])
    before = net.parameters.flat.copy()
    text = (
        "the address leads to a training, and this page was opened on a network of your own, which it would change: "
        "say in it what data it is for, such as data=worked."
    )
    assert refusal(page, do="open", address="step=3") == text
    np.testing.assert_array_equal(net.parameters.flat, before)
    assert ask(page, do="open", address="line=a1")["shown"] == {"line": "a1"}
