"""What estimators can beyond scikit-learn's, beside a Network fitted by hand, PyTorch, and scikit-learn itself."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import datasets, neural_network
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_sample_weight

import chainrule as cr
from chainrule.errors import ChainruleError, InputError
from chainrule.sklearn import MLPClassifier, MLPRegressor

ENGINES = ("numpy", "compiled")
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
IRIS, KINDS = datasets.load_iris(return_X_y=True)
IRIS = StandardScaler().fit_transform(IRIS)
DIABETES, PROGRESS = datasets.load_diabetes(return_X_y=True)
DIABETES, PROGRESS = DIABETES * 20, (PROGRESS - PROGRESS.mean()) / PROGRESS.std()
SETTINGS: dict[str, Any] = {"hidden_layer_sizes": (7, 5), "max_iter": 6, "random_state": 3, "batch_size": 40}


def drawn(random_state: np.random.RandomState, sizes: list[int]) -> dict[str, Any]:
    """Weights as scikit-learn draws them: uniform up to √(6 / (in + out)), a layer's matrix and then its biases."""
    found: dict[str, Any] = {}
    for i, (inputs, outputs) in enumerate(pairwise(sizes), 1):
        bound = np.sqrt(6 / (inputs + outputs))
        found[f"W{i}"] = random_state.uniform(-bound, bound, (inputs, outputs))
        found[f"b{i}"] = random_state.uniform(-bound, bound, outputs)
    return found


class Orders:
    """Each epoch's order, as scikit-learn draws it: that of the last one, shuffled."""

    def __init__(self, random_state: np.random.RandomState, samples: int) -> None:
        self.random_state, self.last = random_state, np.arange(samples)

    def __call__(self) -> Any:
        by = np.arange(len(self.last))
        self.random_state.shuffle(by)
        self.last = self.last[by]
        return self.last


def weights(estimator: Any) -> list[Any]:
    return [*estimator.coefs_, *estimator.intercepts_]


def assert_same(one: Any, other: Any, atol: float = 1e-12) -> None:
    for ours, theirs in zip(weights(one), weights(other), strict=True):
        assert_allclose(ours, theirs, rtol=0, atol=atol)


# --- networks that scikit-learn has not ---------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_a_network_fitted_by_hand(engine: str) -> None:
    """Of its own activations, dropout, normalization, loss, optimizer and schedule: bit by bit."""
    rate = cr.Cosine(0.02, steps=20)
    model = MLPClassifier(
        **SETTINGS, activation=["gelu", cr.Tanh()], dropout=[0.25, 0], normalization=["batch", "layer"],
        loss=cr.Focal(1.5), solver=cr.NAdam(rate, clip="clip_norm"), alpha=0, engine=engine,
    ).fit(IRIS, KINDS)  # fmt: skip
    random_state = np.random.RandomState(3)
    start = drawn(random_state, [4, 7, 5, 3])
    seed = int(random_state.randint(2**31 - 1))
    net = cr.Network(
        [
            *(cr.Dense(4, 7), cr.BatchNorm(), "gelu", cr.Dropout(0.25)),
            *(cr.Dense(7, 5), cr.LayerNorm(), "tanh", cr.Dense(5, 3), "softmax"),
        ],
        loss=cr.Focal(1.5), parameters=start,
    )  # fmt: skip
    history = net.fit(
        IRIS, KINDS, epochs=6, batch_size=40, optimizer=cr.NAdam(cr.Cosine(0.02, steps=20), clip="clip_norm"),
        order=Orders(random_state, 150), seed=seed, engine=engine,
    )  # fmt: skip
    for i in (1, 2, 3):
        assert_array_equal(model.coefs_[i - 1], net.parameters[f"W{i}"])
        assert_array_equal(model.intercepts_[i - 1], net.parameters[f"b{i}"])
    assert model.loss_curve_ == history.loss
    assert_array_equal(model.predict_proba(IRIS), net.predict(IRIS, engine=engine))
    assert_array_equal(model.network_.buffers["mu1_run"], net.buffers["mu1_run"])
    assert_array_equal(model.network_.parameters["gamma2"], net.parameters["gamma2"])
    assert (model.n_iter_, model.t_, model.n_layers_, model.out_activation_) == (6, 900, 4, "softmax")


