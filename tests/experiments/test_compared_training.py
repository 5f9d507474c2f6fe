"""A training of a comparison is the plain one, bit for bit, and measured after every epoch."""

from __future__ import annotations

import numpy as np
import pytest
from compared import HELD, HOW, SIZES, X, assert_whole, cells, compare, y

import chainrule as cr


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_row_is_the_plain_fit_bit_for_bit(engine: str) -> None:
    found = compare(optimizers=["sgd", "adam", cr.RMSprop(0.02)], seed=3, engine=engine)
    for name, optimizer in (("sgd", "sgd"), ("adam", "adam"), ("RMSprop(0.02)", cr.RMSprop(0.02))):
        net = cr.Network(SIZES, seed=3)
        history = net.fit(X, y, optimizer=optimizer, seed=3, validation_data=HELD, engine=engine, **HOW)
        trial = found[name]
        assert (trial.network.parameters.flat == net.parameters.flat).all()
        assert trial.history.loss == history.loss
        assert trial.history.validation_loss == history.validation_loss
        assert trial.validation["loss"][1:] == pytest.approx(history.validation_loss, rel=1e-12)
        assert trial.history.engine == history.engine == engine
        assert trial.result == {"loss": net.loss(X, y), "accuracy": (net.classify(X) == y).mean()}
        assert trial.validation_result["loss"] == net.loss(*HELD)


def test_restored_weights_are_those_that_are_measured() -> None:
    found = compare(regularizers=["none", "early_stopping:2"], epochs=60, learning_rate=0.05)
    stopped = found["early_stopping:2"]
    history = stopped.history
    assert history.restored == int(np.argmin(history.validation_loss)) + 1 < history.epochs < 60
    assert stopped.validation_result["loss"] == min(history.validation_loss)
    assert stopped.result["loss"] == stopped.training["loss"][history.restored]
    assert [row["epochs"] for row in found.rows()] == [60, history.epochs]
    assert "epochs" in str(found)
    assert f"early_stopping:2: {history.stopped}.".split() == [
        word for note in found.notes() if note.startswith("early") for word in note.split()
    ]


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_training_that_diverges_is_told_in_its_row(engine: str) -> None:
    found = compare(optimizers=["sgd", "sgd:1e200", "adam"], engine=engine)
    trial = found["sgd:1e200"]
    assert trial.diverged.startswith("epoch 1, batch ")
    assert trial.result == trial.validation_result == {}
    assert len(trial.training["loss"]) == 1 + trial.history.epochs
    assert [bool(each.diverged) for each in found] == [False, True, False]
    row = cells(found)[1]
    assert row[:2] == ["sgd:1e200", "1e+200"]
    assert row[2] == "diverged"
    assert row[3:-1] == ["-"] * 5
    where = trial.diverged.partition(":")[0]
    assert f"sgd:1e200: diverged in {where}. A smaller learning rate usually helps." in found.notes()
    assert found.goal() is not None
    assert found.rows()[1]["gap"] is None
    assert_whole(found)
    assert_whole(compare(optimizers=["sgd:1e200"]))
