"""Which tests run which lines of the package, and what each test takes."""

from __future__ import annotations

import collections
import hashlib
import importlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage

from mutation.changes import PACKAGE, ROOMS, Mutant
from mutation.running import ROOT, forked, plain_hypothesis, tested

MAPS = ROOT / "build" / "mutants"
TESTS = (
    *(f"tests/{room}" for room in ROOMS), "tests/notation", "tests/explain", "tests/model", "tests/writers",
    "tests/engines", "tests/test_network.py", "tests/test_trace.py", "tests/test_doctests.py",
    "tests/cli/test_cli_explain.py", "tests/cli/test_cli_why.py", "tests/check/test_check_page.py",
)  # fmt: skip
SECONDS = 110.0  # of processor time that a mutant's tests may take, by what they took unchanged
ATTEMPTS = 3  # to make the maps: a test that is stopped within pytest's own code takes the run along
QUICK = 3.0  # seconds of processor time: tests that take longer are not used


@dataclass(frozen=True)
class Known:
    """What each test takes, in seconds of processor time; which of them run a line; which lines run at the import."""

    cost: dict[str, float]
    ran: dict[str, dict[int, set[str]]]
    imported: dict[str, set[int]]

    def at_import(self, mutant: Mutant) -> bool:
        """Whether a mutant concerns what happens when the package is imported."""
        first, last = mutant.lines
        return mutant.at_import or not self.imported.get(mutant.path, set()).isdisjoint(
            range(first, last + 1)
        )

    def tests(self, mutant: Mutant, seconds: float = SECONDS) -> list[str]:
        """The tests for a mutant, those of the file that mirrors its own first, then of each function its fastest case,
        its room's before others'. For what runs at import, all that run a line of its file and those of its room: first
        those that run the next lines below it, as of a class its first method, then the room's, the fastest first."""
        lines, near = self.ran.get(mutant.path, {}), None
        first, last = mutant.lines
        found = set().union(*(lines.get(line, set()) for line in range(first, last + 1)))
        if self.at_import(mutant) or not found:
            below = [line for line in lines if line > last and lines[line]]
            near = lines[min(below)] if below else set()
            own = {test for test in self.cost if test.startswith(f"tests/{mutant.room}/")}
            found = own.union(*lines.values())
        return self.ordered(found, near, mutant, seconds)

    def ordered(self, tests: set[str], near: set[str] | None, mutant: Mutant, seconds: float) -> list[str]:
        """Tests in the order in which they are tried, as many as take the time that there is."""
        mirror, room = f"/test_{Path(mutant.path).stem}.py", f"tests/{mutant.room}/"
        turn: collections.Counter[str] = collections.Counter()
        place: dict[str, int] = {}  # files stay together, so that what a file's tests share is made once
        keyed = []
        for test in sorted(tests, key=lambda test: (self.cost[test], test)):
            function, file = test.partition("[")[0], test.partition("::")[0]
            place.setdefault(file, len(place))
            others = not test.startswith(room)
            rank = (turn[function], others, place[file]) if near is None else (test not in near, others, 0)
            keyed.append((mirror not in test, *rank, self.cost[test], test))
            turn[function] += 1
        chosen, spent = [], 0.0
        for *_, cost, test in sorted(keyed):
            if spent + cost <= seconds or not chosen:
                chosen.append(test)
                spent += cost
        return chosen


def known() -> Known:
    """The maps of all test files, each made anew where the package or that file has changed."""
    places = [ROOT / place for place in TESTS]
    files = sorted(
        file for place in places for file in ([place] if place.is_file() else place.rglob("test_*.py"))
    )
    maps = {file: MAPS / f"{file.stem}.json" for file in files}
    stamps = dict(zip(files, stamped(files), strict=True))
    for attempt in range(ATTEMPTS):
        stale = [file for file in files if _read(maps[file]).get("stamp") != stamps[file]]
        if not stale:
            break
        print(f"which lines the tests of {len(stale)} files run …", flush=True)
        MAPS.mkdir(parents=True, exist_ok=True)
        plugin = Mapped({file: (maps[file], stamps[file]) for file in stale})
        code = forked(partial(tested, [str(file) for file in stale], PACKAGE.parent, plugin))
        if code not in (0, 1) and attempt + 1 == ATTEMPTS:
            raise SystemExit("the tests can't be run: python -m pytest says why")
    cost: dict[str, float] = {}
    ran: dict[str, dict[int, set[str]]] = collections.defaultdict(lambda: collections.defaultdict(set))
    imported: dict[str, set[int]] = collections.defaultdict(set)
    modules: list[str] = []
    for found in map(_read, maps.values()):
        modules += found["modules"]
        cost |= found["cost"]
        names = list(found["cost"])
        for path, lines in found["ran"].items():
            for line, tests in lines.items():
                ran[path][int(line)] |= {names[number] for number in tests}
        for path, lines in found["imported"].items():
            imported[path] |= set(lines)
    warm(modules)
    return Known(cost, ran, imported)


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def stamped(files: list[Path]) -> Iterator[str]:
    """A stamp for each test file: of its text, the package's, and what the tests share."""
    shared = {*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")} - {
        *(ROOT / "tests").rglob("test_*.py")
    }
    whole = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(shared)))
    for file in files:
        told = whole.copy()
        told.update(file.read_bytes())
        yield told.hexdigest()


