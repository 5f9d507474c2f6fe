"""The walk-through as plain data: strict JSON, and its numbers are true."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given

import chainrule as cr
from chainrule.writers.json import number, numbers
from pages_read import check_every_format
from strategies import Case, cases
from thorough import examples

FOUR = [[0.5, 0.5], [1, -1], [-1, -0.5], [2, 1]]


def worked(**how: Any) -> dict[str, Any]:
    net = cr.worked_example()
    return strict(net.trace(net.x, net.y, cr.SGD(0.01)).explain(**how))


def strict(explanation: Any) -> dict[str, Any]:
    """Through JSON and back."""
    data = explanation.to_dict()
    back: dict[str, Any] = json.loads(json.dumps(data, allow_nan=False))
    assert back == data
    return back


def lines(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {line["name"]: line for s in data["sections"] for step in s["steps"] for line in step["lines"]}


def test_the_worked_example() -> None:
    data = worked()
    assert {key: value for key, value in data.items() if key not in ("sections", "given")} == {
        "schema": "urn:chainrule:pages:1",
        "heading": [
            "2 → 3 relu → 2 softmax    cross-entropy    SGD, η = 0.01    exact, 6 decimals",
            "one sample, label 1 (classes 0, 1)",
            "dW1 is short for ∂L/∂W1: how fast L grows as W1 grows.",
        ],
        "network": "2 → 3 relu → 2 softmax",
        "samples": 1,
        "loss": pytest.approx(1.944402, abs=5e-7),
        "arithmetic": "exact",
    }
    assert [(s["title"], [step["number"] for step in s["steps"]]) for s in data["sections"]] == [
        ("Given", [None]),
        ("Forward", [1, 2, 3, 4]),
        ("Loss", [None]),
        ("Backward", [5]),
        ("Update", [6, 7]),
        ("Signs", [None]),
    ]
    assert {name: leaf["kind"] for name, leaf in data["given"].items()} == {
        "x": "input", "y": "target", **dict.fromkeys(("W1", "b1", "W2", "b2"), "parameter"),
        **dict.fromkeys(("m", "k", "eta", "t"), "scalar"),
    }  # fmt: skip
    assert data["given"]["W2"]["value"] == [[-0.7, 0.7], [0.8, -0.8], [0.5, -0.5]]
    assert data["given"]["eta"]["value"] == 0.01
    dW1 = lines(data)["dW1"]
    assert dW1 == {
        "number": "5.7",
        "name": "dW1",
        "formula": "xᵀ · dz1",
        "latex": r"{x^\top} \cdot \frac{\partial L}{\partial z_{1}}",
        "chain": None,
        "chain_note": "",
        "numbers": "[[0.5], [0.5]] · [0, 1.371084, 0.856927]",
        "relation": "≈",
        "value": dW1["value"],
        "summary": None,
        "shape": [2, 3],
        "note": "",
        "dust": [],
        "choices": [],
        "worked": {
            "index": [0, 1],
            "text": "0.5×1.371084",
            "relation": "=",
            "value": pytest.approx(0.685542, abs=5e-7),
        },
    }
    assert np.allclose(dW1["value"], [[0, 0.685542, 0.428464]] * 2, atol=5e-7, rtol=0)
    assert lines(data)["dz2"]["chain"] == "a2 ⊙ (da2 - Σ da2 ⊙ a2)"
    assert lines(data)["L"]["numbers"] == "-(0×(-0.154402) + 1×(-1.944402))"


def test_every_value_is_the_trace_s_own() -> None:
    trace = cr.worked_example().trace(FOUR, [1, 0, 1, 0], cr.Adam(0.01))
    for name, line in lines(strict(trace.explain())).items():
        assert np.array_equal(line["value"], trace[name])
        assert line["shape"] == list(np.shape(trace[name]))


def test_the_numbers_that_are_put_in_give_the_value() -> None:
    counted = 0
    for line in lines(worked()).values():
        if line["numbers"] and not any(sign in line["numbers"] for sign in ("^", "max", "log", "/ [")):
            value = np.reshape(evaluate(line["numbers"]), line["shape"])
            assert np.allclose(value, line["value"], atol=5e-6, rtol=0), line["name"]
            counted += 1
    assert counted >= 14


def evaluate(text: str) -> Any:
    """The value of a formula with its numbers put in; a vector is a row."""
    code = text.replace("·", "@").replace("⊙", "*").replace("×", "*")
    rows = re.sub(r"(?<!\[)\[(?!\[)([^\[\]]*)\](?!\]|, \[)", r"[[\1]]", code)
    return eval(re.sub(r"\]\]", "]])", re.sub(r"\[\[", "np.array([[", rows)), {"np": np})


def test_by_hand_gives_decimals_as_numbers() -> None:
    data = worked(arithmetic="by_hand")
    assert data["arithmetic"] == "by_hand"
    assert data["loss"] == 1.94
    assert lines(data)["dW2"]["value"] == [[0, 0], [0.986, -0.986], [0.643, -0.643]]
    assert lines(data)["W1_new"]["value"] == [[-0.6, 0.59315, 0.39572], [-0.6, 0.69315, 0.49572]]


def test_a_large_array_is_told_by_a_summary() -> None:
    X = np.random.default_rng(0).random((3, 784))
    trace = cr.Network([784, 128, 10], seed=0).trace(X, [1, 2, 3], cr.Adam())
    dW1 = lines(strict(trace.explain()))["dW1"]
    assert dW1["value"] is None
    assert dW1["shape"] == [784, 128]
    array = trace["dW1"]
    assert dW1["summary"] == {"min": array.min(), "max": array.max(), "mean": pytest.approx(array.mean())}


def test_numbers_that_json_does_not_have_are_strings() -> None:
    assert numbers(np.array([[1.5, np.nan], [np.inf, -np.inf]])) == [[1.5, "nan"], ["inf", "-inf"]]
    assert [number(v) for v in (np.float32(0.5), Decimal("0.25"), np.int64(3), True)] == [0.5, 0.25, 3, 1]


def test_one_quantity_and_a_forward_trace() -> None:
    net = cr.worked_example()
    single = strict(net.trace(net.x, net.y, cr.SGD(0.01)).explain("b1_new"))
    assert list(lines(single)) == ["b1_new"]
    forward = strict(net.trace(FOUR).explain())
    assert forward["loss"] is None
    assert [s["title"] for s in forward["sections"]] == ["Given", "Forward", "Signs"]


@examples(30, few=4, suppress_health_check=[HealthCheck.too_slow])
@given(cases(depth=3, width=7, samples=7))
def test_random_networks(case: Case) -> None:
    X, y = case.data()
    trace = case.network().trace(X, y, "adam")
    explanation = trace.explain()
    check_every_format(explanation)
    for name, line in lines(strict(explanation)).items():
        assert np.array_equal(line["value"], trace[name])
