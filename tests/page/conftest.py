"""Servers as processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from a_browser import FAILED

SERVED = Path(__file__).parent / "served.py"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Take down that a test has failed: then its fixtures keep how its pages looked."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@dataclass
class Served:
    """A server that runs, and where."""

    process: subprocess.Popen[str]
    url: str

    @property
    def port(self) -> int:
        return int(self.url.partition("/#")[0].rpartition(":")[2])

    def end(self, seconds: float = 20) -> tuple[int, str]:
        """Ctrl-C: the exit code and what is on standard error."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            _, said = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return self.process.returncode, said


Start = Callable[..., Served]


def start(folder: Path, **options: Any) -> Served:
    """Start a server; the folder gets the page's files."""
    (folder / "index.html").write_text("<!doctype html><title>page</title>", encoding="utf-8")
    (folder / "page.js").write_text("export {}", encoding="utf-8")
    given = {"port": 0, "static": str(folder), **options}
    process = subprocess.Popen(
        [sys.executable, str(SERVED), json.dumps(given)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={name: value for name, value in os.environ.items() if name != "CHAINRULE_DEBUG"},
    )  # fmt: skip
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    if not url:
        process.wait(20)
    return Served(process, url)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Start]:
    """Starts a server, which has ended when the test has."""
    started: list[Served] = []

    def begin(**options: Any) -> Served:
        started.append(start(tmp_path, **options))
        return started[-1]

    yield begin
    for server in started:
        if server.process.poll() is None:
            server.process.kill()
        server.process.communicate()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for tests that leave it as it is; in the end nothing was said, and no session is left behind."""
    server = start(tmp_path_factory.mktemp("static"), limits={"kept_seconds": 0})
    yield server
    assert server.end() == (130, "")
