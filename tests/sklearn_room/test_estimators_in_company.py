"""The estimators in scikit-learn's tools: pipelines, searches, clones, copies, threads and processes, other inputs."""

from __future__ import annotations

import copy
import pickle
import warnings
from typing import Any

import joblib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import config_context, datasets, neural_network
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import NotFittedError
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import chainrule as cr
from chainrule.sklearn import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, Y = datasets.load_iris(return_X_y=True)
SETTINGS: dict[str, Any] = {"hidden_layer_sizes": (8,), "max_iter": 20, "random_state": 0}


def both() -> tuple[Any, Any]:
    return neural_network.MLPClassifier(**SETTINGS), MLPClassifier(**SETTINGS)


def test_a_pipeline_and_its_scores() -> None:
    scores = [cross_val_score(make_pipeline(StandardScaler(), each), X, Y) for each in both()]
    assert_array_equal(*scores)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_search(processes: int) -> None:
    grid = {"alpha": [1e-4, 1.0], "hidden_layer_sizes": [(4,), (8,)]}
    with joblib.parallel_config("threading"):
        found = [GridSearchCV(each, grid, cv=3, n_jobs=processes).fit(X, Y) for each in both()]
    assert found[0].best_params_ == found[1].best_params_
    assert_array_equal(*[each.cv_results_["mean_test_score"] for each in found])


def test_threads_and_processes() -> None:
    alone = MLPClassifier(**SETTINGS).fit(X, Y)
    for backend in ("threading", "loky"):
        with joblib.parallel_config(backend, n_jobs=2):
            found = joblib.Parallel()(joblib.delayed(_fitted)(i) for i in range(4))
        for each in found:
            assert_array_equal(each.coefs_[0], alone.coefs_[0])


def _fitted(_: int) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MLPClassifier(**SETTINGS).fit(X, Y)


def test_calibration_and_importance() -> None:
    calibrated = [CalibratedClassifierCV(each, cv=3).fit(X, Y).predict_proba(X) for each in both()]
    assert_allclose(*calibrated, rtol=0, atol=1e-9)
    fitted = [each.fit(X, Y) for each in both()]
    found = [permutation_importance(each, X, Y, random_state=0, n_repeats=2) for each in fitted]
    assert_array_equal(found[0].importances_mean, found[1].importances_mean)


def test_clones_and_copies_go_on_alike() -> None:
    model = MLPClassifier(**SETTINGS, engine="numpy").fit(X, Y)
    assert clone(model).get_params() == model.get_params()
    assert not hasattr(clone(model), "coefs_")
    copies = [copy.deepcopy(model), pickle.loads(pickle.dumps(model))]
    for each in copies:
        each.partial_fit(X, Y)
    model.partial_fit(X, Y)
    for each in copies:
        assert_array_equal(each.coefs_[0], model.coefs_[0])
        assert_array_equal(each.predict(X), model.predict(X))


def test_a_pickle_holds_no_network_of_ours() -> None:
    model = MLPClassifier(**SETTINGS).fit(X, Y)
    theirs = neural_network.MLPClassifier(**SETTINGS).fit(X, Y)
    own = set(model.get_params()) - set(theirs.get_params())
    assert set(model.__getstate__()) - own == set(theirs.__getstate__()) - {"_sklearn_version"} - own


@pytest.mark.parametrize("form", [sparse.csr_array, sparse.csc_matrix, sparse.csr_matrix])
@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}, {"solver": "lbfgs"}])
def test_sparse_samples(form: Any, settings: dict[str, Any]) -> None:
    given = form(np.where(X > 2, X, 0))
    theirs, ours = (each.set_params(**settings).fit(given, Y) for each in both())
    assert theirs.n_iter_ == ours.n_iter_
    assert_allclose(ours.coefs_[0], theirs.coefs_[0], rtol=0, atol=1e-7 if settings.get("solver") else 1e-9)
    assert_array_equal(ours.predict(given), theirs.predict(given))


