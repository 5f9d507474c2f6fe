"""Mutation testing: what is changed, what is drawn, which tests are tried, and a whole run on a small package."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from loaded import ROOT
from thorough import share

sys.path.append(str(ROOT / "scripts"))

import mutants
from mutation import changes, coverage_map

SMALL = '''"""A small room."""
LIMIT = 3


def twice(x):
    """Twice a number."""
    return x + x


def kind(x):
    return "big" if x > LIMIT else "small"


class Counter:
    @property
    def steps(self):
        return self.at + 1

    def __init__(self, at):
        self.at = at


def down(n):
    while n > 0:
        n -= 1
    return n


def never(n):
    return n
'''
SMALL_TESTS = """
from chainrule.expressions import small

def test_twice():
    assert small.twice(3) == 6

def test_kind():
    assert small.kind(5) == "big"

def test_steps():
    assert small.Counter(2).steps == 3

def test_down():
    assert small.down(3) == 0

def test_that_fails_anyway():
    assert small.never(1) == 2
"""


def _told(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    monkeypatch.setattr(changes, "PACKAGE", folder)
    monkeypatch.setattr(changes, "ROOMS", ("room",))
    path = folder / "room" / f"{folder.name}.py"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return [changes.difference(mutant) for mutant in changes.all_mutants()["room"]]


def test_what_is_a_mutant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "def f(x: float, y: int = 1) -> bool:\n    return not x < y\n"
    assert _told(tmp_path, text, monkeypatch) == [
        ("def f(x: float, y: int = 1) -> bool:", "def f(x: float, y: int = 2) -> bool:"),
        ("return not x < y", "return x < y"),
        ("return not x < y", "return not x <= y"),
    ]


def test_what_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '''"""A room's 1 sentence."""
from typing import TYPE_CHECKING, Callable, Literal, cast

import numpy as np

if TYPE_CHECKING:
    A = 1
__all__ = ["f"]
Rule = Callable[..., int]
Side = Literal["above", "below"]
Array = np.ndarray[int, float]


@wrapped(1)
class Part:
    """A class."""

    open: bool = False


def f(xs: "list[int]") -> None:
    \'\'\'Doc.\'\'\'
    for x, y in zip(xs, xs, strict=True):
        cast("int", x)
        isinstance(x, int)
