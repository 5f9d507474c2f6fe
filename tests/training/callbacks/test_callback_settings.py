"""Settings of callbacks that can't be, and how they are written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from callbacks_at_work import X, Y, exactly, network
from chainrule.errors import ChainruleError, InputError, KindError, UnknownName

SERIES = (
    "loss, accuracy, validation_loss, validation_accuracy, validation_exact_match, validation_balanced_accuracy, "
    "validation_precision, validation_recall, validation_f1, validation_roc_auc, validation_log_loss, validation_r2, "
    "validation_mae, validation_rmse"
)


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (
            lambda: cr.EarlyStopping(patience=0),
            InputError,
            "EarlyStopping: patience = 0 is out of range: it must be at least 1.",
        ),
        (
            lambda: cr.EarlyStopping(patience=2.5),  # type: ignore[arg-type]
            KindError,
            "EarlyStopping: patience = 2.5 is no whole number: give one that is at least 1.",
        ),
        (
            lambda: cr.EarlyStopping(min_delta=-0.1),
            InputError,
            "EarlyStopping: min_delta = -0.1 is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.EarlyStopping(restore_best="yes"),  # type: ignore[arg-type]
            KindError,
            "EarlyStopping: restore_best = 'yes' is neither True nor False.",
        ),
        (
            lambda: cr.EarlyStopping(mode="least"),
            UnknownName,
            "there is no mode 'least'. There is: min, max.",
        ),
        (
            lambda: cr.EarlyStopping("val_loss"),
            UnknownName,
            f"there is no series of a History 'val_loss'. Did you mean 'validation_loss'? There is: {SERIES}. "
            "Or give a function of the run, for a metric of your own.",
        ),
        (
            lambda: cr.EarlyStopping(3),
            KindError,
            "EarlyStopping: monitor = 3 is neither the name of a series, such as 'validation_loss', nor a function of "
            "the run.",
        ),
        (
            lambda: cr.ReduceOnPlateau(len),
            InputError,
            "ReduceOnPlateau: monitor is a function, and mode is left open: say mode='min' where less is better, or "
            "mode='max'.",
        ),
        (
            lambda: cr.ReduceOnPlateau(factor=1),
            InputError,
            "ReduceOnPlateau: factor = 1 is out of range: it must be above 0 and below 1.",
        ),
        (
            lambda: cr.ReduceOnPlateau(patience=-1),
            InputError,
            "ReduceOnPlateau: patience = -1 is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.ReduceOnPlateau(min_lr=-1),
            InputError,
            "ReduceOnPlateau: min_lr = -1 is out of range: it must be at least 0.",
        ),
        (
            lambda: cr.SaveBest(3),
            KindError,
            "3 is no path: give a file's name, such as 'model.safetensors'.",
        ),
        (
            lambda: cr.CSVLog(None),
            KindError,
            "None is no path: give a file's name, such as 'model.safetensors'.",
        ),
        (
            lambda: cr.LearningRate(0.1),  # type: ignore[arg-type]
            KindError,
            "LearningRate: function = 0.1 is no function: give one of the epoch's number, such as lambda epoch: "
            "0.1 / epoch.",
        ),
    ],
)
def test_bad_settings(make: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=exactly(message)):
        make()


@pytest.mark.parametrize(
    "make", [cr.EarlyStopping, cr.ReduceOnPlateau, lambda m: cr.SaveBest("x", monitor=m)]
)
def test_a_monitor_that_there_will_not_be_is_told_before_training(make: Any) -> None:
    regression = cr.Network([3, 2], output="identity", loss="mean_squared_error")
    own = type(make("loss")).__name__
    for net, y, held, monitor, message in (
        (
            network(), Y, None, "validation_loss",
            "monitor = 'validation_loss', and nothing is validated: give fit validation_data=(X, y), or take another "
            "monitor: loss, accuracy.",
        ),
        (
            regression, X[:, :2], None, "accuracy",
            "monitor = 'accuracy', and there are no class labels: take another monitor: loss.",
        ),
        (
            regression, X[:, :2], (X, X[:, :2]), "validation_accuracy",
            "monitor = 'validation_accuracy', and there are no class labels: take another monitor: loss, "
            "validation_loss.",
        ),
    ):  # fmt: skip
        before = net.parameters.flat.copy()
        with pytest.raises(InputError, match=exactly(f"{own}: {message}")):
            net.fit(X, y, validation_data=held, callbacks=[make(monitor)])
        np.testing.assert_array_equal(net.parameters.flat, before)


@pytest.mark.parametrize("value", [None, "0.5", [0.5], True])
def test_a_metric_that_gives_no_number(value: Any) -> None:
    message = f"EarlyStopping: the monitor gave {value!r}: it must give a number."
    with pytest.raises(KindError, match=exactly(message)):
        network().fit(X, Y, callbacks=[cr.EarlyStopping(lambda run: value, mode="min")])


@pytest.mark.parametrize("value", [3, 0.5, np.float32(0.5), np.int64(3), np.array(0.5)])
def test_a_metric_may_give_any_number(value: Any) -> None:
    early = cr.EarlyStopping(lambda run: value, mode="min")
    network().fit(X, Y, callbacks=[early])
    assert early.best == float(value)
    assert type(early.best) is float


def test_how_they_are_written() -> None:
    assert str(cr.EarlyStopping(patience=3)) == "EarlyStopping(validation_loss, patience=3)"
    assert str(cr.CSVLog("log.csv")) == "CSVLog(log.csv)"
    assert issubclass(InputError, ChainruleError)


def test_they_are_exported_and_not_imported_before_they_are_asked_for() -> None:
    script = (
        "import sys, chainrule as cr\n"
        "print(sorted({'chainrule.training.callbacks', 'chainrule.training.fit'} & set(sys.modules)))\n"
        "import chainrule.training.callbacks as where\n"
        "print(where.__name__, sorted(set(cr.__all__) & set(vars(where))))"
    )
    path = {**os.environ, "PYTHONPATH": str(Path(cr.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=path, check=True
    )
    first, second = done.stdout.splitlines()
    assert first == "[]"
    names = [
        "CSVLog",
        "Callback",
        "EarlyStopping",
        "LearningRate",
        "ReduceOnPlateau",
        "Run",
        "SaveBest",
        "MetricMonitor",
    ]
    module, _, found = second.partition(" ")
    assert module == "chainrule.training.callbacks"
    assert set(names) <= set(re.findall(r"\w+", found))
