"""A page's state as a file, and what a page gives to keep."""

from __future__ import annotations

import contextlib
import io
import json
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.errors import FileError, UnknownName
from chainrule.page.exports import COLUMNS, file, plain_safetensors
from chainrule.page.lines import Lines
from chainrule.page.session import Session
from chainrule.page.states import read, written
from thorough import examples

SETTINGS = {
    "data": {"name": "spiral", "samples": 60},
    "network": {"layers": [{"units": 4, "activation": "tanh", "norm": "batch_norm", "dropout": 0.1}]},
    "training": {"optimizer": "adam", "batch": 12, "schedule": {"name": "cosine"}},
}


def lived() -> Any:
    """A world with two changes by hand and other data."""
    visit = Session(settings=SETTINGS)
    course = visit.world.course
    course.advance(33)
    course.change(parameters={"b1": np.full(4, 0.25)})
    course.advance(20)
    course.change(numbers={"beta1": 0.5})
    course.advance(11)
    visit.world.change_points([{"row": -1, "x": [0.1, 0.2], "label": 1}, {"row": 3, "x": None}])
    course.advance(17)
    course.seek(70)
    return visit.world


def test_a_state_that_is_read_goes_on_as_the_page_would_have() -> None:
    before = lived()
    after = read(written(before))
    one, other = before.course, after.course
    assert (other.step, other.newest, other.edited) == (70, 81, one.edited)
    np.testing.assert_array_equal(other.curve.array(), one.curve.array())
    for place in (70, 0, 32, 33, 52, 60, 81):
        for each in (one, other):
            each.seek(place)
        np.testing.assert_array_equal(other.model.parameters.flat, one.model.parameters.flat)
        np.testing.assert_array_equal(other.data.X, one.data.X)
        assert other.optimizer.beta1 == one.optimizer.beta1  # type: ignore[attr-defined]
    for each in (one, other):
        each.advance(40)
    np.testing.assert_array_equal(other.model.parameters.flat, one.model.parameters.flat)


def test_a_network_of_ones_own_comes_back() -> None:
    from chainrule.page.session import session

    net = cr.Network(
        [cr.Dense(2, 3), cr.LeakyReLU(0.3), cr.Dense(3, 2), cr.Softmax()], loss=cr.Focal(1.5), seed=4
    )
    X, y = cr.data.moons(20)
    visit = session(net, X, y)
    visit.world.course.advance(5)
    after = read(written(visit.world)).course.model
    assert after.title() == net.title()
    assert str(after.loss_part) == str(net.loss_part)
    np.testing.assert_array_equal(after.parameters.flat, net.parameters.flat)


@examples(60)
@given(st.data())
def test_a_damaged_state_is_refused_in_a_sentence(data: Any) -> None:
    whole = STATE
    if data.draw(st.booleans()):
        broken = whole[: data.draw(st.integers(0, len(whole) - 1))]
    else:
        at = data.draw(st.integers(0, len(whole) - 1))
        broken = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    with contextlib.suppress(FileError):  # and no other; a bit may also say nothing
        read(broken)


STATE = written(Session().world)


def _with(change: Any) -> bytes:
    """The state with its description changed."""
    with np.load(io.BytesIO(STATE)) as found:
        arrays = {name: found[name] for name in found.files}
    meta = json.loads(arrays["meta"].tobytes())
    change(meta, arrays)
    arrays["meta"] = np.frombuffer(json.dumps(meta).encode(), np.uint8)
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda meta, arrays: meta.update(format=99),
            "the state can't be opened: its format is 99, and this version opens 2: update chainrule.",
        ),
        (
            lambda meta, arrays: meta.update(format=1),
            "the state can't be opened: its format is 1, and this version opens 2: open it with the version that "
            "wrote it.",
        ),
        (
            lambda meta, arrays: arrays.update(now=np.zeros(3)),
            "the state can't be opened: a snapshot of 3 numbers does not fit: this training has 17.",
        ),
        (
            lambda meta, arrays: meta["settings"]["network"].update(output="blub"),
            None,
        ),
        (
            lambda meta, arrays: meta.pop("stretches"),
            "the state can't be opened: it is damaged, or no state that a page wrote.",
        ),
    ],
)  # fmt: skip
def test_a_state_that_does_not_fit_itself_is_refused(change: Any, text: str | None) -> None:
    with pytest.raises(FileError) as error:
        read(_with(change))
    assert text is None or str(error.value) == text
    visit = Session()
    header, _ = visit.handle({"id": 1, "do": "open", "state": True}, [_with(change)])
    assert header["error"]["text"] == str(error.value)
    assert visit.world.course.model.title() == "2 → 3 relu → 2 softmax"


def test_an_array_of_objects_is_not_unpickled() -> None:
    content = io.BytesIO()
    np.savez(content, meta=np.array([{"a": 1}], dtype=object))
    with pytest.raises(FileError, match="no state that a page wrote"):
        read(content.getvalue())


def test_weights_are_the_same_file_with_the_library_and_without() -> None:
    world = lived()
    plain = plain_safetensors(world)
    arrays = safetensors.numpy.load(plain)
    for name, array in world.course.model.parameters.items():
        np.testing.assert_array_equal(arrays[name], array)


def test_a_model_that_was_kept_is_loaded(tmp_path: Any) -> None:
    world = lived()
    for content in (plain_safetensors(world), kept(world, "safetensors")):
        path = tmp_path / "kept.safetensors"
        path.write_bytes(content)
        np.testing.assert_array_equal(cr.load(path).parameters.flat, world.course.model.parameters.flat)


def kept(world: Any, kind: str) -> bytes:
    return file(world, Lines(world.course.record()), kind)[2]


def test_the_script_is_the_networks_and_the_curves_are_the_pages(tmp_path: Any) -> None:
    visit = Session(settings={"data": {"name": "moons", "samples": 40}, "network": {"initializer": "glorot"}})
    start = {name: array.copy() for name, array in visit.world.course.model.parameters.items()}
    visit.world.course.advance(6)
    scope: dict[str, Any] = {"__name__": "kept"}
    exec(kept(visit.world, "numpy"), scope)
    samples = visit.world.samples
    trained, *_ = scope["train"](samples.X, samples.y, start)
    for name, array in visit.world.course.model.parameters.items():
        np.testing.assert_array_equal(trained[name], array)
    head, *rows = kept(visit.world, "csv").decode().splitlines()
    assert head == COLUMNS
    assert [float(row.split(",")[1]) for row in rows] == pytest.approx(
        visit.world.course.curve.array()[:, 1], rel=1e-9
    )
    assert "<math" in kept(visit.world, "walkthrough").decode()


def test_a_kind_of_file_that_there_is_not_is_refused() -> None:
    with pytest.raises(UnknownName) as error:
        kept(Session().world, "pdf")
    assert str(error.value) == (
        "there is no kind of file 'pdf'. There is: state, safetensors, numpy, walkthrough, csv."
    )
