"""The threshold above which a network says yes: set, found, kept, and honoured by whatever tells an answer."""

from __future__ import annotations

import copy
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from known_outputs import passing, softmaxed, yes_or_no
from sklearn.metrics import f1_score

import chainrule as cr
from chainrule.errors import ChainruleError, InputError, KindError
from chainrule.evaluation import best_threshold

RNG = np.random.default_rng(8)
P = RNG.uniform(0.02, 0.98, 60)
Y = (RNG.random(60) < 0.5 * P).astype(int)


def networks() -> list[tuple[cr.Network, Any]]:
    """The same probabilities of yes from one output and from two."""
    return [yes_or_no(P), softmaxed(np.column_stack([1 - P, P]))]


@pytest.mark.parametrize("which", [0, 1])
def test_yes_is_said_above_it(which: int) -> None:
    net, X = networks()[which]
    assert net.threshold is None
    np.testing.assert_array_equal(net.classify(X), (P > 0.5).astype(int))
    net.threshold = 0.2
    np.testing.assert_array_equal(net.classify(X), (P > 0.2).astype(int))
    found = net.evaluate(X, Y)
    assert found.metrics["f1"] == pytest.approx(f1_score(Y, P > 0.2))
    assert found.threshold == 0.2
    net.threshold = None
    np.testing.assert_array_equal(net.classify(X), (P > 0.5).astype(int))


@pytest.mark.parametrize("which", [0, 1])
def test_it_is_kept_in_files_and_copies(which: int, tmp_path: Path) -> None:
    net, X = networks()[which]
    net.threshold = 0.2
    net.save(tmp_path / "net.safetensors")
    for other in (cr.load(tmp_path / "net.safetensors"), copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert other.threshold == 0.2
        np.testing.assert_array_equal(other.classify(X), (P > 0.2).astype(int))


@pytest.mark.parametrize("which", [0, 1])
def test_a_prediction_in_numpy_honours_it(which: int) -> None:
    net, X = networks()[which]
    net.threshold = 0.2
    space: dict[str, Any] = {}
    exec(net.export("numpy"), space)
    np.testing.assert_array_equal(space["classify"](X), (P > 0.2).astype(int))


def test_a_page_counts_right_answers_by_it() -> None:
    net, X = networks()[1]
    net.threshold = 0.2
    right = int(((P > 0.2) == Y).sum())
    assert f"{right} of 60 samples have the right class" in str(net.trace(X, Y).explain())


def test_training_counts_by_the_loss_alone() -> None:
    """The accuracy of a step is counted in both engines by what the loss means, whatever the network says to users."""
    net, X = networks()[0]
    net.threshold = 0.2
    history = net.fit(X, Y, epochs=1, optimizer=cr.SGD(0.0), progress=False, validation_data=(X, Y))
    assert history.accuracy[0] == history.validation_accuracy[0] == pytest.approx(((P > 0.5) == Y).mean())


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        ("x", KindError, "threshold = 'x' is no number: give one such as 0.3, or None."),
        (True, KindError, "threshold = True is no number: give one such as 0.3, or None."),
        (
            30,
            InputError,
            "threshold = 30 is out of range: the outputs are probabilities, so it must be at least 0 and below 1.",
        ),
        (
            -0.1,
            InputError,
            "threshold = -0.1 is out of range: the outputs are probabilities, so it must be at least 0 and below 1.",
        ),
        (float("nan"), InputError, "threshold = nan is out of range: it must be finite."),
    ],
)
def test_what_is_no_threshold(value: Any, kind: type[ChainruleError], message: str) -> None:
    net, _ = networks()[0]
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        net.threshold = value
    assert net.threshold is None


@pytest.mark.parametrize(
    ("net", "gives"),
    [
        (lambda: cr.Network([2, 3]), "3 outputs"),
        (lambda: cr.Network([2, 3], output="sigmoid"), "3 outputs"),
        (lambda: cr.Network([2, 2], output="sigmoid"), "2 outputs"),
        (lambda: cr.Network([2, 1], output="identity", loss="mean_squared_error"), "numbers"),
    ],
)
def test_networks_that_part_nothing(net: Any, gives: str) -> None:
    message = (
        "threshold = 0.3: a threshold parts yes from no, of one output or of two classes, and this network gives "
        f"{gives}: leave it out."
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        net().threshold = 0.3


# --- the best one -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_no_threshold_has_a_larger_f1(which: int, dtype: str) -> None:
    make = [lambda: yes_or_no(P, dtype=dtype), lambda: softmaxed(np.column_stack([1 - P, P]), dtype=dtype)][
        which
    ]
    net, X = make()
    net.threshold = best_threshold(net, X, Y)
    assert len(f"{net.threshold:.17g}".rstrip("0")) <= 6  # a number to remember
    scores = net.predict(X)[:, -1]
    every = [f1_score(Y, scores > cut, zero_division=0) for cut in [-1, *np.sort(scores)]]
    assert net.evaluate(X, Y).metrics["f1"] == pytest.approx(max(every))


@pytest.mark.parametrize(
    ("p", "y", "expected"),
    [
        ([0.1, 0.2, 0.6, 0.9], [0, 0, 1, 1], 0.4),  # the middle of 0.2 and 0.6
        ([0.1, 0.2, 0.6, 0.9], [1, 1, 1, 1, 0][:4], None),
        ([0.30001, 0.30003, 0.9], [0, 1, 1], 0.30002),
        ([0.3, 0.3, 0.3, 0.3], [0, 1, 1, 1], 0.2),  # always yes is best
    ],
)
def test_small_cases(p: list[float], y: list[int], expected: float | None) -> None:
    net, X = yes_or_no(p)
    if expected is None:
        message = "the best threshold can't be found: no sample is of '0'. Give samples of both classes."
        with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
            best_threshold(net, X, y)
    else:
        assert best_threshold(net, X, y) == pytest.approx(expected)


def test_scores_that_are_0_or_neighbours_are_parted_still() -> None:
    net = passing(1, "identity", "hinge", dtype="float32")
    one = np.float32(1)
    for scores in ([0.0, 0.0], [-1.0, -1.0], [one, np.nextafter(one, np.float32(2))]):
        X, y = np.array(scores, np.float32)[:, None], [0, 1]
        net.threshold = best_threshold(net, X, y)
        expected = [1, 1] if scores[0] == scores[1] else [0, 1]
        assert net.classify(X).tolist() == expected


def test_probabilities_of_0() -> None:
    net = passing(2, "softmax", "cross_entropy", dtype="float32")
    X = np.array([[0.0, -1e4], [0.0, -1e4], [0.0, 0.0]])
    net.threshold = best_threshold(net, X, [0, 1, 1])
    assert net.classify(X).tolist() == [0, 0, 1]
    message = "the best threshold can't be found: the probability of yes is 0 for all samples."
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        best_threshold(net, X[:2], [0, 1])


def test_more_than_two_classes_have_no_best_one() -> None:
    net, X = softmaxed(RNG.dirichlet([1, 1, 1], 9))
    message = "a threshold parts yes from no, and there are 3 classes: leave it out."
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        best_threshold(net, X, np.arange(9) % 3)
