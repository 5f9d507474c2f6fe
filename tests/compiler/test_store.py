"""Files of compiled code: what is damaged is not taken, what is old makes room, and no folder is needed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import platformdirs
import pytest

from chainrule.compiler import store
from chainrule.errors import InputError


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for compiled code that isn't there yet."""
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "a" / "b"))
    monkeypatch.delenv("CHAINRULE_CACHE_MB", raising=False)
    return tmp_path / "a" / "b"


def used(name: str, seconds: int) -> None:
    """Set when a file was used last."""
    folder = store.folder()
    assert folder is not None
    os.utime(folder / f"{name}.code", (seconds, seconds))


def test_what_is_written_is_read(place: Path) -> None:
    assert store.read("one") is None
    store.write("one", b"first")
    store.write("two", b"second")
    assert (store.read("one"), store.read("two")) == (b"first", b"second")
    assert sorted(path.name for path in place.iterdir()) == ["one.code", "two.code"]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda file: b"", id="empty"),
        pytest.param(lambda file: file[:20], id="shorter than its checksum"),
        pytest.param(lambda file: file[:-1], id="cut"),
        pytest.param(lambda file: file + b"\0", id="longer"),
        pytest.param(lambda file: file[:-2] + bytes([file[-2] ^ 1]) + file[-1:], id="one bit"),
        pytest.param(lambda file: bytes([file[0] ^ 1]) + file[1:], id="one bit of the checksum"),
    ],
)
def test_a_damaged_file_is_not_read(damage: Callable[[bytes], bytes], place: Path) -> None:
    store.write("one", b"what was compiled")
    (path,) = place.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert store.read("one") is None
    store.write("one", b"what was compiled")
    assert store.read("one") == b"what was compiled"


# --- room ---------------------------------------------------------------------------------------------------


def test_what_was_not_used_for_longest_makes_room(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINRULE_CACHE_MB", "1")
    content = bytes(300_000)
    for second, name in enumerate(("a", "b", "c")):
        store.write(name, content)
        used(name, 1000 + second)
    store.read("a")
    store.write("d", content)
    assert {path.stem for path in place.iterdir()} == {"a", "c", "d"}


def test_what_is_larger_than_all_room_is_not_kept(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINRULE_CACHE_MB", "0")
    store.write("one", b"first")
    assert not place.exists()


def test_only_compiled_code_is_trimmed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place.mkdir(parents=True)
    (place / "letter.txt").write_bytes(bytes(2_000_000))
    monkeypatch.setenv("CHAINRULE_CACHE_MB", "1")
    store.write("one", b"first")
    assert store.trim(0) == 1
    assert [path.name for path in place.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("given", ["-1", "1.5", "much", "²", " 1"])
def test_a_size_that_is_none_is_refused(given: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINRULE_CACHE_MB", given)
    with pytest.raises(InputError) as caught:
        store.write("one", b"first")
    assert str(caught.value) == (
        f"CHAINRULE_CACHE_MB = {given!r} is no size: give the megabytes that compiled code may take on disk, a whole "
        "number of at least 0; it is 256 unless set."
    )


# --- no folder ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({"CHAINRULE_CACHE": "file"}, id="a file"),
        pytest.param({"CHAINRULE_CACHE": "file/below"}, id="below a file"),  # which not even root can write
        pytest.param({"CHAINRULE_CACHE": "~no one of that name/code"}, id="no one's home"),
        pytest.param({"CHAINRULE_CACHE": "", "HOME": "file"}, id="a home that can't be written"),
        pytest.param({}, id="no home"),
    ],
)
def test_without_a_folder_nothing_is_kept(
    variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(user: int) -> None:
        raise KeyError(user)

    (tmp_path / "file").write_text("as it was")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pwd.getpwuid", unknown)
    for name in ("CHAINRULE_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace("file", str(tmp_path / "file")))
    store.write("one", b"first")
    assert store.read("one") is None
    assert (list(store.newest_first()), store.trim(0)) == ([], 0)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "as it was")]


def test_the_folder_is_the_users_own_if_none_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHAINRULE_CACHE", "~/code")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert store.folder() == tmp_path / "code"
    monkeypatch.delenv("CHAINRULE_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    own = store.folder()
    assert own is not None
    assert own.is_relative_to(tmp_path)
    assert "chainrule" in own.parts
    for variable in (str(tmp_path / "of XDG"), "not absolute", ""):
        monkeypatch.setenv("XDG_CACHE_HOME", variable)
        assert store.folder() == Path(platformdirs.user_cache_dir("chainrule"))


# --- what others may have put there ------------------------------------------------------------------------

unix = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs owners of files")


def whole(content: bytes) -> bytes:
    """A file's content, with its checksum."""
    return hashlib.sha256(content).digest() + content


@unix
def test_the_folder_is_made_for_its_user_alone(place: Path) -> None:
    store.write("one", b"first")
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


@unix
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o722])
def test_a_folder_that_others_may_write_to_is_not_used(mode: int, place: Path) -> None:
    store.write("one", b"first")
    place.chmod(mode)
    assert store.read("one") is None
    store.write("two", b"second")
    assert [path.name for path in place.iterdir()] == ["one.code"]
    place.chmod(0o755)
    assert store.read("one") == b"first"


@unix
def test_a_file_that_others_may_write_to_is_not_read(place: Path) -> None:
    store.write("one", b"first")
    (place / "one.code").chmod(0o666)
    assert store.read("one") is None
    store.write("one", b"first")
    assert store.read("one") == b"first"


@unix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_is_another_users_is_not_read(what: str, place: Path) -> None:
    store.write("one", b"first")
    os.chown(place / "one.code" if what == "file" else place, 12345, 12345)
    assert store.read("one") is None


@unix
def test_a_link_is_neither_read_nor_written_through(place: Path, tmp_path: Path) -> None:
    store.write("other", b"other")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(whole(b"planted"))
    (place / "one.code").symlink_to(elsewhere)
    assert store.read("one") is None
    store.write("one", b"first")
    assert store.read("one") == b"first"
    assert elsewhere.read_bytes() == whole(b"planted")


@unix
@pytest.mark.timeout(20)
def test_a_pipe_is_waited_for_by_nobody(place: Path) -> None:
    store.write("other", b"other")
    os.mkfifo(place / "one.code", 0o600)
    assert store.read("one") is None
    store.write("one", b"first")  # a pipe is no file to be replaced
    assert store.read("one") is None
    (place / "two.code").mkdir()
    assert store.read("two") is None
