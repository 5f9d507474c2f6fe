"""A training that is killed at any moment, a write's too, and goes on, ends with the bits of one that was not.

CHAINRULE_KILLS says how many random moments there are in all: ``CHAINRULE_KILLS=100 pytest -s …/test_killed.py``.
"""

from __future__ import annotations

import os
import pickle
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from broken_off import TRAININGS, Result, forked, hasty

from chainrule.training.checkpoints import folder
from processes import ended
from thorough import THOROUGH, share

KILLS = int(os.environ.get("CHAINRULE_KILLS", "8" if THOROUGH else "4"))
CASES = [(name, engine) for name in TRAININGS for engine in ("numpy", "compiled")]


def undisturbed(name: str, engine: str, place: Path) -> Result:
    place.mkdir()
    return TRAININGS[name](engine, place / "run")


def begin(name: str, engine: str, place: Path, break_off: Any = None) -> int:
    """A process that trains, or goes on, and in the end says what came out."""

    def work() -> None:
        hasty()
        if break_off is not None:
            break_off()
        found = TRAININGS[name](engine, place / "run", resume=True)
        (place / "found.tmp").write_bytes(pickle.dumps(found))
        os.replace(place / "found.tmp", place / "found")

    return forked(work, place / "said")


def finish(name: str, engine: str, place: Path) -> Result:
    status = ended(begin(name, engine, place))
    assert status == 0, (place / "said").read_text() if (place / "said").exists() else status
    found: Result = pickle.loads((place / "found").read_bytes())
    return found


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("name", "engine"), CASES)
def test_killed_at_random_moments(name: str, engine: str, tmp_path: Path) -> None:
    right = undisturbed(name, engine, tmp_path / "whole")
    began = time.monotonic()
    place = tmp_path / "timed"
    place.mkdir()
    assert finish(name, engine, place) == right
    whole = time.monotonic() - began
    chance, kills, rounds = random.Random(f"{name} {engine} {KILLS}"), 0, 0
    while kills < -(-KILLS // len(CASES)):
        place, rounds = tmp_path / f"run {rounds}", rounds + 1
        place.mkdir()
        for _ in range(chance.randint(1, 4)):  # in several of its lives, at moments of each
            child = begin(name, engine, place)
            time.sleep(chance.uniform(0, 0.6 * whole))
            os.kill(child, signal.SIGKILL)
            status = ended(child)
            assert status in (0, -signal.SIGKILL), (place / "said").read_text()
            kills += status != 0
        assert finish(name, engine, place) == right
        assert len(list((place / "run").iterdir())) == 3  # the newest two, and the lock
    print(f"killed {kills} times in {rounds} trainings, {name}, {engine}")  # shown by pytest -s


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def at_write(count: int, moment: str) -> Any:
    """Have the process die in a write: when so many were made, at that moment of the next one."""

    def break_off() -> None:
        import chainrule.utils.files as files

        class Broken:
            def __init__(self, file: Any) -> None:
                self._file = file

            def write(self, content: bytes) -> None:
                self._file.write(content[: len(content) // 2])
                self._file.flush()
                die()

        writes, replacing, write = [0], folder.replacing, folder.Folder.write
        fsync, replace = os.fsync, os.replace

        def wrapped(self: Any, step: int, content: bytes) -> None:
            writes[0] += 1
            last = writes[0] == count + 1
            if last and moment == "half written":
                with replacing(self.path / "step-000000000000.safetensors") as file:
                    Broken(file).write(content)
            if last and moment == "before it is flushed":
                files.os.fsync = lambda _: die()  # type: ignore[assignment]
            if last and moment == "before it is renamed":
                files.os.replace = lambda *_: die()  # type: ignore[assignment]
            if last and moment == "before the oldest goes":
                Path.unlink = lambda *_, **__: die()  # type: ignore[assignment]
            write(self, step, content)
            assert (os.fsync, os.replace) == (fsync, replace)

        folder.Folder.write = wrapped  # type: ignore[method-assign]

    return break_off


MOMENTS = ["half written", "before it is flushed", "before it is renamed", "before the oldest goes"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_within_a_write(moment: str, tmp_path: Path) -> None:
    for count in share([0, 17]):
        folder_of_count = tmp_path / str(count)
        folder_of_count.mkdir()
        _killed_within_a_write(moment, count, folder_of_count)


def _killed_within_a_write(moment: str, count: int, tmp_path: Path) -> None:
    name, engine = CASES[(count + MOMENTS.index(moment)) % len(CASES)]
    right = undisturbed(name, engine, tmp_path / "whole")
    place = tmp_path / "killed"
    place.mkdir()
    if moment == "before the oldest goes":
        count = max(count, 2)  # there are three then
    assert ended(begin(name, engine, place, at_write(count, moment))) == -signal.SIGKILL
    left = [path for path in (place / "run").iterdir() if path.suffix == ".tmp"]
    unnamed = hasattr(os, "O_TMPFILE")  # a file that has no name before it is whole
    assert len(left) == (moment in MOMENTS[2 if unnamed else 0 : 3])
    assert finish(name, engine, place) == right
    assert not list((place / "run").glob(".*.tmp"))