def test_torch() -> None:
    """Layer normalization, two activations, Huber's loss and AdamW, each step on all samples."""
    torch = pytest.importorskip("torch")
    settings = {**SETTINGS, "batch_size": 442, "shuffle": False, "alpha": 0, "max_iter": 15}
    model = MLPRegressor(
        **settings, activation=["tanh", "silu"], normalization="layer", loss=cr.Huber(0.5),
        solver=cr.AdamW(0.01, weight_decay=0.1),
    ).fit(DIABETES, PROGRESS)  # fmt: skip
    start = drawn(np.random.RandomState(3), [10, 7, 5, 1])
    nn, double = torch.nn, torch.float64
    dense = [nn.Linear(*pair, dtype=double) for pair in ((10, 7), (7, 5), (5, 1))]
    norms = [nn.LayerNorm(7, dtype=double), nn.LayerNorm(5, dtype=double)]
    with torch.no_grad():
        for i, layer in enumerate(dense, 1):
            layer.weight.copy_(torch.tensor(start[f"W{i}"].T))
            layer.bias.copy_(torch.tensor(start[f"b{i}"]))
    module = nn.Sequential(dense[0], norms[0], nn.Tanh(), dense[1], norms[1], nn.SiLU(), dense[2])
    steps = torch.optim.AdamW(module.parameters(), lr=0.01, weight_decay=0.1)
    X, y, losses = torch.tensor(DIABETES), torch.tensor(PROGRESS)[:, None], []
    for _ in range(15):
        steps.zero_grad()
        loss = nn.functional.huber_loss(module(X), y, delta=0.5)
        loss.backward()
        steps.step()
        losses.append(float(loss.detach()))
    assert_allclose(model.loss_curve_, losses, rtol=1e-10)
    for i, layer in enumerate(dense):
        assert_allclose(model.coefs_[i], layer.weight.detach().numpy().T, rtol=0, atol=1e-10)
    assert_allclose(model.predict(DIABETES), module(X).detach().numpy()[:, 0], rtol=0, atol=1e-10)


# --- where nothing else is asked for, the numbers are scikit-learn's ------------------------------------------


FITS: dict[str, dict[str, Any]] = {
    "adam": {},
    "adaptive rate": {"solver": "sgd", "learning_rate": "adaptive", "learning_rate_init": 0.5, "n_iter_no_change": 1},
    "early stopping": {"early_stopping": True, "validation_fraction": 0.3, "max_iter": 20, "n_iter_no_change": 2},
    "L-BFGS": {"solver": "lbfgs", "max_iter": 12},
    "logistic": {"activation": "logistic", "learning_rate_init": 0.1},
}  # fmt: skip


def nothing(run: Any) -> None:
    """A callback that looks on."""


@pytest.mark.some(10)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize(
    "more",
    [{"callbacks": [nothing]}, {"activation": "list"}, {"dropout": [0.0, 0.0], "callbacks": (nothing,)}],
)
def test_what_is_not_asked_for_stays_scikit_learns(more: dict[str, Any], fit: str, engine: str) -> None:
    settings = {**SETTINGS, **FITS[fit]}
    own = {**settings, **more}
    if "activation" in more:
        own["activation"] = [settings.get("activation", "relu")] * 2
    theirs = neural_network.MLPClassifier(**settings).fit(IRIS, KINDS)
    ours = MLPClassifier(**own, engine=engine).fit(IRIS, KINDS)
    assert_same(ours, theirs, 1e-7 if fit == "L-BFGS" else 1e-10)
    assert ours.n_iter_ == theirs.n_iter_
    assert ours.t_ == theirs.t_
    assert_allclose(ours.loss_, theirs.loss_, rtol=1e-9)
    assert_allclose(ours.predict_proba(IRIS), theirs.predict_proba(IRIS), rtol=0, atol=1e-6)
    for curve in ("loss_curve_", "validation_scores_", "best_loss_", "best_validation_score_"):
        if getattr(theirs, curve, None) is None:
            assert getattr(ours, curve, None) is None
        else:
            assert_allclose(getattr(ours, curve), getattr(theirs, curve), rtol=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "settings", [{}, {"activation": ["relu", "relu"]}, {"solver": "sgd", "momentum": 0.3}]
)
def test_a_stream_and_a_switch_to_and_fro(settings: dict[str, Any], engine: str) -> None:
    """The state of scikit-learn's optimizer is its own, so callbacks may come and go."""
    theirs = neural_network.MLPClassifier(
        **SETTINGS, **{name: value for name, value in settings.items() if name != "activation"}
    )
    ours = MLPClassifier(**SETTINGS, **settings, engine=engine)
    for i in range(6):
        rows = slice(20 * i, 20 * i + 45)
        theirs.partial_fit(IRIS[rows], KINDS[rows], classes=[0, 1, 2])
        ours.set_params(callbacks=[nothing] if i % 2 else None)
        ours.partial_fit(IRIS[rows], KINDS[rows], classes=[0, 1, 2])
    assert_same(ours, theirs)
    assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("own", [{}, {"activation": ["relu", "relu"]}])
