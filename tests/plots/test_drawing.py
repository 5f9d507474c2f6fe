"""The drawn network: what is drawn is what was traced."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from drawn import WORKED, assert_tidy, edges, legend, texts, worked_trace
from matplotlib import pyplot as plt

import chainrule as cr
from chainrule import plots
from chainrule.errors import InputError, KindError


def test_a_trace_is_drawn_with_its_numbers() -> None:
    ax = plots.network(worked_trace())
    # 0.5 · -0.6 + 0.5 · -0.6 + 0.3 = -0.3 and so on; a2 = softmax(0.895, -0.895); L = -log 0.1431
    assert sorted(texts(ax)) == sorted(
        [
            *["input x", "2 values", "hidden a1", "relu", "3 units", "output a2", "softmax", "2 units"],
            *["0.5", "0.5", "z −0.3\na 0", "z 1.15\na 1.15", "z 0.75\na 0.75"],
            *["z 0.895\na 0.857", "z −0.895\na 0.143", "target 0", "target 1"],
            *["b 0.3", "b 0.5", "b 0.3", "b −0.4", "b 0.4"],
            *["−0.6", "0.6", "0.4", "−0.6", "0.7", "0.5", "−0.7", "0.7", "0.8", "−0.8", "0.5", "−0.5"],
            *["W1 (2, 3)", "W2 (3, 2)", "label 1, predicted 0\nloss L = 1.9444"],
        ]
    )
    assert legend(ax) == ["weight > 0", "weight < 0", "size of weight", "relu gives 0"]
    assert_tidy(ax)


def test_a_network_is_drawn_with_the_names_of_its_entries() -> None:
    ax = plots.network(cr.Network([2, 3, 2], parameters=WORKED))
    names = ["x[0]", "x[1]", "a1[0]", "a1[1]", "a1[2]", "a2[0]", "a2[1]"]
    assert [text for text in texts(ax) if "[" in text] == names
    assert not any(text.startswith(("b ", "z ", "target ", "loss")) for text in texts(ax))
    assert legend(ax) == ["weight > 0", "weight < 0", "size of weight"]
    assert_tidy(ax)


def test_the_sample_that_was_asked_for_is_drawn() -> None:
    X = 0.1 + 0.9 * np.random.default_rng(0).random((4, 5))
    trace = cr.Network([5, 5, 3], hidden="tanh", classes=["setosa", "versicolor", "virginica"]).trace(
        X, [0, 1, 2, 1]
    )
    ax = plots.network(trace, sample=2)
    shown = texts(ax)
    assert [float(text) for text in shown if text.startswith("0.")] == pytest.approx(X[2], rel=5e-3)
    for k in range(5):
        z, a = (f"{trace[f'{name}1'][2, k]:.3g}".replace("-", "−") for name in "za")
        assert f"z {z}\na {a}" in shown
    beside = [text for text in shown if "\ntarget " in text]
    assert beside == ["setosa\ntarget 0", "versicolor\ntarget 0", "virginica\ntarget 1"]
    said = ["setosa", "versicolor", "virginica"][int(trace["a2"][2].argmax())]
    assert shown[-1] == (
        f"sample 2 of 4, label virginica, predicted {said}\n"
        f"its loss {trace['l'][2]:.6g}, mean of the batch L = {trace.loss:.6g}"
    )
    assert_tidy(ax)


def test_a_trace_without_targets_shows_what_the_network_says() -> None:
    trace = cr.Network([2, 1], output="sigmoid", classes=["no", "yes"]).trace([1, 2])
    ax = plots.network(trace)
    assert "yes" in texts(ax)
    assert texts(ax)[-1] == ("predicted yes" if trace["a1"][0, 0] > 0.5 else "predicted no")
    assert_tidy(ax)


def test_a_regression_shows_its_target_and_each_number_once() -> None:
    net = cr.Network([3, 2, 1], hidden="sigmoid", output="identity", loss="mean_squared_error")
    trace = net.trace([1e-4, -123.4, 20_000], [0.5])
    ax = plots.network(trace)
    assert texts(ax)[-1] == f"loss L = {trace.loss:.6g}"
    assert {"1.0e−4", "−123", "2.0e4", f"{trace['a2'][0, 0]:.3g}".replace("-", "−"), "target 0.5"} <= set(
        texts(ax)
    )
    assert_tidy(ax)


def test_what_was_put_in_by_what_if_is_what_is_drawn() -> None:
    ax = plots.network(worked_trace().what_if({"a1[0, 1]": 0, "W2[0, 0]": 0.25}))
    assert "z 1.15\na 0" in texts(ax)
    assert "0.25" in texts(ax)
    assert not edges(ax)["W2[0, 0]"].is_dashed()


def test_bad_samples_and_sources_are_refused() -> None:
    batch = cr.Network([2, 3, 2]).trace(np.ones((4, 2)), [0, 1, 0, 1])
    for source, sample, message in (
        (batch, 4, "sample = 4 is out of range: the trace has the samples 0 to 3."),
        (batch, -1, "sample = -1 is out of range: it must be at least 0."),
        (worked_trace(), 1, "sample = 1 is out of range: the trace has one sample, 0."),
    ):
        with pytest.raises(InputError) as error:
            plots.network(source, sample=sample)
        assert str(error.value) == message
    wrong: Any = [2, 3, 2]
    with pytest.raises(KindError) as kind:
        plots.network(wrong)
    assert str(kind.value) == "[2, 3, 2] is no network and no trace: give a Network, or net.trace(X, y)."
    assert plt.get_fignums() == []
