"""Folders of IDX files, and one of them."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import numpy as np
import pytest

from chainrule.data import load, read_idx_inputs
from chainrule.errors import FileError


def write(path: Path, values: list[int], *shape: int) -> None:
    path.write_bytes(bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + bytes(values))


def write_set(folder: Path, name: str = "", test: str = "t10k", offset: int = 0) -> None:
    """Three training images of two pixels and one for the test; the labels count from 1."""
    for part, count in (("train", 3), (test, 1)):
        write(folder / f"{name}{part}-images-idx3-ubyte", [51 * i for i in range(2 * count)], count, 1, 2)
        write(folder / f"{name}{part}-labels-idx1-ubyte", [i + 1 + offset for i in range(count)], count)


@pytest.mark.parametrize(
    ("name", "test"), [("", "t10k"), ("", "test"), ("emnist-letters-", "test"), ("a.b ", "t10k")]
)
def test_names_of_siblings(tmp_path: Path, name: str, test: str) -> None:
    write_set(tmp_path, name, test)
    (tmp_path / "emnist-letters-mapping.txt").write_text("1 65 97\n")
    data = load(tmp_path)
    (X, y), (Xt, yt) = data
    assert (data.classes, y.tolist(), yt.tolist()) == (("1", "2", "3"), [0, 1, 2], [0])
    np.testing.assert_allclose(X, [[0, 0.2], [0.4, 0.6], [0.8, 1]], rtol=1e-6)
    assert Xt.shape == (1, 2)


def test_several_data_sets(tmp_path: Path) -> None:
    write_set(tmp_path, "emnist-digits-", "test")
    write_set(tmp_path, "emnist-letters-", "test", offset=5)
    with pytest.raises(FileError) as caught:
        load(tmp_path)
    assert str(caught.value) == (
        f"the folder {tmp_path} holds several data sets: emnist-digits, emnist-letters. Name one by its file of "
        "training "
        f"images, such as {tmp_path / 'emnist-digits-train-images-idx3-ubyte'}."
    )
    data = load(tmp_path / "emnist-letters-train-images-idx3-ubyte")
    assert data.classes == ("6", "7", "8")
    assert data.test is not None
    write_set(tmp_path)  # MNIST's own names come first
    assert load(tmp_path).classes == ("1", "2", "3")


def test_a_folder_that_lacks_files(tmp_path: Path) -> None:
    write_set(tmp_path, "emnist-letters-", "test")
    (tmp_path / "emnist-letters-test-labels-idx1-ubyte").unlink()
    with pytest.raises(FileError) as caught:
        load(tmp_path)
    assert str(caught.value) == (
        f"the folder {tmp_path} lacks t10k-labels-idx1-ubyte. A data set in IDX format is the four files "
        "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, plain "
        "or with "
        ".gz."
    )


def test_one_file_of_images(tmp_path: Path) -> None:
    write_set(tmp_path)
    data = load(tmp_path / "t10k-images-idx3-ubyte")
    assert (data.train[1].tolist(), data.test, data.classes) == ([0], None, ("1",))
    shutil.copy(tmp_path / "train-images-idx3-ubyte", tmp_path / "my images.idx")
    shutil.copy(tmp_path / "train-labels-idx1-ubyte", tmp_path / "my labels.idx")
    data = load(tmp_path / "my images.idx")
    assert (data.train[1].tolist(), data.test) == ([0, 1, 2], None)
    assert read_idx_inputs(tmp_path / "my images.idx").shape == (3, 2)
    shutil.copy(tmp_path / "train-images-idx3-ubyte", tmp_path / "photos")  # told by how it begins
    with pytest.raises(FileError) as caught:
        load(tmp_path / "photos")
    assert str(caught.value) == (
        f"{tmp_path / 'photos'} holds images, and there is no file of their labels beside it. Training takes both."
    )
    (tmp_path / "my labels.idx").unlink()
    with pytest.raises(FileError) as told:
        load(tmp_path / "my images.idx")
    assert str(told.value) == (
        f"{tmp_path / 'my images.idx'} holds images, and there is no file of their labels beside it, my "
        "labels.idx. Training "
        "takes both."
    )


def test_one_file_of_labels(tmp_path: Path) -> None:
    write_set(tmp_path)
    path = tmp_path / "train-labels-idx1-ubyte"
    with pytest.raises(FileError) as caught:
        load(path)
    assert str(caught.value) == f"{path} holds labels. Name the file of the images that they are for."
