from __future__ import annotations

import gzip
import hashlib
import struct
import tempfile
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from chainrule.data import load, read_idx
from chainrule.errors import FileError

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx_bytes(array: NDArray[Any]) -> bytes:
    kind = array.dtype.str[1:]
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, CODES[kind], array.ndim]) + sizes + array.astype(f">{kind}").tobytes()


class WriteIdxFolder(Protocol):
    def __call__(self, *arrays: NDArray[Any], dot: bool = False, gz: bool = False) -> Path: ...


@pytest.fixture
def write_idx_folder(tmp_path: Path) -> WriteIdxFolder:
    """Write train images, train labels, test images and test labels, in that order, into a folder."""

    def write(*arrays: NDArray[Any], dot: bool = False, gz: bool = False) -> Path:
        folder = tmp_path / "idx"
        folder.mkdir()
        names = [f"{part}-{what}" for part in ("train", "t10k") for what in ("images-idx3", "labels-idx1")]
        for name, array in zip(names, arrays, strict=False):
            file = f"{name.replace('-idx', '.idx') if dot else name}-ubyte{'.gz' if gz else ''}"
            content = idx_bytes(np.asarray(array))
            (folder / file).write_bytes(gzip.compress(content) if gz else content)
        return folder

    return write


@pytest.fixture
def small_images() -> tuple[NDArray[Any], ...]:
    """Three and two images of 2 × 2 bytes with labels 7, 3, 7 and 3, 9."""
    images = np.array([[[0, 255], [51, 102]], [[1, 2], [3, 4]], [[9, 9], [9, 9]]], dtype=np.uint8)
    labels = np.array([7, 3, 7], dtype=np.uint8)
    return images, labels, images[:2], np.array([3, 9], dtype=np.uint8)


# the first file of the format's description, by hand: two int16 rows of three
BY_HAND = bytes.fromhex("00000b02 00000002 00000003 0001 0002 0003 ffff fffe 7fff")

kinds = st.sampled_from([np.dtype(kind) for kind in CODES])
shapes = hnp.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4)


def test_a_file_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "some"
    path.write_bytes(BY_HAND)
    array = read_idx(path)
    assert (array.tolist(), array.dtype) == ([[1, 2, 3], [-1, -2, 32767]], np.int16)


@given(array=kinds.flatmap(lambda kind: hnp.arrays(kind, shapes)), gz=st.booleans())
def test_round_trip(array: NDArray[Any], gz: bool) -> None:
    content = idx_bytes(array)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "array")
        path.write_bytes(gzip.compress(content) if gz else content)
        back = read_idx(str(path), sha256=hashlib.sha256(content).hexdigest())
    assert (back.shape, back.dtype) == (array.shape, array.dtype)
    assert back.tobytes() == array.tobytes()
    assert back.flags.writeable


