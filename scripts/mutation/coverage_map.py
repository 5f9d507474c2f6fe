"""Which tests run which lines of the package, and what each test takes."""

from __future__ import annotations

import collections
import hashlib
import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mutation.changes import PACKAGE, ROOMS, Mutant
from mutation.running import ROOT, forked, tested

MAPS = ROOT / "build" / "mutants"
TESTS = (
    *(f"tests/{room}" for room in ROOMS), "tests/notation", "tests/explain", "tests/model", "tests/writers",
)  # fmt: skip
SECONDS = 10.0  # of processor time that a mutant's tests may take, by what they took unchanged
QUICK = 1.5  # seconds of processor time: tests that take longer are not used


@dataclass(frozen=True)
class Known:
    """What is known of the tests: the processor time of each, and which of them run a line of a file."""

    cost: dict[str, float]
    ran: dict[str, dict[int, set[str]]]

    def tests(self, mutant: Mutant, seconds: float = SECONDS) -> list[str]:
        """The tests for a mutant, those of the file that mirrors its own first, then of each function its fastest case;
        for what runs at import, all that run a line of its file."""
        lines = self.ran.get(mutant.path, {})
        first, last = mutant.lines
        found = set().union(*(lines.get(line, set()) for line in range(first, last + 1)))
        if mutant.at_import or not found:
            found = set().union(*lines.values())
        return self.ordered(found, f"/test_{Path(mutant.path).stem}.py", seconds)

    def ordered(self, tests: set[str], mirror: str, seconds: float) -> list[str]:
        """Tests in the order in which they are tried, as many as take the time that there is."""
        turn: collections.Counter[str] = collections.Counter()
        place: dict[str, int] = {}  # files stay together, so that what a file's tests share is made once
        keyed = []
        for test in sorted(tests, key=lambda test: (self.cost[test], test)):
            function, file = test.partition("[")[0], test.partition("::")[0]
            place.setdefault(file, len(place))
            keyed.append((mirror not in test, turn[function], place[file], self.cost[test], test))
            turn[function] += 1
        chosen, spent = [], 0.0
        for *_, cost, test in sorted(keyed):
            if spent + cost <= seconds or not chosen:
                chosen.append(test)
                spent += cost
        return chosen


def known() -> Known:
    """The maps of all test folders, each made anew where the package or the folder has changed."""
    cost: dict[str, float] = {}
    ran: dict[str, dict[int, set[str]]] = collections.defaultdict(lambda: collections.defaultdict(set))
    modules: list[str] = []
    for place in TESTS:
        file = MAPS / f"{Path(place).stem}.json"
        stamp = digest(place)
        if not file.exists() or json.loads(file.read_text(encoding="utf-8"))["stamp"] != stamp:
            print(f"which lines {place} runs …", flush=True)
            if forked(partial(mapped, place, file, stamp)):
                raise SystemExit(f"the tests in {place} can't be run: python -m pytest {place} says why")
        found = json.loads(file.read_text(encoding="utf-8"))
        modules += found["modules"]
        cost |= found["cost"]
        names = list(found["cost"])
        for path, lines in found["ran"].items():
            for line, tests in lines.items():
                ran[path][int(line)] |= {names[number] for number in tests}
    warm(modules)
    return Known(cost, ran)


def digest(place: str) -> str:
    """A stamp of the package's and the tests' texts."""
    told = hashlib.sha256()
    shared = [*(ROOT / "tests").glob("*.py"), *(ROOT / "tests" / "reader").glob("*.py")]
    for file in sorted({*PACKAGE.rglob("*.py"), *shared, *(ROOT / place).rglob("*.py"), ROOT / place}):
        if file.is_file():
            told.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return told.hexdigest()


def mapped(place: str, file: Path, stamp: str) -> int:
    """Run the tests of a folder, each as a context of coverage's, and write down what passed, what it took and ran."""
    from coverage import Coverage

    began = set(sys.modules)
    cover = Coverage(
        data_file=None,
        config_file=False,
        include=[str(PACKAGE / room / "*") for room in ROOMS],
        messages=False,
    )
    contexts = Contexts(cover.switch_context)
    cover.start()
    code = tested([place], PACKAGE.parent, contexts)
    cover.stop()
    if code not in (0, 1, 5):  # all passed, some failed, there is none
        return code
    kept = {test: round(spent, 4) for test, spent in contexts.cost.items() if test not in contexts.failed}
    number = {test: index for index, test in enumerate(kept)}
    data = cover.get_data()
    ran = {
        Path(name).relative_to(PACKAGE).as_posix(): {
            line: [number[test] for test in tests if test in number]
            for line, tests in data.contexts_by_lineno(name).items()
        }
        for name in data.measured_files()
    }
    libraries = [name for name in sorted(set(sys.modules) - began) if library(sys.modules[name])]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        json.dumps({"stamp": stamp, "cost": kept, "ran": ran, "modules": libraries}), encoding="utf-8"
    )
    return 0


class Contexts:
    """A plugin: each test is a context, and has a second; a function with three cases that need more is left out."""

    def __init__(self, switch: Callable[[str], None]) -> None:
        self.switch = switch
        self.cost: dict[str, float] = {}
        self.failed: set[str] = set()
        self.slow: collections.Counter[str] = collections.Counter()
        signal.signal(signal.SIGPROF, self.late)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.switch(nodeid)
        self.now = nodeid.partition("[")[0]
        self.cost[nodeid] = -used()
        signal.setitimer(signal.ITIMER_PROF, QUICK)

    def late(self, *_: object) -> None:
        """Fail a test that takes longer."""
        self.slow[self.now] += 1
        raise TimeoutError

    def pytest_runtest_setup(self, item: Any) -> None:
        import pytest

        if self.slow[self.now] >= 3:
            pytest.skip("slow")

    def pytest_runtest_logreport(self, report: Any) -> None:
        if not report.passed:
            self.failed.add(report.nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        self.cost[nodeid] += used()
        self.switch("")


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
