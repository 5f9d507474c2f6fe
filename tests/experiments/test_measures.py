"""The figures of trained networks."""

from __future__ import annotations

import numpy as np
import pytest
from compared import HELD, HOW, NUMBERS, SIZES, X, assert_whole, cells, compare, y

import chainrule as cr
from chainrule.parts.contract import Loss


def test_the_figures_are_of_the_data_alone() -> None:
    found = compare(regularizers=["none", "l1:1", "dropout:0.5", "label_smoothing:0.3", "batch_norm"])
    for trial in found:
        net = trial.network
        probabilities = net.predict(X)[np.arange(len(y)), y]
        assert trial.result["loss"] == pytest.approx(-np.log(probabilities).mean(), rel=1e-12)
        assert trial.result["accuracy"] == (net.classify(X) == y).mean()
        assert trial.validation_result["accuracy"] == (net.classify(HELD[0]) == HELD[1]).mean()
    assert found["l1:1"].network.loss(X, y) > found["l1:1"].result["loss"]
    for row, trial in zip(found.rows(), found, strict=True):
        assert row["gap"] == trial.validation_result["loss"] - trial.result["loss"]


def test_losses_are_compared_by_what_they_share() -> None:
    names = ["cross_entropy", "hinge", "mean_squared_error", "focal", "kl_divergence", "binary_cross_entropy"]
    found = compare(losses=names)
    assert found.measures == ("accuracy",)
    for trial in found:
        assert trial.result == {"accuracy": (trial.network.classify(X) == y).mean()}
    outputs = [trial.network.layers[-1].name() for trial in found]
    assert outputs == ["softmax", "identity", "softmax", "softmax", "softmax", "softmax"]
    assert [row[1] for row in cells(found)] == outputs
    assert "Values of different losses can't be compared; accuracy can." in str(found)


def test_losses_of_numbers_are_compared_by_errors() -> None:
    losses = [
        name for name, part in Loss.registry().items() if not part.is_classification and part.group == 1
    ]
    losses.remove("poisson")
    found = cr.compare([2, 8, 1], X, NUMBERS, losses=[*losses, "quantile:0.9"], **HOW)
    assert found.measures == ("squared error", "absolute error")
    assert_whole(found)
    for trial in found:
        errors = trial.network.predict(X)[:, 0] - NUMBERS
        assert trial.result["squared error"] == pytest.approx(np.square(errors).mean(), rel=1e-12)
        assert trial.result["absolute error"] == pytest.approx(np.abs(errors).mean(), rel=1e-12)
    rates = {"poisson": cr.Poisson(log_input=False), "squares": "mean_squared_error"}
    assert_whole(cr.compare([2, 8, 1], X, np.square(NUMBERS), losses=rates, output="softplus", **HOW))


def test_targets_may_be_rows_of_classes() -> None:
    found = cr.compare(SIZES, X, np.eye(2)[y], losses=["cross_entropy", "mean_squared_error"], **HOW)
    same = cr.compare(SIZES, X, y, losses=["cross_entropy", "mean_squared_error"], **HOW)
    assert [trial.result for trial in found] == [trial.result for trial in same]
