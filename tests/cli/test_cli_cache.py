"""chainrule cache: what is kept, where, and how it is deleted."""

import os
from pathlib import Path

import pytest

from chainrule.compiler import store


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for compiled code that isn't there yet."""
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "code"))
    monkeypatch.delenv("CHAINRULE_CACHE_MB", raising=False)
    return tmp_path / "code"


def test_it_says_how_much_is_kept_and_where(chainrule, place, monkeypatch):
    assert chainrule("cache").out == f"{place}: 0 programs, 0 MB of at most 256 MB\n"
    store.write("one", bytes(150_000 - store.CHECKSUM))
    monkeypatch.setenv("CHAINRULE_CACHE_MB", "20")
    assert chainrule("cache").out == f"{place}: 1 program, 0.1 MB of at most 20 MB\n"
    store.write("two", bytes(10**6 + 50_000 - store.CHECKSUM))
    assert chainrule("cache").out == f"{place}: 2 programs, 1.2 MB of at most 20 MB\n"


def test_it_deletes_compiled_code_and_nothing_else(chainrule, place):
    store.write("one", bytes(2 * 10**6 - store.CHECKSUM))
    (place / "letter.txt").write_text("to a friend")
    assert chainrule("cache", "--clear").out == f"{place}: deleted 1 program, 2 MB\n"
    assert [path.name for path in place.iterdir()] == ["letter.txt"]
    assert chainrule("cache", "--clear").out == f"{place}: deleted 0 programs, 0 MB\n"


def test_what_cant_be_deleted_is_told(refused, place, monkeypatch):
    store.write("one", b"first")

    def unlink(self):
        raise PermissionError

    monkeypatch.setattr(Path, "unlink", unlink)
    assert refused("cache", "--clear") == f"{place}: 1 program can't be deleted: may the folder be written?"


def test_without_a_home_there_is_none(chainrule, monkeypatch):
    monkeypatch.setattr(store, "folder", lambda: None)
    assert (
        chainrule("cache").out
        == "There is no folder for compiled code, since there is no home: CHAINRULE_CACHE names one.\n"
    )


def test_a_size_that_is_none_is_refused(refused, monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE_MB", "much")
    assert refused("cache") == (
        "CHAINRULE_CACHE_MB = 'much' is no size: give the megabytes that compiled code may take on disk, a whole "
        "number of at least 0; it is 256 unless set."
    )


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs owners of files")
def test_a_folder_that_others_may_write_to_is_told(refused, place):
    store.write("one", b"first")
    place.chmod(0o777)
    assert refused("cache") == (
        f"{place} is not used: it is another user's, or others may write to it, and what lies there would be run. "
        f"Take a folder of your own, or keep others from it: chmod 700 {place}"
    )
