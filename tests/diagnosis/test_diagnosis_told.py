"""What a diagnosis says, whole; what it leaves alone; what it refuses; and the page about it."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnosis import CHECKS, Diagnosis
from chainrule.errors import KindError
from pages_told import DOCS, languages, told

X, Y = cr.data.moons(80, seed=2)


def test_the_page_runs_and_prints_what_it_shows() -> None:
    assert languages("diagnosis.md") == ["python", "text"]
    told("diagnosis.md")


def test_the_page_lists_every_check_with_its_threshold() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \|.*\| ([^|]*) \|$", (DOCS / "diagnosis.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    told = dict(rows)
    assert set(told) == {check.name for check in CHECKS}
    for check in CHECKS:
        if check.name not in ("wrong_gradient", "diverges"):  # told beside another number, or none
            assert float(told[check.name].split(",")[0]) == check.threshold, check.name


def test_a_sequence_and_json() -> None:
    found = cr.Network([2, 8, 2], hidden="tanh").diagnose(
        100 * X, Y, optimizer=cr.Adam(0.02), epochs=60, batch_size=20
    )
    assert isinstance(found, Diagnosis)
    assert (len(found), found[0].name, found.names) == (1, "unscaled_inputs", ["unscaled_inputs"])
    assert repr(found) == "Diagnosis(unscaled_inputs)"
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["findings"][0]["fix"] == "scaling=Standardize.fitted(X)"
    assert told["findings"][0]["trial"]["steps"] == [50, 240]
    assert told["looked_at"] == "Looked at 80 rows, and at 240 steps of a copy; the network is as it was."


def test_nothing_found() -> None:
    found = cr.Network([2, 12, 2]).diagnose(X, Y, optimizer=cr.Adam(0.02), epochs=100, batch_size=20)
    assert str(found) == (
        "Nothing is found to be wrong.\n"
        "Looked at 80 rows, and at 400 steps of a copy; the network is as it was."
    )
    assert found.verdict == "Nothing is found to be wrong."


def test_a_symptom_whole() -> None:
    net = cr.Network([2, 8, 2], seed=0)
    found = net.diagnose(X, Y, optimizer=cr.SGD(1e-6), epochs=50, batch_size=20, trials=False)
    text = found.to_text(width=110, ascii=True)
    assert re.sub(r"\d+(\.\d+)?e-\d+", "N", text) == (
        "1. rate too low  [symptom]\n"
        "   The learning rate is too low: 200 steps moved the parameters by N of their size.\n"
        "   number  how far all steps moved the parameters, over their size: N (threshold 0.05)\n"
        "   where   200 steps\n"
        "   do      learning_rate=N\n"
        "\n"
        "Looked at 80 rows, and at 200 steps of a copy; the network is as it was."
    )


def test_a_proof_keeps_what_may_follow_from_it_out_where_nothing_is_tried() -> None:
    net = cr.Network([2, 8, 2], hidden="tanh")
    found = net.diagnose(1e4 * X, Y, optimizer=cr.SGD(10.0), epochs=20, batch_size=20, trials=False)
    assert {finding.stage for finding in found} == {"proof"}


def networks() -> dict[str, tuple[cr.Network, Any, dict[str, Any]]]:
    numbers = {"output": "identity", "loss": "mean_squared_error"}
    drop = [cr.Dense(2, 8), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.3), cr.Dense(8, 2), cr.Softmax()]
    return {
        "classes": (cr.Network([2, 8, 2]), Y, {"optimizer": cr.Adam(3.0)}),
        "numbers": (cr.Network([2, 8, 1], **numbers), 500 * X[:, 0], {"optimizer": cr.SGD(1.0)}),
        "several": (cr.Network([2, 8, 2], output="sigmoid"), (X > 0).astype(float), {"optimizer": cr.RMSprop(1e-7)}),
        "one": (cr.Network([2, 8, 1], output="sigmoid", dtype="float32"), Y, {"optimizer": cr.Momentum(20.0)}),
        "chance": (cr.Network(drop), Y, {"optimizer": cr.Adam(cr.Cosine(1e-6))}),
        "named": (cr.Network([2, 8, 2]), np.array(["no", "yes"])[Y], {"class_weight": "balanced"}),
        "all at once": (cr.Network([2, 8, 2]), Y, {"optimizer": cr.LBFGS(), "batch_size": None}),
    }  # fmt: skip


@pytest.mark.some(3)
@pytest.mark.parametrize("kind", networks())
def test_everything_is_left_as_it_was(kind: str) -> None:
    net, y, given = networks()[kind]
    optimizer = given.get("optimizer", cr.Adam(0.01))
    net.fit(X, y, epochs=1, batch_size=given.get("batch_size", 20), optimizer=optimizer)
    net.features = net.classes = None
    state, rng = pickled(net, optimizer), np.random.default_rng(5)
    np.random.seed(3)
    world, own = np.random.get_state()[1].copy(), rng.bit_generator.state  # type: ignore[index, union-attr, call-overload]
    given = {"batch_size": 20, **given, "optimizer": optimizer}
    data, targets = X.copy(), copy.deepcopy(y)
    first = net.diagnose(data, targets, epochs=15, validation_data=(X, y), **given)
    assert pickled(net, optimizer) == state
    assert (np.random.get_state()[1] == world).all()  # type: ignore[index, call-overload]
    assert rng.bit_generator.state == own
    np.testing.assert_array_equal(data, X)
    np.testing.assert_array_equal(targets, y)
    again = net.diagnose(data, targets, epochs=15, validation_data=(X, y), **given)
    assert str(first) == str(again)


def pickled(net: cr.Network, optimizer: Any) -> tuple[Any, ...]:
    """All numbers of a network and an optimizer, bit by bit."""
    arrays = [
        *net.parameters.values(),
        *net.buffers.values(),
        *optimizer.state_arrays(net.parameters).values(),
    ]
    numbers = tuple(array.tobytes() for array in arrays)
    return numbers, optimizer.t, str(optimizer), net.frozen, net.features, net.classes, net._trained_steps


def test_what_fit_refuses_is_refused_in_its_words() -> None:
    net = cr.Network([2, 8, 2])
    bad: list[tuple[Any, Any, dict[str, Any]]] = [
        (X * np.nan, Y, {}), (X, Y + 5, {}), (X[:, :1], Y, {}), (X, Y[:-1], {}), (X, Y, {"epochs": 0}),
        (X, Y, {"batch_size": 0}), (X, Y, {"optimizer": "none"}), (X, Y, {"validation_data": 3}),
        (X, Y, {"class_weight": {5: 1}}), (X, Y, {"sample_weight": -np.ones(80)}),
    ]  # fmt: skip
    for given, targets, others in bad:
        with pytest.raises(cr.ChainruleError) as fitted:
            net.fit(given, targets, **others)
        with pytest.raises(type(fitted.value)) as diagnosed:
            net.diagnose(given, targets, **others)
        assert str(diagnosed.value) == str(fitted.value)
    with pytest.raises(KindError) as caught:
        net.diagnose(X, Y, trials="no")
    assert str(caught.value) == "trials = 'no' is neither True nor False."


def test_of_many_rows_some_are_looked_at() -> None:
    rng = np.random.default_rng(0)
    many = rng.standard_normal((20_000, 2))
    found = cr.Network([2, 4, 2]).diagnose(
        many, (many[:, 0] > 0).astype(int), epochs=1, batch_size=100, trials=False
    )
    assert found.looked_at == (
        "Looked at 5,000 of 20,000 rows, and at 200 steps of a copy; the network is as it was."
    )


def test_no_more_than_three_findings() -> None:
    net = cr.Network([4, 6, 2], initializer="zeros", penalty=cr.L2(100.0))
    wrong = np.column_stack([1e5 * X, np.full(80, 1e3), Y])
    assert len(net.diagnose(wrong, Y, optimizer=cr.SGD(0.0), epochs=5, trials=False)) == 3
