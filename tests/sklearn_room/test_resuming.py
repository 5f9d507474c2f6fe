"""A fit that goes on as if the last one had not ended: 5 and 5 epochs are 10, bit by bit."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn import datasets

import chainrule as cr
from chainrule.errors import InputError
from chainrule.sklearn import MLPClassifier, MLPRegressor

ENGINES = ("auto", "numpy", "compiled")
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, KINDS = datasets.make_classification(180, 6, n_informative=4, n_classes=3, random_state=1)
NUMBERS = X[:, 0] * X[:, 1] + 0.1 * X[:, 2]
SETTINGS: dict[str, Any] = {
    "hidden_layer_sizes": (6, 5), "max_iter": 5, "batch_size": 32, "warm_start": "resume", "random_state": 7,
}  # fmt: skip
CASES: dict[str, dict[str, Any]] = {
    "adam": {},
    "momentum": {"solver": "sgd", "learning_rate_init": 0.05},
    "falling rate": {"solver": "sgd", "learning_rate": "invscaling", "learning_rate_init": 0.05},
    "adaptive rate": {
        "solver": "sgd", "learning_rate": "adaptive", "learning_rate_init": 0.3, "tol": 0.1, "n_iter_no_change": 1,
    },
    "patience": {"tol": 0.05, "n_iter_no_change": 6},
    "early stopping": {"early_stopping": True, "learning_rate_init": 0.1, "n_iter_no_change": 20},
    "patience with early stopping": {"early_stopping": True, "n_iter_no_change": 3, "learning_rate_init": 0.3},
    "own": {"dropout": 0.3, "normalization": "batch", "solver": cr.AdamW(cr.OneCycle(0.05, steps=60))},
    "own, early stopping": {
        "dropout": [0.3, 0], "normalization": ["batch", None], "early_stopping": True, "learning_rate_init": 0.1,
        "solver": cr.Lookahead(cr.RMSprop(0.05)), "n_iter_no_change": 20,
    },
    "float32": {"dropout": 0.3},
}  # fmt: skip
CASES["own, early stopping"].pop("learning_rate_init")


def attributes(model: Any) -> dict[str, Any]:
    return {
        name: value
        for name, value in vars(model).items()
        if name[-1] == "_" and name[0] != "_" and name not in ("coefs_", "intercepts_")
    }


def assert_equal(one: Any, other: Any) -> None:
    for a, b in zip([*one.coefs_, *one.intercepts_], [*other.coefs_, *other.intercepts_], strict=True):
        assert_array_equal(a, b)
    assert attributes(one).keys() == attributes(other).keys()
    for name, value in attributes(one).items():
        assert np.array_equal(value, attributes(other)[name]), name


@pytest.mark.some(6)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES)
def test_two_fits_are_one(case: str, engine: str) -> None:
    given = X.astype(np.float32) if case == "float32" else X
    settings = {**SETTINGS, **CASES[case], "engine": engine}
    whole = MLPClassifier(**{**settings, "max_iter": 10}).fit(given, KINDS)
    parts = MLPClassifier(**settings).fit(given, KINDS)
    assert parts.n_iter_ <= 5
    halfway = [each.copy() for each in parts.coefs_]
    parts.fit(given, KINDS)
    assert_equal(parts, whole)
    assert_array_equal(parts.predict_proba(given), whole.predict_proba(given))
    if case == "adam":
        assert all((a != b).any() for a, b in zip(halfway, parts.coefs_, strict=True))


@pytest.mark.some(2)
@pytest.mark.parametrize("case", ["adam", "adaptive rate", "early stopping", "own", "own, early stopping"])
def test_a_copy_goes_on_too(case: str) -> None:
    """Four fits, the estimator copied or pickled between them."""
    settings = {**SETTINGS, **CASES[case], "max_iter": 3}
    whole = MLPRegressor(**{**settings, "max_iter": 12}).fit(X, NUMBERS)
    parts = MLPRegressor(**settings).fit(X, NUMBERS)
    parts = copy.deepcopy(parts).fit(X, NUMBERS)
    parts = pickle.loads(pickle.dumps(parts)).fit(X, NUMBERS)
    kept = pickle.dumps(parts)
    assert_equal(parts.fit(X, NUMBERS), whole)
    assert_equal(pickle.loads(kept).fit(X, NUMBERS), whole)  # what the other one did is none of its business


def test_a_validation_set_of_ones_own() -> None:
    settings = {**SETTINGS, "early_stopping": True, "scoring": "loss", "n_iter_no_change": 50}
    more = {"X_val": X[:40], "y_val": KINDS[:40]}
    whole = MLPClassifier(**{**settings, "max_iter": 10}).fit(X[40:], KINDS[40:], **more)
    parts = MLPClassifier(**settings).fit(X[40:], KINDS[40:], **more).fit(X[40:], KINDS[40:], **more)
    assert_equal(parts, whole)
    assert len(parts.validation_loss_curve_) == 10


def test_by_default_a_warm_start_is_another_thing() -> None:
    """scikit-learn's: weights are kept, the optimizer and the orders begin anew."""
    resumed = MLPClassifier(**SETTINGS).fit(X, KINDS).fit(X, KINDS)
    warm = MLPClassifier(**{**SETTINGS, "warm_start": True}).fit(X, KINDS).fit(X, KINDS)
    assert resumed.n_iter_ == 10
    assert warm.n_iter_ == 5
    assert (resumed.coefs_[0] != warm.coefs_[0]).any()


