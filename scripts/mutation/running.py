"""pytest on the package in a folder, and processes forked for it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RAISED = 98  # the exit code of a forked process whose work raised an error


def tested(arguments: list[str], source: Path, *plugins: Any) -> int:
    """Run pytest in this process on the package in a folder."""
    import pytest

    os.chdir(ROOT)
    os.environ |= {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "CHAINRULE_ALL_CASES": "1",
        "PYTHONPATH": f"{source}{os.pathsep}{ROOT / 'tests'}",
    }
    sys.path[:0] = [str(source), str(ROOT / "tests"), str(ROOT)]
    quiet = ["-o", "addopts=", "-p", "pytest_timeout", "--timeout", "0", "-p", "no:cacheprovider", "-p", "no:terminal",
             "-W", "ignore::pytest.PytestAssertRewriteWarning"]  # fmt: skip
    return int(pytest.main([*quiet, *arguments], plugins=list(plugins)))


def forked(work: Callable[[], int], limit: float | None = None) -> int | None:
    """Do work in a forked process: its exit code, or None where a signal or the limit ended it."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        sys.dont_write_bytecode = limit is not None
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        try:
            code = work()
        except BaseException:
            code = RAISED
        os._exit(code)
    end = time.monotonic() + limit if limit else float("inf")
    while not (done := os.waitpid(pid, os.WNOHANG))[0]:
        if time.monotonic() > end:
            os.killpg(pid, signal.SIGKILL)
        time.sleep(0.005)
    return os.WEXITSTATUS(done[1]) if os.WIFEXITED(done[1]) else None


def plain_hypothesis() -> None:
    """The same examples each time, and none made small once it is found."""
    import hypothesis

    hypothesis.settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("mutants")
