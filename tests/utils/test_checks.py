"""What any argument is asked: truth values are True or False, arrays are numbers, and nothing masked is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InputError, KindError

X = np.array([[0.5, 1.0], [2.0, 4.0], [1.0, 3.0], [0.0, 1.0]])
Y = np.array([0, 1, 1, 0])
HOLE = np.zeros((4, 2), bool)
HOLE[1, 0] = HOLE[3, 1] = True
MASKED = np.ma.array(X, mask=HOLE)
COLUMN = np.ma.array(Y, mask=HOLE[:, 0])
FILL = "fill it in, as by .filled(0), or leave it out."


def network(**how: Any) -> cr.Network:
    return cr.Network([2, 3, 2], seed=0, **how)


def refused(act: Callable[[], object], error: type[Exception]) -> str:
    with pytest.raises(error) as caught:
        act()
    assert isinstance(caught.value, cr.ChainruleError)
    return str(caught.value)


# --- masks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "what"),
    [
        (lambda net: net.predict(MASKED), "X[1, 0] is masked (and 1 more)"),
        (lambda net: net.predict([list(X[0]), MASKED[1]]), "X[1, 0] is masked"),
        (lambda net: net.predict(list(MASKED)), "X[1, 0] is masked"),
        (lambda net: net.predict([[0.5, np.ma.masked]]), "X[0, 1] is masked"),
        (lambda net: net.classify(MASKED), "X[1, 0] is masked (and 1 more)"),
        (lambda net: net.loss(MASKED, Y), "X[1, 0] is masked (and 1 more)"),
        (lambda net: net.trace(X, COLUMN), "y[1] is masked"),
        (lambda net: net.fit(X, COLUMN), "y[1] is masked"),
        (lambda net: net.fit(X, Y, validation_data=(X, COLUMN)), "validation_data: y[1] is masked"),
        (lambda net: net.fit(X, Y, sample_weight=COLUMN), "sample_weight[1] is masked"),
        (lambda net: net.trace(X, Y).what_if({"a1[0, 1]": np.ma.masked}), "a1[0, 1] is masked"),
        (lambda net: net.parameters.__setitem__("b2", np.ma.array([1, 2], mask=[0, 1])), "b2[1] is masked"),
        (lambda net: network(parameters={"b2": np.ma.array([1, 2], mask=[0, 1])}), "b2[1] is masked"),
        (lambda net: cr.Standardize(MASKED[1], 1.0), "Standardize: center[0] is masked"),
        (lambda net: cr.Standardize(0.0, MASKED[1]), "Standardize: scale[0] is masked"),
        (lambda net: cr.Standardize.fitted(MASKED), "X[1, 0] is masked (and 1 more)"),
        (lambda net: cr.CrossEntropy(class_weights=MASKED[1]), "CrossEntropy: class_weights[0] is masked"),
        (
            lambda net: net.fit(X, Y, transform=lambda X, rng: MASKED),
            "what the transform gave[1, 0] is masked (and 1 more)",
        ),
    ],
)
def test_what_is_masked_is_refused_with_its_place(act: Callable[[cr.Network], object], what: str) -> None:
    assert refused(lambda: act(network()), InputError) == f"{what}: {FILL}"


def test_masked_names_of_classes() -> None:
    names = np.ma.array(["no", "yes", "yes", "no"], mask=[0, 0, 1, 0])
    assert (
        refused(lambda: network(classes=["no", "yes"]).fit(X, names), InputError) == f"y[2] is masked: {FILL}"
    )


def test_masked_names_for_show() -> None:
    names = np.ma.array(["a", "b"], mask=[0, 1])
    for what in ("features", "classes"):
        assert (
            refused(lambda what=what: network(**{what: names}), InputError) == f"{what}[1] is masked: {FILL}"
        )  # type: ignore[misc]


def test_where_nothing_is_masked_a_masked_array_is_as_good_as_any() -> None:
    net, whole = network(), np.ma.array(X)
    np.testing.assert_array_equal(net.predict(whole), net.predict(X))
    assert net.loss(whole, np.ma.array(Y, mask=False)) == net.loss(X, Y)
    with pytest.warns(PendingDeprecationWarning, match="matrix"):
        matrix = np.asmatrix(X)
    assert net.loss(matrix, Y) == net.loss(X, Y)


# --- arrays of other kinds ------------------------------------------------------------------------------


class Foreign:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        if self.error is not None:
            raise self.error
        return X


def test_what_can_be_an_array_is_one() -> None:
    net = network()
    np.testing.assert_array_equal(net.predict(Foreign()), net.predict(X))
    assert refused(lambda: net.predict(Foreign(RuntimeError("call detach() first"))), KindError) == (
        "X can't be read as an array: call detach() first"
    )


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ([["1", "2"]], "text (such as '1')"),
        ([[1, None]], "objects (such as None)"),
        ([[1, 2 + 1j]], "the dtype complex128"),
        (np.array([["2026-01-01", "2026-01-02"]], "datetime64[D]"), "the dtype datetime64[D]"),
        (np.zeros((1, 2), [("a", float)]), "the dtype [('a', '<f8')]"),
        (np.array([[b"1", b"2"]]), "text (such as b'1')"),
        (object, "objects (such as <class 'object'>)"),
        ({1, 2}, "objects (such as {1, 2})"),
        ([[2**70, 1]], "objects (such as 1180591620717411303424)"),
    ],
)
def test_what_holds_no_numbers(given: Any, kind: str) -> None:
    assert refused(lambda: network().predict(given), KindError) == f"X holds {kind}: give numbers."
    for act in (lambda: cr.Standardize(given, 1.0), lambda: network(parameters={"b2": given})):
        refused(act, KindError)


def test_words_are_no_weights_of_classes() -> None:
    for given in (["1", "2"], [True, False], [1j, 2]):
        assert refused(lambda given=given: cr.CrossEntropy(class_weights=given), KindError) == (  # type: ignore[misc]
            f"CrossEntropy: class_weights = {given!r} is no list of numbers: give one above 0 for each class."
        )


# --- truth values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("shuffle", lambda it: network().fit(X, Y, shuffle=it)),
        ("shuffle", lambda it: network().steps(X, Y, shuffle=it)),
        ("shuffle", lambda it: network().code(shuffle=it)),
        ("progress", lambda it: network().fit(X, Y, progress=it)),
        ("progress", lambda it: cr.compare([2, 2, 2], X, Y, optimizers=["sgd"], progress=it)),
        ("targets", lambda it: network().program(targets=it)),
        ("training", lambda it: network().program(training=it)),
        ("weighted", lambda it: network().program(weighted=it)),
        ("ascii", lambda it: network().trace(X, Y).explain().to_text(ascii=it)),
        ("ascii", lambda it: network().trace(X, Y).why("dW1[0, 1]").to_text(ascii=it)),
        ("document", lambda it: network().trace(X, Y).explain().to_latex(document=it)),
        ("document", lambda it: network().trace(X, Y).explain().to_html(document=it)),
        ("raw", lambda it: cr.data.load("digits", raw=it)),
        ("raw", lambda it: cr.data.read_npz("none.npz", raw=it)),
        ("EarlyStopping: restore_best", lambda it: cr.EarlyStopping(restore_best=it)),
        ("RMSprop: centered", lambda it: cr.RMSprop(centered=it)),
        ("L2: biases", lambda it: cr.L2(biases=it)),
        ("CrossEntropy: from_logits", lambda it: cr.CrossEntropy(from_logits=it)),
        ("Poisson: log_input", lambda it: cr.Poisson(log_input=it)),
        ("Glorot: normal", lambda it: cr.Glorot(normal=it)),
    ],
)
@pytest.mark.parametrize("word", ["False", "no", "", None, 2])
def test_a_word_is_no_truth_value(name: str, act: Callable[[Any], object], word: Any) -> None:
    assert refused(lambda: act(word), KindError) == f"{name} = {word!r} is neither True nor False."


def test_numpys_truth_values_are_fine() -> None:
    net = network()
    net.fit(X, Y, shuffle=np.False_, progress=np.False_)
    assert cr.L2(biases=np.True_).biases is True  # type: ignore[arg-type]
    assert refused(lambda: net.fit(X, Y, shuffle=1), KindError) == "shuffle = 1 is neither True nor False."  # type: ignore[arg-type]


# --- what would be passed over --------------------------------------------------------------------------


def test_activations_that_layers_leave_no_room_for() -> None:
    layers = [cr.Dense(2, 3), cr.ReLU(), cr.Dense(3, 2), cr.Softmax()]
    for name in ("hidden", "output"):
        assert refused(lambda name=name: cr.Network(layers, **{name: "tanh"}), InputError) == (  # type: ignore[misc]
            f"{name} = 'tanh' goes with sizes, such as [2, 3, 2], and layers are given: write it among them."
        )
    assert cr.Network(layers).title() == network().title()


def test_weights_for_a_trace_without_a_loss() -> None:
    assert refused(lambda: network().trace(X, sample_weight=[1, 2, 3, 4]), InputError) == (
        "a trace without y is forward only, and sample_weight weighs losses: give y, or leave it out."
    )


def test_a_class_that_is_weighed_twice() -> None:
    net = network(classes=["no", "yes"])
    assert refused(lambda: net.fit(X, Y, class_weight={"yes": 2, 1: 5}), InputError) == (
        "class_weight names the class 1 twice: give each class one weight."
    )


def test_a_quantity_is_asked_for_by_its_whole_name() -> None:
    forward = network().trace(X)
    for name in ("Ll", "ly", "Lly", ""):
        with pytest.raises(cr.ChainruleError) as caught:
            forward[name]
        assert "forward only" not in str(caught.value)
    with pytest.raises(cr.ChainruleError, match="This trace is forward only: give trace"):
        forward["l"]


def test_a_learning_rate_that_no_optimizer_takes() -> None:
    def compare(**how: Any) -> object:
        return cr.compare([2, 2, 2], X, Y, learning_rate=0.5, epochs=1, progress=False, **how)

    assert refused(lambda: compare(activations=["relu"], optimizer=cr.SGD(0.1)), InputError) == (
        "learning_rate = 0.5 is given, and SGD(0.1) has a learning rate of its own: leave one of them out."
    )
    assert refused(lambda: compare(activations=["relu"], optimizer="sgd:0.1"), InputError) == (
        "learning_rate = 0.5 is given, and sgd:0.1 has a learning rate of its own: leave one of them out."
    )
    assert refused(lambda: compare(optimizers=["sgd:0.1", cr.Adam()]), InputError) == (
        "learning_rate = 0.5 is given, and none of the optimizers is a name without a number: leave it out."
    )
    compare(optimizers=["sgd", "adam:0.1"])
