"""Networks from scikit-learn's estimators: predictions and gradients are theirs, or their optimum."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

import chainrule as cr
import chainrule.sklearn
from chainrule.errors import InputError, KindError

RNG = np.random.default_rng(5)
X = RNG.normal(size=(1000, 4)) * [1, 5, 0.1, 2] + [0, 100, -3, 1]
THREE = RNG.integers(0, 3, 1000)
TWO = (X[:, 0] + RNG.normal(size=1000) > 0).astype(int)
LABELS = np.column_stack([TWO, X[:, 3] > 1, RNG.integers(0, 2, 1000)]).astype(int)
NUMBER, NUMBERS = X @ [1, 0.1, -2, 0.5], X[:, :2] / 10
COUNTS = RNG.poisson(2, 1000).astype(float)


def perceptron(kind: Any, y: Any, **settings: Any) -> Any:
    """One that has learnt a little: its numbers are any numbers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return kind(hidden_layer_sizes=(5, 3), max_iter=3, random_state=1, **settings).fit(
            X[:200] / 10, y[:200]
        )


def theirs(fitted: Any, rows: Any, y: Any) -> tuple[float, list[Any], list[Any]]:
    """Loss and gradients as scikit-learn has them, by its own way back."""
    if hasattr(fitted, "_label_binarizer"):
        y = fitted._label_binarizer.transform(y)
    y = np.asarray(y, float).reshape(len(y), -1)
    sizes = range(len(fitted.coefs_))
    coefs, intercepts = ([np.empty_like(a) for a in of] for of in (fitted.coefs_, fitted.intercepts_))
    loss, *_ = fitted._backprop(
        rows, y, None, [rows, *(None for _ in sizes)], [None for _ in sizes], coefs, intercepts
    )
    return float(loss), coefs, intercepts


CASES: list[Any] = [
    pytest.param(kind, y, settings, id=f"{kind.__module__.split('.')[0]} {kind.__name__} {name}")
    for classifier, regressor in [
        (MLPClassifier, MLPRegressor),
        (chainrule.sklearn.MLPClassifier, chainrule.sklearn.MLPRegressor),
    ]
    for kind, name, y, settings in [
        (classifier, "three classes", THREE, {}),
        (classifier, "two classes", TWO, {"activation": "tanh", "alpha": 0.5}),
        (classifier, "labels", LABELS, {"activation": "logistic", "alpha": 0}),
        (regressor, "a number", NUMBER, {"activation": "identity", "alpha": 2.0}),
        (regressor, "two numbers", NUMBERS, {}),
        (regressor, "counts", COUNTS, {"loss": "poisson"}),
    ]
]


