"""A trace of one step: the worked example number by number, and the step run again with numbers replaced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import chainrule as cr
from chainrule.errors import InputError, KindError, UnknownName
from chainrule.model.entry import parse_entry
from chainrule.parts.contract import Array, Optimizer
from chainrule.trace import Trace
from strategies import Case, cases, optimizers, trained
from thorough import examples

PARAMETERS = {
    "W1": [[-0.6, 0.6, 0.4], [-0.6, 0.7, 0.5]],
    "b1": [0.3, 0.5, 0.3],
    "W2": [[-0.7, 0.7], [0.8, -0.8], [0.5, -0.5]],
    "b2": [-0.4, 0.4],
}
X, Y = [0.5, 0.5], 1


def worked_example() -> Trace:
    return cr.Network([2, 3, 2], parameters=PARAMETERS).trace(X, Y, optimizer=cr.SGD(0.01))


# The table of the worked example, exact to six decimals, as it was printed before this project was written.
SEED_EXAMPLE: dict[str, Any] = {
    "x": [[0.5, 0.5]],
    "y": [[0, 1]],
    "z1": [[-0.3, 1.15, 0.75]],
    "a1": [[0, 1.15, 0.75]],
    "z2": [[0.895, -0.895]],
    "e2": [[2.447336, 0.408608]],
    "s2": [[2.855943]],
    "a2": [[0.856927, 0.143073]],
    "L": 1.944402,
    "da2": [[0, -6.989452]],
    "dz2": [[0.856927, -0.856927]],
    "dW2": [[0, 0], [0.985466, -0.985466], [0.642695, -0.642695]],
    "db2": [0.856927, -0.856927],
    "da1": [[-1.199698, 1.371084, 0.856927]],
    "dz1": [[0, 1.371084, 0.856927]],
    "dW1": [[0, 0.685542, 0.428464], [0, 0.685542, 0.428464]],
    "db1": [0, 1.371084, 0.856927],
    "W1_new": [[-0.6, 0.593145, 0.395715], [-0.6, 0.693145, 0.495715]],
    "W2_new": [[-0.7, 0.7], [0.790145, -0.790145], [0.493573, -0.493573]],
    "b1_new": [0.3, 0.486289, 0.291431],
    "b2_new": [-0.408569, 0.408569],
}


@pytest.mark.parametrize("name", SEED_EXAMPLE)
def test_the_worked_example_to_six_decimals(name: str) -> None:
    value = worked_example()[name]
    assert np.shape(value) == np.shape(SEED_EXAMPLE[name])
    np.testing.assert_array_equal(np.round(value, 6), SEED_EXAMPLE[name])


def test_the_worked_example_has_nothing_else_but_its_logarithms_and_a_shift_of_0() -> None:
    trace = worked_example()
    others = set(trace) - set(SEED_EXAMPLE) - set(PARAMETERS)
    assert others == {"m", "k", "eta", "t", "top2", "shift2", "log_a2", "l"}
    assert (trace["m"], trace["k"], trace["eta"], trace["t"]) == (1, 2, 0.01, 1)
    assert trace["shift2"].tolist() == [[0]]
    np.testing.assert_allclose(trace["log_a2"], np.log(trace["a2"]), rtol=1e-14)
    assert trace["a2"].sum() == pytest.approx(1, abs=1e-15)


@examples(80)
@given(cases(freeze=True), optimizers())
def test_a_trace_leaves_network_and_optimizer_as_they_were(case: Case, make: Callable[[], Optimizer]) -> None:
    net, (X, y), optimizer = case.network(), case.data(), make()
    trained(net, X, y, epochs=2, optimizer=optimizer)
    memory = optimizer.state_arrays(net.parameters)
    before = [a.copy() for a in (net.parameters.flat, *memory.values())]
    trace = net.trace(X, y, optimizer=optimizer)
    for array, kept in zip((net.parameters.flat, *memory.values()), before, strict=True):
        np.testing.assert_array_equal(array, kept)
    assert (optimizer.t, trace.step_number) == (2, 3)


@examples(80)
@given(cases(freeze=True), optimizers())
def test_a_trace_in_mid_training_is_the_step_that_training_takes_next(
    case: Case, make: Callable[[], Optimizer]
) -> None:
    net, (X, y), optimizer = case.network(), case.data(), make()
    trained(net, X, y, epochs=3, batch_size=max(1, case.samples // 2), optimizer=optimizer)
    trace = net.trace(X, y, optimizer=optimizer)
    history = trained(net, X, y, optimizer=optimizer)
    assert history.loss == [trace.loss]
    for name, array in net.parameters.items():
        np.testing.assert_array_equal(array, trace[name if name in case.frozen else f"{name}_new"])
        assert (f"{name}_new" in trace) == (name not in case.frozen)
        assert trace[f"d{name}"].shape == array.shape
    memory = optimizer.state_arrays(net.parameters)
    for name, (local, parameter) in trace.program.state.items():
        np.testing.assert_array_equal(net.parameters.views(memory[local])[parameter], trace[f"{name}_new"])
    assert optimizer.t == trace.step_number


def test_every_quantity_of_a_float32_network_is_float32() -> None:
    net = cr.Network([3, 4, 4, 2], hidden=["tanh", "softmax"], dtype="float32")
    trace = net.trace(np.ones((5, 3)), [0, 1, 0, 1, 1], optimizer="adam")
    scalars = {"m", "k", "eta", "beta1", "beta2", "epsilon", "t"}
    assert {name for name, value in trace.items() if not hasattr(value, "dtype")} == scalars
    assert {value.dtype for name, value in trace.items() if name not in scalars} == {np.dtype("float32")}


@pytest.mark.parametrize(
    "function", [lambda z: z * np.where(z > 0, 1.0, 0.1), lambda z: z * (1 - 0.9 * (1 - (z > 0)))]
)
def test_conditions_do_not_leave_float32(function: Callable[[Any], Any]) -> None:
    net = cr.Network([3, 4, 2], hidden=function, dtype="float32")
    assert net.trace(np.ones((5, 3)), [0, 1, 0, 1, 1])["a1"].dtype == np.float32


# --- asking for numbers -------------------------------------------------------------------------------------


def test_entries_by_text() -> None:
    trace = worked_example()
    assert trace["dW1[0, 1]"] == trace["dW1"][0, 1]
    assert trace["dW1[-1,-2]"] == trace["dW1"][1, 1]
    assert trace[" b1 [ 2 ] "] == 0.3
    assert trace["L[]"] == trace.loss
    assert trace.locate("dW1[-1, 0]") == ("dW1", (1, 0))
    assert "dW1" in trace
    assert "dW9" not in trace
    assert len(trace) == len(list(trace)) == 33
    assert trace.samples == 1


@pytest.mark.parametrize(
    ("text", "parsed"),
    [("dW1", ("dW1", None)), ("W1[0, 1]", ("W1", (0, 1))), ("L[]", ("L", ())), ("z1[-1]", ("z1", (-1,)))],
)
def test_parse_entry(text: str, parsed: tuple[str, tuple[int, ...] | None]) -> None:
    assert parse_entry(text) == parsed


KNOWN = (
    "x, W1, b1, W2, b2, y, m, k, η, t, z1, a1, z2, top2, shift2, e2, s2, a2, log a2, l, L, da2, dz2, dW2, db2, "
    "da1, dz1, dW1, db1, W1_new, b1_new, W2_new, b2_new"
)
FORWARD = "x, W1, b1, W2, b2, z1, a1, z2, top2, shift2, e2, s2, a2"


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("dW11", UnknownName, f"there is no quantity 'dW11'. Did you mean 'dW1'? There is: {KNOWN}."),
        ("q", UnknownName, f"there is no quantity 'q'. There is: {KNOWN}."),
        ("z1[0, 9]", InputError, "z1 has the shape (1, 3): there is no entry [0, 9]."),
        ("z1[0]", InputError, "z1 has the shape (1, 3): there is no entry [0]."),
        ("L[0]", InputError, "L has the shape (): there is no entry [0]."),
        (
            "z1[0",
            InputError,
            "'z1[0' names no quantity: write a name, such as dW1, or one entry, dW1[0, 1].",
        ),
        ("z1[a]", InputError, "'z1[a]': an entry is given by whole numbers, as in z1[0, 1]."),
        ("z1[0.5]", InputError, "'z1[0.5]': an entry is given by whole numbers, as in z1[0, 1]."),
    ],
)
def test_what_is_not_there(text: str, kind: type[Exception], message: str) -> None:
    trace = worked_example()
    with pytest.raises(kind) as caught:
        trace[text]
    assert str(caught.value) == message


def test_what_a_shorter_trace_lacks_is_told() -> None:
    net = cr.Network([2, 3, 2], parameters=PARAMETERS)
    forward, backward = net.trace(X), net.trace(X, Y)
    assert list(forward) == FORWARD.split(", ")
    for text, near in (("dW1", " Did you mean 'W1'?"), ("L", "")):
        with pytest.raises(UnknownName) as caught:
            forward[text]
        assert str(caught.value) == (
            f"there is no quantity {text!r}.{near} There is: {FORWARD}. This trace is forward only: give trace(…) "
            "the targets y."
        )
    with pytest.raises(UnknownName) as caught:
        backward["W1_new"]
    assert str(caught.value).endswith(" This trace has no update: give trace(…) an optimizer.")
    with pytest.raises(InputError) as refused:
        backward.apply()
    assert str(refused.value) == "this trace has no update to apply: give trace(…) an optimizer."
    with pytest.raises(InputError) as refused:
        net.trace(X, optimizer="sgd")
    assert str(refused.value) == ("a trace without y is forward only: give y, or leave the optimizer out.")


def test_the_numbers_of_a_trace_stay_as_they_were() -> None:
    net = cr.Network([2, 3, 2], parameters=PARAMETERS)
    optimizer = cr.Adam(0.1)
    trace = net.trace(X, Y, optimizer=optimizer)
    kept = {name: np.copy(value) for name, value in trace.items()}
    net.fit(X, Y, epochs=5, optimizer=optimizer)
    for name, value in kept.items():
        np.testing.assert_array_equal(trace[name], value)
    with pytest.raises(ValueError, match="read-only"):
        trace["W1"][0, 0] = 1


def test_a_trace_takes_its_own_copy_of_the_inputs() -> None:
    inputs = np.array([[0.5, 0.5]])
    trace = cr.Network([2, 3, 2], parameters=PARAMETERS).trace(inputs, Y)
    inputs[0, 0] = 9
    assert trace["x"].tolist() == [[0.5, 0.5]]


def test_apply_takes_the_step_and_after_shows_what_it_did() -> None:
    net = cr.Network([2, 3, 2], parameters=PARAMETERS)
    optimizer = cr.Momentum(0.01)
    trace = net.trace(X, Y, optimizer=optimizer)
    after = trace.after()
    assert after is not None
    trace.apply()
    for name in PARAMETERS:
        np.testing.assert_array_equal(net.parameters[name], trace[f"{name}_new"])
    assert optimizer.t == 1
    assert after.loss == net.loss(X, Y) < trace.loss
    again = net.trace(X, Y, optimizer=optimizer)
    assert again.step_number == 2
    np.testing.assert_array_equal(again["vW1"], trace["dW1"])
    assert net.trace(X, Y).after() is None


def test_how_it_is_written() -> None:
    net = cr.Network([2, 3, 2], parameters=PARAMETERS)
    assert repr(worked_example()) == "Trace  2 → 3 relu → 2 softmax   1 sample   SGD(0.01)   L = 1.944402"
    assert repr(net.trace([X, X])) == "Trace  2 → 3 relu → 2 softmax   2 samples"


# --- what if ------------------------------------------------------------------------------------------------


def by_hand(put: Callable[[str, Array], Array], free: Any = 1, free_loss: int = 1) -> dict[str, Array]:
    """The worked example in plain NumPy; `put` may give another value for a line.

    `free` is 0 for the entries of a1 that are held, `free_loss` where L is: from there no gradient goes on.
    """
    v: dict[str, Array] = {}

    def line(name: str, value: Any) -> None:
        v[name] = put(name, np.array(value, dtype=float))

    line("x", [X])
    line("y", [[0, 1]])
    for name, value in PARAMETERS.items():
        line(name, value)
    line("z1", v["x"] @ v["W1"] + v["b1"])
    line("a1", np.where(v["z1"] > 0, v["z1"], 0))
    line("z2", v["a1"] @ v["W2"] + v["b2"])
    line("e2", np.exp(v["z2"]))
    line("s2", v["e2"].sum(axis=1, keepdims=True))
    line("a2", v["e2"] / v["s2"])
    line("log_a2", v["z2"] - np.log(v["s2"]))
    line("L", -(v["y"] * v["log_a2"]).sum())
    line("dz2", (v["a2"] - v["y"]) * free_loss)
    line("dW2", v["a1"].T @ v["dz2"])
    line("db2", v["dz2"].sum(axis=0))
    line("da1", v["dz2"] @ v["W2"].T)
    line("dz1", v["da1"] * free * (v["z1"] > 0))
    line("dW1", v["x"].T @ v["dz1"])
    line("db1", v["dz1"].sum(axis=0))
    for name in PARAMETERS:
        line(f"{name}_new", v[name] - 0.01 * v[f"d{name}"])
    return v


def entry(of: str, index: Any, number: float) -> Callable[[str, Array], Array]:
    def put(name: str, value: Array) -> Array:
        if name == of:
            value[index] = number
        return value

    return put


AFTER_A1 = [
    "z2",
    "top2",
    "e2",
    "s2",
    "a2",
    "log_a2",
    "l",
    "L",
    "da2",
    "dz2",
    "dW2",
    "db2",
    "da1",
    "dz1",
    "dW1",
    "db1",
]
GRADIENTS = ["da2", "dz2", "dW2", "db2", "da1", "dz1", "dW1", "db1"]
NEW = ["W1_new", "b1_new", "W2_new", "b2_new"]


@pytest.mark.parametrize(
    ("changes", "put", "free", "changed"),
    [
        ({"a1[0, 1]": 0}, entry("a1", (0, 1), 0), ([1, 0, 1], 1), ["a1", *AFTER_A1, *NEW]),
        ({"a1[0, -2]": 0}, entry("a1", (0, 1), 0), ([1, 0, 1], 1), ["a1", *AFTER_A1, *NEW]),
        ({"x[0, 0]": 2}, entry("x", (0, 0), 2), (1, 1), ["x", "z1", "a1", *AFTER_A1, *NEW]),
        (
            {"W2": np.ones((3, 2))},
            entry("W2", ..., 1),
            (1, 1),
            ["W2", *AFTER_A1, *NEW],
        ),
        (
            {"dz2": [[0.5, 0.25]]},
            lambda name, value: np.array([[0.5, 0.25]]) if name == "dz2" else value,
            (1, 1),
            ["dz2", "dW2", "db2", "da1", "dz1", "dW1", "db1", *NEW],
        ),
        ({"db2[0]": 7.0}, entry("db2", 0, 7.0), (1, 1), ["db2", "b2_new"]),
        ({"L": 0}, entry("L", (), 0), (1, 0), ["L", *GRADIENTS, *NEW]),
        # Held at the value that it has: nothing but what passes back through its rule is another.
        ({"a1[0, 1]": 1.15}, lambda name, value: value, ([1, 0, 1], 1), ["dz1", "dW1", "db1", *NEW[:2]]),
    ],
)  # fmt: skip
def test_what_if_is_the_step_by_hand_with_that_number(
    changes: dict[str, Any], put: Callable[[str, Array], Array], free: tuple[Any, int], changed: list[str]
) -> None:
    trace = worked_example()
    other = trace.what_if(changes)
    for name, value in by_hand(put, *free).items():
        np.testing.assert_allclose(other[name], value, rtol=1e-13, atol=1e-15, err_msg=name)
    assert other.changed() == changed
    assert other.base is trace
    assert {trace.locate(text): new for text, new in other.replaced.items()} == {
        trace.locate(text): new for text, new in changes.items()
    }
    np.testing.assert_array_equal(trace["a1"], [[0, 1.15, 0.75]])


def test_what_if_of_several_entries_and_of_a_scalar() -> None:
    trace = worked_example()
    other = trace.what_if({"a1[0, 1]": 0, "a1[0, 2]": 0, "eta": 0.5})
    v = by_hand(entry("a1", ..., 0), [1, 0, 0])
    np.testing.assert_allclose(other["z2"], [[-0.4, 0.4]])
    np.testing.assert_allclose(other["b1_new"], v["b1"] - 0.5 * v["db1"], rtol=1e-13)
    assert (other["eta"], trace["eta"]) == (0.5, 0.01)
    assert other.changed()[:3] == ["eta", "a1", "z2"]
    assert trace.changed() == []


def test_what_if_of_a_what_if_keeps_both() -> None:
    first = worked_example().what_if({"a1[0, 1]": 0})
    second = first.what_if({"a1[0, 2]": 0})
    assert second["a1"].tolist() == [[0, 0, 0]]
    np.testing.assert_allclose(second["z2"], [[-0.4, 0.4]])


def test_what_if_leaves_network_and_optimizer_as_they_were() -> None:
    net, optimizer = cr.Network([2, 3, 2], parameters=PARAMETERS), cr.Adam()
    before = net.parameters.flat.copy()
    net.trace(X, Y, optimizer=optimizer).what_if({"W1": np.zeros((2, 3)), "t": 5})
    np.testing.assert_array_equal(net.parameters.flat, before)
    assert optimizer.t == 0


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"a3[0, 1]": 0}, UnknownName, f"there is no quantity 'a3'. There is: {KNOWN}."),
        ({"a1[0, 17]": 0}, InputError, "a1 has the shape (1, 3): there is no entry [0, 17]."),
        ({"W2": np.zeros((2, 3))}, InputError, "W2 has the shape (3, 2), and what was given has (2, 3)."),
        ({"W2": 0}, InputError, "W2 has the shape (3, 2), and what was given has ()."),
        ({"a1[0, 1]": [1, 2]}, InputError, "a1[0, 1] has the shape (), and what was given has (2,)."),
        ({"a1[0, 1]": None}, KindError, "a1[0, 1] holds objects (such as None): give numbers."),
    ],
)
def test_what_if_refuses(changes: dict[str, Any], kind: type[Exception], message: str) -> None:
    trace = worked_example()
    with pytest.raises(kind) as caught:
        trace.what_if(changes)
    assert str(caught.value) == message


def test_a_what_if_of_a_what_if_starts_from_the_step_itself() -> None:
    net = cr.worked_example()
    trace = net.trace(net.x, net.y)
    twice = trace.what_if({"a1[0,1]": 0}).what_if({"a1[ 0, -2 ]": 5, "b2": [0, 0]})
    assert twice.replaced == {"a1[0, 1]": 5, "b2": [0, 0]}
    assert twice.base is trace
    # a1 = [0, 5, 0.75]: z2 = 5 · [0.8, -0.8] + 0.75 · [0.5, -0.5]
    np.testing.assert_allclose(twice["z2"], [[4.375, -4.375]], rtol=1e-14)
    assert str(twice).splitlines()[2] == f"  L was 1.944402, and is {np.log1p(np.exp(8.75)):.6f}."
