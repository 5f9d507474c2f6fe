"""The best network in a file."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from callbacks_at_work import HELD, X, Y, exactly, follow, kept_weights, network
from chainrule.errors import FileError, KindError


def test_the_best_network_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "best.safetensors"
    path.write_bytes(b"of an earlier training")
    there: list[bool] = []

    def look(run: cr.Run) -> None:
        there.append(path.read_bytes() != b"of an earlier training")

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