class Late(BaseException):
    """A test takes too long; no Exception, since tests catch those."""


class Mapped:
    """A plugin: each test is a context of coverage's, and when those of a file are over, what they ran is written down.

    A test that takes longer than `QUICK` is left out, and so are the other cases of a function with three such."""

    def __init__(self, to: dict[Path, tuple[Path, str]]) -> None:
        self.to = to
        rooms = [str(PACKAGE / room / "*") for room in ROOMS]
        self.cover = Coverage(data_file=None, config_file=False, include=rooms, messages=False)
        self.cover.set_option("run:disable_warnings", ["no-data-collected"])  # where tests only read
        self.cost: dict[str, float] = {}
        self.failed: set[str] = set()
        self.slow: collections.Counter[str] = collections.Counter()

    def pytest_sessionstart(self) -> None:
        self.began = set(sys.modules)
        plain_hypothesis()
        signal.signal(signal.SIGPROF, self.late)
        self.cover.start()
        for room in ROOMS:
            for file in sorted((PACKAGE / room).rglob("*.py")):
                importlib.import_module(".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts))
        self.imported = {path: sorted(lines) for path, lines in self.lines().items()}
        self.afresh()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.cover.switch_context(nodeid)
        self.now = nodeid.partition("[")[0]
        self.cost[nodeid] = -used()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Iterator[None]:
        signal.setitimer(signal.ITIMER_PROF, QUICK)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def late(self, *_: object) -> None:
        """Fail a test that takes longer."""
        self.slow[self.now] += 1
        raise Late

    def pytest_runtest_setup(self) -> None:
        if self.slow[self.now] >= 3:
            pytest.skip("slow")

    def pytest_runtest_logreport(self, report: Any) -> None:
        if not report.passed:
            self.failed.add(report.nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.cost[nodeid] += used()
        self.cover.switch_context("")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: Any, nextitem: Any) -> Iterator[None]:
        done = yield
        if nextitem is None or nextitem.path != item.path:
            self.write(*self.to[item.path])
            self.cost.clear()
            self.afresh()
        return done

    def afresh(self) -> None:
        """Forget what was run so far."""
        self.cover.stop()
        self.cover.erase()
        self.cover.start()

    def lines(self) -> dict[str, dict[int, list[str]]]:
        """The lines of each file that were run, each with the tests that ran it."""
        data = self.cover.get_data()
        found = {Path(name): data.contexts_by_lineno(name) for name in data.measured_files()}
        return {path.relative_to(PACKAGE).as_posix(): lines for path, lines in found.items()}

    def write(self, file: Path, stamp: str) -> None:
        """Write down a file's tests that passed."""
        kept = {test: round(spent, 4) for test, spent in self.cost.items() if test not in self.failed}
        number = {test: index for index, test in enumerate(kept)}
        ran = {
            path: {line: [number[test] for test in tests if test in number] for line, tests in lines.items()}
            for path, lines in self.lines().items()
        }
        libraries = [name for name in sorted(set(sys.modules) - self.began) if library(sys.modules[name])]
        told = {"stamp": stamp, "cost": kept, "ran": ran, "modules": libraries, "imported": self.imported}
        file.write_text(json.dumps(told), encoding="utf-8")


def used() -> float:
    """Processor time so far, with that of processes that have ended."""
    return sum(os.times()[:4])


def library(module: Any) -> bool:
    """Whether a module is installed, or Python's own, and so the same for every mutant."""
    place = getattr(module, "__file__", None) or ""
    return place.startswith((sys.prefix, sys.base_prefix)) and not module.__name__.startswith("chainrule")


def warm(modules: list[str]) -> None:
    """Import what the tests import, so that a forked process need not."""
    for name in dict.fromkeys(modules):
        try:
            importlib.import_module(name)
        except Exception:
            continue