@pytest.mark.parametrize(("kind", "y", "settings"), CASES)
def test_gradients_are_those_of_backprop(kind: Any, y: Any, settings: dict[str, Any]) -> None:
    fitted = perceptron(kind, y, **settings)
    net = cr.from_sklearn(fitted)
    rows, y = X[200:260] / 10, y[200:260]
    trace = net.trace(rows, y)
    loss, coefs, intercepts = theirs(fitted, rows, y)
    for i, (dW, db) in enumerate(zip(coefs, intercepts, strict=True), 1):
        np.testing.assert_allclose(trace[f"dW{i}"], dW, rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(trace[f"db{i}"], db, rtol=1e-10, atol=1e-13)
    if np.ndim(y) == 1 or kind.__name__ == "MLPClassifier":
        assert trace.loss == pytest.approx(loss, rel=1e-12)
    else:  # what it tells is the mean over the targets, what it makes small is their sum
        penalty = float(trace["L_penalty"])
        assert trace["L_data"] == pytest.approx((loss - penalty) * y.shape[1], rel=1e-12)


@pytest.mark.parametrize(("kind", "y", "settings"), CASES)
def test_it_predicts_what_the_estimator_does(kind: Any, y: Any, settings: dict[str, Any]) -> None:
    fitted = perceptron(kind, y, **settings)
    net, rows = cr.from_sklearn(fitted), X / 10
    if hasattr(fitted, "predict_proba"):
        expected = fitted.predict_proba(rows)
        expected = expected[:, 1:] if net.outputs == 1 else expected
        said = np.asarray(net.classes)[net.classify(rows)] if y.ndim == 1 else net.classify(rows)
        np.testing.assert_array_equal(said, fitted.predict(rows).astype(said.dtype))
    else:
        expected = fitted.predict(rows).reshape(1000, -1)
    np.testing.assert_allclose(net.predict(rows), expected, rtol=1e-11, atol=1e-14)


def test_single_precision_stays() -> None:
    fitted = MLPClassifier((4,), max_iter=400, random_state=0, tol=1e-2).fit(
        X[:100].astype(np.float32), THREE[:100]
    )
    net = cr.from_sklearn(fitted)
    assert net.dtype == np.float32
    np.testing.assert_array_equal(net.parameters["W1"], fitted.coefs_[0])
    np.testing.assert_allclose(net.predict(X), fitted.predict_proba(X.astype(np.float32)), atol=2e-6)


def zero_at(net: cr.Network, rows: Any, y: Any, bound: float) -> None:
    """What an estimator made small, penalty and all, is at its least where all gradients are 0."""
    for name, gradient in net.gradients(rows, y).items():
        if name not in net.frozen:
            assert np.abs(gradient).max() < bound, name


@pytest.mark.parametrize(
    ("y", "settings"),
    [
        (TWO, {"C": 0.01}),
        (TWO, {"C": 2.0, "fit_intercept": False}),
        (TWO, {"C": 0.02, "solver": "liblinear"}),
        (TWO, {"C": np.inf}),
        (THREE, {"C": 0.03, "solver": "newton-cg"}),
    ],
)
def test_a_logistic_regression_is_a_network_at_its_optimum(y: Any, settings: dict[str, Any]) -> None:
    rows = (X - X.mean(axis=0)) / X.std(axis=0)
    fitted = LogisticRegression(tol=1e-10, max_iter=10_000, **settings).fit(rows, y)
    net = cr.from_sklearn(fitted)
    zero_at(net, rows, y, 1e-7)
    expected = fitted.predict_proba(rows)
    np.testing.assert_allclose(
        net.predict(rows), expected[:, 1:] if net.outputs == 1 else expected, rtol=1e-12
    )
    assert net.classes == tuple(str(each) for each in fitted.classes_)
    assert net.frozen == (set() if settings.get("fit_intercept", True) else {"b1"})


@pytest.mark.parametrize("y", [NUMBER, NUMBERS])
@pytest.mark.parametrize(
    "estimator", [LinearRegression(), Ridge(0), Ridge(30.0), Ridge(5.0, fit_intercept=False)], ids=repr
)
def test_a_linear_regression_is_a_network_at_its_optimum(estimator: Any, y: Any) -> None:
    rows = (X - X.mean(axis=0)) / X.std(axis=0)
    fitted = estimator.fit(rows, y)
    net = cr.from_sklearn(fitted)
    zero_at(net, rows, y, 1e-12)
    np.testing.assert_allclose(
        net.predict(rows), fitted.predict(rows).reshape(1000, -1), rtol=1e-12, atol=1e-12
    )


@pytest.mark.parametrize(
    "scalers",
    [
        [StandardScaler()], [StandardScaler(with_mean=False)], [StandardScaler(with_std=False)],
        [MinMaxScaler((-1, 3))], [MaxAbsScaler()], [RobustScaler()],
        [RobustScaler(with_centering=False, with_scaling=False)],
        [MinMaxScaler(), "passthrough", make_pipeline(StandardScaler(), RobustScaler()), None],
    ],
    ids=repr,
)  # fmt: skip
def test_scalers_of_a_pipeline_become_one_scaling(scalers: list[Any]) -> None:
    steps = [(f"step{i}", scaler) for i, scaler in enumerate(scalers)]
    fitted = Pipeline([*steps, ("last", LogisticRegression(max_iter=5000))]).fit(X, THREE)
    net = cr.from_sklearn(fitted)
    np.testing.assert_allclose(net.predict(X), fitted.predict_proba(X), rtol=1e-9)
    assert len(net.layers) == 3


def test_a_constant_feature_only_shifts() -> None:
    rows = np.column_stack([X[:, 0], np.full(1000, 7.0)])
    for scaler in (StandardScaler(), MinMaxScaler(), RobustScaler()):
        fitted = make_pipeline(scaler, LinearRegression()).fit(rows, NUMBER)
        np.testing.assert_allclose(
            cr.from_sklearn(fitted).predict(rows)[:, 0], fitted.predict(rows), rtol=1e-12
        )


def test_names_come_along_and_a_file_keeps_it(tmp_path: Any) -> None:
    import pandas as pd

    table = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    kinds = np.array(["cat", "dog", "owl"])[THREE]
    fitted = make_pipeline(StandardScaler(), MLPClassifier((3,), max_iter=400, tol=0.01)).fit(table, kinds)
    net = cr.from_sklearn(fitted)
    assert net.features == ("a", "b", "c", "d")
    assert net.classes == ("cat", "dog", "owl")
    net.save(tmp_path / "net.safetensors")
    np.testing.assert_array_equal(cr.load(tmp_path / "net.safetensors").predict(X), net.predict(X))


def test_weights_are_copies() -> None:
    fitted = LinearRegression().fit(X, NUMBER)
    before = fitted.coef_.copy()
    cr.from_sklearn(fitted).fit(X, NUMBER, progress=False)
    np.testing.assert_array_equal(fitted.coef_, before)


class Own(LogisticRegression):  # type: ignore[misc]
    """One that may compute anything."""


def searched() -> Any:
    return GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}).fit(X, TWO)


