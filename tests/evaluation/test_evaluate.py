"""What `net.evaluate` gives, beside scikit-learn's own functions and numbers worked by hand."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from known_outputs import passing, softmaxed, yes_or_no
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

import chainrule as cr
from chainrule.errors import InputError, KindError

RNG = np.random.default_rng(21)
M = 83
P3 = RNG.dirichlet([1.0, 2.0, 3.0], M)
Y3 = RNG.integers(0, 3, M)
P1, Y1 = RNG.uniform(0.02, 0.98, M), RNG.integers(0, 2, M)


def test_two_classes_worked_by_hand() -> None:
    """Ten samples, of which four are ill: two of these are found, and one that is well is said to be ill."""
    p = [0.9, 0.8, 0.3, 0.2, 0.7, 0.4, 0.35, 0.1, 0.15, 0.25]
    y = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    net, X = softmaxed(np.column_stack([1 - np.array(p), p]), classes=["well", "ill"])
    found = net.evaluate(X, y)
    assert found.kind == "classes"
    assert found.samples == 10
    assert found.metrics["accuracy"] == pytest.approx(7 / 10)
    assert found.metrics["balanced_accuracy"] == pytest.approx((5 / 6 + 2 / 4) / 2)
    assert found.metrics["precision"] == pytest.approx(2 / 3)
    assert found.metrics["recall"] == pytest.approx(2 / 4)
    assert found.metrics["f1"] == pytest.approx(2 * 2 / (2 * 2 + 1 + 2))
    # Of the 24 pairs of one that is ill and one that is well, those in the right order: 6 + 6 + 3 + 2.
    assert found.metrics["roc_auc"] == pytest.approx(17 / 24)
    surprise = [-np.log(q if ill else 1 - q) for q, ill in zip(p, y, strict=True)]
    assert found.metrics["log_loss"] == pytest.approx(np.mean(surprise))
    assert found.baseline["accuracy"] == pytest.approx(6 / 10)
    assert found.baseline["balanced_accuracy"] == pytest.approx(1 / 2)
    assert found.baseline["log_loss"] == pytest.approx(-0.6 * np.log(0.6) - 0.4 * np.log(0.4))
    assert (found.baseline["recall"], found.baseline["roc_auc"]) == (0, 0.5)
    assert found.against == "always 'well'"
    assert found.confusion is not None
    assert found.confusion.tolist() == [[5, 1], [2, 2]]
    ill = found.each["ill"]
    assert (ill["samples"], ill["found"], ill["said"]) == (4, 2, 3)
    assert (found.remarks, found.undefined) == ((), {})


def test_several_classes_are_scikit_learns() -> None:
    net, X = softmaxed(P3)
    found, said = net.evaluate(X, Y3), P3.argmax(axis=1)
    expected = {
        "accuracy": sk.accuracy_score(Y3, said),
        "balanced_accuracy": sk.balanced_accuracy_score(Y3, said),
        "precision": sk.precision_score(Y3, said, average="macro"),
        "recall": sk.recall_score(Y3, said, average="macro"),
        "f1": sk.f1_score(Y3, said, average="macro"),
        "roc_auc": sk.roc_auc_score(Y3, P3, multi_class="ovr", average="macro"),
        "log_loss": sk.log_loss(Y3, P3),
    }
    assert list(found.metrics) == list(expected)
    for name, value in expected.items():
        assert found.metrics[name] == pytest.approx(value), name
    np.testing.assert_array_equal(found.confusion, sk.confusion_matrix(Y3, said))
    assert list(found.each) == ["0", "1", "2"]
    by_class = sk.precision_recall_fscore_support(Y3, said)
    for k, row in enumerate(found.each.values()):
        assert [row["precision"], row["recall"], row["f1"], row["samples"]] == pytest.approx(
            [each[k] for each in by_class]
        )
        assert row["found"] == np.count_nonzero((k == Y3) & (said == k))
        assert row["roc_auc"] == pytest.approx(sk.roc_auc_score(k == Y3, P3[:, k]))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_one_output_that_says_yes_or_no(dtype: str) -> None:
    net, X = yes_or_no(P1, dtype=dtype)
    found, said = net.evaluate(X, Y1), (P1 > 0.5).astype(int)
    near = 1e-9 if dtype == "float64" else 1e-5
    assert found.metrics["f1"] == pytest.approx(sk.f1_score(Y1, said))
    assert found.metrics["roc_auc"] == pytest.approx(sk.roc_auc_score(Y1, P1))
    assert found.metrics["log_loss"] == pytest.approx(sk.log_loss(Y1, P1), rel=near)
    assert list(found.each) == ["0", "1"]
    true, probable = calibration_curve(Y1, P1, n_bins=10)
    assert [each.said for each in found.calibration] == pytest.approx(list(probable), rel=near)
    assert [each.true for each in found.calibration] == pytest.approx(list(true))
    counted = np.histogram(P1, np.linspace(0, 1, 11))[0]
    assert [each.samples for each in found.calibration] == [count for count in counted if count]


def test_of_more_classes_the_answers_own_probability_is_calibrated() -> None:
    net, X = softmaxed(P3)
    true, probable = calibration_curve(P3.argmax(axis=1) == Y3, P3.max(axis=1), n_bins=10)
    found = net.evaluate(X, Y3).calibration
    assert [(each.said, each.true) for each in found] == [
        (pytest.approx(p), pytest.approx(t)) for p, t in zip(probable, true, strict=True)
    ]
    assert sum(each.samples for each in found) == M


def test_margins_are_ranked_and_are_no_probabilities() -> None:
    net, margins = passing(1, "identity", "hinge"), RNG.standard_normal(M)
    found = net.evaluate(margins[:, None], Y1)
    assert found.metrics["accuracy"] == pytest.approx(sk.accuracy_score(Y1, margins > 0))
    assert found.metrics["roc_auc"] == pytest.approx(sk.roc_auc_score(Y1, margins))
    assert found.metrics["log_loss"] is None
    assert found.undefined == {"log_loss": "the outputs are no probabilities of one class of several"}
    assert found.calibration == ()


def test_several_labels_each_by_itself() -> None:
    truth, p = (RNG.random((M, 3)) < 0.4).astype(int), RNG.uniform(0.05, 0.95, (M, 3))
    net = passing(3, "sigmoid", "cross_entropy", classes=["red", "wet", "big"])
    found, said = net.evaluate(np.log(p / (1 - p)), truth), (p > 0.5).astype(int)
    assert found.kind == "labels"
    assert found.metrics["accuracy"] == pytest.approx(1 - sk.hamming_loss(truth, said))
    assert found.metrics["exact_match"] == pytest.approx(sk.accuracy_score(truth, said))
    assert found.metrics["f1"] == pytest.approx(sk.f1_score(truth, said, average="macro"))
    assert found.metrics["roc_auc"] == pytest.approx(sk.roc_auc_score(truth, p, average="macro"))
    frequent = (truth.mean(axis=0) > 0.5).astype(int)
    assert found.baseline["accuracy"] == pytest.approx((truth == frequent).mean())
    assert (found.confusion, found.against) == (None, "of each label always what is more frequent")
    for k, name in enumerate(["red", "wet", "big"]):
        row = found.each[name]
        assert row["recall"] == pytest.approx(sk.recall_score(truth[:, k], said[:, k]))
        assert row["roc_auc"] == pytest.approx(sk.roc_auc_score(truth[:, k], p[:, k]))
        assert (row["samples"], row["found"]) == (truth[:, k].sum(), (truth & said)[:, k].sum())


def test_numbers_one_and_several() -> None:
    truth = RNG.standard_normal((M, 2)) * [1, 100]
    said = truth + RNG.standard_normal((M, 2)) * [0.5, 20]
    one = passing(1, "identity", "mean_squared_error").evaluate(said[:, :1], truth[:, 0])
    assert one.kind == "numbers"
    assert one.metrics["r2"] == pytest.approx(sk.r2_score(truth[:, 0], said[:, 0]))
    assert one.metrics["mae"] == pytest.approx(np.abs(truth - said)[:, 0].mean())
    assert one.metrics["rmse"] == pytest.approx(np.sqrt(np.square(truth - said)[:, 0].mean()))
    assert one.baseline["r2"] == pytest.approx(0, abs=1e-12)
    assert one.baseline["rmse"] == pytest.approx(truth[:, 0].std())
    assert one.against == f"always the mean, {truth[:, 0].mean():.6g}"
    two = passing(2, "identity", "mean_squared_error").evaluate(said, truth)
    assert two.metrics["r2"] == pytest.approx(sk.r2_score(truth, said))
    assert two.each["y_1"]["mae"] == pytest.approx(np.abs(truth - said)[:, 1].mean())
    assert two.against == "always the mean of each"


def test_labels_may_be_rows_with_a_single_1_or_names_of_classes() -> None:
    net, X = softmaxed(P3, classes=["a", "b", "c"])
    expected = net.evaluate(X, Y3).to_dict()
    assert net.evaluate(X, np.eye(3)[Y3]).to_dict() == expected
    assert net.evaluate(X, np.array(["a", "b", "c"])[Y3]).to_dict() == expected


def test_it_is_plain_json() -> None:
    for found in (
        yes_or_no(P1)[0].evaluate(yes_or_no(P1)[1], Y1),
        passing(2, "identity", "mean_squared_error").evaluate(P3[:, :2], P3[:, :2]),
    ):
        document = found.to_dict()
        assert json.loads(json.dumps(document, allow_nan=False)) == document


# --- what is said -------------------------------------------------------------------------------------------


def test_answers_that_are_all_alike_are_said() -> None:
    net, X = softmaxed([[0.9, 0.1]] * 20, classes=["no", "yes"])
    found = net.evaluate(X, [0] * 19 + [1])
    assert found.remarks == (
        "The predictions are all alike: every answer is 'no'.",
        "The accuracy is no better than that of the baseline, always 'no'.",
    )
    assert found.metrics["precision"] == found.metrics["f1"] == 0


def test_labels_that_are_never_said() -> None:
    net = passing(2, "sigmoid", "cross_entropy", classes=["red", "wet"])
    found = net.evaluate([[1.0, -1], [-1, -1], [1, -2]], [[1, 1], [0, 0], [1, 0]])
    assert found.remarks == ("'wet' is never said: the precision counts as 0.",)
    found = net.evaluate([[1.0, -1], [-1, -1], [1, -2]], [[0, 0], [1, 0], [0, 0]])
    assert found.remarks == (
        "The accuracy is no better than that of the baseline, of each label always what is more frequent.",
    )
    assert found.undefined["roc_auc"] == "'wet' is the same for all samples"


def test_predictions_of_numbers_that_are_all_alike_are_said() -> None:
    truth = np.linspace(200_000, 500_000, 40)
    found = passing(1, "identity", "mean_squared_error").evaluate(np.linspace(1, 9, 40)[:, None], truth)
    assert found.remarks == (
        "The predictions are all alike: they go from 1 to 9, and the targets from 200000 to 500000.",
        "The model is no better than the baseline, always the mean, 350000.",
    )


def test_a_class_without_samples_and_one_that_is_never_said() -> None:
    net, X = softmaxed([[0.6, 0.3, 0.05, 0.05], [0.2, 0.7, 0.05, 0.05], [0.6, 0.2, 0.1, 0.1]])
    found = net.evaluate(X, [0, 1, 2])
    assert found.remarks == (
        "There is no sample of '3': nothing is known about it.",
        "'2' is never said: the precision counts as 0.",
    )
    assert found.metrics["balanced_accuracy"] == pytest.approx(2 / 3)
    assert found.metrics["recall"] == pytest.approx(2 / 3)  # over the classes that are there
    assert found.undefined == {"roc_auc": "there is no sample of '3'"}
    assert found.metrics["roc_auc"] is None
    assert (found.each["3"]["recall"], found.each["3"]["roc_auc"]) == (None, None)


@pytest.mark.parametrize("code", [0, 1])
def test_samples_of_one_class(code: int) -> None:
    net, X = yes_or_no([0.3, 0.6, 0.4])
    found = net.evaluate(X, [code] * 3)
    assert found.undefined["roc_auc"] == f"all samples are of one class, '{code}'"
    assert found.metrics["accuracy"] == pytest.approx([2 / 3, 1 / 3][code])
    assert [name for name in found.undefined if name != "roc_auc"] == (
        [] if code else ["precision", "recall", "f1"]
    )
    if not code:
        assert found.undefined["recall"] == "there is no sample of '1'"


def test_numbers_without_spread_have_no_r2() -> None:
    net = passing(1, "identity", "mean_squared_error")
    assert net.evaluate([[1.0], [2.0]], [3.0, 3.0]).undefined == {
        "r2": "y is the same for all samples, and it compares with their spread"
    }
    assert net.evaluate([[1.0]], [3.0]).undefined == {
        "r2": "there is one sample, and it compares with the spread of the targets"
    }


# --- what is refused ----------------------------------------------------------------------------------------


def refused(kind: type[Exception], message: str, net: cr.Network, X: Any, y: Any) -> None:
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        net.evaluate(X, y)


def test_targets_that_make_no_answer_right_or_wrong() -> None:
    net, X = softmaxed(P3)
    refused(
        InputError,
        "there is nothing to evaluate: y holds probabilities, which make no answer right or wrong. Give "
        "class labels, or ask net.loss(X, y).",
        net, X, P3,
    )  # fmt: skip
    refused(
        InputError,
        "there is nothing to evaluate: the loss compares outputs with each other. Give class labels, or ask "
        "net.loss(X, y).",
        passing(2, "identity", "triplet"), P3[:81, :2], None,
    )  # fmt: skip


def test_what_fit_refuses_is_refused() -> None:
    net, X = softmaxed(P3)
    refused(
        InputError,
        "y has the shape (3,) for 83 samples and 3 outputs: it must be (83,) or (83, 3).",
        net, X, [0, 1, 2],
    )  # fmt: skip
    refused(
        KindError,
        "y holds text (such as 'a'): give whole numbers 0 to 2, one for each class.",
        net,
        X,
        ["a"] * M,
    )


def test_outputs_that_are_not_finite_are_told_with_their_row() -> None:
    net = cr.Network(
        [1, 1], output="identity", loss="mean_squared_error", parameters={"W1": [[1e200]], "b1": [0.0]}
    )
    X = [[1.0], [1e200], [-1e200]]
    message = (
        "the output for row 1 is inf, and those of 1 more rows are not finite: the network's weights are too large for "
        "these inputs, as after a training that diverged. Train it again, with scaled inputs or a smaller "
        "learning rate."
    )
    with np.errstate(all="ignore"):
        refused(InputError, message, net, X, [0.0, 0.0, 0.0])
        with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
            net.predict(X)