@given(data=st.data(), gz=st.booleans())
def test_any_cut_is_seen(data: st.DataObject, gz: bool) -> None:
    whole = gzip.compress(BY_HAND) if gz else BY_HAND
    end = data.draw(st.integers(0, len(whole) - 1))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "cut")
        path.write_bytes(whole[:end])
        with pytest.raises(FileError, match="^" + str(path)):
            read_idx(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"",
            "is not an IDX file: it starts with nothing, where 00 00, the kind of number (08, 09, 0b, 0c, "
            "0d, 0e) "
            "and the number of dimensions (00 to 20) should stand.",
        ),
        (
            b"<!DOCTYPE html>",
            "is not an IDX file: it starts with 3c 21 44 4f, where 00 00, the kind of number (08, 09, 0b, "
            "0c, 0d, "
            "0e) and the number of dimensions (00 to 20) should stand.",
        ),
        (
            bytes([0, 0, 0x0A, 1, 0, 0, 0, 0]),
            "is not an IDX file: it starts with 00 00 0a 01, where 00 00, the kind of number (08, 09, 0b, "
            "0c, 0d, "
            "0e) and the number of dimensions (00 to 20) should stand.",
        ),
        (BY_HAND[:9], "ends within its header. It was cut short: get it again."),
        (
            BY_HAND[:-1],
            "promises 2 × 3 values, 12 bytes, but 11 are there. It was cut short: get it again.",
        ),
        (BY_HAND + b"\0", "goes on after its 2 × 3 values, 12 bytes. It is damaged: get it again."),
        (
            bytes([0, 0, 0x0E, 2]) + b"\xff" * 8,
            "promises 4294967295 × 4294967295 values, 147573952520956936200 bytes, more than the file can "
            "hold. "
            "It was cut short: get it again.",
        ),
        (
            bytes([0, 0, 0x08, 3, 0, 0, 0, 0]) + b"\xff" * 8,
            "promises 0 × 4294967295 × 4294967295 values, 0 bytes, more than the file can hold. "
            "It was cut short: get it again.",
        ),
        (
            gzip.compress(BY_HAND)[:-9],
            "is a damaged gzip file (Compressed file ended before the end-of-stream marker was reached). "
            "Get it again.",
        ),
        (
            gzip.compress(BY_HAND)[:-8] + bytes(8),
            "is a damaged gzip file (CRC check failed 0x0 != 0xba02ef10). Get it again.",
        ),
    ],
    ids=["empty", "html", "kind", "header", "short", "long", "huge", "hollow", "gzip cut", "gzip crc"],
)
def test_damaged_files(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        read_idx(path)
    assert str(caught.value) == f"{path} {message}"


def test_a_small_gzip_that_promises_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "huge.gz"
    path.write_bytes(gzip.compress(bytes([0, 0, 8, 2, 0, 1, 0, 0, 0, 1, 0, 0])))
    with pytest.raises(FileError) as caught:
        read_idx(path)
    assert str(caught.value) == (
        f"{path} promises 65536 × 65536 values, 4294967296 bytes, more than the file can hold. "
        "It was cut short: get it again."
    )


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        read_idx(tmp_path / "none")
    assert str(caught.value) == f"{tmp_path / 'none'} can't be read: No such file or directory."


def test_another_hash(tmp_path: Path) -> None:
    path = tmp_path / "some"
    path.write_bytes(BY_HAND)
    with pytest.raises(FileError) as caught:
        read_idx(path, sha256="0" * 64)
    digest = hashlib.sha256(BY_HAND).hexdigest()
    assert str(caught.value) == (
        f"{path} is not the file it should be: the SHA-256 of its unpacked bytes is {digest[:12]}…, not "
        "000000000000…. Get it again or, if it is another data set, load its folder by its path."
    )


@pytest.mark.parametrize("dot", [False, True])
@pytest.mark.parametrize("gz", [False, True])
def test_a_folder(
    write_idx_folder: WriteIdxFolder, small_images: tuple[NDArray[Any], ...], dot: bool, gz: bool
) -> None:
    data = load(write_idx_folder(*small_images, dot=dot, gz=gz))
    (X, y), (Xt, yt) = data
    assert X.dtype == np.float32
    assert X[0].tolist() == [np.float32(v) for v in (0.0, 1.0, 0.2, 0.4)]
    assert np.array_equal(Xt, X[:2])
    # the classes are those that occur, the test's among them
    assert (y.tolist(), yt.tolist(), y.dtype) == ([1, 0, 1], [0, 2], np.int64)
    assert (data.classes, data.kind, data.target) == (("3", "7", "9"), "classification", "label")
    assert data.features == ("pixel_0_0", "pixel_0_1", "pixel_1_0", "pixel_1_1")


def test_a_folder_raw(write_idx_folder: WriteIdxFolder, small_images: tuple[NDArray[Any], ...]) -> None:
    (X, _), _ = load(write_idx_folder(*small_images), raw=True)
    assert (X.dtype, X.tolist()) == (np.uint8, [[0, 255, 51, 102], [1, 2, 3, 4], [9, 9, 9, 9]])


def test_a_folder_with_more_than_twenty_classes(write_idx_folder: WriteIdxFolder) -> None:
    X, y = np.zeros((26, 1, 1), dtype=np.uint8), np.arange(1, 27, dtype=np.uint8)
    data = load(write_idx_folder(X, y, X, y))
    assert data.classes == tuple(str(letter) for letter in range(1, 27))
    assert data.train[1].tolist() == list(range(26))


def test_a_folder_of_floats_keeps_them(write_idx_folder: WriteIdxFolder) -> None:
    X = np.array([[[0.5, 300.0]]], dtype=np.float32)
    y = np.array([1], dtype=np.int32)
    (read, _), _ = load(write_idx_folder(X, y, X, y))
    assert (read.tolist(), read.dtype) == ([[0.5, 300.0]], np.float32)


def test_a_folder_that_lacks_files(
    write_idx_folder: WriteIdxFolder, small_images: tuple[NDArray[Any], ...]
) -> None:
    folder = write_idx_folder(*small_images[:2])
    with pytest.raises(FileError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"the folder {folder} lacks t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte. A data set in IDX "
        "format is "
        "the four files train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, "
        "t10k-labels-idx1-ubyte, plain or with .gz."
    )


X3, Y3 = np.zeros((3, 2, 2), dtype=np.uint8), np.zeros(3, dtype=np.uint8)
NAN = np.array([[[0.0, 0.0], [0.0, np.nan]]], dtype=np.float32)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            (X3, Y3[:2], X3, Y3),
            "{0}/train-labels-idx1-ubyte has shape (2,), and {0}/train-images-idx3-ubyte has 3 samples. "
            "It takes one label or number a sample, shape (3,), or a row for each.",
        ),
        (
            (X3, Y3, X3[:, :1], Y3),
            "{0}/t10k-images-idx3-ubyte has samples of shape (1, 2), and {0}/train-images-idx3-ubyte of "
            "shape "
            "(2, 2). Both must have the same features.",
        ),
        (
            (X3[:0], Y3[:0], X3, Y3),
            "{0}/train-images-idx3-ubyte has shape (0, 2, 2). It takes at least one sample, and two "
            "dimensions or "
            "more: the samples, then the values of each.",
        ),
        (
            (X3, Y3, NAN, Y3[:1]),
            "{0}/t10k-images-idx3-ubyte has nan at [0, 1, 1]. It takes finite numbers: fill it in, or "
            "leave the "
            "sample out.",
        ),
    ],
)
def test_folders_that_do_not_fit(
    write_idx_folder: WriteIdxFolder, arrays: tuple[NDArray[Any], ...], message: str
) -> None:
    folder = write_idx_folder(*arrays)
    with pytest.raises(FileError) as caught:
        load(folder)
    assert str(caught.value) == message.format(folder)
