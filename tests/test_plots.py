"""Pictures: what is drawn is what was traced, and it can be read without colour."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle
from matplotlib.text import Text
from sklearn.datasets import load_digits, make_blobs, make_moons

import chainrule as cr
from chainrule import plots
from chainrule.errors import InputError, KindError, MissingPackage
from chainrule.training.fit import History

WORKED = {
    "W1": [[-0.6, 0.6, 0.4], [-0.6, 0.7, 0.5]],
    "b1": [0.3, 0.5, 0.3],
    "W2": [[-0.7, 0.7], [0.8, -0.8], [0.5, -0.5]],
    "b2": [-0.4, 0.4],
}


@pytest.fixture(autouse=True)
def _without_a_screen() -> Iterator[None]:
    matplotlib.use("agg")
    assert plt.get_fignums() == []
    yield
    plt.close("all")


def worked_trace() -> Any:
    return cr.Network([2, 3, 2], parameters=WORKED).trace([0.5, 0.5], 1, optimizer=cr.SGD(0.01))


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text()]


def edges(ax: Axes) -> dict[str, Line2D]:
    return {str(line.get_gid()): line for line in ax.lines if line.get_gid()}


def circles(ax: Axes) -> list[Circle]:
    return [patch for patch in ax.patches if isinstance(patch, Circle)]


def legend(ax: Axes) -> list[str]:
    found = ax.get_legend()
    assert found is not None
    return [text.get_text() for text in found.get_texts()]


def luminance(color: Any) -> float:
    return float(np.dot(to_rgb(color), [0.299, 0.587, 0.114]))


def corners(text: Text) -> np.ndarray[Any, Any]:
    """The corners of the rotated box of a text, in pixels."""
    angle = text.get_rotation()
    text.set_rotation(0)
    box = text.get_window_extent()
    text.set_rotation(angle)
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [box.width / 2, box.height / 2]
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turned = text.get_window_extent()
    middle = [(turned.x0 + turned.x1) / 2, (turned.y0 + turned.y1) / 2]
    return half @ np.array([[c, s], [-s, c]]) + middle


def overlap(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    """Whether two rectangles overlap: no side of either separates them."""
    for corner in (a, b):
        for side in (corner[1] - corner[0], corner[2] - corner[1]):
            p, q = a @ side, b @ side
            if p.max() <= q.min() or q.max() <= p.min():
                return False
    return True


def assert_tidy(ax: Axes) -> None:
    """All text is inside the figure, and none lies on another."""
    assert ax.figure is not None
    ax.figure.canvas.draw()
    found = [t for t in ax.texts if t.get_text()]
    if ax.get_legend() is not None:
        found += ax.get_legend().get_texts()
    if ax.axison:
        found += [ax.xaxis.label, ax.yaxis.label]
    boxes = [corners(text) for text in found]
    for text, box in zip(found, boxes, strict=True):
        inside = (box >= -1).all() and (box <= np.array(ax.figure.bbox.size) + 1).all()
        assert inside, f"{text.get_text()!r} sticks out"
    for (a, box), (b, other) in combinations(zip(found, boxes, strict=True), 2):
        assert not overlap(box, other), f"{a.get_text()!r} lies on {b.get_text()!r}"


# --- the network ----------------------------------------------------------------------------------------


def test_a_trace_is_drawn_with_its_numbers() -> None:
    ax = plots.network(worked_trace())
    # 0.5 · -0.6 + 0.5 · -0.6 + 0.3 = -0.3 and so on; a2 = softmax(0.895, -0.895); L = -log 0.1431
    assert sorted(texts(ax)) == sorted(
        [
            *["input x", "2 values", "hidden a1", "relu", "3 units", "output a2", "softmax", "2 units"],
            *["0.5", "0.5", "z −0.3\na 0", "z 1.15\na 1.15", "z 0.75\na 0.75"],
            *["z 0.895\na 0.857", "z −0.895\na 0.143", "y 0", "y 1"],
            *["b 0.3", "b 0.5", "b 0.3", "b −0.4", "b 0.4"],
            *["−0.6", "0.6", "0.4", "−0.6", "0.7", "0.5", "−0.7", "0.7", "0.8", "−0.8", "0.5", "−0.5"],
            *["W1 (2, 3)", "W2 (3, 2)", "label 1, predicted 0\nloss L = 1.9444"],
        ]
    )
    assert legend(ax) == ["weight > 0", "weight < 0", "size of weight", "relu gives 0"]
    assert_tidy(ax)


def test_a_network_is_drawn_with_the_names_of_its_entries() -> None:
    ax = plots.network(cr.Network([2, 3, 2], parameters=WORKED))
    names = ["x[0]", "x[1]", "a1[0]", "a1[1]", "a1[2]", "a2[0]", "a2[1]"]
    assert [text for text in texts(ax) if "[" in text] == names
    assert not any(text.startswith(("b ", "z ", "y ", "loss")) for text in texts(ax))
    assert legend(ax) == ["weight > 0", "weight < 0", "size of weight"]
    assert_tidy(ax)


def test_exactly_negative_weights_are_dashed_and_all_are_as_wide_as_they_are_large() -> None:
    net = cr.Network([4, 8, 3], seed=5)
    net.parameters["W1"][0, 0] = 0
    lines = edges(plots.network(net))
    assert len(lines) == 4 * 8 + 8 * 3
    for name in ("W1", "W2"):
        W = net.parameters[name]
        drawn = {index: lines[f"{name}[{index[0]}, {index[1]}]"] for index in np.ndindex(W.shape)}
        for index, line in drawn.items():
            assert line.is_dashed() == (W[index] < 0)
            assert line.get_color() == ("#d55e00" if W[index] < 0 else "#00609c")
        by_size = sorted(drawn, key=lambda index: abs(W[index]))
        assert np.all(np.diff([drawn[index].get_linewidth() for index in by_size]) >= 0)


def test_a_unit_that_gives_0_is_muted_with_the_edges_that_leave_it() -> None:
    ax = plots.network(worked_trace())
    muted = [k for k, circle in enumerate(circles(ax)) if circle.get_linestyle() == ":"]
    assert muted == [2]  # after two inputs, the first of the hidden ones
    assert luminance(circles(ax)[2].get_facecolor()) < luminance(circles(ax)[3].get_facecolor())
    faded = {name for name, line in edges(ax).items() if line.get_alpha() != 1}
    assert faded == {"W2[0, 0]", "W2[0, 1]"}


def test_wide_layers_are_shortened_with_dots_and_their_count() -> None:
    ax = plots.network(cr.Network([64, 32, 10]))
    assert len(circles(ax)) == 6 + 6 + 10
    names = [text for text in texts(ax) if text.startswith(("x[", "a1["))]
    assert names == [f"{q}[{i}]" for q, n in (("x", 64), ("a1", 32)) for i in (0, 1, 2, 3, n - 2, n - 1)]
    assert {"64 values", "32 units", "10 units"} <= set(texts(ax))
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert len(dots) == 2
    assert all(len(set(line.get_xdata())) == 1 and len(line.get_ydata()) == 3 for line in dots)
    assert len(edges(ax)) == 6 * 6 + 6 * 10
    assert "W1[63, 31]" in edges(ax)
    assert "W1[4, 0]" not in edges(ax)
    assert_tidy(ax)


def test_the_sample_that_was_asked_for_is_drawn() -> None:
    X = np.random.default_rng(0).random((4, 6))
    trace = cr.Network([6, 5, 3], hidden="tanh", classes=["setosa", "versicolor", "virginica"]).trace(
        X, [0, 1, 2, 1]
    )
    ax = plots.network(trace, sample=2)
    shown = texts(ax)
    assert [float(text) for text in shown if text.startswith("0.")] == pytest.approx(X[2], rel=5e-3)
    for k in range(5):
        z, a = (f"{trace[f'{name}1'][2, k]:.3g}".replace("-", "−") for name in "za")
        assert f"z {z}\na {a}" in shown
    beside = [text for text in shown if "\ny " in text]
    assert beside == ["setosa\ny 0", "versicolor\ny 0", "virginica\ny 1"]
    said = ["setosa", "versicolor", "virginica"][int(trace["a2"][2].argmax())]
    assert shown[-1] == (
        f"sample 2 of 4, label virginica, predicted {said}\n"
        f"its loss {trace['l'][2]:.6g}, mean of the batch L = {trace.loss:.6g}"
    )
    assert_tidy(ax)


def test_scaled_inputs_own_functions_and_frozen_parameters_are_named() -> None:
    net = cr.Network(
        [4, 8, 6, 3],
        hidden=["relu", lambda z: z * np.tanh(z)],
        scaling=cr.Standardize([5, 3, 4, 1], [1, 0.5, 2, 0.5]),
        features=["sepal length", "sepal width", "petal length", "petal width"],
    ).freeze("W1", "b1")
    ax = plots.network(net.trace([6, 3.25, 3, 2], 1))
    for text in ("sepal length\n6", "sepal width\n3.25", "petal length\n3", "petal width\n2"):
        assert text in texts(ax)
    assert texts(ax).count("own function") == texts(ax).count("standardize") == 1
    assert [t for t in texts(ax) if t in ("1", "0.5", "−0.5", "2")] == ["1", "0.5", "−0.5", "2"]
    assert "W1 (4, 8)\nfrozen: W1, b1" in texts(ax)
    assert "W2 (8, 6)" in texts(ax)
    assert_tidy(ax)


def test_a_trace_without_targets_shows_what_the_network_says() -> None:
    trace = cr.Network([2, 1], output="sigmoid", classes=["no", "yes"]).trace([1, 2])
    ax = plots.network(trace)
    assert "yes" in texts(ax)
    assert texts(ax)[-1] == ("predicted yes" if trace["a1"][0, 0] > 0.5 else "predicted no")
    assert_tidy(ax)


def test_a_regression_shows_its_target_and_each_number_once() -> None:
    net = cr.Network([3, 2, 1], hidden="sigmoid", output="identity", loss="mean_squared_error")
    trace = net.trace([1e-4, -123.4, 20_000], [0.5])
    ax = plots.network(trace)
    assert texts(ax)[-1] == f"loss L = {trace.loss:.6g}"
    assert {"1.0e−4", "−123", "2.0e4", f"{trace['a2'][0, 0]:.3g}".replace("-", "−"), "y 0.5"} <= set(
        texts(ax)
    )
    assert_tidy(ax)


def test_what_was_put_in_by_what_if_is_what_is_drawn() -> None:
    ax = plots.network(worked_trace().what_if({"a1[0, 1]": 0, "W2[0, 0]": 0.25}))
    assert "z 1.15\na 0" in texts(ax)
    assert "0.25" in texts(ax)
    assert not edges(ax)["W2[0, 0]"].is_dashed()


@pytest.mark.parametrize("sizes", [[3, 4, 2], [1, 10, 1], [6, 2, 6], [2, 2], [3, 4, 4, 4, 4, 4, 4, 4, 2]])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_text_lies_on_another(sizes: list[int], seed: int) -> None:
    net = cr.Network(sizes, hidden="tanh", output="sigmoid" if sizes[-1] == 1 else "softmax", seed=seed)
    X = np.random.default_rng(seed).standard_normal((3, sizes[0]))
    assert_tidy(plots.network(net))
    assert_tidy(plots.network(net.trace(X, [0, 1, 0]), sample=1))


def test_deep_networks_shrink_into_the_page() -> None:
    figure = plots.network(cr.Network([3, *[4] * 12, 2])).figure
    assert figure.get_figwidth() == pytest.approx(13)
    assert figure.get_figheight() < 9


def test_bad_samples_and_sources_are_refused() -> None:
    batch = cr.Network([2, 3, 2]).trace(np.ones((4, 2)), [0, 1, 0, 1])
    for source, sample, message in (
        (batch, 4, "sample = 4 is out of range: the trace has the samples 0 to 3."),
        (batch, -1, "sample = -1 is out of range: it must be at least 0."),
        (worked_trace(), 1, "sample = 1 is out of range: the trace has one sample, 0."),
    ):
        with pytest.raises(InputError) as error:
            plots.network(source, sample=sample)
        assert str(error.value) == message
    wrong: Any = [2, 3, 2]
    with pytest.raises(KindError) as kind:
        plots.network(wrong)
    assert str(kind.value) == "[2, 3, 2] is no network and no trace: give a Network, or net.trace(X, y)."
    assert plt.get_fignums() == []


# --- curves ---------------------------------------------------------------------------------------------


def test_curves_of_a_training() -> None:
    X, y = make_moons(80, noise=0.2, random_state=0)
    history = cr.Network([2, 6, 2]).fit(
        X[:60], y[:60], epochs=25, validation_data=(X[60:], y[60:]), optimizer=cr.Adam(0.02), progress=False
    )
    ax = plots.curves(history)
    right = ax.figure.axes[1]
    drawn = {line.get_label(): line for line in [*ax.lines, *right.lines]}
    for label, values in (
        ("loss", history.loss),
        ("validation loss", history.validation_loss),
        ("accuracy", history.accuracy),
        ("validation accuracy", history.validation_accuracy),
    ):
        assert drawn[label].get_ydata().tolist() == values
        assert list(drawn[label].get_xdata()) == list(range(1, 26))
    assert len({line.get_linestyle() for line in drawn.values()}) == 4
    assert (ax.get_xlabel(), ax.get_ylabel(), right.get_ylabel()) == ("epoch", "loss", "accuracy")
    assert legend(ax) == ["loss", "validation loss", "accuracy", "validation accuracy"]
    assert right.get_ylim()[1] <= 1.01
    assert_tidy(ax)


def test_curves_of_one_epoch_without_accuracy_show_a_dot() -> None:
    ax = plots.curves(History(loss=[0.5]))
    assert len(ax.figure.axes) == 1
    (line,) = ax.lines
    assert (list(line.get_xdata()), list(line.get_ydata()), line.get_marker()) == ([1], [0.5], "o")
    assert_tidy(ax)


def test_several_histories_are_compared_by_line_style_and_lightness() -> None:
    histories = {
        f"rate {k}": History(loss=[1.0, 0.5 / k], accuracy=[0.5, 0.9], validation_loss=[1.0, 0.6 / k])
        for k in (1, 2, 3, 4)
    }
    ax = plots.curves(histories)
    loss = [line for line in ax.lines if line.get_label() in histories]
    assert [line.get_ydata()[1] for line in loss] == [0.5, 0.25, 0.5 / 3, 0.125]
    assert len({line.get_linestyle() for line in loss}) == 4
    shades = [luminance(line.get_color()) for line in loss]
    assert np.diff(shades).min() > 0.1
    assert legend(ax) == [*histories, "validation (thin)"]
    thin = [line for line in ax.lines if line.get_linewidth() < 1]
    assert [line.get_ydata()[1] for line in thin] == [0.6, 0.3, 0.6 / 3, 0.15]
    assert len(ax.figure.axes) == 1  # no accuracy where several are compared


def test_histories_with_nothing_to_draw_are_refused() -> None:
    for history, message in (
        (History(), "the history has no finished epoch: there is nothing to draw."),
        ({"a": History()}, "the history of 'a' has no finished epoch: there is nothing to draw."),
        ({}, "there is no history to draw: give at least one."),
    ):
        with pytest.raises(InputError) as error:
            plots.curves(history)
        assert str(error.value) == message
    wrong: Any = [0.5, 0.4]
    with pytest.raises(KindError) as kind:
        plots.curves(wrong)
    assert str(kind.value) == "the history is [0.5, 0.4]: give what net.fit(…) returned."


# --- boundary -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outputs", [1, 2])
def test_boundary_of_two_classes(outputs: int) -> None:
    X, y = make_moons(120, noise=0.25, random_state=0)
    net = cr.Network(
        [2, 8, outputs],
        output="sigmoid" if outputs == 1 else "softmax",
        features=["width in cm", "height in cm"],
        classes=["cat", "dog"],
    )
    net.fit(X, y, epochs=40, batch_size=20, optimizer=cr.Adam(0.02), progress=False)
    ax = plots.boundary(net, X, y)
    wrong = X[net.classify(X) != y]
    assert len(wrong) > 0
    by_label = {c.get_label(): c for c in ax.collections}
    cat, dog, rings = (by_label[label] for label in ("cat", "dog", f"wrong: {len(wrong)} of 120"))
    assert np.array_equal(cat.get_offsets(), X[y == 0])
    assert np.array_equal(dog.get_offsets(), X[y == 1])
    assert np.array_equal(rings.get_offsets(), wrong)
    assert len(rings.get_facecolor()) == 0
    assert len(cat.get_paths()[0].vertices) != len(dog.get_paths()[0].vertices)  # a disc and a square
    assert luminance(dog.get_facecolor()[0][:3]) - luminance(cat.get_facecolor()[0][:3]) > 0.4
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("width in cm", "height in cm")
    assert legend(ax) == ["cat", "dog", f"wrong: {len(wrong)} of 120", "boundary"]
    assert_tidy(ax)


def test_the_boundary_is_where_the_probability_is_a_half_and_sure_places_are_darker() -> None:
    net = cr.Network([2, 1], output="sigmoid", parameters={"W1": [[4.0], [0.0]], "b1": [-2.0]})
    ax = plots.boundary(net, [[0, 0], [1, 1], [0.2, 0.5]], [0, 1, 0])
    (line,) = (
        c for c in ax.collections if len(c.get_offsets()) == 1 and c.get_paths()[0].vertices.shape[0] > 100
    )
    assert line.get_paths()[0].vertices[:, 0] == pytest.approx(0.5)  # 4 x - 2 = 0
    (image,) = ax.images
    shade = np.asarray(image.get_array()) @ [0.299, 0.587, 0.114]
    middle = shade.shape[1] // 2
    assert np.all(np.diff(shade[0, : middle - 1]) > 0)
    assert np.all(np.diff(shade[0, middle + 1 :]) < 0)
    assert shade[0, 0] < shade[0, -1]  # the two sides differ in grey


def test_boundaries_of_more_classes_with_markers_and_shades_of_their_own() -> None:
    X, y = make_blobs(150, centers=5, random_state=3, cluster_std=2)
    net = cr.Network([2, 16, 5], scaling=cr.Standardize.fitted(X))
    net.fit(X, y, epochs=60, batch_size=25, optimizer=cr.Adam(0.01), progress=False)
    ax = plots.boundary(net, X, y)
    points = [c for c in ax.collections if str(c.get_label()).startswith("class")]
    assert [c.get_label() for c in points] == [f"class {k}" for k in range(5)]
    markers = {c.get_paths()[0].vertices.round(3).tobytes() for c in points}
    assert len(markers) == 5
    assert np.diff([luminance(c.get_facecolor()[0][:3]) for c in points]).min() > 0.1
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x[0]", "x[1]")
    assert_tidy(ax)


def test_a_network_that_always_says_the_same_has_no_line() -> None:
    net = cr.Network([2, 2], parameters={"W1": np.zeros((2, 2)), "b1": [3.0, 0.0]})
    ax = plots.boundary(net, [[0, 0], [0, 1]], [0, 1])
    assert legend(ax) == ["class 0", "class 1", "wrong: 1 of 2", "boundary"]
    assert not any(type(c).__name__ == "QuadContourSet" for c in ax.collections)


def test_boundary_refuses_what_is_no_plane_and_no_classifier() -> None:
    for net, message in (
        (cr.Network([3, 2]), "boundary draws 2 inputs as a plane, and this network has 3."),
        (
            cr.Network([2, 2], output="identity", loss="mean_squared_error"),
            "boundary draws a classifier, and the output of this network is identity: "
            "it needs sigmoid or softmax.",
        ),
    ):
        with pytest.raises(InputError) as error:
            plots.boundary(net, np.zeros((4, net.inputs)), [0, 1, 0, 1])
        assert str(error.value) == message
    with pytest.raises(InputError) as error:
        plots.boundary(cr.Network([2, 2]), np.zeros((2, 2)), [0, 2])
    assert str(error.value) == "y[1] is 2: the network has 2 outputs, so labels go from 0 to 1."
    assert plt.get_fignums() == []


# --- digits ---------------------------------------------------------------------------------------------


def test_digits_show_label_answer_and_probability_and_mark_wrong_ones() -> None:
    data = load_digits()
    X, y = data.data / 16, data.target
    net = cr.Network([64, 16, 10])
    net.fit(X[:900], y[:900], epochs=10, batch_size=30, optimizer=cr.Adam(0.01), progress=False)
    ax = plots.digits(net, X[900:], y[900:], count=40)
    images = [image for image in ax.images if isinstance(image, AxesImage)]
    assert len(images) == 40
    for image, row in zip(images, X[900:940], strict=True):
        assert np.array_equal(image.get_array(), row.reshape(8, 8))
    p = net.predict(X[900:940])
    said = p.argmax(axis=1)
    answers = [
        f"is {t}\nsays {k}, {100 * row[k]:.0f} %" for t, k, row in zip(y[900:940], said, p, strict=True)
    ]
    wrong = np.flatnonzero(said != y[900:940])
    assert 0 < len(wrong) < 40
    assert texts(ax) == [f"{40 - len(wrong)} of 40 right", *answers]
    frames = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    broad = [k for k, frame in enumerate(frames) if frame.get_linewidth() > 1]
    assert broad == wrong.tolist()
    crosses = [line for line in ax.lines if line.get_marker() == "X"]
    assert [line.get_xdata()[0] - 0.97 for line in crosses] == pytest.approx(
        [frames[k].get_x() for k in wrong]
    )
    assert_tidy(ax)


def test_images_of_any_shape_with_named_classes() -> None:
    net = cr.Network([6, 2], classes=["ankle boot", "a bag with a long name"])
    ax = plots.digits(net, np.eye(6), [0, 1, 0, 1, 0, 1], shape=(2, 3))
    assert len(ax.images) == 6
    assert all(image.get_array().shape == (2, 3) for image in ax.images)
    assert [text.split("\n")[0] for text in texts(ax)[1:3]] == ["is ankle boot", "is a bag with a …"]
    assert_tidy(ax)


def test_images_that_do_not_fit_are_refused() -> None:
    net = cr.Network([6, 2])
    for shape, message in (
        (None, "the network's 6 inputs make no square: give shape=(height, width)."),
        ((2, 4), "shape = (2, 4) has 8 pixels, and the network 6 inputs."),
    ):
        with pytest.raises(InputError) as error:
            plots.digits(net, np.eye(6), [0, 1] * 3, shape=shape)
        assert str(error.value) == message
    with pytest.raises(InputError) as error:
        plots.digits(net, np.eye(6), [0, 1] * 3, shape=(2, 3), count=0)
    assert str(error.value) == "count = 0 is out of range: it must be at least 1."


# --- figures --------------------------------------------------------------------------------------------


def test_given_axes_are_drawn_on_and_returned_and_no_figure_is_opened() -> None:
    X, y = make_moons(20, random_state=0)
    net = cr.Network([2, 3, 2])
    figure, places = plt.subplots(2, 3, figsize=(12, 8))
    for ax, draw in zip(
        places.flat,
        [
            lambda ax: plots.network(net, ax=ax),
            lambda ax: plots.network(net.trace(X, y), sample=7, ax=ax),
            lambda ax: plots.curves(History(loss=[1.0, 0.5], accuracy=[0.5, 0.7]), ax=ax),
            lambda ax: plots.curves({"a": History(loss=[1.0, 0.5])}, ax=ax),
            lambda ax: plots.boundary(net, X, y, ax=ax),
            lambda ax: plots.digits(cr.Network([4, 2]), np.eye(4), [0, 1, 0, 1], ax=ax),
        ],
        strict=True,
    ):
        assert draw(ax) is ax
        assert ax.has_data() or ax.patches
    assert plt.get_fignums() == [figure.number]
    for ax in places.flat:
        assert_tidy(ax)


def test_without_axes_pyplot_knows_the_figure_so_that_a_notebook_shows_it() -> None:
    ax = plots.network(worked_trace())
    assert plt.gcf() is ax.figure
    assert len(plt.get_fignums()) == 1


def test_importing_does_not_import_matplotlib() -> None:
    code = "import sys, chainrule.plots; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_without_matplotlib_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for draw in (lambda: plots.network(worked_trace()), lambda: plots.curves(History(loss=[1.0]))):
        with pytest.raises(MissingPackage) as error:
            draw()
        assert (
            str(error.value)
            == "drawing needs the package matplotlib. Install it with: pip install matplotlib"
        )
