"""scikit-learn's common checks of estimators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sklearn import neural_network
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

import chainrule as cr
from chainrule.sklearn import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore")  # the checks ask for what is warned of


class _LooksOn(cr.Callback):
    """A callback that is shown without an address, since tests are named by what their estimators show."""

    def epoch(self, run: Any) -> None:
        """Told of each epoch."""

    def __repr__(self) -> str:
        return "LooksOn()"


BEYOND = [
    MLPClassifier(
        max_iter=100, hidden_layer_sizes=(20, 10), activation=["gelu", "tanh"], normalization="layer",
        solver=cr.AdamW(0.01), loss="focal",
    ),
    MLPClassifier(max_iter=100, normalization="batch", solver="rmsprop", callbacks=[_LooksOn()]),
    MLPClassifier(max_iter=100, loss="hinge", learning_rate_init=0.01),
    MLPClassifier(max_iter=100, callbacks=[_LooksOn()], solver="lbfgs"),
    MLPClassifier(max_iter=100, warm_start="resume"),
    MLPRegressor(max_iter=100, normalization="batch", loss="huber", solver=cr.Adam(0.01), activation="leaky_relu"),
    MLPRegressor(max_iter=100, dropout=[0.05], callbacks=[_LooksOn()], scoring="r2"),
]  # fmt: skip


def _expected(estimator: Any) -> dict[str, str]:
    """Chance and averages over a batch are of its samples, whatever they weigh; and to resume is no second fit."""
    if estimator.warm_start:
        failing = ("check_classifiers_multilabel_representation_invariance", "check_supervised_y_2d")
        return dict.fromkeys(failing, "fits twice, and the second fit goes on")
    if not (estimator.dropout or estimator.normalization == "batch"):
        return {}
    failing = (
        "check_sample_weight_equivalence_on_dense_data",
        "check_sample_weight_equivalence_on_sparse_data",
    )
    return dict.fromkeys(
        failing, "a sample of weight 2 is not two samples, with dropout or batch normalization"
    )


@pytest.mark.some(30)
@parametrize_with_checks(
    [MLPClassifier(max_iter=100), MLPRegressor(max_iter=100), *BEYOND], expected_failed_checks=_expected
)
def test_common_check(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(MLPClassifier, neural_network.MLPClassifier), (MLPRegressor, neural_network.MLPRegressor)],
)
def test_nothing_is_skipped_that_scikit_learns_own_passes(ours: Any, theirs: Any) -> None:
    passed = [
        {
            each["check_name"]
            for each in check_estimator(kind(max_iter=5), on_fail=None)
            if each["status"] == "passed"
        }
        for kind in (theirs, ours)
    ]
    assert passed[0] <= passed[1]
    assert len(passed[0]) > 40
