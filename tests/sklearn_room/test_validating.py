"""A validation set of one's own, its curve, and early stopping on any metric."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import config_context, datasets
from sklearn.metrics import balanced_accuracy_score, log_loss, mean_absolute_error, roc_auc_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from chainrule.errors import InputError, KindError
from chainrule.sklearn import MLPClassifier, MLPRegressor

ENGINES = ("numpy", "compiled")
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, Y = datasets.make_classification(240, 5, n_informative=4, n_redundant=0, random_state=2)
TRAIN, OWN = slice(0, 160), slice(160, 240)
SETTINGS: dict[str, Any] = {"hidden_layer_sizes": (8,), "max_iter": 12, "batch_size": 40, "random_state": 0}


class Kept:
    """The weights after each epoch, as a callback."""

    def __init__(self) -> None:
        self.weights: list[dict[str, Any]] = []

    def __call__(self, run: Any) -> None:
        self.weights.append({name: array.copy() for name, array in run.network.parameters.items()})

    def probabilities(self, given: Any) -> list[Any]:
        """By hand: relu, and the logistic function."""
        found = []
        for w in self.weights:
            hidden = np.maximum(given @ w["W1"] + w["b1"], 0)
            found.append(1 / (1 + np.exp(-(hidden @ w["W2"] + w["b2"])[:, 0])))
        return found


@pytest.mark.parametrize("engine", ENGINES)
def test_its_curve_is_the_loss_after_each_epoch(engine: str) -> None:
    """As scikit-learn has it on these samples: log loss, and ½ α Σ W² / m."""
    kept = Kept()
    model = MLPClassifier(**SETTINGS, alpha=2.0, callbacks=[kept], engine=engine)
    model.fit(X[TRAIN], Y[TRAIN], X_val=X[OWN], y_val=Y[OWN])
    shrink = [(np.square(w["W1"]).sum() + np.square(w["W2"]).sum()) * 2.0 / 2 / 80 for w in kept.weights]
    by_hand = [log_loss(Y[OWN], p) + more for p, more in zip(kept.probabilities(X[OWN]), shrink, strict=True)]
    assert_allclose(model.validation_loss_curve_, by_hand, rtol=1e-12)
    assert len(model.loss_curve_) == len(model.validation_loss_curve_) == 12
    assert model.validation_scores_ is None
    assert not hasattr(model.fit(X, Y), "validation_loss_curve_")


def test_without_early_stopping_it_changes_nothing() -> None:
    alone = MLPClassifier(**SETTINGS).fit(X[TRAIN], Y[TRAIN])
    watched = MLPClassifier(**SETTINGS).fit(X[TRAIN], Y[TRAIN], X_val=X[OWN], y_val=Y[OWN])
    assert_allclose(alone.coefs_[0], watched.coefs_[0], rtol=0, atol=1e-13)


SCORERS: dict[str, Any] = {
    "roc_auc": lambda y, p: roc_auc_score(y, p),
    "balanced_accuracy": lambda y, p: balanced_accuracy_score(y, p > 0.5),
    "neg_log_loss": lambda y, p: -log_loss(y, p),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("scoring", SCORERS)
def test_early_stopping_by_any_metric(scoring: str, engine: str) -> None:
    kept = Kept()
    settings = {**SETTINGS, "max_iter": 60, "n_iter_no_change": 3, "learning_rate_init": 0.05}
    model = MLPClassifier(**settings, early_stopping=True, scoring=scoring, callbacks=[kept], engine=engine)
    model.fit(X[TRAIN], Y[TRAIN], X_val=X[OWN], y_val=Y[OWN])
    by_hand = [SCORERS[scoring](Y[OWN], p) for p in kept.probabilities(X[OWN])]
    assert_allclose(model.validation_scores_, by_hand, rtol=1e-10)
    assert model.best_validation_score_ == max(model.validation_scores_)
    best = int(np.argmax(model.validation_scores_))
    assert model.n_iter_ < 60
    assert_allclose(model.coefs_[0], kept.weights[best]["W1"], rtol=0, atol=1e-15)
    assert model.n_iter_ == _ends_at(model.validation_scores_, tol=1e-4, patience=3)


def _ends_at(scores: list[float], tol: float, patience: int) -> int:
    """After which epoch scikit-learn stops: when more than so many in a row were no better by tol."""
    best, waited = -np.inf, 0
    for epoch, score in enumerate(scores, 1):
        waited = waited + 1 if score < best + tol else 0
        best = max(best, score)
        if waited > patience:
            return epoch
    return -1


def test_scorers_and_functions_of_ones_own() -> None:
    def worst(estimator: Any, given: Any, y: Any) -> float:
        assert y.shape == (len(given),)
        return -float(np.abs(estimator.predict(given) - y).max())

    y = X[:, 0] - 2 * X[:, 1]
    kept = Kept()
    settings = {**SETTINGS, "early_stopping": True, "callbacks": [kept]}
    model = MLPRegressor(**settings, scoring=worst).fit(X[TRAIN], y[TRAIN], X_val=X[OWN], y_val=y[OWN])

    def predicted(w: Any) -> Any:
        return (np.maximum(X[OWN] @ w["W1"] + w["b1"], 0) @ w["W2"] + w["b2"])[:, 0]

    by_hand = [-np.abs(predicted(w) - y[OWN]).max() for w in kept.weights]
    assert_allclose(model.validation_scores_, by_hand, rtol=1e-10)
    named = MLPRegressor(**{**settings, "callbacks": None}, scoring="neg_mean_absolute_error")
    named.fit(X[TRAIN], y[TRAIN], X_val=X[OWN], y_val=y[OWN])
    assert named.best_validation_score_ == pytest.approx(-mean_absolute_error(y[OWN], named.predict(X[OWN])))


def test_the_best_of_all_that_is_learnt_is_restored() -> None:
    """What normalization learns, and remembers, too."""
    settings = {
        **SETTINGS,
        "max_iter": 40,
        "learning_rate_init": 0.3,
        "early_stopping": True,
        "scoring": "loss",
    }
    model = MLPClassifier(**settings, normalization="batch", alpha=0, n_iter_no_change=5)
    model.fit(X[TRAIN], Y[TRAIN], X_val=X[OWN], y_val=Y[OWN])
    assert_allclose(model.validation_scores_, -np.array(model.validation_loss_curve_), rtol=0)
    assert log_loss(Y[OWN], model.predict_proba(X[OWN])) == pytest.approx(
        min(model.validation_loss_curve_), rel=1e-9
    )
    assert min(model.validation_loss_curve_) < model.validation_loss_curve_[-1]


def test_a_part_that_is_held_out_has_a_curve_too() -> None:
    model = MLPClassifier(**SETTINGS, early_stopping=True, scoring="f1", dropout=0.1).fit(X, Y)
    assert len(model.validation_loss_curve_) == len(model.validation_scores_) == model.n_iter_


def test_labels_names_and_sparse_samples() -> None:
    names = np.array(["left", "right"])[Y]
    settings = {**SETTINGS, "early_stopping": True, "scoring": "f1_macro"}
    plain = MLPClassifier(**settings).fit(X[TRAIN], names[TRAIN], X_val=X[OWN], y_val=names[OWN])
    given = sparse.csr_array(X)
    thin = MLPClassifier(**settings).fit(given[TRAIN], names[TRAIN], X_val=given[OWN], y_val=list(names[OWN]))
    assert_array_equal(plain.validation_scores_, thin.validation_scores_)
    assert_array_equal(plain.coefs_[0], thin.coefs_[0])


def test_data_frames_in_a_pipeline_that_transforms_both() -> None:
    """By scikit-learn's metadata routing, as its gradient boosting is given a validation set."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X * 50 + 7, columns=list("abcde"))
    with config_context(enable_metadata_routing=True, transform_output="pandas"):
        last = MLPClassifier(**SETTINGS, early_stopping=True, scoring="roc_auc").set_fit_request(
            X_val=True, y_val=True
        )
        both = Pipeline([("scale", StandardScaler()), ("net", last)], transform_input=["X_val"])
        both.fit(frame[TRAIN], Y[TRAIN], X_val=frame[OWN], y_val=Y[OWN])
    scale = StandardScaler().fit(frame[TRAIN].to_numpy())
    given = scale.transform(frame.to_numpy())
    alone = MLPClassifier(**SETTINGS, early_stopping=True, scoring="roc_auc")
    alone.fit(given[TRAIN], Y[TRAIN], X_val=given[OWN], y_val=Y[OWN])
    assert_allclose(both[-1].validation_scores_, alone.validation_scores_, rtol=1e-12)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"X_val": X[OWN]}, "X_val is given without y_val: give both, or none."),
        ({"y_val": Y[OWN]}, "y_val is given without X_val: give both, or none."),
        (
            {"X_val": X[OWN], "y_val": Y[OWN] + 1},
            "y_val has the class 2, which y has not: there is 0, 1.",
        ),
        (
            {"X_val": X[OWN], "y_val": np.eye(2)[Y[OWN]]},
            "y_val has the shape (80, 2), and y another form: give it as y is.",
        ),
        (
            {"X_val": X[OWN, :3], "y_val": Y[OWN]},
            "X has 3 features, but MLPClassifier is expecting 5 features as input.",
        ),
        ({"X_val": X[OWN], "y_val": Y[TRAIN]}, "Found input variables with inconsistent numbers of samples: [80, 160]"),
    ],
)  # fmt: skip
def test_what_can_not_be_validated_with(given: Any, message: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is looked at
        MLPClassifier(**SETTINGS).fit(X[TRAIN], Y[TRAIN], **given)
    assert str(error.value) == message
    assert "_given" not in dir(MLPClassifier(**SETTINGS))


def test_other_targets_and_missing_numbers() -> None:
    with pytest.raises(InputError) as error:
        MLPRegressor(**SETTINGS).fit(X, X[:, 0], X_val=X, y_val=X[:, :2])
    assert str(error.value) == "y_val has 2 targets a sample, and y 1."
    with pytest.raises(ValueError, match="Input X contains NaN"):
        MLPRegressor(**SETTINGS).fit(X, X[:, 0], X_val=np.where(X > 1, np.nan, X), y_val=X[:, 0])
    with pytest.raises(ValueError, match="Input y_val contains NaN"):
        MLPRegressor(**SETTINGS).fit(X, X[:, 0], X_val=X, y_val=np.where(X[:, 0] > 1, np.nan, 0))


def test_an_unknown_metric_and_one_that_gives_no_number() -> None:
    with pytest.raises(ValueError, match="The 'scoring' parameter of MLPClassifier must be a str among"):
        MLPClassifier(scoring="acuracy").fit(X, Y)

    def each(estimator: Any, given: Any, y: Any) -> Any:
        return np.array([0.5, 0.6])

    with pytest.raises(KindError) as error:
        MLPClassifier(**SETTINGS, early_stopping=True, scoring=each).fit(X, Y)
    assert str(error.value) == "scoring gave array([0.5, 0.6]): it must give a number, and more is better."
