"""Files that are something else, or damaged; the package that reads them."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from saved import TAKE, iris, message, refused_or_same

from chainrule.errors import KindError, MissingPackage
from chainrule.files import save
from chainrule.network import load
from thorough import examples


def test_no_such_file(path: Path) -> None:
    assert message(path) == f"{path} can't be read: No such file or directory."


def test_a_folder(tmp_path: Path) -> None:
    assert message(tmp_path) == f"{tmp_path} can't be read: Is a directory."


def test_no_path() -> None:
    assert message(7, KindError) == "7 is no path: give a file's name, such as 'model.safetensors'."


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    pixel = chunk(b"IHDR", bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])) + chunk(
        b"IDAT", zlib.compress(b"\0\0")
    )
    return b"\x89PNG\r\n\x1a\n" + pixel + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b"\x10", "is no safetensors file"),
        (png(), "is no safetensors file"),
        (b"x0,x1,y\n1,2,0\n3,4,1\n", "is no safetensors file"),
        (bytes(100), "is no safetensors file"),
        (b"\xff" * 8 + b"{", "is a safetensors file that is damaged or cut short"),
        (b"\2" + bytes(7) + b"{}extra", "is a safetensors file that is damaged or cut short"),
    ],
)
def test_no_safetensors_file(path: Path, content: bytes, what: str) -> None:
    path.write_bytes(content)
    assert message(path) == f"{path} {what}. {TAKE}"


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}])
def test_safetensors_of_something_else(path: Path, metadata: dict[str, str] | None) -> None:
    safetensors.numpy.save_file({"fc.weight": np.ones((3, 2), np.float16)}, path, metadata)
    assert message(path) == (
        f"{path} is a safetensors file of something else: it does not say what network its numbers "
        f"belong to. {TAKE}"
    )


def test_cut_off_anywhere(path: Path) -> None:
    save(iris(), path)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        what = (
            "is a safetensors file that is damaged or cut short"
            if length > 8
            else "is no safetensors file"
            if length
            else "is empty"
        )
        assert message(path) == f"{path} {what}. {TAKE}"
    path.write_bytes(content + b"\0")
    assert message(path) == f"{path} is a safetensors file that is damaged or cut short. {TAKE}"


def test_one_bit_of_one_weight(path: Path) -> None:
    save(iris(), path)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert message(path) == (
        f"{path} can't be loaded: it is damaged. Its numbers or names are not those that were written "
        "(their SHA-256 differs). Take another copy, or save the network again."
    )


@examples(500)
@given(
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=3
    ),
    cut=st.none() | st.floats(0, 1, exclude_max=True),
)
def test_any_damage_is_seen(scratch: Path, changes: list[tuple[float, int]], cut: float | None) -> None:
    net = iris()
    save(net, scratch)
    content = bytearray(scratch.read_bytes())
    for place, flipped in changes:
        content[int(place * len(content))] ^= flipped
    scratch.write_bytes(content if cut is None else content[: int(cut * len(content))])
    assert refused_or_same(scratch, net)


def test_any_byte_of_the_description_changed(path: Path) -> None:
    net = iris()
    save(net, path)
    content = path.read_bytes()
    header = 8 + int.from_bytes(content[:8], "little")
    for place in range(header):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert refused_or_same(path, net)


def test_numbers_that_numpy_lacks(path: Path) -> None:
    header = json.dumps(
        {
            "__metadata__": {"chainrule": "{}"},
            "W1": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]},
        }
    ).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    assert message(path) == f"{path} is a safetensors file that is damaged or cut short. {TAKE}"


def test_safetensors_is_not_installed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "safetensors", None)
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    path.write_bytes(b"")
    for call in (lambda: save(iris(), path), lambda: load(path)):
        with pytest.raises(MissingPackage) as raised:
            call()
        assert str(raised.value) == (
            "reading and writing model files needs the package safetensors. "
            "Install it with: pip install safetensors"
        )


def test_importing_the_module_imports_no_package() -> None:
    code = "import chainrule.files, sys; print([m for m in sys.modules if m.split('.')[0] == 'safetensors'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
