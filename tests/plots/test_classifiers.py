"""The boundary of a classifier, and images with their answers."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import assert_tidy, legend, luminance, texts
from matplotlib import pyplot as plt
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from sklearn.datasets import load_digits, make_blobs, make_moons

import chainrule as cr
from chainrule import plots
from chainrule.errors import InputError


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


def test_a_network_that_always_says_the_same_has_no_line() -> None:
    net = cr.Network([2, 2], parameters={"W1": np.zeros((2, 2)), "b1": [3.0, 0.0]})
    ax = plots.boundary(net, [[0, 0], [0, 1]], [0, 1])
    assert legend(ax) == ["class 0", "class 1", "wrong: 1 of 2", "boundary"]
    assert not any(type(c).__name__ == "QuadContourSet" for c in ax.collections)


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
    broad = [
        k
        for k, frame in enumerate(frames)
        if frame.get_linewidth() > 2 * min(f.get_linewidth() for f in frames)
    ]
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