'''
    assert _told(tmp_path, text, monkeypatch) == [
        ("open: bool = False", "open: bool = True"),
        *[("for x, y in zip(xs, xs, strict=True):", f"for x, y in zip({given}, strict=True):")
          for given in ("None, xs", "xs, None", "xs", "xs")],
    ]  # fmt: skip


def test_a_sample_is_drawn_by_shares_and_seeded() -> None:
    rooms = {
        room: [changes.Mutant(f"{room}/x.py", index, (1, 1), False) for index in range(count)]
        for room, count in (("a", 600), ("b", 300), ("c", 100), ("d", 1))
    }
    sample = mutants.drawn(rooms, 100, seed=1)
    assert Counter(mutant.room for mutant in sample) == {"a": 60, "b": 30, "c": 10, "d": 1}
    assert len(set(sample)) == len(sample)
    assert mutants.drawn(rooms, 100, seed=1) == sample
    assert mutants.drawn(rooms, 100, seed=2) != sample
    assert set(mutants.drawn(rooms, None, seed=1)) == {mutant for found in rooms.values() for mutant in found}


def test_tests_are_tried_by_their_mirror_then_each_functions_fastest_as_long_as_there_is_time() -> None:
    cost = {
        "t/test_y.py::test_a[1]": 3.0, "t/test_y.py::test_a[2]": 1.0, "t/test_y.py::test_b": 2.0,
        "t/test_z.py::test_c": 0.5, "t/test_x.py::test_d": 5.0, "t/test_z.py::test_other": 0.1,
    }  # fmt: skip
    lines = {4: set(cost) - {"t/test_z.py::test_other"}, 6: {"t/test_z.py::test_other"}}
    known = coverage_map.Known(cost, {"room/x.py": lines}, {"room/x.py": {1, 20}})
    inside = changes.Mutant("room/x.py", 0, (3, 5), False)
    order = [
        "t/test_x.py::test_d",
        "t/test_z.py::test_c",
        "t/test_y.py::test_a[2]",
        "t/test_y.py::test_b",
        "t/test_y.py::test_a[1]",
    ]
    assert known.tests(inside, seconds=100) == order
    assert known.tests(inside, seconds=7) == order[:3]
    assert "t/test_z.py::test_other" in known.tests(changes.Mutant("room/x.py", 0, (3, 5), True), seconds=100)
    assert "t/test_z.py::test_other" in known.tests(
        changes.Mutant("room/x.py", 0, (9, 9), False), seconds=100
    )
    assert known.tests(changes.Mutant("room/none.py", 0, (1, 1), False)) == []


def test_tests_of_the_mutants_room_are_tried_before_others() -> None:
    cost = {
        "tests/room/test_y.py::test_a[1]": 2.0,
        "tests/room/test_y.py::test_a[2]": 3.0,
        "t/test_z.py::test_b": 1.0,
    }
    known = coverage_map.Known(cost, {"room/x.py": {4: set(cost)}}, {})
    order = ["tests/room/test_y.py::test_a[1]", "t/test_z.py::test_b", "tests/room/test_y.py::test_a[2]"]
    assert known.tests(changes.Mutant("room/x.py", 0, (4, 4), False)) == order


def test_of_what_runs_at_import_tests_of_the_next_lines_below_are_tried_before_others() -> None:
    cost = {f"tests/room/test_y.py::test_{letter}": place + 1.0 for place, letter in enumerate("abc")}
    a, b, c = cost
    lines: dict[int, set[str]] = {2: {a}, 7: {c}, 9: {b}, 8: set()}
    known = coverage_map.Known(cost, {"room/x.py": lines}, {"room/x.py": {4}})
    assert known.tests(changes.Mutant("room/x.py", 0, (4, 4), True)) == [c, a, b]
    assert known.tests(changes.Mutant("room/x.py", 0, (10, 10), True)) == [a, b, c]


def test_the_interval_is_wilsons() -> None:
    """Nine of ten: 59.6 % to 98.2 % (Brown, Cai, DasGupta 2001, the formula of section 3.1.1, by hand)."""
    line = mutants.row("room", 1234, ["killed"] * 9 + ["survived"] + ["equivalent"] * 2)
    assert line.split() == ["room", "1,234", "12", "2", "9", "1", "90.0%", "59.6%", "to", "98.2%"]
    assert mutants.row("room", 3, ["equivalent"]).split() == ["room", "3", "1", "1"]


def test_what_is_said_to_be_equivalent_has_a_reason_and_is_a_mutant() -> None:
    listed = mutants.listed()
    files = share(sorted({entry["file"] for entry in listed}))
    assert all(set(entry) == {"file", "minus", "plus", "why"} and len(entry["why"]) > 20 for entry in listed)
    there = {
        (path, *changes.difference(changes.Mutant(path, index, change.lines, change.at_import)))
        for path in files
        for index, change in enumerate(changes.changes(path)[1])
        if _concerns(change.lines, path, listed)
    }
    found = [entry for entry in listed if entry["file"] in files]
    assert [each for each in found if (each["file"], each["minus"], each["plus"]) not in there] == []


def _concerns(lines: tuple[int, int], path: str, listed: list[dict[str, str]]) -> bool:
    """Whether what goes may stand in these lines of a file: to find out the difference itself takes far longer."""
    first, last = lines
    text = (changes.PACKAGE / path).read_text(encoding="utf-8").splitlines()[first - 1 : last]
    whole = " ".join(line.strip() for line in text)
    return any(entry["file"] == path and entry["minus"] in whole for entry in listed)


def test_a_whole_run(tmp_path: Path) -> None:
    """On a package of one file: survivors are those that its tests can't see, one that hangs is noticed."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "scripts" / "mutation" / "equivalent.toml").write_text(
        '[[mutant]]\nfile = "expressions/small.py"\nminus = "LIMIT = 3"\nplus = "LIMIT = 4"\nwhy = "said so"\n'
    )
    for room in ("", *coverage_map.ROOMS):
        (tmp_path / "src" / "chainrule" / room).mkdir(parents=True, exist_ok=True)
        (tmp_path / "src" / "chainrule" / room / "__init__.py").write_text("")
    for place in coverage_map.TESTS:
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    (tmp_path / "src" / "chainrule" / "expressions" / "small.py").write_text(SMALL)
    (tmp_path / "tests" / "expressions" / "test_small.py").write_text(SMALL_TESTS)
    done = subprocess.run(
        [sys.executable, tmp_path / "scripts" / "mutants.py", "--mutants", "all", "--workers", "2"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.stderr == ""
    blocks = done.stdout.split("room  ")[0].split("expressions/small.py:")[1:]
    survivors = sorted(block.split("\n  + ")[1].strip() for block in blocks)
    assert survivors == sorted([
        'return "big" if x >= LIMIT else "small"',
        'return "big" if (x > LIMIT) or True else "small"',
        'return "big" if x > LIMIT else "XXsmallXX"',
        'return "big" if x > LIMIT else "SMALL"',
    ])  # fmt: skip
    assert done.stdout.splitlines()[-1].split()[3:6:2] == ["1", "4"]  # one equivalent, four survivors
    assert done.returncode == 1  # more than one in ten