def test_warm_starts(own: dict[str, Any], engine: str) -> None:
    """By default the optimizer begins anew, as scikit-learn's does."""
    settings = {**SETTINGS, "warm_start": True}
    theirs = neural_network.MLPClassifier(**settings)
    ours = MLPClassifier(**settings, callbacks=[nothing], engine=engine, **own)
    for rows in (slice(None), slice(None, None, 2), slice(None)):
        assert ours.fit(IRIS[rows], KINDS[rows]).n_iter_ == theirs.fit(IRIS[rows], KINDS[rows]).n_iter_
        assert_same(ours, theirs)
    assert ours.t_ == theirs.t_


# --- how much samples count ---------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["balanced", {0: 5.0, 2: 0.5}])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_class_weight_is_that_weight_for_each_sample(given: Any, solver: str) -> None:
    X, y = IRIS[:130], KINDS[:130]
    theirs = neural_network.MLPClassifier(**SETTINGS, solver=solver)
    theirs.fit(X, y, sample_weight=np.linspace(0.5, 2, 130) * compute_sample_weight(given, y))
    ours = MLPClassifier(**SETTINGS, solver=solver, class_weight=given)
    ours.fit(X, y, sample_weight=np.linspace(0.5, 2, 130))
    assert_array_equal(np.concatenate([each.ravel() for each in weights(ours)]),
                       np.concatenate([each.ravel() for each in weights(theirs)]))  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_weights_in_steps_on_everything_are_scikit_learns(solver: str, engine: str) -> None:
    """L = (Σ w l + ½ α Σ W²) / Σ w, whatever the size of the weights."""
    weight = 100 * np.linspace(0.1, 2, 150)
    settings = {**SETTINGS, "batch_size": 150, "alpha": 30.0, "solver": solver, "learning_rate_init": 0.01}
    theirs = neural_network.MLPClassifier(**settings).fit(IRIS, KINDS == 1, sample_weight=weight)
    ours = MLPClassifier(**settings, callbacks=[nothing], engine=engine)
    ours.fit(IRIS, KINDS == 1, sample_weight=weight)
    assert_same(ours, theirs, 1e-7 if solver == "lbfgs" else 1e-11)
    assert_allclose(ours.loss_, theirs.loss_, rtol=1e-10)


def test_a_batch_counts_as_much_as_its_samples() -> None:
    """Of two batches the one whose samples weigh nothing moves nothing, where scikit-learn would divide by 0."""
    X, y = np.array([[1.0], [1.0], [2.0], [2.0]]), np.array([1.0, 1.0, 3.0, 3.0])
    settings: dict[str, Any] = {
        "hidden_layer_sizes": (), "solver": "sgd", "momentum": 0, "learning_rate_init": 0.1, "alpha": 0, "max_iter": 1,
        "batch_size": 2, "shuffle": False, "random_state": 0,
    }  # fmt: skip
    model = MLPRegressor(**settings, callbacks=[nothing]).fit(X, y, sample_weight=[0, 0, 1, 1])
    start = drawn(np.random.RandomState(0), [1, 1])
    w, b = start["W1"][0, 0], start["b1"][0]
    slope = 2 * (2 * w + b - 3)  # each of the two samples counts 4 / 2, and the step takes their mean
    assert_allclose(model.coefs_[0][0, 0], w - 0.1 * slope * 2, rtol=1e-14)
    assert_allclose(model.intercepts_[0][0], b - 0.1 * slope, rtol=1e-14)


