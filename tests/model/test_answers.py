"""What outputs mean: one class of several, yes or no, or yes and no for each; wherever it is told."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
import pytest
from sklearn.metrics import accuracy_score, hamming_loss
from sklearn.utils.class_weight import compute_sample_weight

import chainrule as cr
from chainrule import plots
from chainrule.errors import InputError
from chainrule.parts.contract import Array, Loss
from chainrule.training.progress import Bar

RNG = np.random.default_rng(31)
M, K = 61, 3
X = RNG.standard_normal((M, 4))
CODES = RNG.integers(0, K, M)
ROWS = np.eye(K)[CODES]
LABELS = (RNG.random((M, K)) < 0.4).astype(int)  # each by itself
YES = LABELS[:, 0]
LOGITS = cr.BinaryCrossEntropy(from_logits=True)

# Loss, output, whether each of several outputs says yes or no by itself, and above what.
MEANINGS: list[tuple[Any, str, bool, float]] = [
    ("cross_entropy", "softmax", False, 0),
    ("cross_entropy", "log_softmax", False, 0),
    (cr.CrossEntropy(from_logits=True), "identity", False, 0),
    ("kl_divergence", "softmax", False, 0),
    ("focal", "softmax", False, 0),
    ("hinge", "identity", False, 0),
    ("squared_hinge", "identity", False, 0),
    ("binary_cross_entropy", "softmax", False, 0),  # values that share a whole choose one
    ("cross_entropy", "sigmoid", True, 0.5),
    ("binary_cross_entropy", "sigmoid", True, 0.5),
    ("focal", "sigmoid", True, 0.5),
    (LOGITS, "identity", True, 0.0),
]
every = pytest.mark.parametrize(("loss", "output", "separate", "above"), MEANINGS)
engines = pytest.mark.parametrize(
    ("engine", "more"), [("numpy", {}), ("compiled", {"threads": 1}), ("compiled", {"threads": 2})]
)
sizes = pytest.mark.parametrize("hidden", [[], [70]], ids=["tiny", "larger"])


def network(loss: Any, output: Any, outputs: int = K, hidden: Any = (), **more: Any) -> cr.Network:
    return cr.Network([4, *hidden, outputs], loss=loss, output=output, seed=3, **more)


def expected(net: cr.Network, separate: bool, above: float) -> Array:
    outputs = net.predict(X)
    return (outputs > above).astype(int) if separate else outputs.argmax(axis=1)


def refusal(call: Any) -> str:
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


# --- the network's answers ----------------------------------------------------------------------------------


@every
def test_each_loss_says_what_its_outputs_mean(loss: Any, output: str, separate: bool, above: float) -> None:
    net = network(loss, output)
    said = net.classify(X)
    assert said.dtype == np.int64
    np.testing.assert_array_equal(said, expected(net, separate, above))
    assert 0 < said.mean() < 1 + (not separate)  # both answers occur


def test_every_loss_of_classes_is_in_that_list() -> None:
    named = {name for name, part in Loss.registry().items() if part.is_classification}
    assert named == {Loss.of(loss).name() for loss, *_ in MEANINGS}


@pytest.mark.parametrize(
    ("loss", "output", "above"),
    [("cross_entropy", "sigmoid", 0.5), (LOGITS, "identity", 0.0), ("hinge", "identity", 0.0)],
)
def test_one_output_says_yes_or_no(loss: Any, output: str, above: float) -> None:
    net = network(loss, output, 1)
    np.testing.assert_array_equal(net.classify(X), (net.predict(X)[:, 0] > above).astype(int))


@pytest.mark.parametrize("outputs", [2, 3])
def test_of_a_loss_of_numbers_the_largest_output_is_the_class(outputs: int) -> None:
    net = network("mean_squared_error", "sigmoid", outputs)
    np.testing.assert_array_equal(net.classify(X), net.predict(X).argmax(axis=1))


def test_numbers_and_embeddings_have_no_classes() -> None:
    assert refusal(lambda: network("huber", "identity", 1).classify(X)) == (
        "the network gives one number a sample, for huber: there are no classes; take predict(X)."
    )
    assert refusal(lambda: network("triplet", "identity").classify(X)) == (
        "the network gives 3 numbers a sample, for triplet: there are no classes; take predict(X)."
    )


class Own(cr.Loss):
    """Cross-entropy again, by a user who knows of no `exclusive`."""

    is_classification = True

    def forward(self, q: Any) -> None:
        q.l = -(q.y * np.log(q.a)).sum(axis=1)


def test_ones_own_loss_of_classes_goes_by_the_output() -> None:
    assert network(Own(), "softmax").classify(X).shape == (M,)
    assert network(Own(), "sigmoid").classify(X).shape == (M, K)


# --- accuracy -----------------------------------------------------------------------------------------------


def answers(y: Array, separate: bool) -> Array:
    rows = np.eye(K, dtype=int)[y] if y.ndim == 1 else y.astype(int)
    return rows if separate else rows.argmax(axis=1)


def judged(net: cr.Network, y: Array, separate: bool, **more: Any) -> None:
    """Train a little, and count what is told again by scikit-learn."""
    before = net.classify(X)
    history = net.fit(X, y, epochs=2, validation_data=(X, y), optimizer=cr.SGD(0.05), **more)
    assert history.engine == more["engine"]
    asked = answers(y, separate)
    for told, said in (
        (history.accuracy[0], before),
        (history.validation_accuracy[-1], net.classify(X)),
    ):
        assert told == pytest.approx(accuracy_score(asked.ravel(), said.ravel()), abs=1e-15)
        if separate:
            assert told == pytest.approx(1 - hamming_loss(asked, said), abs=1e-15)


@every
def test_accuracy_is_scikit_learns(loss: Any, output: str, separate: bool, above: float) -> None:
    for y in (CODES, ROWS):
        judged(network(loss, output), y, separate, engine="numpy")
    if separate:
        judged(network(loss, output), LABELS, separate, engine="numpy")
    elif loss == "binary_cross_entropy":
        assert network(loss, output).fit(X, LABELS).accuracy == []
    else:
        refusal(lambda: network(loss, output).fit(X, LABELS))


@pytest.mark.some(2)
@pytest.mark.parametrize(("hidden", "threads"), [([], 1), ([70], 1), ([70], 2)])
@pytest.mark.parametrize("loss", ["cross_entropy", LOGITS])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_compiled_accuracy_is_scikit_learns(loss: Any, hidden: Any, threads: int, dtype: str) -> None:
    how: Any = {"engine": "compiled", "threads": threads}
    output = "sigmoid" if loss == "cross_entropy" else "identity"
    judged(network(loss, output, hidden=hidden, dtype=dtype), LABELS, True, **how)
    judged(network("cross_entropy", "softmax", hidden=hidden, dtype=dtype), ROWS, False, **how)


@pytest.mark.some(4)
@engines
@pytest.mark.parametrize("loss", ["cross_entropy", "hinge", LOGITS])
def test_yes_or_no_in_one_column_is_judged_as_in_one_row(loss: Any, engine: str, more: Any) -> None:
    output = "sigmoid" if loss == "cross_entropy" else "identity"
    told = [
        network(loss, output, 1).fit(X, y, epochs=2, validation_data=(X, y), engine=engine, **more)
        for y in (YES, YES[:, None], YES[:, None] == 1, YES[:, None].astype(float))
    ]
    assert len(told[0].accuracy) == len(told[0].validation_accuracy) == 2
    for history in told[1:]:
        assert (history.accuracy, history.validation_accuracy) == (
            told[0].accuracy,
            told[0].validation_accuracy,
        )


def test_batches_of_several_sizes_are_counted_by_their_answers() -> None:
    for engine in ("numpy", "compiled"):
        net = network("cross_entropy", "sigmoid")
        history = net.fit(X, LABELS, batch_size=8, optimizer=cr.SGD(0), engine=engine)
        assert history.accuracy == [pytest.approx((net.classify(X) == LABELS).mean(), abs=1e-15)]


@pytest.mark.parametrize("outputs", [1, 3])
def test_probabilities_as_targets_are_neither_right_nor_wrong(outputs: int) -> None:
    soft = RNG.dirichlet(np.ones(3), M) if outputs == 3 else RNG.uniform(0, 1, (M, 1))
    nets = [network("cross_entropy", "sigmoid", outputs)]
    nets += [network("cross_entropy", "softmax")] if outputs == 3 else []
    for net in nets:
        for y in (soft, soft[:, 0]) if outputs == 1 else (soft,):
            history = net.fit(X, y, validation_data=(X, y))
            assert (history.accuracy, history.validation_accuracy) == ([], [])
            assert "right" not in str(net.trace(X[:3], y[:3]).explain())
    stop = cr.EarlyStopping(monitor="accuracy")
    assert refusal(lambda: nets[0].fit(X, soft, callbacks=[stop])) == (
        "EarlyStopping: monitor = 'accuracy', and there are no class labels: take another monitor: loss."
    )


def test_early_stopping_follows_the_accuracy_of_rows_and_of_labels() -> None:
    for net, y in (
        (network("cross_entropy", "softmax"), ROWS),
        (network("cross_entropy", "sigmoid"), LABELS),
    ):
        stop = cr.EarlyStopping(monitor="validation_accuracy", patience=2)
        history = net.fit(X, y, epochs=30, validation_data=(X, y), callbacks=[stop])
        assert stop.best == max(history.validation_accuracy)
        assert history.restored == 1 + int(np.argmax(history.validation_accuracy))


NAN, INF = np.nan, np.inf
OUTPUTS = np.array(
    [
        [0, 1, 1],
        [1, 0, 1],
        [0, NAN, 1],
        [NAN, 2, NAN],
        [3, 4, NAN],
        [INF, 0, INF],
        [INF, NAN, 1],
        [NAN, NAN, NAN],
    ]
)


def strange(z: Any) -> Any:
    """z itself, but inf at 60 and NaN from 65 on."""
    return z / (z != 60) + 0 * np.sqrt(65 - z)


@engines
@sizes
def test_equal_outputs_choose_the_first_and_nan_counts_as_the_largest(
    engine: str, more: Any, hidden: Any
) -> None:
    samples = np.where(np.isnan(OUTPUTS), 70, np.where(np.isinf(OUTPUTS), 60, OUTPUTS))
    net = cr.Network([3, *hidden, 3], output=strange, loss="mean_squared_error", hidden="identity")
    net.parameters.flat[...] = 0
    if hidden:
        net.parameters["W1"][:, :3] = np.eye(3)
    net.parameters["W2" if hidden else "W1"][:3] = np.eye(3)
    np.testing.assert_array_equal(net.trace(samples)["a2" if hidden else "a1"], OUTPUTS)
    whole = np.isfinite(OUTPUTS).all(axis=1)
    chosen = OUTPUTS.argmax(axis=1)
    np.testing.assert_array_equal(net.predict(samples[whole], engine=engine, **more), OUTPUTS[whole])
    np.testing.assert_array_equal(net.classify(samples[whole]), chosen[whole])
    with pytest.raises(InputError, match="not finite"):
        net.predict(samples, engine=engine, **more)
    for shift in range(3):
        held = samples, (chosen + shift) % 3
        history = net.fit(
            samples[:2], chosen[:2], optimizer=cr.SGD(0), engine=engine, validation_data=held, **more
        )
        assert (history.accuracy, history.validation_accuracy) == ([1.0], [float(shift == 0)])


# --- weights of classes -------------------------------------------------------------------------------------


def first_loss(net: cr.Network, y: Any, **more: Any) -> float:
    return net.fit(X, y, optimizer=cr.SGD(0), engine="numpy", **more).loss[0]


def test_classes_are_weighed_however_they_are_given() -> None:
    weight = compute_sample_weight("balanced", CODES)
    net = network("cross_entropy", "softmax")
    for y in (CODES, ROWS, ROWS.astype(np.uint8)):
        assert first_loss(net, y, class_weight="balanced") == pytest.approx(
            first_loss(net, CODES, sample_weight=weight), rel=1e-12
        )
    one = network("cross_entropy", "sigmoid", 1)
    for y in (YES, YES[:, None]):
        assert first_loss(one, y, class_weight={1: 5}) == pytest.approx(
            first_loss(one, YES, sample_weight=np.where(YES == 1, 5, 1)), rel=1e-12
        )


def test_several_labels_a_sample_have_no_class_to_weigh() -> None:
    net = network("cross_entropy", "sigmoid")
    assert refusal(lambda: net.fit(X, LABELS, class_weight="balanced")) == (
        "class_weight weighs samples by the one class that each has, and y has 3 labels a sample, each yes or no: "
        "leave it out; sample_weight weighs samples."
    )
    soft = network("cross_entropy", "softmax")
    assert refusal(lambda: soft.fit(X, np.full((M, K), 1 / K), class_weight="balanced")) == (
        "class_weight weighs classes, and y holds no class labels."
    )


# --- where it is told ---------------------------------------------------------------------------------------


def test_a_page_counts_labels() -> None:
    net = network("cross_entropy", "sigmoid", parameters={"W1": np.zeros((4, 3)), "b1": [9.0, -9, 9]})
    y = [[1, 0, 1], [0, 0, 1], [1, 1, 0]]
    page = str(net.trace(X[:3], y).explain())
    assert "6 of 9 labels are right; labels y[1, 0], y[2, 1], y[2, 2] are wrong" in page
    several = network("cross_entropy", "softmax", parameters={"W1": np.zeros((4, 3)), "b1": [9.0, -9, 0]})
    for given in ([0, 1, 0], np.eye(3)[[0, 1, 0]]):
        assert "2 of 3 samples have the right class; sample 1 is wrong" in str(
            several.trace(X[:3], given).explain()
        )
    one = network("cross_entropy", "sigmoid", 1, parameters={"W1": np.zeros((4, 1)), "b1": [9.0]})
    for given in ([1, 0, 0], [[1], [0], [0]]):
        assert "1 of 3 samples has the right class; samples 1, 2 are wrong" in str(
            one.trace(X[:3], given).explain()
        )


def test_a_history_and_its_bar_say_that_labels_are_counted() -> None:
    of_labels = network("cross_entropy", "sigmoid").fit(X, LABELS, validation_data=(X, LABELS))
    of_classes = network("cross_entropy", "softmax").fit(X, CODES, validation_data=(X, CODES))
    for history, labels in ((of_labels, True), (of_classes, False)):
        bar = Bar(1)
        bar.epoch(history)
        assert history.labels == (K if labels else 1)
        for text in (str(history), bar.line(200).plain):
            assert text.count("accuracy") == 2
            assert text.count("label accuracy") == (2 if labels else 0)


def test_curves_say_so_too() -> None:
    matplotlib.use("agg")
    history = network("cross_entropy", "sigmoid").fit(X, LABELS, epochs=2, validation_data=(X, LABELS))
    ax = plots.curves(history)
    assert ax.figure.axes[1].get_ylabel() == "label accuracy"
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert words == ["loss", "validation loss", "label accuracy", "validation label accuracy"]
    matplotlib.pyplot.close("all")


def test_a_picture_of_the_network_names_the_labels_that_are_yes() -> None:
    matplotlib.use("agg")
    weights = {"W1": np.zeros((4, 3)), "b1": [9.0, -9, 9]}
    net = network("cross_entropy", "sigmoid", parameters=weights, classes=["red", "wet", "big"])
    for y, said in (
        ([[1, 0, 1]], "label red, big, predicted red, big"),
        ([[0, 0, 0]], "label none, predicted red, big"),
    ):
        ax = plots.network(net.trace(X[:1], y))
        assert any(said in text.get_text() for text in ax.texts)
    matplotlib.pyplot.close("all")


@pytest.mark.parametrize("draw", [plots.boundary, plots.digits])
def test_classifiers_of_several_labels_are_not_drawn_as_classes(draw: Any) -> None:
    inputs = 2 if draw is plots.boundary else 4
    net = cr.Network([inputs, 3], output="sigmoid")
    assert refusal(lambda: draw(net, X[:, :inputs], LABELS)) == (
        f"{draw.__name__} draws a classifier that takes one class of several, and each of the 3 outputs of this "
        "network says yes or no by itself: draw one label at a time, by a network of one output, or take softmax."
    )


# --- comparisons --------------------------------------------------------------------------------------------


def test_optimizers_are_compared_by_the_accuracy_of_labels() -> None:
    found = cr.compare(
        [4, 8, 3], X, LABELS, optimizers=["sgd", "adam"], output="sigmoid", epochs=2, progress=False
    )
    for trial in found:
        right = (trial.network.classify(X) == LABELS).mean()
        assert trial.result == {"loss": trial.network.loss(X, LABELS), "label accuracy": right}
    assert "label accuracy" in str(found)


def test_losses_are_compared_by_the_labels_that_they_have_in_common() -> None:
    losses = ["binary_cross_entropy", "focal", "mean_squared_error"]
    found = cr.compare([4, 8, 3], X, LABELS, losses=losses, epochs=2, progress=False)
    for trial in found:
        assert trial.network.layers[-1].name() == "sigmoid"
        right = ((trial.network.predict(X) > 0.5) == LABELS).mean()
        assert trial.result == {"label accuracy": right}


@pytest.mark.parametrize("y", [CODES, ROWS])
def test_losses_of_one_class_of_several_are_compared_by_the_largest_output(y: Array) -> None:
    losses = ["cross_entropy", "binary_cross_entropy", "hinge", "mean_squared_error"]
    for more in ({}, {"output": "identity"}):
        chosen = losses if not more else losses[2:]
        found = cr.compare([4, 8, 3], X, y, losses=chosen, epochs=2, progress=False, **more)
        for trial in found:
            assert trial.result == {"accuracy": (trial.network.predict(X).argmax(axis=1) == CODES).mean()}
