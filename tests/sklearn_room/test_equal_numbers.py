"""The same numbers as scikit-learn's, for the same data, parameters and random state, in both engines."""

from __future__ import annotations

import contextlib
import io
import warnings
from functools import cache
from typing import Any

import numpy as np
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import datasets, neural_network
from sklearn.preprocessing import StandardScaler

from chainrule.sklearn import MLPClassifier, MLPRegressor

ENGINES = ("numpy", "compiled")
SETTINGS: dict[str, dict[str, Any]] = {
    "default": {"max_iter": 12},
    "until it converges": {"max_iter": 200, "tol": 2e-2, "learning_rate_init": 0.01, "n_iter_no_change": 3},
    "adaptive rate": {
        "solver": "sgd", "learning_rate": "adaptive", "learning_rate_init": 0.05, "tol": 1e-2,
        "n_iter_no_change": 2, "max_iter": 40, "hidden_layer_sizes": (12,),
    },
    "falling rate": {
        "solver": "sgd", "learning_rate": "invscaling", "power_t": 0.3, "learning_rate_init": 0.05,
        "nesterovs_momentum": False, "hidden_layer_sizes": (7, 5), "activation": "tanh", "batch_size": 32,
        "max_iter": 12,
    },
    "no momentum": {"solver": "sgd", "momentum": 0, "alpha": 0, "max_iter": 12, "hidden_layer_sizes": 9},
    "early stopping": {
        "early_stopping": True, "activation": "logistic", "hidden_layer_sizes": (20,), "max_iter": 60,
        "learning_rate_init": 0.02, "n_iter_no_change": 4, "validation_fraction": 0.2,
    },
    "in order": {"shuffle": False, "batch_size": 64, "max_iter": 8, "activation": "identity", "alpha": 0.5},
    "other constants": {"beta_1": 0.7, "beta_2": 0.9, "epsilon": 1e-3, "max_iter": 12, "batch_size": 50},
    "L-BFGS": {"solver": "lbfgs", "hidden_layer_sizes": (10,), "activation": "tanh", "alpha": 1e-2, "max_iter": 15},
}  # fmt: skip
SETS = ("digits", "cancer", "words", "multilabel", "diabetes", "several targets", "counts")


@cache
def data(name: str) -> tuple[Any, Any, str]:
    scaled = StandardScaler().fit_transform
    if name == "digits":
        X, y = datasets.load_digits(return_X_y=True)
        return X[:500] / 16, y[:500], "classifier"
    if name == "cancer":
        X, y = datasets.load_breast_cancer(return_X_y=True)
        return scaled(X), y, "classifier"
    if name == "words":
        X, y = datasets.load_iris(return_X_y=True)
        return X, np.array(["red", "blue", "green"])[y], "classifier"
    if name == "multilabel":
        X, y = datasets.make_multilabel_classification(150, random_state=0)
        return scaled(X), y, "classifier"
    if name == "diabetes":
        X, y = datasets.load_diabetes(return_X_y=True)
        return scaled(X), (y - y.mean()) / y.std(), "regressor"
    if name == "several targets":
        X, y = datasets.make_regression(200, 8, n_targets=3, random_state=0)
        return X, y / 100, "regressor"
    X, _ = datasets.make_regression(200, 8, random_state=0)
    return X, np.random.default_rng(0).poisson(np.exp(X[:, 0])).astype(float), "poisson"


def estimators(kind: str, engine: str, **settings: Any) -> tuple[Any, Any]:
    """scikit-learn's and ours."""
    if kind == "classifier":
        return neural_network.MLPClassifier(**settings), MLPClassifier(**settings, engine=engine)
    if kind == "poisson":
        settings = {**settings, "loss": "poisson"}
    return neural_network.MLPRegressor(**settings), MLPRegressor(**settings, engine=engine)