# --- what becomes of outputs --------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge"])
@pytest.mark.parametrize("two", [True, False])
def test_losses_of_margins_give_no_probabilities(loss: str, two: bool) -> None:
    y = np.array(["no", "yes", "maybe"])[KINDS]
    X, y = (IRIS[:100], y[:100]) if two else (IRIS, y)
    model = MLPClassifier(**{**SETTINGS, "max_iter": 60}, loss=loss, learning_rate_init=0.01)
    assert not hasattr(model, "predict_proba")
    assert hasattr(MLPClassifier(), "predict_proba")
    assert not hasattr(MLPClassifier(), "decision_function")
    model.fit(X, y)
    assert model.out_activation_ == "identity"
    margins = model.decision_function(X)
    assert margins.shape == ((100,) if two else (150, 3))
    chosen = (margins > 0).astype(int) if two else margins.argmax(axis=1)
    assert_array_equal(model.predict(X), model.classes_[chosen])
    assert model.score(X, y) > 0.85
    with pytest.raises(AttributeError) as error:
        model.predict_proba(X)
    assert str(error.value.__cause__) == (
        f"loss = {loss!r} gives no probabilities: ask decision_function, or take another loss, such as 'log_loss'."
    )
    with pytest.raises(AttributeError) as error:
        MLPClassifier().decision_function(X)
    assert str(error.value.__cause__) == "loss = 'log_loss' gives probabilities: ask predict_proba."


def test_a_loss_of_ones_own() -> None:
    def fourth(a: Any, y: Any) -> Any:
        return ((a - y) ** 4).sum(axis=1)

    model = MLPRegressor(**SETTINGS, loss=fourth, alpha=0).fit(DIABETES, PROGRESS)
    random_state = np.random.RandomState(3)
    net = cr.Network(
        [10, 7, 5, 1], output="identity", loss=fourth, parameters=drawn(random_state, [10, 7, 5, 1])
    )
    rates = []
    net.fit(
        DIABETES, PROGRESS, epochs=6, batch_size=40, order=Orders(random_state, 442), engine="numpy",
        optimizer=cr.SGD(0.0), callbacks=[lambda run: rates.append(run.learning_rate)],
    )  # fmt: skip
    assert rates == [0.0] * 6
    at_first = net.loss(DIABETES, PROGRESS)
    assert_allclose(at_first, np.mean((net.predict(DIABETES)[:, 0] - PROGRESS) ** 4), rtol=1e-12)
    assert np.mean((model.predict(DIABETES) - PROGRESS) ** 4) < at_first


def test_counts_by_chainrules_poisson() -> None:
    """By the name it is scikit-learn's, as a part chainrule's: outputs are rates, or their logarithms."""
    counts = np.random.default_rng(0).poisson(3, 442)
    rates = MLPRegressor(**SETTINGS, loss=cr.Poisson(log_input=False)).fit(DIABETES, counts)
    assert rates.out_activation_ == "softplus"
    assert rates.predict(DIABETES).min() > 0
    logarithms = MLPRegressor(**SETTINGS, loss=cr.Poisson()).fit(DIABETES, counts)
    assert logarithms.out_activation_ == "identity"
    with pytest.raises(InputError) as error:
        MLPRegressor(**SETTINGS, loss=cr.Poisson()).fit(DIABETES, PROGRESS)
    assert "targets of poisson are counts, at least 0" in str(error.value)


@pytest.mark.parametrize("engine", ENGINES)
def test_rates_of_counts(engine: str) -> None:
    counts = np.random.default_rng(0).poisson(3, 442)
    theirs = neural_network.MLPRegressor(**SETTINGS, loss="poisson").fit(DIABETES, counts)
    ours = MLPRegressor(**SETTINGS, loss="poisson", callbacks=[nothing], engine=engine).fit(DIABETES, counts)
    assert ours.out_activation_ == theirs.out_activation_ == "exp"
    assert_same(ours, theirs, 1e-11)


@pytest.mark.parametrize("own", [{}, {"dropout": 0.1, "loss": "binary_cross_entropy"}])
def test_a_stream_of_several_labels_needs_no_classes(own: dict[str, Any]) -> None:
    X, labels = datasets.make_multilabel_classification(90, n_features=5, n_classes=4, random_state=0)
    settings = {**SETTINGS, "batch_size": 20}
    theirs, ours = neural_network.MLPClassifier(**settings), MLPClassifier(**settings, **own)
    for rows in (slice(0, 30), slice(30, 90)):
        theirs.partial_fit(X[rows], labels[rows], classes=np.arange(4))
        ours.partial_fit(X[rows], labels[rows])
    assert ours.predict(X).shape == (90, 4)
    if not own:
        assert_same(ours, theirs)
    with pytest.raises(ValueError, match="classes must be passed on the first call to partial_fit"):
        MLPClassifier().partial_fit(IRIS, KINDS)


# --- callbacks ----------------------------------------------------------------------------------------------


