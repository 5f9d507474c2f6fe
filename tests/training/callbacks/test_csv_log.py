"""The log."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from callbacks_at_work import ENGINES, HELD, Plain, X, Y, exactly, network
from chainrule.errors import FileError, InputError


@pytest.mark.parametrize("engine", ENGINES)
def test_the_log_has_a_row_an_epoch(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("older\n")
    lines: list[int] = []
    history = network().fit(
        X, Y, epochs=4, batch_size=20, optimizer=cr.SGD(0.3), validation_data=HELD, engine=engine,
        callbacks=[cr.CSVLog(path), lambda run: lines.append(len(path.read_text().splitlines()))],
    )  # fmt: skip
    assert lines == [2, 3, 4, 5]
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "epoch", "loss", "accuracy", "validation_loss", "validation_accuracy", "learning_rate", "seconds",
    ]  # fmt: skip
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert {row["learning_rate"] for row in rows} == {"0.3"}
    for name in ("loss", "accuracy", "validation_loss", "validation_accuracy", "seconds"):
        assert [float(row[name]) for row in rows] == getattr(history, name)


def test_the_log_has_the_rate_that_was_used_in_any_order(tmp_path: Path) -> None:
    def rates(*callbacks: Any, optimizer: Any = "sgd") -> list[float]:
        network().fit(X, Y, epochs=3, batch_size=20, optimizer=optimizer, callbacks=list(callbacks))
        with (tmp_path / "log.csv").open(newline="") as file:
            return [float(row["learning_rate"]) for row in csv.DictReader(file)]

    log, setting = cr.CSVLog(tmp_path / "log.csv"), cr.LearningRate(lambda epoch: 0.5**epoch)
    assert rates(log, setting) == rates(setting, log) == [0.5, 0.25, 0.125]
    by_step = cr.StepDecay(0.4, every=3, factor=0.5)
    np.testing.assert_allclose(rates(log, optimizer=cr.Adam(by_step)), [0.4, 0.2, 0.1], rtol=1e-12)


def test_an_optimizer_without_a_rate_has_no_such_column(tmp_path: Path) -> None:
    network().fit(X, Y, epochs=2, optimizer=Plain(), callbacks=[cr.CSVLog(tmp_path / "log.csv")])
    assert (tmp_path / "log.csv").read_text().splitlines()[0] == "epoch,loss,accuracy,seconds"


def test_a_refused_training_leaves_an_older_log_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("older\n")
    with pytest.raises(InputError):
        network().fit(X, Y, callbacks=[cr.CSVLog(path), cr.EarlyStopping()])
    assert path.read_text() == "older\n"


def test_a_log_that_can_not_be_written_is_told_before_training(tmp_path: Path) -> None:
    net = network()
    before = net.parameters.flat.copy()
    place = tmp_path / "none"
    message = f"{place / 'log.csv'} can't be written: there is no folder {place}. Make it first."
    with pytest.raises(FileError, match=exactly(message)):
        net.fit(X, Y, callbacks=[cr.CSVLog(place / "log.csv")])
    with pytest.raises(FileError, match=rf"^{re.escape(str(tmp_path))} can't be written: "):
        net.fit(X, Y, callbacks=[cr.CSVLog(tmp_path)])
    np.testing.assert_array_equal(net.parameters.flat, before)
