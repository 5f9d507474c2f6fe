"""Estimators with more than scikit-learn's parameters, in its tools; and what they refuse."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import joblib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import datasets
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import chainrule as cr
from chainrule.errors import ChainruleError, InputError
from chainrule.sklearn import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, Y = datasets.load_iris(return_X_y=True)
SETTINGS: dict[str, Any] = {"hidden_layer_sizes": (6, 4), "max_iter": 15, "random_state": 0}
MORE: dict[str, Any] = {
    "activation": ["leaky_relu", "tanh"], "dropout": 0.1, "normalization": ["batch", "layer"], "loss": cr.Focal(),
    "solver": cr.AdamW(0.05), "class_weight": {0: 2.0},
}  # fmt: skip


def own() -> Any:
    return MLPClassifier(**SETTINGS, **MORE)


def test_a_clone_has_the_parameters_and_no_network() -> None:
    model = own().fit(X, Y)
    other = clone(model)
    assert not hasattr(other, "coefs_")
    assert str(other.get_params()) == str(model.get_params())
    assert_array_equal(other.fit(X, Y).coefs_[0], model.coefs_[0])
    assert model.solver.t == 0  # the part that was given has taken no step


def test_a_search_over_all_of_it() -> None:
    grid = [
        {"solver": [cr.Adam(0.01), cr.Lion(0.001)], "dropout": [None, 0.2, [0.1, 0.0]]},
        {
            "solver": ["rmsprop"],
            "learning_rate_init": [0.001, 0.01],
            "normalization": ["batch", ["layer", None]],
        },
        {
            "activation": [["relu", "tanh"], "gelu"],
            "class_weight": ["balanced", None],
            "loss": ["focal", "log_loss"],
        },
    ]
    search = GridSearchCV(MLPClassifier(**SETTINGS), grid, cv=3, error_score="raise").fit(X, Y)
    assert len(search.cv_results_["params"]) == 18
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    best = clone(MLPClassifier(**SETTINGS)).set_params(**search.best_params_).fit(X, Y)
    assert_array_equal(best.predict(X), search.predict(X))


def test_folds_in_threads_and_processes() -> None:
    model = make_pipeline(StandardScaler(), own())
    alone = cross_val_predict(model, X, Y, method="predict_proba", cv=3)
    for backend in ("threading", "loky"):
        with joblib.parallel_config(backend, n_jobs=2):
            assert_array_equal(cross_val_predict(model, X, Y, method="predict_proba", cv=3), alone)


def test_calibration_of_margins() -> None:
    model = MLPClassifier(**SETTINGS, loss="hinge", learning_rate_init=0.05)
    calibrated = CalibratedClassifierCV(model, cv=3).fit(X, Y)
    assert_allclose(calibrated.predict_proba(X).sum(axis=1), 1)


def test_copies_predict_alike_and_go_on_alike() -> None:
    model = own()
    for rows in (slice(0, None, 2), slice(1, None, 2)):
        model.partial_fit(X[rows], Y[rows], classes=[0, 1, 2])
    copies = [copy.deepcopy(model), pickle.loads(pickle.dumps(model))]
    for each in copies:
        assert_array_equal(each.predict_proba(X), model.predict_proba(X))
    model.partial_fit(X, Y)
    for each in copies:
        assert (each.predict_proba(X) != model.predict_proba(X)).any()
        each.partial_fit(X, Y)
        assert_array_equal(each.predict_proba(X), model.predict_proba(X))
        assert_array_equal(each.network_.buffers["var1_run"], model.network_.buffers["var1_run"])


def test_a_model_in_memory_that_can_not_be_written_predicts(tmp_path: Any) -> None:
    model = own().fit(X, Y)
    joblib.dump(model, tmp_path / "model.joblib")
    assert_array_equal(
        joblib.load(tmp_path / "model.joblib", mmap_mode="r").predict_proba(X), model.predict_proba(X)
    )


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("more", [{}, {"early_stopping": True, "scoring": "accuracy"}])
def test_sparse_samples(engine: str, more: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chainrule.sklearn.own_network.DENSE_ENTRIES", 28)  # 7 rows at once
    given = np.where(X > 2, X, 0)
    dense, thin = (own().set_params(engine=engine, **more) for _ in range(2))
    dense.fit(given, Y)
    thin.fit(sparse.csc_array(given), Y)
    assert_array_equal(dense.coefs_[0], thin.coefs_[0])
    assert_allclose(thin.predict_proba(sparse.csr_matrix(given)), dense.predict_proba(given), rtol=1e-13)


def test_what_is_written_into_the_weights_predicts() -> None:
    model = own().fit(X, Y)
    model.coefs_[-1][...] = 0
    model.intercepts_[-1] = np.array([0.0, np.log(2), 0])
    assert_allclose(model.predict_proba(X[:1]), [[0.25, 0.5, 0.25]])
    assert_array_equal(model.network_.parameters["W3"], 0)


def test_it_is_read_as_a_network() -> None:
    model = own().set_params(class_weight=None)
    model.fit(X, np.array(["setosa", "versicolor", "virginica"])[Y])
    network = model.network_
    assert network.title() == "4 → 6 batch norm leaky relu dropout → 4 layer norm tanh dropout → 3 softmax"
    assert network.classes == ("setosa", "versicolor", "virginica")
    page = str(model.explain(X[0]))
    assert "layer norm" in page
    network.parameters["W1"][...] = 0
    assert model.coefs_[0].any()
    assert "DIFFERS" not in str(network.trace(X[:5], Y[:5]).explain())
    with pytest.raises(NotFittedError):
        own().explain(X[0])


def test_a_plain_fit_afterwards_is_scikit_learns_again() -> None:
    model = own().fit(X, Y)
    assert "_beyond" in vars(model)
    plain = {
        "activation": "relu",
        "dropout": None,
        "normalization": None,
        "loss": "log_loss",
        "solver": "adam",
    }
    model.set_params(**plain, class_weight=None).fit(X, Y)
    assert "_beyond" not in vars(model)
    assert_array_equal(model.coefs_[0], MLPClassifier(**SETTINGS).fit(X, Y).coefs_[0])


def test_single_precision() -> None:
    model = own().fit(X.astype(np.float32), Y)
    assert model.coefs_[0].dtype == model.predict_proba(X.astype(np.float32)).dtype == np.float32
    model.partial_fit(X, Y)  # a stream keeps the precision of its first weights
    assert model.coefs_[0].dtype == np.float32


def test_a_batch_of_one_is_left_out_of_batch_normalization_by_default() -> None:
    """201 samples are batches of 200 and 1: by default of 199 and 2."""
    given, numbers = np.tile(X, (2, 1))[:201], np.arange(201) / 201
    model = MLPRegressor(**SETTINGS, normalization="batch").fit(given, numbers)
    by_hand = MLPRegressor(**SETTINGS, normalization="batch", batch_size=199).fit(given, numbers)
    assert_array_equal(model.coefs_[0], by_hand.coefs_[0])
    with pytest.raises(InputError) as error:
        model.set_params(batch_size=200).fit(given, numbers)
    assert str(error.value) == (
        "the last batch has 1 sample, and batch norm needs at least 2 in a training step: take another batch_size, or "
        "another number of samples."
    )


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"activation": ["relu"]},
            "activation names 1, and hidden_layer_sizes has 2: give one for each hidden layer, or a single one for "
            "all.",
        ),
        (
            {"dropout": [0.1, 0.2, 0.3]},
            "dropout names 3, and hidden_layer_sizes has 2: give one for each hidden layer, or a single one for all.",
        ),
        (
            {"normalization": ["batch", "group"]},
            "normalization = 'group': give 'batch', 'layer', None, a BatchNorm, a LayerNorm, or one of them for each "
            "hidden layer.",
        ),
        (
            {"solver": cr.AdamW(), "learning_rate_init": 0.1},
            "learning_rate_init = 0.1 would change nothing: AdamW(0.001) has a learning rate of its own: write it "
            "there.",
        ),
        (
            {"solver": "lion", "learning_rate": "adaptive"},
            "learning_rate = 'adaptive' would change nothing: it goes with solver='sgd'; another one takes a schedule "
            "as its rate.",
        ),
        (
            {"loss": "triplet"},
            "triplet compares rows with each other, and an estimator's samples have no order: train a Network on it.",
        ),
        (
            {"loss": cr.CrossEntropy(from_logits=True)},
            "loss = CrossEntropy(from_logits=True): the network of a classifier ends in probabilities, so leave "
            "from_logits out.",
        ),
        (
            {"solver": "lbfgs", "dropout": 0.2},
            "LBFGS compares losses of the same network, and Dropout(0.2) brings chance into them: take another "
            "optimizer, or leave the layer out.",
        ),
        ({"callbacks": [3]}, None),
    ],
)
def test_what_does_not_go_together(settings: Any, message: str | None) -> None:
    with pytest.raises(ChainruleError) as error:
        MLPClassifier(**SETTINGS, **settings).fit(X, Y)
    assert str(error.value) == (
        message
        or "callbacks has 3, which is no callback: give a Callback, or a function that is called after each epoch with "
        "the run."
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dropout": 1.0}, "The 'dropout' parameter of MLPClassifier must be"),
        ({"dropout": "0.1"}, "The 'dropout' parameter of MLPClassifier must be"),
        ({"activation": "rleu"}, "The 'activation' parameter of MLPClassifier must be"),
        ({"loss": "entropy"}, "The 'loss' parameter of MLPClassifier must be"),
        ({"solver": "adamx"}, "The 'solver' parameter of MLPClassifier must be"),
        ({"normalization": "group"}, "The 'normalization' parameter of MLPClassifier must be"),
        ({"warm_start": "go on"}, "The 'warm_start' parameter of MLPClassifier must be"),
        ({"class_weight": "even"}, "The 'class_weight' parameter of MLPClassifier must be"),
        ({"callbacks": print}, "The 'callbacks' parameter of MLPClassifier must be"),
    ],
)
def test_a_wrong_parameter_is_told_as_scikit_learn_tells_it(settings: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MLPClassifier(**SETTINGS, **settings).fit(X, Y)


def test_class_weights_of_classes_that_are_not_there() -> None:
    with pytest.raises(ValueError, match=r"The classes, \[0, 1, 2\], are not in class_weight"):
        MLPClassifier(**SETTINGS, class_weight={"a": 1.0}).fit(X, Y)


@pytest.mark.parametrize("more", [{}, {"dropout": 0.1}])
def test_class_weights_that_can_not_be(more: Any) -> None:
    with pytest.raises(InputError) as error:
        MLPClassifier(**SETTINGS, **more, class_weight="balanced").partial_fit(X, Y, classes=[0, 1, 2])
    assert str(error.value) == (
        "class_weight = 'balanced' takes all samples to count the classes, and partial_fit has some: give the weights, "
        "by compute_class_weight('balanced', classes=classes, y=y), as a dict."
    )
    labels = np.stack([Y == 0, Y > 0], axis=1).astype(int)
    with pytest.raises(InputError) as error:
        MLPClassifier(**SETTINGS, **more, class_weight="balanced").fit(X, labels)
    assert str(error.value) == (
        "class_weight weighs samples by the one class that each has, and y has several labels a sample: leave it out; "
        "sample_weight weighs samples."
    )


def test_a_schedule_in_a_stream_needs_its_end() -> None:
    model = MLPClassifier(**SETTINGS, solver=cr.Adam(cr.Cosine(0.01)))
    with pytest.raises(InputError) as error:
        model.partial_fit(X, Y, classes=[0, 1, 2])
    assert str(error.value) == (
        f"{model.solver.learning_rate} goes to the end of the training, and partial_fit does not know how long that "
        "is: give it steps=…"
    )
    model.fit(X, Y)
    assert model.solver.learning_rate.steps is None


def test_a_form_that_changed_in_a_stream() -> None:
    model = own().fit(X, Y)
    with pytest.raises(InputError) as error:
        model.set_params(normalization=None).partial_fit(X, Y)
    assert str(error.value) == (
        "partial_fit goes on with the training of the last fit, and normalization was ['batch', 'layer'] and is None: "
        "set it back, or begin anew by fit with warm_start=False."
    )
    plain = MLPClassifier(**SETTINGS, dropout=0.1).fit(X, Y)
    with pytest.raises(InputError) as error:
        plain.set_params(dropout=None).partial_fit(X, Y)
    assert str(error.value) == (
        "partial_fit goes on with the training of the last fit, and dropout was 0.1 and is None: set it back, or begin "
        "anew by fit with warm_start=False."
    )
    with pytest.raises(InputError) as error:
        model.set_params(hidden_layer_sizes=(6, 5)).partial_fit(X, Y)
    assert str(error.value) == (
        "hidden_layer_sizes = [6, 5], and the network of the last fit has others: set them back, or begin anew by fit "
        "with warm_start=False."
    )


@pytest.mark.parametrize("more", [{}, MORE, {"loss": "hinge"}])
def test_bad_samples_get_the_errors_of_scikit_learn(more: Any) -> None:
    model = MLPClassifier(**{**SETTINGS, **more}).fit(X, Y)
    with pytest.raises(
        ValueError, match="X has 3 features, but MLPClassifier is expecting 4 features as input"
    ):
        model.predict(X[:, :3])
    with pytest.raises(ValueError, match="Input X contains NaN"):
        model.fit(np.where(X > 7, np.nan, X), Y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.fit(X, Y[:9])
    model.fit(X, Y)
    with pytest.raises(ValueError, match=r"`y` has classes not in `self\.classes_`"):
        model.partial_fit(X, Y + 1)


@pytest.mark.parametrize("more", [{}, MORE, {"loss": "hinge"}])
def test_one_class_alone_is_what_is_predicted(more: Any) -> None:
    """As scikit-learn has it."""
    model = MLPClassifier(**{**SETTINGS, **more, "class_weight": None}).fit(X, np.full(150, "only"))
    assert set(model.predict(X)) == {"only"}


def test_a_training_that_diverges() -> None:
    with pytest.raises(ValueError, match="Solver produced non-finite parameter weights"):
        MLPRegressor(**SETTINGS, loss="half_squared_error", solver=cr.SGD(1e9), activation="identity").fit(
            X, Y
        )