KNOWN = "MLPClassifier, MLPRegressor, LogisticRegression, LinearRegression, Ridge"
# Before scikit-learn 1.8 a share of L1 is taken only where it is asked for by name.
ELASTIC = {"penalty": "elasticnet"} if LogisticRegression().penalty == "l2" else {}
REFUSED: list[tuple[Any, str]] = [
    (lambda: LogisticRegression(), "the estimator, LogisticRegression is not fitted: call fit first."),
    (
        lambda: make_pipeline(PCA(2), LinearRegression()).fit(X, NUMBER),
        "step 'pca', PCA is no scaling of each feature by a number: before a network there may be StandardScaler, "
        "MinMaxScaler, MaxAbsScaler, RobustScaler. Fit the rest on what it makes of the samples.",
    ),
    (
        lambda: Pipeline([("inner", make_pipeline(MinMaxScaler(clip=True), StandardScaler())), ("y", Ridge())]).fit(
            X, NUMBER
        ),
        "step 'inner.minmaxscaler', MinMaxScaler clips what lies outside its range, and a network doesn't: fit it "
        "with clip=False.",
    ),
    (
        lambda: make_pipeline(StandardScaler()).fit(X),
        f"step 'standardscaler', StandardScaler is no network: there are {KNOWN}.",
    ),
    (searched, "the estimator, GridSearchCV is no network: take its best_estimator_."),
    (lambda: Own().fit(X, TWO), f"the estimator, Own is no network: there are {KNOWN}."),
    (
        lambda: Ridge(np.array([1.0, 2.0])).fit(X, NUMBERS),
        "the estimator, Ridge: it has an alpha for each target, and a network one penalty: fit it with one.",
    ),
    (
        lambda: LogisticRegression(l1_ratio=0.5, solver="saga", max_iter=50, **ELASTIC).fit(X / 10, TWO),
        "the estimator, LogisticRegression: its penalty is no L2 alone, as that which a network shares among its "
        "samples is.",
    ),
    (
        lambda: LogisticRegression(solver="liblinear", intercept_scaling=2.0).fit(X / 10, TWO),
        "the estimator, LogisticRegression: its intercept costs by intercept_scaling=2: fit it with 1, or with another "
        "solver.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), REFUSED)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_what_is_no_network_is_named(make: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        cr.from_sklearn(make())
    assert str(caught.value) == message


def test_what_is_no_estimator() -> None:
    with pytest.raises(KindError) as caught:
        cr.from_sklearn("model.joblib")
    assert str(caught.value) == (
        f"'model.joblib' is no estimator: give a fitted one, {KNOWN} or a Pipeline that ends in one."
    )
