"""Outputs that only tell classes: their names are read, as scikit-learn's converter and others write them."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx_graphs import RNG, Made, ran
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

import chainrule as cr
from chainrule.errors import InputError

FUNCTIONS = {
    "relu": "Relu",
    "logistic": "Sigmoid",
    "tanh": "Tanh",
    "identity": "Identity",
    "softmax": "Softmax",
}


def converted(estimator: Any, scaler: Any = None, zipped: bool = True) -> tuple[Any, str]:
    """The graph that skl2onnx writes of an estimator after a scaler, and the name of the output of numbers."""
    graph = Made("float32")
    if scaler is not None:
        graph.add("Scaler", "x", offset=scaler.mean_.tolist(), scale=(1 / scaler.scale_).tolist())
    graph.add("Cast", graph.last, to=onnx.TensorProto.FLOAT)
    for i, (W, b) in enumerate(zip(estimator.coefs_, estimator.intercepts_, strict=True)):
        graph.add("Add", graph.add("MatMul", graph.last, W), b[None])
        last = i == len(estimator.coefs_) - 1
        graph.add(FUNCTIONS[estimator.out_activation_ if last else estimator.activation])
    p = graph.last
    if isinstance(estimator, MLPRegressor):
        numbers = graph.add("Reshape", p, np.array([-1, 1]))
        return graph.model(("m", estimator.n_features_in_), opset=17, ir_version=8), numbers
    if len(estimator.classes_) == 2 and not estimator._label_binarizer.y_type_.startswith("multilabel"):
        p = graph.add("Concat", graph.add("Sub", np.float64(1), p), p, axis=1)
    else:
        p = graph.add("Identity", p)
    if estimator._label_binarizer.y_type_ == "multilabel-indicator":
        label = graph.add("Cast", graph.add("Binarizer", p, threshold=0.5), to=onnx.TensorProto.INT64)
        return graph.model(("m", estimator.n_features_in_), [label, p], opset=17, ir_version=8), p
    words = estimator.classes_.dtype.kind == "U"
    classes = estimator.classes_.astype(object) if words else estimator.classes_.astype(np.int32)
    found = graph.add("ArrayFeatureExtractor", graph.constant(classes), graph.add("ArgMax", p, axis=1))
    label = graph.add("Reshape", found, np.array([-1]))
    if not words:
        label = graph.add("Cast", label, to=onnx.TensorProto.INT64)
    named: Any = (
        {"classlabels_strings": classes.tolist()} if words else {"classlabels_int64s": classes.tolist()}
    )
    outputs = [label, graph.add("ZipMap", p, **named) if zipped else p]
    return graph.model(("m", estimator.n_features_in_), outputs, opset=17, ir_version=8), outputs[1]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("words", [True, False])
def test_a_classifier_of_scikit_learn(words: bool, zipped: bool) -> None:
    data = load_iris()
    y = data.target_names[data.target] if words else data.target + 3
    scaler = StandardScaler().fit(data.data)
    estimator = MLPClassifier((6, 5), "tanh", max_iter=5, random_state=0).fit(scaler.transform(data.data), y)
    model, _ = converted(estimator, scaler, zipped)
    net = cr.from_onnx(model)
    assert net.title() == "4 scaling → 6 tanh → 5 tanh → 3 softmax".replace(" scaling", "")
    assert net.classes == tuple(map(str, estimator.classes_))
    rows = data.data.astype(np.float32)
    expected = estimator.predict_proba(scaler.transform(data.data))
    np.testing.assert_allclose(net.predict(rows), expected, rtol=1e-4, atol=1e-6)
    said = ran(model, rows)[0]
    assert np.array(net.classes)[net.classify(rows)].tolist() == [str(each) for each in said]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("words", [True, False])
def test_yes_and_no_of_scikit_learn(words: bool, zipped: bool) -> None:
    data = load_breast_cancer()
    scaler = StandardScaler().fit(data.data)
    y = data.target_names[1 - data.target] if words else data.target
    estimator = MLPClassifier((8,), "logistic", max_iter=5, random_state=0).fit(
        scaler.transform(data.data), y
    )
    net = cr.from_onnx(converted(estimator, scaler, zipped)[0])
    assert net.title() == "30 → 8 sigmoid → 1 sigmoid"
    assert net.classes == (tuple(estimator.classes_) if words else None)
    expected = estimator.predict_proba(scaler.transform(data.data))[:, 1:]
    np.testing.assert_allclose(net.predict(data.data), expected, rtol=1e-3, atol=1e-6)
    net.trace(data.data[:3].astype(np.float32), estimator.predict(scaler.transform(data.data[:3]))).explain()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_several_labels_and_numbers_of_scikit_learn() -> None:
    X = RNG.normal(size=(60, 4))
    labels = MLPClassifier(hidden_layer_sizes=(5,), max_iter=5, random_state=0).fit(
        X, (X[:, :3] > 0).astype(int)
    )
    net = cr.from_onnx(converted(labels)[0])
    assert net.title() == "4 → 5 relu → 3 sigmoid"
    assert net.classes is None
    np.testing.assert_allclose(net.predict(X), labels.predict_proba(X), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(net.classify(X), labels.predict(X))

    numbers = MLPRegressor(hidden_layer_sizes=(5,), max_iter=5, random_state=0).fit(X, X[:, 0])
    net = cr.from_onnx(converted(numbers)[0])
    assert net.title() == "4 → 5 relu → 1 identity"
    np.testing.assert_allclose(net.predict(X)[:, 0], numbers.predict(X), rtol=1e-4, atol=1e-5)


def classifier(kind: str = "Softmax") -> tuple[Made, str, str]:
    """A graph of three outputs, with the names of the sums and of what the activation makes of them."""
    graph = Made()
    graph.dense(3, 4)
    graph.add("Relu")
    sums = graph.dense(4, 3)
    return graph, sums, graph.add(kind, sums)


def test_labels_that_are_told_by_the_sums() -> None:
    graph, sums, p = classifier()
    chosen = graph.add("ArgMax", sums, axis=1, keepdims=0)
    label = graph.add("Gather", graph.constant(np.array(["x", "y", "z"], object)), chosen)
    net = cr.from_onnx(graph.model(outputs=[p, label]))
    assert net.classes == ("x", "y", "z")


def test_labels_by_an_encoder() -> None:
    graph, _, p = classifier("LogSoftmax")
    chosen = graph.add("ArgMax", p, axis=-1, keepdims=0)
    label = graph.add("LabelEncoder", chosen, keys_int64s=[2, 0, 1], values_strings=["c", "a", "b"])
    assert cr.from_onnx(graph.model(outputs=[label, p])).classes == ("a", "b", "c")


def test_a_label_that_is_a_number_names_nothing() -> None:
    graph, _, p = classifier()
    assert cr.from_onnx(graph.model(outputs=[p, graph.add("ArgMax", p, axis=1)])).classes is None


def test_names_that_are_given_count() -> None:
    graph, _, p = classifier()
    label = graph.add(
        "Gather", graph.constant(np.array(["x", "y", "z"], object)), graph.add("ArgMax", p, axis=1)
    )
    assert cr.from_onnx(graph.model(outputs=[p, label]), classes=["u", "v", "w"]).classes == ("u", "v", "w")


def test_a_label_that_says_something_else_is_refused() -> None:
    graph, _, p = classifier()
    label = graph.add("ArgMax", graph.add("Neg", p), axis=1)
    with pytest.raises(InputError) as caught:
        cr.from_onnx(graph.model(outputs=[p, label]))
    assert str(caught.value).startswith("node 4, Neg 'n4'")

    graph, _, p = classifier()
    words = graph.constant(np.array(["x", "y", "x"], object))
    label = graph.add("Gather", words, graph.add("ArgMax", p, axis=1, keepdims=0))
    with pytest.raises(InputError) as caught:
        cr.from_onnx(graph.model(outputs=[p, label]))
    assert str(caught.value) == (
        f"the output {label!r} doesn't say which of the network's outputs is the largest, or whether one is above ½: "
        "chainrule's networks decide so. Leave this output out of the graph."
    )


def test_another_threshold_is_refused() -> None:
    graph = Made()
    graph.dense(3, 1)
    p = graph.add("Sigmoid")
    yes = graph.add("Cast", graph.add("Greater", p, 0.3), to=onnx.TensorProto.INT64)
    with pytest.raises(InputError) as caught:
        cr.from_onnx(graph.model(outputs=[p, yes]))
    assert str(caught.value).startswith(
        f"the output {yes!r} doesn't say which of the network's outputs is the largest"
    )


def test_two_outputs_of_numbers_are_refused() -> None:
    graph, sums, p = classifier()
    with pytest.raises(InputError) as caught:
        cr.from_onnx(graph.model(outputs=[p, sums]))
    assert str(caught.value) == (
        f"the output {sums!r} is something else than the network's output: give a graph with one output."
    )
