"""Metrics by name in `fit`: in the history, the log, the callbacks, the bar and the picture."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn import metrics as sk

import chainrule as cr
from chainrule.errors import ChainruleError, InputError, KindError, UnknownName
from chainrule.training.progress import Bar

plt.switch_backend("agg")
RNG = np.random.default_rng(12)
X, XV = RNG.standard_normal((60, 3)), RNG.standard_normal((40, 3))
Y, YV = (np.argmax(part @ RNG.standard_normal((3, 3)), axis=1) for part in (X, XV))
NAMES = ["roc_auc", "balanced_accuracy", "f1", "precision", "recall", "log_loss"]
LISTED = "accuracy, balanced_accuracy, precision, recall, f1, roc_auc, log_loss"


def fit(net: cr.Network | None = None, **more: Any) -> Any:
    net = cr.Network([3, 6, 3]) if net is None else net
    settings: dict[str, Any] = {"epochs": 6, "batch_size": 20, "progress": False, "validation_data": (XV, YV)}
    return net.fit(X, Y, **{**settings, **more})


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_they_are_scikit_learns_of_the_network_after_each_epoch(engine: str) -> None:
    outputs: list[Any] = []
    history = fit(
        engine=engine, metrics=NAMES, callbacks=[lambda run: outputs.append(run.network.predict(XV))]
    )
    assert list(history.metrics) == [f"validation_{name}" for name in NAMES]
    for epoch, p in enumerate(outputs):
        said = p.argmax(axis=1)
        expected = {
            "roc_auc": sk.roc_auc_score(YV, p, multi_class="ovr"),
            "balanced_accuracy": sk.balanced_accuracy_score(YV, said),
            "f1": sk.f1_score(YV, said, average="macro"),
            "precision": sk.precision_score(YV, said, average="macro", zero_division=0),
            "recall": sk.recall_score(YV, said, average="macro"),
            "log_loss": sk.log_loss(YV, p),
        }
        for name, value in expected.items():
            assert history.metrics[f"validation_{name}"][epoch] == pytest.approx(value), (name, epoch)
    assert len(outputs) == 6
    assert history.metrics["validation_log_loss"] == pytest.approx(history.validation_loss)


def test_they_change_no_bit_of_the_training() -> None:
    plain, measured = cr.Network([3, 6, 3]), cr.Network([3, 6, 3])
    fit(plain)
    fit(measured, metrics=NAMES)
    np.testing.assert_array_equal(plain.parameters.flat, measured.parameters.flat)


def test_of_numbers() -> None:
    net = cr.Network([3, 4, 1], output="identity", loss="mean_squared_error")
    history = net.fit(
        X, Y * 1.0, epochs=3, progress=False, validation_data=(XV, YV * 1.0), metrics=["r2", "mae", "rmse"]
    )
    said = net.predict(XV)[:, 0]
    last = [history.metrics[f"validation_{name}"][-1] for name in ("r2", "mae", "rmse")]
    assert last == pytest.approx(
        [sk.r2_score(YV, said), sk.mean_absolute_error(YV, said), sk.root_mean_squared_error(YV, said)]
    )


def test_accuracy_is_measured_anyway() -> None:
    history = fit(metrics=["accuracy"])
    assert history.metrics == {}
    assert len(history.validation_accuracy) == 6


def test_in_the_history_and_the_log(tmp_path: Path) -> None:
    history = fit(metrics=["roc_auc", "f1"], callbacks=[cr.CSVLog(tmp_path / "log.csv")])
    with (tmp_path / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "epoch", "loss", "accuracy", "validation_loss", "validation_accuracy", "validation_roc_auc", "validation_f1",
        "learning_rate", "seconds",
    ]  # fmt: skip
    for name in ("validation_roc_auc", "validation_f1"):
        assert [float(row[name]) for row in rows] == history.metrics[name]
    values = [history.metrics[name][-1] for name in ("validation_roc_auc", "validation_f1")]
    assert f"  validation ROC-AUC {values[0]:.6g}  validation F1 {values[1]:.6g}  " in str(history)
    assert history.last()["validation_f1"] == values[1]


@pytest.mark.parametrize(("name", "best"), [("validation_roc_auc", max), ("validation_log_loss", min)])
def test_callbacks_follow_them_the_right_way(name: str, best: Any, tmp_path: Path) -> None:
    saving = cr.SaveBest(tmp_path / "best.safetensors", monitor=name)
    history = fit(
        epochs=25, optimizer=cr.SGD(3.0), metrics=[name.removeprefix("validation_")], callbacks=[saving]
    )
    values = history.metrics[name]
    assert saving.best == best(values)
    assert saving.best_epoch == values.index(best(values)) + 1
    assert len(set(values)) > 5


def test_early_stopping_by_one_and_its_words() -> None:
    history = fit(
        epochs=500, metrics=["roc_auc"], callbacks=[cr.EarlyStopping("validation_roc_auc", patience=3)]
    )
    values = history.metrics["validation_roc_auc"]
    assert history.restored == len(values) - 3 == values.index(max(values)) + 1
    assert history.stopped == (
        f"validation ROC-AUC did not improve for 3 epochs; the weights of epoch {history.restored} are restored"
    )


def test_on_the_bar() -> None:
    history = fit(metrics=["roc_auc"])
    bar = Bar(6)
    bar.epoch(history)
    value = history.metrics["validation_roc_auc"][-1]
    assert f"  validation ROC-AUC {value:.4g}" in bar.line(200).plain
    assert all(bar.line(width).cell_len <= width for width in range(8, 140))


def test_in_the_picture() -> None:
    history = fit(metrics=["roc_auc", "log_loss"])
    ax = cr.plot.curves(history)
    legend = ax.get_legend()
    assert legend is not None
    words = [text.get_text() for text in legend.get_texts()]
    assert words == [
        "loss", "validation loss", "accuracy", "validation accuracy", "validation ROC-AUC",
    ]  # fmt: skip
    (_, right) = ax.figure.axes  # type: ignore[union-attr]
    np.testing.assert_array_equal(right.lines[-1].get_ydata(), history.metrics["validation_roc_auc"])
    plt.close("all")


def test_outputs_that_are_not_finite_measure_as_nan() -> None:
    net = cr.Network([3, 4, 1], output="identity", loss="mean_squared_error")
    with np.errstate(all="ignore"):
        history = net.fit(
            X, Y * 1.0, epochs=60, optimizer=cr.SGD(100.0), progress=False, validation_data=(XV, YV * 1.0),
            metrics=["rmse"], check_finite=False, engine="numpy",
        )  # fmt: skip
    assert math.isnan(history.metrics["validation_rmse"][-1])


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        (
            {"metrics": "roc_auc"},
            KindError,
            "metrics = 'roc_auc' is no list of names: write metrics=['roc_auc'], of accuracy, exact_match, "
            "balanced_accuracy, precision, recall, f1, roc_auc, log_loss, r2, mae, rmse.",
        ),
        (
            {"metrics": ["auc"]},
            UnknownName,
            f"there is no metric 'auc'. Did you mean 'roc_auc'? There is: {LISTED}.",
        ),
        (
            {"metrics": ["rmse"]},
            UnknownName,
            f"there is no metric 'rmse'. There is: {LISTED}. rmse judges numbers, and y holds classes.",
        ),
        (
            {"metrics": ["f1"], "validation_data": None},
            InputError,
            "metrics = ['f1'] are measured on validation data, and there are none: give validation_data=(X, "
            "y), or leave metrics out.",
        ),
        (
            {"metrics": ["roc_auc"], "validation_data": (XV[YV == 1], YV[YV == 1])},
            InputError,
            "metrics: roc_auc is not defined for the validation data, as all samples are of one class, '1': "
            "leave it out.",
        ),
        (
            {"metrics": ["roc_auc"], "validation_data": (XV[YV != 1], YV[YV != 1])},
            InputError,
            "metrics: roc_auc is not defined for the validation data, as there is no sample of '1': leave it out.",
        ),
        (
            {"callbacks": [cr.EarlyStopping("validation_f1")]},
            InputError,
            "EarlyStopping: monitor = 'validation_f1', and it is not measured: give fit metrics=['f1'], or "
            "take another monitor: loss, accuracy, validation_loss, validation_accuracy.",
        ),
    ],
)
def test_errors_before_the_first_step(
    given: dict[str, Any], kind: type[ChainruleError], message: str
) -> None:
    net = cr.Network([3, 6, 3])
    before = net.parameters.flat.copy()
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        fit(net, **given)
    np.testing.assert_array_equal(net.parameters.flat, before)