def test_sparse_samples_too_large_to_be_made_dense_are_left_to_scikit_learn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chainrule.sklearn.estimators.DENSE_BYTES", 100)
    theirs, ours = (each.fit(sparse.csr_array(X), Y) for each in both())
    assert_array_equal(ours.coefs_[0], theirs.coefs_[0])
    assert "_trained" not in vars(ours)


def test_data_frames() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    with config_context(transform_output="pandas"):
        model = make_pipeline(StandardScaler(), MLPClassifier(**SETTINGS)).fit(frame, Y)
    assert list(model[-1].feature_names_in_) == ["a", "b", "c", "d"]
    assert model[-1].network_.features == ("a", "b", "c", "d")


def test_names_of_features_are_asked_for_in_a_stream_too() -> None:
    model = MLPClassifier(**SETTINGS).fit(X, Y)
    model.feature_names_in_ = np.array(["a", "b", "c", "d"], dtype=object)
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        model.partial_fit(X, Y)


@pytest.mark.parametrize(
    ("samples", "targets", "message"),
    [
        (X[:, :3], Y, "X has 3 features, but MLPClassifier is expecting 4 features as input"),
        (np.where(X > 7, np.nan, X), Y, "Input X contains NaN"),
        (X[:9], Y, "inconsistent numbers of samples"),
        (X, Y + 1, "`y` has classes not in `self.classes_`"),
        (X[:0], Y[:0], "Found array with 0 sample"),
    ],
)
def test_wrong_samples_of_a_stream_get_scikit_learns_own_errors(
    samples: Any, targets: Any, message: str
) -> None:
    told = []
    for model in both():
        model.partial_fit(X, Y, classes=[0, 1, 2])
        with pytest.raises(ValueError, match=message) as error:
            model.partial_fit(samples, targets)
        told.append(str(error.value))
    assert told[0] == told[1]


def test_what_is_learnt_is_read_as_a_network() -> None:
    words = np.array(["setosa", "versicolor", "virginica"])[Y]
    model = MLPClassifier(**SETTINGS).fit(X, words)
    network = model.network_
    assert_allclose(network.predict(X), model.predict_proba(X), rtol=0, atol=1e-13)
    assert network.classes == ("setosa", "versicolor", "virginica")
    page = str(model.explain(X[0]))
    assert "Step 4  softmax" in page
    assert_array_equal(model.coefs_[0], network.parameters["W1"])
    network.parameters["W1"][...] = 0
    assert model.coefs_[0].any()
    rates = MLPRegressor(loss="poisson", **SETTINGS).fit(X, np.round(X[:, 0]))
    assert_allclose(rates.network_.predict(X)[:, 0], rates.predict(X), rtol=1e-12)
    with pytest.raises(NotFittedError):
        MLPRegressor().explain(X)


def test_the_slope_that_training_takes_is_that_of_the_loss() -> None:
    """But for several targets, where scikit-learn's loss is their mean and its slope that of their sum."""
    model = MLPClassifier(**SETTINGS).fit(X, Y == 1)
    page = str(model.network_.trace(X[:5], (Y[:5] == 1).astype(int)).explain())
    assert "DIFFERS" not in page


def test_a_wrong_engine_is_told_as_scikit_learn_tells_it() -> None:
    with pytest.raises(ValueError, match="The 'engine' parameter of MLPClassifier must be a str among"):
        MLPClassifier(engine="gpu").fit(X, Y)


def test_a_network_in_a_pipeline_says_what_to_take() -> None:
    pipeline = make_pipeline(StandardScaler(), cr.Network([4, 8, 3]))
    with pytest.raises(cr.ChainruleError) as error:
        pipeline.fit(X, Y)
    assert str(error.value) == (
        "a Network is no scikit-learn estimator: in a Pipeline or a search it would go on from fold to fold with the "
        "weights that it has. Take chainrule.sklearn.MLPClassifier or MLPRegressor, with hidden_layer_sizes=(…) and "
        "max_iter=… for its sizes and epochs."
    )
