from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chainrule.errors import FileError, KindError
from chainrule.utils.files import as_path, replacing


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "some.txt"
    path.write_bytes(b"as it was")
    return path


def write(path: Any, content: bytes = b"new") -> None:
    with replacing(path) as file:
        file.write(content)


def untouched(target: Path) -> bool:
    return target.read_bytes() == b"as it was" and os.listdir(target.parent) == [target.name]


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    write(tmp_path / "new.txt")
    (tmp_path / "plain.txt").write_bytes(b"")
    assert (tmp_path / "new.txt").read_bytes() == b"new"
    assert (tmp_path / "new.txt").stat().st_mode == (tmp_path / "plain.txt").stat().st_mode
    assert sorted(os.listdir(tmp_path)) == ["new.txt", "plain.txt"]


@pytest.mark.parametrize("kind", [str, Path, os.fsencode])
def test_it_replaces_a_file_given_as_any_kind_of_path(target: Path, kind: Any) -> None:
    write(kind(target))
    assert target.read_bytes() == b"new"


def test_the_old_file_stays_until_the_new_one_is_whole(target: Path) -> None:
    with replacing(target) as file:
        file.write(b"new")
        assert target.read_bytes() == b"as it was"
    assert target.read_bytes() == b"new"


def test_a_link_goes_on_pointing_where_it_did(target: Path) -> None:
    link = target.parent / "link"
    link.symlink_to(target)
    write(link)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, FileError])
def test_an_interruption_leaves_the_old_file(target: Path, error: type[BaseException]) -> None:
    with pytest.raises(error, match="stop"), replacing(target) as file:  # noqa: PT012
        file.write(b"half")
        raise error("stop")
    assert untouched(target)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failing_rename_leaves_the_old_file(
    target: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises((FileError, KeyboardInterrupt)) as raised:
        write(target)
    expected = "" if isinstance(error, KeyboardInterrupt) else f"{target} can't be written: {error.args[1]}."
    assert str(raised.value) == expected
    assert untouched(target)


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Files of this process can't grow beyond 1000 bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_disk")
def test_a_disk_that_is_full_halfway(target: Path) -> None:
    with pytest.raises(FileError) as raised:
        write(target, bytes(5000))
    assert str(raised.value) == f"{target} can't be written: File too large."
    assert untouched(target)


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "no" / "such" / "new.txt"
    with pytest.raises(FileError) as raised:
        write(path)
    assert str(raised.value) == f"{path} can't be written: there is no folder {path.parent}. Make it first."
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_a_file(target: Path) -> None:
    with pytest.raises(FileError) as raised:
        write(target / "new.txt")
    assert str(raised.value) == f"{target / 'new.txt'} can't be written: Not a directory."
    assert untouched(target)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(FileError) as raised:
        write(tmp_path / "new.txt")
    tmp_path.chmod(0o700)
    assert str(raised.value) == f"{tmp_path / 'new.txt'} can't be written: Permission denied."


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 300)
    with pytest.raises(FileError) as raised:
        write(path)
    assert str(raised.value) == f"{path} can't be written: File name too long."
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("path", ["{}", "/", "/dev/null"])
def test_a_folder_or_a_device(tmp_path: Path, path: str) -> None:
    path = path.format(tmp_path)
    with pytest.raises(FileError) as raised:
        write(path)
    expected = f"{path} can't be written: it is a folder or a device. Give the name of a file."
    assert str(raised.value) == expected
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("given", [5, None, ["a"], "a\0b"])
def test_what_is_no_path(given: Any) -> None:
    with pytest.raises(KindError) as raised:
        as_path(given)
    assert str(raised.value) == f"{given!r} is no path: give a file's name, such as 'model.safetensors'."