def test_what_may_change_between_counts_and_what_may_not_is_told() -> None:
    model = MLPClassifier(**SETTINGS).fit(X, KINDS)
    other = copy.deepcopy(model)
    model.set_params(alpha=5.0, batch_size=60, max_iter=2).fit(X, KINDS)
    other.set_params(max_iter=2).fit(X, KINDS)
    assert model.n_iter_ == other.n_iter_ == 7
    assert np.abs(model.coefs_[0]).sum() < np.abs(other.coefs_[0]).sum()
    with pytest.raises(InputError) as error:
        model.set_params(learning_rate_init=0.1, dropout=[0.5, 0]).fit(X, KINDS)
    assert str(error.value) == (
        "warm_start='resume' goes on with the training of the last fit, and dropout was None and is [0.5, 0]; "
        "learning_rate_init was 0.001 and is 0.1: set it back, or begin anew by fit with warm_start=False."
    )
    with pytest.raises(ValueError, match="warm_start can only be used where `y` has the same classes"):
        MLPClassifier(**SETTINGS).fit(X, KINDS).fit(X, KINDS % 2)


def test_where_patience_was_worn_out_there_is_nothing_to_go_on_with() -> None:
    """Unless there is more patience."""
    settings = {**SETTINGS, "tol": 10.0, "n_iter_no_change": 1}
    model = MLPClassifier(**settings).fit(X, KINDS)
    kept = model.coefs_[0].copy()
    assert model.n_iter_ == 3 == model.fit(X, KINDS).n_iter_
    assert_array_equal(model.coefs_[0], kept)
    assert model.set_params(n_iter_no_change=3).fit(X, KINDS).n_iter_ == 5


def test_other_samples_may_come() -> None:
    """As many or not: their order then begins anew."""
    model = MLPClassifier(**SETTINGS).fit(X, KINDS).fit(X[:100], KINDS[:100])
    assert (model.n_iter_, model.t_) == (10, 5 * 180 + 5 * 100)


def test_what_is_written_into_the_weights_is_trained_on() -> None:
    models = [MLPClassifier(**SETTINGS, **own).fit(X, KINDS) for own in ({}, {"dropout": 0.1})]
    for model in models:
        before = copy.deepcopy(model).fit(X, KINDS)
        model.coefs_[0][...] = 0
        assert_array_equal(model.network_.parameters["W1"], 0)
        assert (model.fit(X, KINDS).coefs_[0] != before.coefs_[0]).any()


def test_l_bfgs_can_not_go_on() -> None:
    with pytest.raises(InputError) as error:
        MLPClassifier(**SETTINGS, solver="lbfgs").fit(X, KINDS)
    assert str(error.value) == (
        "warm_start = 'resume': L-BFGS begins anew at each fit, without the steps of the last one. Take "
        "warm_start=True, or another solver."
    )
