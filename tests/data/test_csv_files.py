"""From bytes to cells: dialects, encodings, and whatever else a file may hold."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.data import DataSet, load, read_csv
from chainrule.errors import FileError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.csv"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_dialects(path: Path, delimiter: str, encoding: str, newline: str) -> None:
    lines = ['"größe, in m"; farbe ', "1.5;rot", "", "2; blau "]
    path.write_bytes(newline.join(lines).replace(";", delimiter).encode(encoding))
    data = read_csv(path)
    assert (data.features, data.target) == (("größe, in m",), "farbe")
    assert (data.train[0].tolist(), data.classes) == ([[1.5], [2.0]], ("blau", "rot"))


def test_not_utf_8(path: Path) -> None:
    path.write_bytes("x,y\n1,2\n3,größe\n".encode("latin-1"))
    with pytest.raises(FileError) as caught:
        read_csv(path)
    assert str(caught.value) == f"{path}, line 3: the byte f6 is not UTF-8. Save the file as UTF-8 text."


def test_no_such_table(path: Path) -> None:
    with pytest.raises(FileError) as caught:
        load(path)
    assert str(caught.value) == f"{path} can't be read: No such file or directory."


def read_or_refusal(path: Path) -> DataSet | str:
    try:
        return read_csv(path)
    except FileError as error:
        return str(error)


@given(content=st.binary(max_size=60) | st.text('"\n\r,;\tx1.-_ \ufeffnaif', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "some.csv")
        path.write_bytes(content)
        outcome = read_or_refusal(path)
    if isinstance(outcome, str):
        assert outcome.startswith(str(path))
    else:
        X, y = outcome.train
        assert len(X) == len(y) > 0
        assert np.isfinite(X).all()
