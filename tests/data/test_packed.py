"""Packed files have bounds."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest

from chainrule.data import packed, read_npz, read_table
from chainrule.errors import FileError


def test_a_gzip_that_unpacks_out_of_all_proportion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "some.csv.gz"
    path.write_bytes(gzip.compress(b"x,y,k\n" + b"0,0,0\n" * 100_000 + b"1,1,1\n"))
    assert len(read_table(path).train[1]) == 100_001
    monkeypatch.setattr(packed, "MAX_UNPACKED", 100_000)
    with pytest.raises(FileError) as caught:
        read_table(path)
    assert str(caught.value) == (
        f"{path} unpacks to more than {max(100_000, 200 * path.stat().st_size):,} bytes, over 200 times its size. "
        "If you "
        "trust it, unpack it first: gunzip -k."
    )


def test_an_archive_that_unpacks_out_of_all_proportion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "some.npz"
    np.savez_compressed(path, X=np.zeros((20_000, 4)), y=np.arange(20_000) % 2)
    assert len(read_npz(path).train[1]) == 20_000
    monkeypatch.setattr(packed, "MAX_UNPACKED", 1000)
    monkeypatch.setattr(packed, "MAX_RATIO", 2)
    with zipfile.ZipFile(path) as archive:
        size = sum(part.file_size for part in archive.infolist())
    with pytest.raises(FileError) as caught:
        read_npz(path)
    assert str(caught.value) == (
        f"{path} unpacks to {size:,} bytes, over 2 times its size. If you trust it, save it with np.savez, which packs "
        "nothing."
    )


@pytest.mark.parametrize(
    ("cut", "reason"),
    [
        (slice(None, -9), "Compressed file ended before the end-of-stream marker was reached"),
        (slice(2, None), None),
    ],
)
def test_a_damaged_gzip(tmp_path: Path, cut: slice, reason: str | None) -> None:
    path = tmp_path / "some.csv.gz"
    path.write_bytes(gzip.compress(b"x,y\n1,2\n" * 100)[cut])
    with pytest.raises(FileError) as caught:
        read_table(path)
    if reason is not None:
        assert str(caught.value) == f"{path} is a damaged gzip file ({reason}). Get it again."
    else:  # no gzip any more, and no text
        assert str(caught.value) == f"{path} is no text: it holds zero bytes. It takes a table of text."


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        read_table(tmp_path / "none.csv.gz")
    assert str(caught.value) == f"{tmp_path / 'none.csv.gz'} can't be read: No such file or directory."
