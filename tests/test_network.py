"""The network as users meet it, what it refuses, and what importing it costs."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import chainrule as cr
from chainrule.errors import ChainruleError, InputError, KindError, MissingPackage, UnknownName
from chainrule.parts.contract import Array, Initializer
from strategies import Case, cases
from thorough import examples

RNG = np.random.default_rng(5)
X = RNG.standard_normal((10, 3))
Y = np.array([0, 1, 1, 0, 1, 0, 0, 1, 1, 0])
SOURCE = Path(cr.__file__).parent


def net() -> cr.Network:
    return cr.Network([3, 4, 2], seed=2)


def with_value(array: Array, index: Any, value: float) -> Array:
    array = array.astype(float)
    array[index] = value
    return array


# --- what it computes ---------------------------------------------------------------------------------------


def test_predict_is_the_formula() -> None:
    own = net()
    p = own.parameters
    p["b1"] = [0.1, -0.2, 0.3, 0]
    z2 = np.maximum(X @ p["W1"] + p["b1"], 0) @ p["W2"] + p["b2"]
    expected = np.exp(z2) / np.exp(z2).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(own.predict(X), expected, rtol=1e-13)
    np.testing.assert_array_equal(own.classify(X), z2[:, 1] > z2[:, 0])
    np.testing.assert_allclose(own.loss(X, Y), -np.log(expected[np.arange(10), Y]).mean(), rtol=1e-13)
    assert isinstance(own.loss(X, Y), float)


def test_one_sample_may_be_given_as_a_row_of_numbers() -> None:
    np.testing.assert_array_equal(net().predict([1, 2, 3]), net().predict([[1, 2, 3]]))
    assert net().loss([1, 2, 3], 1) == net().loss([[1, 2, 3]], [1])


@examples(40)
@given(cases())
def test_both_spellings_give_the_same_network(case: Case) -> None:
    sized, (X, y) = case.network(), case.data()
    layers: list[Any] = []
    activations = [layer for layer in sized.layers if not layer.has_weights]
    for i, activation in enumerate(activations):
        layers += [cr.Dense(case.sizes[i], case.sizes[i + 1]), activation]
    spelt = cr.Network(layers, loss=case.loss, dtype=case.dtype, parameters=dict(sized.parameters))
    np.testing.assert_array_equal(spelt.predict(X), sized.predict(X))
    assert spelt.loss(X, y) == sized.loss(X, y)
    assert repr(spelt) == repr(sized)


def test_many_samples_are_predicted_in_parts() -> None:
    many = np.tile(X, (1000, 1))
    predicted = net().predict(many)
    assert predicted.shape == (10_000, 2)
    np.testing.assert_allclose(predicted, np.tile(net().predict(X), (1000, 1)), rtol=1e-12)


def test_one_sigmoid_output_decides_at_one_half() -> None:
    one = cr.Network([1, 1], output="sigmoid", parameters={"W1": [[1.0]]})
    assert one.classify([[-3.0], [0.0], [2.0]]).tolist() == [0, 0, 1]
    assert one.loss([[0.0]], [1]) == pytest.approx(np.log(2))


def test_labels_one_hot_rows_and_booleans_mean_the_same() -> None:
    rows = np.eye(2)[Y]
    for y in (Y, Y.astype(float), Y.astype(bool), Y.tolist(), rows, rows.astype(int)):
        assert net().loss(X, y) == net().loss(X, Y)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_inputs_of_any_kind_of_number_and_order(dtype: str) -> None:
    own = cr.Network([3, 4, 2], dtype=dtype, seed=2)
    whole = RNG.integers(0, 255, (6, 3))
    expected = own.predict(whole.astype(np.float64))
    for other in (whole, whole.astype(np.uint8), whole.astype(np.float32), whole.tolist()):
        np.testing.assert_array_equal(own.predict(other), expected)
    np.testing.assert_allclose(own.predict(np.asfortranarray(whole)), expected, rtol=1e-5)
    assert expected.dtype == np.dtype(dtype)


def test_parameters_are_views_by_name_of_one_buffer() -> None:
    own = net()
    assert list(own.parameters) == ["W1", "b1", "W2", "b2"]
    assert (len(own.parameters), own.parameters.flat.size) == (4, 26)
    own.parameters["W1"][...] = [[1, 2, 3, 4]] * 3
    own.parameters["b1"] = [5, 6, 7, 8]
    assert own.parameters.flat[:16].tolist() == [1, 2, 3, 4] * 3 + [5, 6, 7, 8]
    assert np.shares_memory(own.parameters["W2"], own.parameters.flat)
    assert repr(own.parameters) == "Parameters(W1 (3, 4), b1 (4,), W2 (4, 2), b2 (2,))"


def test_the_same_seed_draws_the_same_weights() -> None:
    first, same, other = (cr.Network([3, 4, 2], seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(first.parameters.flat, same.parameters.flat)
    assert not np.array_equal(first.parameters["W1"], other.parameters["W1"])


def test_frozen_parameters_keep_their_gradient() -> None:
    own, free = net().freeze("W1", "b2"), net()
    for name, gradient in own.gradients(X, Y).items():
        np.testing.assert_array_equal(gradient, free.gradients(X, Y)[name])
        assert np.abs(gradient).max() > 0
    assert own.frozen == {"W1", "b2"}
    assert own.unfreeze("b2").frozen == {"W1"}
    assert own.unfreeze().frozen == set()


def test_how_it_shows_itself() -> None:
    own = cr.Network([3, 4, 2], hidden="tanh", output="sigmoid", seed=0).freeze("b1")
    assert own.title() == "3 → 4 tanh → 2 sigmoid"
    assert repr(own) == "Network(3 → 4 tanh → 2 sigmoid, cross_entropy, 26 parameters, float64)"
    lines = str(own).splitlines()
    assert lines[0].split() == [
        "Network",
        "3",
        "→",
        "4",
        "tanh",
        "→",
        "2",
        "sigmoid",
        "loss",
        "cross_entropy",
        "float64",
    ]
    assert [line.split() for line in lines[1:-1]] == [
        ["layer", "gives", "shape", "parameters"],
        ["Dense(3,", "4)", "z1", "(m,", "4)", "W1", "(3,", "4)", "b1", "(4,)"],
        ["Tanh()", "a1", "(m,", "4)"],
        ["Dense(4,", "2)", "z2", "(m,", "2)", "W2", "(4,", "2)", "b2", "(2,)"],
        ["Sigmoid()", "a2", "(m,", "2)"],
    ]
    assert lines[-1] == "  26 parameters, 208 bytes, frozen: b1"


def test_the_eleventh_layer_is_not_the_first() -> None:
    line = str(cr.Network([2] * 12)).splitlines()[2]
    assert line.split() == ["Dense(2,", "2)", "z1", "(m,", "2)", "W1", "(2,", "2)", "b1", "(2,)"]


# --- bad input ----------------------------------------------------------------------------------------------


def refused(call: Callable[[], Any], kind: type[Exception]) -> str:
    with pytest.raises(kind) as caught:
        call()
    assert isinstance(caught.value, ChainruleError)
    return str(caught.value)


COLUMNS = "it must be (samples, 3), one column for each input of the network."


@pytest.mark.parametrize(
    ("bad", "kind", "message"),
    [
        (np.zeros((4, 2)), InputError, f"X has the shape (4, 2): {COLUMNS}"),
        (np.zeros(2), InputError, f"X has the shape (2,): {COLUMNS}"),
        (np.zeros((1, 2, 3)), InputError, f"X has the shape (1, 2, 3): {COLUMNS}"),
        (3.0, InputError, f"X has the shape (): {COLUMNS}"),
        (
            np.zeros((0, 3)),
            InputError,
            "X has no samples: its shape is (0, 3); give at least one row.",
        ),
        (with_value(X, (3, 1), np.nan), InputError, "X[3, 1] is nan: every entry must be finite."),
        (
            with_value(X, (slice(2, 4), 0), np.inf),
            InputError,
            "X[2, 0] is inf (and 1 more): every entry must be finite.",
        ),
        (
            with_value(with_value(X, (2, 0), -np.inf), (2, 1), np.inf),
            InputError,
            "X[2, 0] is -inf (and 1 more): every entry must be finite.",
        ),
        ([[1, 2, None]], KindError, "X holds objects (such as None): give numbers."),
        (X * 1j, KindError, "X holds the dtype complex128: give numbers."),
        (
            np.array([["2020-01-01"] * 3], dtype="M8[D]"),
            KindError,
            "X holds the dtype datetime64[D]: give numbers.",
        ),
    ],
)
def test_inputs_that_do_not_fit(bad: Any, kind: type[Exception], message: str) -> None:
    for call in (
        lambda: net().predict(bad),
        lambda: net().loss(bad, Y),
        lambda: net().gradients(bad, Y),
        lambda: net().trace(bad),
        lambda: net().trace(bad, Y),
        lambda: net().fit(bad, Y),
        lambda: next(net().steps(bad, Y)),
    ):
        assert refused(call, kind) == message


def test_numbers_that_are_finite_and_whose_sum_is_not_are_taken() -> None:
    assert np.isfinite(net().predict([[1e308, 1e308, 0.0]])).all()


LABELS = "give whole numbers 0 to 1, one for each class."


@pytest.mark.parametrize(
    ("bad", "kind", "message"),
    [
        (
            Y[:5],
            InputError,
            "y has the shape (5,) for 10 samples and 2 outputs: it must be (10,) or (10, 2).",
        ),
        (
            np.zeros((10, 3)),
            InputError,
            "y has the shape (10, 3) for 10 samples and 2 outputs: it must be (10,) or (10, 2).",
        ),
        (
            np.zeros((10, 2, 1)),
            InputError,
            "y has the shape (10, 2, 1) for 10 samples and 2 outputs: it must be (10,) or (10, 2).",
        ),
        (
            with_value(Y, 9, 2).astype(int),
            InputError,
            "y[9] is 2: the network has 2 outputs, so labels go from 0 to 1.",
        ),
        (
            with_value(Y, 9, -1),
            InputError,
            "y[9] is -1: the network has 2 outputs, so labels go from 0 to 1.",
        ),
        (with_value(Y, 9, 0.5), InputError, "y[9] is 0.5: class labels are whole numbers 0 to 1."),
        (with_value(Y, 3, np.nan), InputError, "y[3] is nan: every entry must be finite."),
        ([None] * 10, KindError, f"y holds objects (such as None): {LABELS}"),
        (Y * 1j, KindError, f"y holds the dtype complex128: {LABELS}"),
    ],
)
def test_targets_that_do_not_fit(bad: Any, kind: type[Exception], message: str) -> None:
    for call in (
        lambda: net().loss(X, bad),
        lambda: net().gradients(X, bad),
        lambda: net().trace(X, bad),
        lambda: net().fit(X, bad),
        lambda: next(net().steps(X, bad)),
    ):
        assert refused(call, kind) == message


def test_text_is_shown_as_it_was_given() -> None:
    assert refused(lambda: net().predict([["a", "b", "c"]]), KindError) in (
        "X holds text (such as 'a'): give numbers.",
        "X holds text (such as np.str_('a')): give numbers.",
    )


def test_text_is_shown_without_numpys_type() -> None:
    message = refused(lambda: net().predict([["a", "b", "c"]]), KindError)
    assert message == "X holds text (such as 'a'): give numbers."


@pytest.mark.parametrize(
    "call",
    [
        lambda: net().predict([[1, 2, 3], [1, 2]]),
        lambda: cr.Network([2, 2], seed=-1),
        lambda: net().fit(X, Y, batch_size=3, seed="a"),
        lambda: net().fit(X, Y, validation_data=X),
        lambda: net().trace(X)[3],
        lambda: net().loss(X, with_value(Y, 9, 1e30)),
        lambda: cr.Network([3, 2], dtype="float32").predict([[1e300, 0, 0]]),
    ],
)
def test_every_error_is_chainrules(call: Callable[[], Any]) -> None:
    with pytest.raises(ChainruleError):
        call()


@pytest.mark.parametrize(
    ("index", "value", "message"),
    [
        (("W2", (1, 0)), np.nan, "W2[1, 0] is nan: every entry must be finite."),
        (("b1", 2), -np.inf, "b1[2] is -inf: every entry must be finite."),
    ],
)
def test_weights_that_are_not_finite(index: tuple[str, Any], value: float, message: str) -> None:
    own = net()
    own.parameters[index[0]][index[1]] = value
    for call in (lambda: own.predict(X), lambda: own.fit(X, Y), lambda: own.trace(X, Y)):
        assert refused(call, InputError) == message


ACTIVATIONS = ", ".join(cr.Activation.registry())


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: cr.Network([2, 3, 2], hidden="rellu"),
            UnknownName,
            f"there is no activation 'rellu'. Did you mean 'relu'? There is: {ACTIVATIONS}.",
        ),
        (
            lambda: cr.Network([2, 3, 2], output="sotfmax"),
            UnknownName,
            f"there is no activation 'sotfmax'. Did you mean 'softmax'? There is: {ACTIVATIONS}.",
        ),
        (
            lambda: cr.Network([2, 3], initializer="xavier"),
            UnknownName,
            f"there is no initializer 'xavier'. Did you mean 'glorot'? There is: {', '.join(Initializer.registry())}.",
        ),
        (
            lambda: cr.Network([2, 3], dtype="float16"),
            UnknownName,
            "there is no dtype 'float16'. Did you mean 'float64'? There is: float32, float64.",
        ),
        (
            lambda: net().parameters["W3"],
            UnknownName,
            "there is no parameter 'W3'. There is: W1, b1, W2, b2.",
        ),
        (
            lambda: net().freeze("W1", "W11"),
            UnknownName,
            "there is no parameter 'W11'. Did you mean 'W1'? There is: W1, b1, W2, b2.",
        ),
        (
            lambda: cr.Network([2, 2], parameters={"W1": np.zeros((3, 2))}),
            InputError,
            "W1 has the shape (2, 2), and what was given has (3, 2).",
        ),
        (
            lambda: cr.Network([2, 2], parameters={"b1": [0, np.nan]}),
            InputError,
            "b1[1] is nan: every entry must be finite.",
        ),
        (
            lambda: cr.Network([2]),
            InputError,
            "[2] names one layer: give at least the numbers of inputs and of outputs, as [2, 2].",
        ),
        (
            lambda: cr.Network([]),
            KindError,
            "[] is no list of layers: write sizes, such as [2, 3, 2], or layers.",
        ),
        (
            lambda: cr.Network("2,3"),
            KindError,
            "'2,3' is no list of layers: write sizes, such as [2, 3, 2], or layers.",
        ),
        (
            lambda: cr.Network([2, 0, 2]),
            InputError,
            "Dense: outputs = 0 is out of range: it must be at least 1.",
        ),
        (
            lambda: cr.Network([2, 3, 2], hidden=["relu", "relu"]),
            InputError,
            "hidden names 2 activations, and there are 1 hidden layers.",
        ),
        (
            lambda: cr.Network([2, 3, 1]),
            InputError,
            "softmax of one output is always the same: take output='sigmoid', or an output for each class.",
        ),
        (
            lambda: cr.Network([cr.ReLU()]),
            InputError,
            "the network has no layer with weights: put in a Dense.",
        ),
        (
            lambda: cr.Network([cr.Dense(2, 3), cr.ReLU]),
            KindError,
            "ReLU is a class: write ReLU(), with brackets.",
        ),
        (
            lambda: cr.Network([2, 2], features=["a"]),
            InputError,
            "features names 1, and the network has 2.",
        ),
        (lambda: cr.Network([2, 3], classes=["a"]), InputError, "classes names 1, and the network has 3."),
        (
            lambda: net().fit(X, Y, epochs=0),
            InputError,
            "epochs = 0 is out of range: it must be at least 1.",
        ),
        (
            lambda: net().fit(X, Y, epochs=1.5),  # type: ignore[arg-type]
            KindError,
            "epochs = 1.5 is no whole number: give one that is at least 1.",
        ),
        (
            lambda: net().fit(X, Y, batch_size=0),
            InputError,
            "batch_size = 0 is out of range: it must be at least 1.",
        ),
        (
            lambda: net().fit(X, Y, batch_size=True),
            KindError,
            "batch_size = True is no whole number: give one that is at least 1.",
        ),
        (
            lambda: next(net().steps(X, Y, epochs=-1)),
            InputError,
            "epochs = -1 is out of range: it must be at least 1.",
        ),
    ],
)
def test_options_that_do_not_fit(call: Callable[[], Any], kind: type[Exception], message: str) -> None:
    assert refused(call, kind) == message


def test_a_name_in_the_wrong_case_is_recognised() -> None:
    message = refused(lambda: net().parameters["w1"], UnknownName)
    assert message == "there is no parameter 'w1'. Did you mean 'W1'? There is: W1, b1, W2, b2."


def test_freezing_an_unknown_name_freezes_nothing() -> None:
    own = net()
    with pytest.raises(UnknownName):
        own.freeze("W1", "W9")
    assert own.frozen == set()


def test_a_refused_fit_changes_nothing() -> None:
    own, optimizer = net(), cr.Adam()
    before = own.parameters.flat.copy()
    for call in (
        lambda: own.fit(X, with_value(Y, 3, np.nan), optimizer=optimizer),
        lambda: own.fit(X, Y, optimizer=optimizer, validation_data=(X, Y[:3])),
    ):
        refused(call, InputError)
    np.testing.assert_array_equal(own.parameters.flat, before)
    assert optimizer.t == 0


def test_a_missing_package_is_told_with_the_command_that_gets_it() -> None:
    error = MissingPackage("rich", "the progress bar")
    assert str(error) == "the progress bar needs the package rich. Install it with: pip install rich"
    assert isinstance(error, ImportError)


# --- what importing it loads --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("then", "loaded"), [("", ["chainrule"]), ("chainrule.Network", ["chainrule", "numpy"])]
)
def test_importing_loads_nothing_and_a_network_only_numpy(then: str, loaded: list[str]) -> None:
    script = (
        "import sys; before = {name.partition('.')[0] for name in sys.modules}\n"
        f"import chainrule; {then}\n"
        "after = {name.partition('.')[0] for name in sys.modules}\n"
        "print(*sorted(after - before - set(sys.stdlib_module_names)))"
    )
    path = {**os.environ, "PYTHONPATH": str(SOURCE.parent)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=path, check=True
    )
    assert done.stdout.split() == loaded


def test_every_public_name_is_found_and_is_its_own() -> None:
    for name in cr.__all__:
        found = getattr(cr, name)
        assert getattr(cr, name) is found
        assert getattr(found, "__name__", name).rpartition(".")[2] in (name, "plots")


# --- classes by name ----------------------------------------------------------------------------------------


def test_labels_may_be_given_by_the_names_of_the_classes() -> None:
    named = cr.Network([3, 4, 2], classes=["no", "yes"], seed=1)
    plain = cr.Network([3, 4, 2], seed=1)
    rows = np.random.default_rng(0).standard_normal((4, 3))
    assert named.loss(rows, ["no", "yes", "yes", "no"]) == plain.loss(rows, [0, 1, 1, 0])
    assert named.loss(rows[0], "yes") == plain.loss(rows[0], [1])


def test_an_unknown_class_is_named() -> None:
    named = cr.Network([3, 4, 2], classes=["no", "yes"])
    message = refused(lambda: named.loss(np.ones((2, 3)), ["no", "yea"]), UnknownName)
    assert message == "there is no class 'yea'. Did you mean 'yes'? There is: no, yes."


def test_a_copy_trains_by_itself() -> None:
    net = cr.Network([3, 4, 2], seed=1)
    twin, before = copy.deepcopy(net), net.parameters.flat.copy()
    X, y = np.random.default_rng(0).standard_normal((8, 3)), [0, 1] * 4
    twin.fit(X, y, epochs=3)
    np.testing.assert_array_equal(net.parameters.flat, before)
    assert not np.array_equal(twin.parameters["W1"], net.parameters["W1"])
    net.fit(X, y, epochs=3)
    np.testing.assert_array_equal(twin.parameters["W1"], net.parameters["W1"])


def test_a_network_can_be_pickled_for_other_processes() -> None:
    net = cr.Network([3, 4, 2], seed=1)
    X, y = np.random.default_rng(0).standard_normal((8, 3)), [0, 1] * 4
    net.fit(X, y, epochs=2)
    again = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(again.predict(X), net.predict(X))
    again.fit(X, y, epochs=1)
    net.fit(X, y, epochs=1)
    np.testing.assert_array_equal(again.parameters["W1"], net.parameters["W1"])


def test_a_package_that_is_there_without_one_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    for missing, of in (("pooch", ""), ("requests", ", which needs requests, and that is not there")):
        try:
            raise ModuleNotFoundError(f"No module named '{missing}'", name=missing)
        except ImportError:
            assert str(MissingPackage("pooch", "Downloading MNIST")) == (
                f"Downloading MNIST needs the package pooch{of}. Install it with: pip install pooch"
            )
    for package, module in (("scikit-learn", "sklearn.metrics"), ('"llvmlite>=0.45"', "llvmlite.binding")):
        try:
            raise ModuleNotFoundError(f"No module named '{module}'", name=module)
        except ImportError:
            assert str(MissingPackage(package, "This")) == (
                f"This needs the package {package}. Install it with: pip install {package}"
            )


def test_downloading_without_what_pooch_imports_late(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    import sys

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("CHAINRULE_DATA", raising=False)
    monkeypatch.setitem(sys.modules, "requests", None)
    with pytest.raises(MissingPackage) as raised:
        cr.data.load("mnist")
    assert str(raised.value) == (
        "Downloading MNIST needs the package pooch, which needs requests, and that is not there. Install it with: "
        "pip install pooch"
    )