def test_callbacks_see_the_training_and_may_end_it() -> None:
    seen = []

    def look(run: Any) -> None:
        seen.append((run.epoch, model.n_iter_, run.history.loss[-1] == model.loss_curve_[-1]))
        if run.epoch == 3:
            run.stop("enough")

    model = MLPClassifier(**SETTINGS, callbacks=[look])
    model.fit(IRIS, KINDS)
    assert seen == [(1, 1, True), (2, 2, True), (3, 3, True)]
    assert model.n_iter_ == 3


@pytest.mark.parametrize("own", [{}, {"dropout": 0.2, "normalization": "batch"}, {"solver": "lbfgs"}])
def test_what_a_callback_asks_the_estimator_is_of_now_and_changes_nothing(own: dict[str, Any]) -> None:
    asked = []

    def ask(run: Any) -> None:
        asked.append((model.predict_proba(IRIS), run.network.predict(IRIS)))

    model = MLPClassifier(**SETTINGS, **own, callbacks=[ask])
    model.fit(IRIS, KINDS)
    assert len(asked) == 6
    for ours, networks in asked:
        assert_allclose(ours, networks, rtol=0, atol=1e-13)
    assert_array_equal(
        model.coefs_[0], MLPClassifier(**SETTINGS, **own, callbacks=[nothing]).fit(IRIS, KINDS).coefs_[0]
    )


@pytest.mark.parametrize("solver", ["lbfgs", cr.LBFGS()])
def test_callbacks_see_iterations(solver: Any) -> None:
    seen = []
    model = MLPClassifier(**SETTINGS, solver=solver, callbacks=[lambda run: seen.append(run.loss)])
    model.fit(IRIS, KINDS, X_val=IRIS[::3], y_val=KINDS[::3])
    assert len(seen) == model.n_iter_ == len(model.validation_loss_curve_) == 6
    assert not hasattr(model, "partial_fit")
    assert model.loss_ < seen[0]


def test_a_callback_that_restores_the_best_weights() -> None:
    """Its weights are the estimator's, although scikit-learn's early stopping is off."""
    stop = cr.EarlyStopping("validation_loss", patience=2)
    model = MLPClassifier(**{**SETTINGS, "max_iter": 200}, learning_rate_init=0.5, callbacks=[stop])
    model.fit(IRIS[::2], KINDS[::2], X_val=IRIS[1::2], y_val=KINDS[1::2])
    assert model.n_iter_ == stop.best_epoch + 2 < 200
    assert model.network_.loss(IRIS[1::2], KINDS[1::2]) == pytest.approx(stop.best, rel=1e-12)
    assert min(model.validation_loss_curve_) == stop.best


def test_an_error_in_a_callback_ends_the_fit() -> None:
    def broken(run: Any) -> None:
        raise RuntimeError("what was written wrong")

    with pytest.raises(RuntimeError, match="what was written wrong"):
        MLPClassifier(**SETTINGS, callbacks=[broken]).fit(IRIS, KINDS)


def test_the_last_epoch_is_warned_of_as_ever() -> None:
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(6\) reached"):
        MLPClassifier(**SETTINGS, dropout=0.1).fit(IRIS, KINDS)


WITHIN: list[Any] = [1]
WITHIN.append(WITHIN)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"hidden_layer_sizes": np.array([0]), "dropout": 0.1}, "hidden_layer_sizes must be > 0, got [0]."),
        ({"hidden_layer_sizes": np.array([None]), "dropout": 0.1},
         "hidden_layer_sizes = [None] holds what is no number: give whole numbers above 0."),
        ({"dropout": {"a": 1}}, "Dropout: rate = {'a': 1} is no number: give one that is at least 0 and below 1."),
        ({"dropout": range(3)}, "Dropout: rate = range(0, 3) is no number: give one that is at least 0 and below 1."),
        ({"activation": WITHIN}, "activation names 2, and hidden_layer_sizes has 1: give one for each hidden layer, or "
         "a single one for all."),
    ],
)  # fmt: skip
def test_what_strangers_gave_is_refused_in_words(given: Any, message: str) -> None:
    X, y = np.arange(40.0).reshape(20, 2), np.arange(20) % 2
    with pytest.raises(ChainruleError) as error:
        MLPClassifier(max_iter=2, **given).fit(X, y)
    assert str(error.value) == message


def test_patience_without_end() -> None:
    X, y = np.arange(40.0).reshape(20, 2), np.arange(20) % 2
    net = MLPClassifier(max_iter=2, n_iter_no_change=10**400, dropout=0.1, random_state=0)
    with pytest.warns(ConvergenceWarning):
        assert net.fit(X, y).n_iter_ == 2
