"""What is saved, what is not, and what stays where saving fails."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from saved import iris, same

import chainrule as cr
from chainrule.errors import FileError, InputError, KindError
from chainrule.files import save
from chainrule.network import load
from chainrule.parts.contract import Activation


class Doubled(Activation):
    def forward(self, q: Any) -> None:
        q.a = 2 * q.z


class ReLU(cr.ReLU):  # the name of a part of chainrule, and other rules
    pass


def softplus(z: Any) -> Any:
    return np.log1p(np.exp(z))


@pytest.mark.parametrize(
    ("hidden", "own"),
    [
        (softplus, "function softplus"),
        (lambda z: z * z, "function <lambda>"),
        (Doubled(), "class Doubled"),
        (ReLU(), "class ReLU"),
    ],
)
def test_own_code_is_not_stored(path: Path, hidden: Any, own: str) -> None:
    path.write_bytes(b"as it was")
    net = cr.Network([2, 3, 2], hidden=hidden)
    with pytest.raises(KindError) as raised:
        net.save(path)
    assert str(raised.value) == (
        f"the network can't be saved: the {own} is your own code, and a file holds data alone. Take a "
        f"part of chainrule ({', '.join(Activation.registry())}), or save the parameters alone: "
        'np.savez("parameters.npz", **net.parameters).'
    )
    assert (path.read_bytes(), os.listdir(path.parent)) == (b"as it was", [path.name])


def test_the_way_out_that_the_message_offers_works(tmp_path: Path) -> None:
    net = cr.Network([2, 3, 2], hidden=softplus)
    np.savez(tmp_path / "parameters.npz", **net.parameters)
    with np.load(tmp_path / "parameters.npz") as arrays:
        again = cr.Network([2, 3, 2], hidden=softplus, seed=5, parameters=dict(arrays))
    assert again.parameters.flat.tolist() == net.parameters.flat.tolist()


def test_own_loss_and_layer_are_not_stored(path: Path) -> None:
    class Half(cr.MeanSquaredError):
        pass

    class Thin(cr.Dense):
        pass

    with pytest.raises(KindError, match=r"the class Half is your own code.* Take a part of chainrule \("):
        save(cr.Network([2, 2], loss=Half()), path)
    with pytest.raises(KindError, match=r"the class Thin is your own code.* Take a part of chainrule \("):
        save(cr.Network([Thin(2, 2), cr.Softmax()]), path)
    assert os.listdir(path.parent) == []


def spoil_weight(net: cr.Network) -> None:
    net.parameters["W1"][1, 2] = np.nan


def spoil_about(net: cr.Network) -> None:
    net.metadata = {}
    net.metadata["target"] = 3  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (spoil_weight, "W1[1, 2] is nan: every entry must be finite."),
        (spoil_about, "its about is {'target': 3}: it must be texts by name."),
    ],
)
def test_what_could_not_be_loaded_is_not_saved(
    path: Path, spoil: Callable[[cr.Network], None], expected: str
) -> None:
    net = iris()
    save(net, path)
    before = path.read_bytes()
    spoil(net)
    with pytest.raises(InputError) as raised:
        save(net, path)
    assert str(raised.value) == f"the network can't be saved: {expected}"
    assert path.read_bytes() == before


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), KeyboardInterrupt()])
def test_a_failure_at_the_end_leaves_the_old_network(
    path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    old = iris()
    save(old, path)

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fail)
        with pytest.raises((FileError, KeyboardInterrupt)):
            save(cr.Network([2, 2]), path)
    assert os.listdir(path.parent) == [path.name]
    assert same(load(path), old)


def test_no_folder_to_save_to(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "model.safetensors"
    with pytest.raises(FileError) as raised:
        iris().save(path)
    assert str(raised.value) == f"{path} can't be written: there is no folder {path.parent}. Make it first."
