"""What is no mistake: each convention by itself, on a step of plain NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr

RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(5, 3)), np.array([0, 2, 1, 1, 2])
ETA = 0.1


def network(**more: Any) -> cr.Network:
    net = cr.Network([3, 4, 3], hidden="tanh", seed=2, **more)
    for name in ("b1", "b2"):
        net.parameters[name] = np.linspace(-0.4, 0.5, len(net.parameters[name]))
    return net


def full(trace: cr.Trace) -> dict[str, Any]:
    """All lines of a step that a learner would write."""
    left_out = ("top2", "shift2", "log_a2", "e2", "s2")
    return {name: np.array(trace[name]) for name in trace.program.quantities if name not in left_out}


NET = network()
TRACE = NET.trace(X, Y, cr.SGD(ETA))
MINE = full(TRACE)


def gradients(change: Any) -> dict[str, Any]:
    return {name: change(value) if name[0] == "d" else value for name, value in MINE.items()}


def columns(value: Any) -> Any:
    return value.T if np.ndim(value) == 2 else value


SAME: dict[str, dict[str, Any]] = {
    "as it is": MINE,
    "y - a, added": gradients(lambda value: -value),
    "a sum over the samples, with 1/m in the learning rate": gradients(lambda value: value * 5),
    "whole squares": gradients(lambda value: value * 2),
    "any factor of the loss": {n: v for n, v in gradients(lambda value: value * 7.3).items() if "new" not in n},
    "samples as columns": {name: columns(value) for name, value in MINE.items()},
    "weights as (outputs, inputs)": {n: columns(v) if "W" in n else v for n, v in MINE.items()},
    "biases as rows": {n: v[None, :] if np.ndim(v) == 1 and n != "l" else v for n, v in MINE.items()},
    "biases as columns": {n: v[:, None] if np.ndim(v) == 1 else v for n, v in MINE.items()},
    "1/m with the weights": {
        n: v * 5 if n[0] == "d" and n[1] in "az" else v for n, v in MINE.items()
    },
    "the loss as a sum": {**MINE, "L": MINE["L"] * 5},
    "names with other capitals": {n.replace("z", "Z").replace("a", "A"): v for n, v in MINE.items()},
    "names of a page": {n.replace("d", "∂L/∂") if n[0] == "d" else n: v for n, v in MINE.items()},
    "gradients of a vector's own shape": {"x": X, **MINE},
}  # fmt: skip


@pytest.mark.parametrize("mine", SAME.values(), ids=list(SAME))
def test_it_is_right(mine: dict[str, Any]) -> None:
    report = TRACE.check(mine)
    assert report.right, str(report)


@pytest.mark.parametrize("ones_first", [False, True])
@pytest.mark.parametrize("turned", [False, True])
def test_biases_folded_into_the_weights(ones_first: bool, turned: bool) -> None:
    def folded(W: Any, b: Any) -> Any:
        both = np.vstack([b, W] if ones_first else [W, b])
        return both.T if turned else both

    mine = {name: value for name, value in MINE.items() if "b" not in name}
    for n in (1, 2):
        mine[f"dW{n}"] = folded(MINE[f"dW{n}"], MINE[f"db{n}"])
        mine[f"W{n}_new"] = folded(MINE[f"W{n}_new"], MINE[f"b{n}_new"])
    one = np.ones((5, 1))
    mine["a1"] = np.hstack([one, MINE["a1"]] if ones_first else [MINE["a1"], one])
    report = TRACE.check(mine)
    assert report.right, str(report)
    assert "biases are folded into the weights" in report.notes
    del mine["W1_new"], mine["W2_new"]
    mine["dW2"] = -mine["dW2"]
    assert TRACE.check(mine).line == "dW2"


def test_no_biases_at_all() -> None:
    """Somebody who knows of none gets other numbers than the network, and follows all rules."""
    z1 = X @ NET.parameters["W1"]
    a1 = np.tanh(z1)
    z2 = a1 @ NET.parameters["W2"]
    report = TRACE.check({"z1": z1, "a1": a1, "z2": z2})
    assert (report.right, report.notes) == (True, ["there are no biases"])
    assert TRACE.check({"z1": z1, "a1": a1, "z2": z2 + NET.parameters["b2"]}).mistakes[0] == "bias_missing"


@pytest.mark.parametrize("with_rate", [False, True])
@pytest.mark.parametrize("sign", [1, -1])
def test_velocities(with_rate: bool, sign: int) -> None:
    """v = μ v + g and W - η v; v = μ v - η g and W + v; from a first step with v = 0."""
    trace = network().trace(X, Y, cr.Momentum(ETA))
    factor = sign * (ETA if with_rate else 1)
    mine = {n: v * factor if n[0] == "v" else v for n, v in full(trace).items()}
    report = trace.check(mine)
    assert report.right, str(report)


def test_a_mask_of_the_learners_own() -> None:
    """Chance drew another one for the learner; it is found from what it did."""
    net = cr.Network([cr.Dense(3, 6), cr.Tanh(), cr.Dropout(0.4), cr.Dense(6, 3), cr.Softmax()], seed=1)
    ours, theirs = (net.trace(X, Y, cr.SGD(ETA), seed=seed) for seed in (0, 9))
    assert np.any(ours["mask1"] != theirs["mask1"])
    mine = full(theirs)
    assert ours.check(mine).right
    del mine["mask1"]
    assert ours.check(mine).right
    mine["da1"] = np.array(theirs["dh1"])  # back through units that were off
    del mine["dz1"], mine["dW1"], mine["db1"], mine["W1_new"], mine["b1_new"]
    assert ours.check(mine).line == "da1"


def test_every_line_is_judged_on_the_learners_own_numbers() -> None:
    """A slip carried on is one slip."""
    W = NET.parameters["W2"]
    mine = dict(MINE)
    mine["dz1"] = MINE["da1"]
    mine["dW1"], mine["db1"] = X.T @ mine["dz1"], mine["dz1"].sum(axis=0)
    mine["W1_new"] = NET.parameters["W1"] - ETA * mine["dW1"]
    mine["b1_new"] = NET.parameters["b1"] - ETA * mine["db1"]
    report = TRACE.check(mine)
    assert [name for name, v in report.verdicts.items() if v.state != "right"] == ["dz1"]
    assert mine["da1"].shape[1] == W.shape[0]


def test_nothing_is_judged_through_a_line_that_is_wrong() -> None:
    """Where dz1 was not given, both gradients are off by it; one of them is told."""
    wrong = MINE["da1"]
    report = TRACE.check({"da1": MINE["da1"], "dW1": X.T @ wrong, "db1": wrong.sum(axis=0)})
    states = {name: verdict.state for name, verdict in report.verdicts.items()}
    assert states == {"da1": "right", "dW1": "wrong", "db1": "not judged"}
    assert "dW1_from_da1" in report.mistakes


def test_one_over_m_in_one_layer_alone_is_a_mistake() -> None:
    report = TRACE.check(
        {**MINE, "dW1": MINE["dW1"] / 5, "W1_new": NET.parameters["W1"] - ETA * MINE["dW1"] / 5}
    )
    assert (report.line, report.mistakes[0]) == ("dW1", "one_over_m_twice")


def test_all_steps_uphill_are_the_updates_mistake() -> None:
    wrong = {f"{p}_new": NET.parameters[p] + ETA * MINE[f"d{p}"] for p in ("W1", "b1", "W2", "b2")}
    report = TRACE.check({**MINE, **wrong})
    assert (report.line, report.mistakes[0]) == ("W1_new", "update_sign")


def test_an_error_that_is_turned_and_taken_off_is_the_errors() -> None:
    mine = gradients(lambda value: -value)
    del mine["da2"]
    wrong = {f"{p}_new": NET.parameters[p] - ETA * mine[f"d{p}"] for p in ("W1", "b1", "W2", "b2")}
    report = TRACE.check({**mine, **wrong})
    assert (report.line, report.mistakes[0]) == ("dz2", "dz2_sign")


def test_a_network_that_has_no_biases() -> None:
    net = cr.Network(
        [cr.Dense(3, 4, bias=False), cr.Tanh(), cr.Dense(4, 3, bias=False), cr.Softmax()], seed=2
    )
    trace = net.trace(X, Y, cr.SGD(ETA))
    assert trace.check(full(trace)).right
    slip = trace.check({"z1": trace["z1"], "a1": trace["a1"], "z2": trace["a1"] @ (2 * trace["W2"])})
    assert not slip.right
    assert slip.first is not None
    assert slip.first.quantity.name == "z2"
