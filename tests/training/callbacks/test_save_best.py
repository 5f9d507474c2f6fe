"""The best network in a file."""

from __future__ import annotations

import os
import signal
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from callbacks_at_work import HELD, X, Y, exactly, follow, kept_weights, network
from chainrule.errors import Diverged, FileError, KindError


def test_the_best_network_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "best.safetensors"
    there: list[bool] = []

    def look(run: cr.Run) -> None:
        there.append(path.exists())

    saving = cr.SaveBest(path, monitor=follow([3, 1, 2, 0.5, 4]), mode="min")
    net, after, _ = kept_weights(epochs=5, callbacks=[saving, look])
    assert cr.load(path).parameters.flat.tobytes() == after[3]
    assert net.parameters.flat.tobytes() == after[4]
    assert there == 5 * [True]
    assert (saving.best, saving.best_epoch) == (0.5, 4)
    assert os.listdir(tmp_path) == ["best.safetensors"]


def test_by_default_the_validation_loss_is_followed(tmp_path: Path) -> None:
    path, net = tmp_path / "best.safetensors", network()
    history = net.fit(
        X,
        Y,
        epochs=50,
        optimizer=cr.Adam(0.1),
        validation_data=HELD,
        callbacks=[cr.SaveBest(os.fspath(path))],
    )
    assert cr.load(path).loss(*HELD) == pytest.approx(min(history.validation_loss), rel=1e-9)


def test_what_can_not_be_saved_is_told_before_training(tmp_path: Path) -> None:
    mine = cr.Network([3, 5, 3], hidden=lambda z: np.tanh(z))
    older = tmp_path / "older.safetensors"
    older.write_bytes(b"older")
    for net, path, kind in (
        (mine, older, KindError),
        (network(), tmp_path / "none" / "best.safetensors", FileError),
        (network(), tmp_path, FileError),
    ):
        before = net.parameters.flat.copy()
        with pytest.raises(kind):
            net.fit(X, Y, callbacks=[cr.SaveBest(path, monitor="loss")])
        np.testing.assert_array_equal(net.parameters.flat, before)
    assert os.listdir(tmp_path) == ["older.safetensors"]
    assert older.read_bytes() == b"older"
    place = tmp_path / "none"
    message = f"{place / 'best.safetensors'} can't be written: there is no folder {place}. Make it first."
    with pytest.raises(FileError, match=exactly(message)):
        network().fit(X, Y, callbacks=[cr.SaveBest(place / "best.safetensors", monitor="loss")])


class Failing(cr.Callback):
    """Ends the training after its third epoch, in one way or another."""

    def __init__(self, how: str) -> None:
        self.how = how

    def epoch(self, run: cr.Run) -> None:
        if run.epoch == 3:
            if self.how == "stop":
                run.stop("enough")
            elif self.how == "Ctrl-C":
                os.kill(os.getpid(), signal.SIGINT)
            elif self.how == "error":
                raise ZeroDivisionError


@pytest.mark.parametrize("how", ["by itself", "stop", "Ctrl-C", "error"])
def test_a_file_that_is_there_is_replaced_by_a_training_that_came_to_its_end(
    tmp_path: Path, how: str
) -> None:
    path, beside = tmp_path / "best.safetensors", tmp_path / "best.running.safetensors"
    path.write_bytes(b"of an earlier training")
    meanwhile: list[bytes] = []
    values = follow([3, 2, 1, 5, 4])
    callbacks: list[Any] = [
        cr.SaveBest(path, monitor=values, mode="min"),
        lambda run: meanwhile.append(path.read_bytes()),
        Failing(how),
    ]
    net = network()
    with pytest.raises(ZeroDivisionError) if how == "error" else nullcontext():
        net.fit(X, Y, epochs=3 if how == "by itself" else 5, progress=False, callbacks=callbacks)
    assert set(meanwhile) == {b"of an earlier training"}
    assert len(meanwhile) >= 3
    if how in ("by itself", "stop"):
        assert os.listdir(tmp_path) == ["best.safetensors"]
        assert cr.load(path).parameters.flat.tobytes() == net.parameters.flat.tobytes()
    else:
        assert path.read_bytes() == b"of an earlier training"
        assert cr.load(beside).parameters.flat.size == net.parameters.flat.size


def test_a_training_that_diverges_leaves_the_file_of_another(tmp_path: Path) -> None:
    path = tmp_path / "best.safetensors"
    path.write_bytes(b"of an earlier training")
    net = cr.Network([3, 20, 1], output="identity", loss="mean_squared_error")
    with pytest.raises(Diverged):
        net.fit(
            X,
            Y,
            epochs=500,
            optimizer=cr.SGD(2.0),
            progress=False,
            callbacks=[cr.SaveBest(path, monitor="loss")],
        )
    assert path.read_bytes() == b"of an earlier training"


def test_a_link_goes_on_pointing_where_it_did(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    real, link = tmp_path / "elsewhere" / "real.safetensors", tmp_path / "link.safetensors"
    network().save(real)
    link.symlink_to(real)
    net = network()
    net.fit(X, Y, epochs=2, progress=False, callbacks=[cr.SaveBest(link, monitor="loss")])
    assert link.is_symlink()
    assert cr.load(real).parameters.flat.tobytes() == net.parameters.flat.tobytes()
    assert os.listdir(tmp_path / "elsewhere") == ["real.safetensors"]