def fitted(estimator: Any, *samples: Any) -> tuple[str, list[tuple[str, type]], bytes]:
    """What a fit prints, warns of, and leaves of the generator."""
    random_state = np.random.RandomState(3)
    estimator.set_params(random_state=random_state, verbose=True)
    with contextlib.redirect_stdout(io.StringIO()) as out, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        estimator.fit(*samples)
    _, words, place, *_ = random_state.get_state(legacy=True)
    said = [(str(each.message), each.category) for each in told]
    return out.getvalue(), said, bytes(words) + bytes([place % 256, place // 256])


def weights(estimator: Any) -> list[Any]:
    return [*estimator.coefs_, *estimator.intercepts_]


@pytest.mark.some(10)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("name", SETS)
def test_a_fit(name: str, setting: str, engine: str) -> None:
    older = tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 9)
    if older and (name, setting) == ("words", "early stopping"):
        pytest.skip("scikit-learn's own stops with an error there before 1.9")
    X, y, kind = data(name)
    theirs, ours = estimators(kind, engine, **SETTINGS[setting])
    assert fitted(ours, X, y) == fitted(theirs, X, y)
    assert ours.n_iter_ == theirs.n_iter_
    assert ours.t_ == theirs.t_
    for one, other in zip(weights(ours), weights(theirs), strict=True):
        assert_allclose(one, other, rtol=0, atol=1e-9 if setting != "L-BFGS" else 1e-7)
    for curve in ("loss_curve_", "validation_scores_", "best_loss_", "best_validation_score_", "loss_"):
        if getattr(theirs, curve, None) is not None:
            assert_allclose(getattr(ours, curve), getattr(theirs, curve), rtol=1e-9, err_msg=curve)
        else:
            assert getattr(ours, curve, None) is None
    assert ours.out_activation_ == theirs.out_activation_
    assert {name for name in vars(ours) if name[-1] == "_"} == {
        name for name in vars(theirs) if name[-1] == "_"
    }
    if kind == "classifier":
        assert_array_equal(ours.predict(X[:50]), theirs.predict(X[:50]))


@pytest.mark.some(8)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("setting", ["default", "adaptive rate", "early stopping", "L-BFGS"])
@pytest.mark.parametrize("name", ["cancer", "diabetes"])
def test_a_fit_in_single_precision(name: str, setting: str, engine: str) -> None:
    """As near as rounding lets two ways to sum in float32 come, which scikit-learn's BLAS kernels do, too."""
    X, y, kind = data(name)
    theirs, ours = estimators(kind, engine, **SETTINGS[setting])
    fitted(ours, X.astype(np.float32), y)
    fitted(theirs, X.astype(np.float32), y)
    assert ours.n_iter_ == theirs.n_iter_
    for one, other in zip(weights(ours), weights(theirs), strict=True):
        assert one.dtype == other.dtype
        assert_allclose(one, other, rtol=0, atol=1e-3 if setting == "L-BFGS" else 2e-5)
    assert type(ours.loss_) is type(theirs.loss_)
    if setting != "L-BFGS":
        assert {type(loss) for loss in ours.loss_curve_} == {type(loss) for loss in theirs.loss_curve_}


@pytest.mark.some(8)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("setting", ["default", "adaptive rate", "falling rate", "early stopping", "L-BFGS"])
@pytest.mark.parametrize("name", ["cancer", "diabetes"])
def test_warm_starts(name: str, setting: str, engine: str) -> None:
    """Also those after which the kept best weights are the trained ones themselves."""
    X, y, kind = data(name)
    theirs, ours = estimators(kind, engine, **{**SETTINGS[setting], "warm_start": True, "max_iter": 5})
    for samples in (slice(None), slice(None), slice(0, 400), slice(None)):
        assert fitted(ours, X[samples], y[samples]) == fitted(theirs, X[samples], y[samples])
        assert (ours.n_iter_, ours.t_) == (theirs.n_iter_, theirs.t_)
    for one, other in zip(weights(ours), weights(theirs), strict=True):
        assert_allclose(one, other, rtol=0, atol=1e-9 if setting != "L-BFGS" else 1e-6)


@pytest.mark.some(8)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("name", ["digits", "cancer", "words", "diabetes", "several targets"])
def test_a_stream(name: str, solver: str, engine: str) -> None:
    X, y, kind = data(name)
    settings = {"solver": solver, "random_state": 5, "learning_rate": "invscaling", "batch_size": 20}
    theirs, ours = estimators(kind, engine, **settings)
    classes = {"classes": np.unique(y)} if kind == "classifier" else {}
    for i in range(8):
        rows = slice(30 * (i % 5), 30 * (i % 5) + 30 + 5 * (i == 3))
        theirs.partial_fit(X[rows], y[rows], **classes)
        ours.partial_fit(X[rows], y[rows], **classes)
        classes = {}
    assert ours._optimizer.learning_rate == pytest.approx(theirs._optimizer.learning_rate, rel=1e-15)
    assert (ours.n_iter_, ours.t_) == (theirs.n_iter_, theirs.t_)
    assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-12)
    for one, other in zip(weights(ours), weights(theirs), strict=True):
        assert_allclose(one, other, rtol=0, atol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_left_to_scikit_learn_goes_on_where_ours_ended(engine: str) -> None:
    """Samples with weights, and another precision: the state of the optimizer is scikit-learn's between two fits."""
    X, y, _ = data("cancer")
    theirs, ours = estimators("classifier", engine, random_state=1)
    weight = np.linspace(0.5, 2, len(y))
    for estimator in (theirs, ours):
        estimator.partial_fit(X, y, classes=[0, 1])
        estimator.partial_fit(X, y, sample_weight=weight)
        estimator.partial_fit(X.astype(np.float32), y)
        estimator.partial_fit(X, y)
    for one, other in zip(weights(ours), weights(theirs), strict=True):
        assert_allclose(one, other, rtol=0, atol=1e-12)
    assert ours._optimizer.t == theirs._optimizer.t


@pytest.mark.parametrize("engine", ENGINES)
def test_what_users_write_into_the_weights_counts(engine: str) -> None:
    X, y, _ = data("words")
    theirs, ours = estimators("classifier", engine, random_state=1)
    for estimator in (theirs, ours):
        estimator.partial_fit(X, y, classes=np.unique(y))
        estimator.coefs_[0][:2] = 0.25
        estimator.intercepts_[1] = np.array([1.0, 2, 3])
        estimator.partial_fit(X, y)
    for one, other in zip(weights(ours), weights(theirs), strict=True):
        assert_allclose(one, other, rtol=0, atol=1e-13)


def test_the_weights_are_copies_and_trained_in_place_as_scikit_learns_are() -> None:
    X, y, _ = data("words")
    ours = MLPClassifier(max_iter=3, tol=0, n_iter_no_change=99, random_state=0)
    with pytest.warns(UserWarning, match="Maximum iterations"):
        ours.fit(X, y)
    first, copy = ours.coefs_[0], ours.coefs_[0].copy()
    ours.partial_fit(X, y)
    assert ours.coefs_[0] is first
    assert (first != copy).any()
    before = first.copy()
    with pytest.warns(UserWarning, match="Maximum iterations"):
        ours.fit(X, y)
    assert_array_equal(first, before)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_training_that_diverges_ends_as_scikit_learns_does(engine: str) -> None:
    X, y, kind = data("diabetes")
    settings = {"solver": "sgd", "learning_rate_init": 1e3, "activation": "identity", "max_iter": 30}
    for estimator in estimators(kind, engine, **settings):
        with pytest.raises(ValueError, match="Solver produced non-finite parameter weights"):
            estimator.fit(X, y)
    theirs, ours = estimators(kind, engine, **settings, early_stopping=True)
    assert fitted(ours, X, y)[2] == fitted(theirs, X, y)[2]
    assert_array_equal(np.isnan(ours.validation_scores_), np.isnan(theirs.validation_scores_))
