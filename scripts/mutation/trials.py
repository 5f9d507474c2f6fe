"""How a mutant is tried: in a forked process, by the tests that run its lines, up to the first that fails."""

from __future__ import annotations

import collections
import gc
import inspect
import itertools
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, TextIO

from mutation.changes import PACKAGE, Mutant, mutated
from mutation.coverage_map import TESTS, Known
from mutation.running import RAISED, forked, plain_hypothesis, tested

LIMIT = 1200  # seconds until a mutant whose tests stand still is taken for noticed
PASSED = (0, 5)  # pytest's exit codes: all passed, none was there
FAILED, LEFT = 96, 97  # those of a trial: a test failed, the change can't be made in place
CACHE = type(cache(len))


class Limited:
    """A plugin: each test has a limit, the first that fails ends the process, and the one that runs is written down."""

    def __init__(self, cost: dict[str, float], told: Path) -> None:
        self.cost, self.told = cost, told

    def pytest_sessionstart(self) -> None:
        plain_hypothesis()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.told.write_text(nodeid, encoding="utf-8")
        signal.setitimer(signal.ITIMER_PROF, 2 + 10 * self.cost[nodeid])  # SIGPROF ends the process

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            os._exit(FAILED)


class Chosen(Limited):
    """Only some tests, in their order."""

    def __init__(self, tests: list[str], cost: dict[str, float], told: Path) -> None:
        super().__init__(cost, told)
        self.tests = tests

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        found = {item.nodeid: item for item in items}
        items[:] = [found[test] for test in self.tests if test in found]


class Imported:
    """Tries mutants on a copy of the package, imported anew: what runs when it is imported may have changed."""

    def __init__(self, found: Known, folder: Path) -> None:
        self.known, self.source, self.told = found, folder / "src", folder / "told"
        shutil.copytree(PACKAGE.parent, self.source)

    def noticed(self, mutant: Mutant) -> str | None:
        """The test that fails with a mutant, or None where none does."""
        file = self.source / "chainrule" / mutant.path
        kept, text = file.stat(), file.read_bytes()
        file.write_text(mutated(mutant), encoding="utf-8")
        try:
            return self.failing(self.known.tests(mutant))
        finally:
            file.write_bytes(text)
            os.utime(file, ns=(kept.st_atime_ns, kept.st_mtime_ns))

    def failing(self, tests: list[str]) -> str | None:
        """The first of some tests that fails on the package as it stands in the folder, or None."""
        files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
        if not files:
            return None
        self.told.write_text("(the import)", encoding="utf-8")
        chosen = Chosen(tests, self.known.cost, self.told)
        code = forked(partial(tested, files, self.source, chosen), LIMIT)
        return None if code in PASSED else self.told.read_text(encoding="utf-8")


class InPlace(Limited):
    """Tries mutants of functions where the package is imported and the tests are collected, once: in a process that is
    forked from there, the function has the changed code. A mutant with which that can't be done is left."""

    def __init__(
        self, found: Known, mutants: list[Mutant], told: Path, tell: Callable[[Mutant, str | None], None]
    ) -> None:
        super().__init__(found.cost, told)
        self.known, self.mutants, self.tell = found, mutants, tell

    def pytest_runtestloop(self, session: Any) -> bool:
        """Instead of running all tests, run each mutant's."""
        self.items = {item.nodeid: item for item in session.items}
        self.functions: dict[tuple[str, str, int], list[FunctionType]] = collections.defaultdict(list)
        gc.unfreeze()  # what is frozen is not found
        everything = gc.get_objects()
        for function in (found for found in everything if type(found) is FunctionType):
            self.functions[place_of(function.__code__)].append(function)
        self.caches = [found for found in everything if type(found) is CACHE]
        gc.freeze()
        for mutant in self.mutants:
            self.told.write_text("(the change)", encoding="utf-8")
            code = forked(partial(self.tried, mutant), LIMIT)
            if code not in (LEFT, RAISED):
                self.tell(mutant, None if code == 0 else self.told.read_text(encoding="utf-8"))
        return True

    def tried(self, mutant: Mutant) -> int:
        """Change the function and run the tests, in a forked process."""
        if not self.changed(mutant):
            return LEFT
        for held in self.caches:
            if (held.__module__ or "").startswith("chainrule"):
                held.cache_clear()
        run = [self.items[test] for test in self.known.tests(mutant) if test in self.items]
        for item, after in itertools.zip_longest(run, run[1:]):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        return 0

    def changed(self, mutant: Mutant) -> bool:
        """Give every function that the change concerns its new code, or say that it can't be done."""
        file = PACKAGE / mutant.path
        old, new = (
            list(functions(compile(text, str(file), "exec")))
            for text in (file.read_text(encoding="utf-8"), mutated(mutant))
        )
        pairs = [(before, after) for before, after in zip(old, new, strict=False) if before != after]
        live = [(self.functions.get(place_of(before), []), after) for before, after in pairs]
        if len(old) != len(new) or not live or not all(found for found, _ in live):
            return False
        for found, after in live:
            for function in found:
                function.__code__ = after  # an error where it closes over other names: then it is left, too
        return True


def place_of(code: CodeType) -> tuple[str, str, int]:
    """Where a function is written: its file, its name there and its line."""
    return code.co_filename, code.co_qualname, code.co_firstlineno


def functions(code: CodeType) -> Iterator[CodeType]:
    """The functions of a module, and those of its classes."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            if inner.co_flags & inspect.CO_OPTIMIZED:
                yield inner
            else:
                yield from functions(inner)


def verdicts(sample: list[Mutant], found: Known, workers: int) -> Iterator[tuple[Mutant, str | None]]:
    """Each mutant with the test that notices it, as they come."""
    read, write = os.pipe()
    gc.freeze()  # so that collecting garbage copies no pages in forked processes
    for number in range(workers):
        if os.fork() == 0:
            os.close(read)
            with (
                tempfile.TemporaryDirectory() as folder,
                open(write, "w", encoding="utf-8", buffering=1) as out,
            ):
                try_all(sample, list(range(number, len(sample), workers)), found, Path(folder), out)
            os._exit(0)
    os.close(write)
    with open(read, encoding="utf-8") as lines:
        for line in lines:
            index, test = json.loads(line)
            yield sample[index], test


def try_all(sample: list[Mutant], numbers: list[int], found: Known, folder: Path, out: TextIO) -> None:
    """Try the mutants of these numbers in a sample, in place where that can be, and write down what becomes of each."""
    number_of = {sample[number]: number for number in numbers}
    done = folder / "done"
    done.touch()

    def tell(mutant: Mutant, test: str | None) -> None:
        print(json.dumps([number_of[mutant], test]), file=out)
        with done.open("a", encoding="utf-8") as listed:
            print(number_of[mutant], file=listed)

    in_functions = [mutant for mutant in number_of if not found.at_import(mutant)]
    plugin = InPlace(found, in_functions, folder / "runs", tell)
    forked(partial(tested, list(TESTS), PACKAGE.parent, plugin))
    over = set(map(int, done.read_text(encoding="utf-8").split()))
    trier = Imported(found, folder)
    for mutant, number in number_of.items():
        if number not in over:
            tell(mutant, trier.noticed(mutant))
