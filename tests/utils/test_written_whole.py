"""Files are written whole or not at all, and a process that is killed leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chainrule.errors import FileError
from chainrule.utils import files
from chainrule.utils.files import replacing

WRITES = """
import sys, time
from chainrule.utils.files import replacing
with replacing(sys.argv[1]) as file:
    file.write(b"half of it")
    file.flush()
    print("half", flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=["unnamed", "named"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "named":  # as on systems and disks that have no files without a name
        monkeypatch.setattr(files, "_unnamed", lambda folder: None)
    return str(request.param)


def test_the_whole_takes_the_place(way: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with replacing(tmp_path / "a") as file:
        file.write(b"new")
        assert (tmp_path / "a").read_bytes() == b"old"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"new"}
    before = os.umask(0)
    os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o666 & ~before


def test_what_breaks_off_leaves_nothing(way: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")

    def break_off() -> None:
        with replacing(tmp_path / "a") as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old"}


def test_no_such_folder(way: str, tmp_path: Path) -> None:
    with pytest.raises(FileError) as told, replacing(tmp_path / "no" / "a"):
        pass
    assert str(told.value) == (
        f"{tmp_path / 'no' / 'a'} can't be written: there is no folder {tmp_path / 'no'}. Make it first."
    )


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="needs files without a name")
def test_kill_minus_9(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES, tmp_path / "a"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    process.kill()
    process.communicate()
    assert not list(tmp_path.iterdir())
