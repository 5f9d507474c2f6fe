"""From bytes to characters."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from chainrule.data import read_features, read_table
from chainrule.errors import FileError, InputError

ROWS = "1.5,2,a\n2.5,1,b\n3.5,2,a\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.csv"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16-LE"),
        ("utf-16-be", "UTF-16-BE"),
        ("utf-32", "UTF-32"),
        ("latin-1", "Latin-1"),
        ("cp1252", "Latin-1"),
    ],
)
def test_encodings_that_tell_themselves(path: Path, encoding: str, told: str) -> None:
    path.write_bytes(f"größe,café à,k\n{ROWS}".encode(encoding))
    data = read_table(path)
    assert data.report is not None
    assert (data.features, data.report.said) == (("größe", "café à"), told)
    assert data.train[0].tolist() == [[1.5, 2], [2.5, 1], [3.5, 2]]


def test_signs_that_windows_has_beyond_latin_1(path: Path) -> None:
    path.write_bytes(f"price in €,don’t – “so”,k\n{ROWS}".encode("cp1252"))
    assert read_table(path).features == ("price in €", "don’t – “so”")


@pytest.mark.parametrize(
    ("encoding", "names", "byte"),
    [
        ("cp1251", "вес,рост", "e2"),
        ("shift-jis", "重さ,高さ", "8f"),
        ("mac-roman", "größe,höhe", "9a"),
        ("cp850", "größe,höhe", "94"),
        ("cp437", "más,niño", "a0"),
        ("gb18030", "重量,高度", "d6"),
    ],
)
def test_encodings_that_only_the_owner_knows(path: Path, encoding: str, names: str, byte: str) -> None:
    path.write_bytes(f"x,y,k\n{ROWS}{names},a\n".encode(encoding))
    with pytest.raises(FileError) as caught:
        read_table(path)
    assert str(caught.value) == (
        f"{path}, line 5: the byte {byte} is not UTF-8, and could stand for several letters. Name the encoding: "
        "encoding='latin-1', encoding='cp1251' or another one; or save the file as UTF-8 text."
    )
    path.write_bytes(f"{names},k\n{ROWS}".encode(encoding))
    data = read_table(path, encoding=encoding)
    assert data.features == tuple(names.split(","))
    assert read_features(path, names.split(","), encoding=encoding).tolist() == data.train[0].tolist()


def test_an_encoding_that_does_not_fit(path: Path) -> None:
    path.write_bytes(f"größe,y,k\n{ROWS}".encode("latin-1"))
    with pytest.raises(FileError) as caught:
        read_table(path, encoding="utf-8")
    assert str(caught.value) == (
        f"{path} is not in UTF-8 ('utf-8' codec can't decode byte 0xf6 in position 2: invalid start byte). Name its "
        "encoding with encoding='latin-1' or the like."
    )
    for name in ("latin-one", "utf\0"):
        with pytest.raises(InputError) as told:
            read_table(path, encoding=name)
        assert str(told.value) == (
            f"encoding = {name!r} is not known: give one such as 'utf-8', 'utf-16', 'latin-1', 'cp1251'."
        )


def test_no_text_at_all(path: Path) -> None:
    for content in (bytes(range(256)), b"x,y\n" + bytes(100) + b"\n"):
        path.write_bytes(content)
        with pytest.raises(FileError) as caught:
            read_table(path)
        assert str(caught.value) == f"{path} is no text: it holds zero bytes. It takes a table of text."


def test_a_byte_that_comes_late_is_found_on_its_line(path: Path) -> None:
    path.write_bytes(b"x,y,k\n" + b"1.5,2,a\n" * 300_000 + "вес,рост,a\n".encode("cp1251"))
    with pytest.raises(FileError) as caught:
        read_table(path)
    assert str(caught.value).startswith(f"{path}, line 300002: the byte e2 is not UTF-8, ")


def test_a_gzipped_table(tmp_path: Path) -> None:
    for name in ("some.csv.gz", "some.TXT.GZ", "some.csv"):  # whether it is packed is seen from its bytes
        path = tmp_path / name
        path.write_bytes(gzip.compress(f"größe;y;k\n{ROWS.replace(',', ';')}".encode("latin-1")))
        data = read_table(path)
        assert data.report is not None
        assert (data.features, data.report.said) == (("größe", "y"), "semicolons, Latin-1")
