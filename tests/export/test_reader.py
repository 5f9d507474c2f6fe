"""What an exported file says of itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from exported import NASTY, everything

import chainrule as cr
from chainrule.errors import FileError
from chainrule.export.kinds import KINDS
from chainrule.export.reader import MOST, read_export


def written(net: cr.Network, kind: str, folder: Path) -> Path:
    content, path = net.export(kind), folder / f"network.{kind}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


HEADED = [kind for kind in KINDS if kind != "onnx"]  # a model, which `cr.from_onnx` reads


@pytest.mark.parametrize("kind", HEADED)
def test_every_kind_says_what_it_is(kind: str, tmp_path: Path) -> None:
    net = cr.Network([4, 3, 3], features=list("abcd"), classes=["setosa", "versicolor", "virginica"])
    found = read_export(written(net, kind, tmp_path))
    assert found is not None
    assert found.kind == kind
    text = str(found)
    assert text.startswith(f"{KINDS[kind].title}, written by chainrule\n  4 -> 3 relu -> 3 softmax: ")
    assert "setosa, versicolor, virginica" in text
    if kind != "excel":
        assert "  x: 4 numbers: a, b, c, d\n  a2: 3 numbers: setosa, versicolor, virginica\n" in text
        assert text.endswith("\n  216 bytes of weights; 21 multiplications with additions a row.")


@pytest.mark.parametrize("kind", HEADED)
def test_whatever_names_there_are(kind: str, tmp_path: Path) -> None:
    net = everything() if kind not in ("sql",) else cr.Network([3, 3], features=NASTY[:3], classes=NASTY[3:6])
    found = read_export(written(net, kind, tmp_path))
    assert found is not None
    assert found.kind == kind


def test_what_tells_the_kind_may_stand_behind_the_weights(tmp_path: Path) -> None:
    path = written(cr.Network([100, 100, 2]), "js", tmp_path)
    assert path.stat().st_size > MOST
    found = read_export(path)
    assert found is not None
    assert found.kind == "js"


def test_weights_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "network.py"
    path.write_text(cr.Network([2, 2]).export("numpy", weights=tmp_path / "w.npz"))  # type: ignore[arg-type]
    assert "the prediction of one row, with the weights in w.npz beside it." in str(read_export(path))


def test_other_files(tmp_path: Path) -> None:
    others = {
        "empty": b"", "text": b"# 2 -> 2: a network\n", "c": b"/* Written by someone. */\n#include <math.h>\n",
        "zip": b"PK\x03\x04 and no more", "random": np.random.default_rng(0).bytes(1000),
    }  # fmt: skip
    for name, content in others.items():
        (tmp_path / name).write_bytes(content)
        assert read_export(tmp_path / name) is None
    cr.Network([2, 2]).save(tmp_path / "net.safetensors")
    np.savez(tmp_path / "some.npz", X=np.eye(2))
    assert read_export(tmp_path / "net.safetensors") is None
    assert read_export(tmp_path / "some.npz") is None
    with pytest.raises(FileError) as caught:
        read_export(tmp_path / "none")
    assert str(caught.value) == f"{tmp_path / 'none'} can't be read: No such file or directory."
