"""scikit-learn's common checks of estimators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sklearn import neural_network
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

from chainrule.sklearn import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore")  # the checks ask for what is warned of


@parametrize_with_checks([MLPClassifier(max_iter=100), MLPRegressor(max_iter=100)])
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
