"""Runs a program in a process of its own, with limits, and reads what it took down."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import chainrule.errors
from chainrule.check.code.recording import Recording

SECONDS = 8.0  # that a program may run, unless told
GRACE = 4.0  # seconds in which it may write down what it did
START = "from chainrule.check.code.child import main; main()"


def record(
    path: Path, seconds: float = SECONDS, run: str | None = None, x: Any = None, y: Any = None
) -> Recording:
    """What a program computes.

    Parameters
    ----------
    path : of a script or a notebook
    seconds : after which it is stopped
    run : code that is run after it, in which x and y are what is given here
    """
    with tempfile.TemporaryDirectory(prefix="chainrule-") as name:
        out = Path(name)
        task = {"file": str(path.resolve()), "seconds": seconds, "run": run, "x": x, "y": y, "out": name}
        (out / "task.json").write_text(json.dumps(task), encoding="utf-8")
        _run(out, seconds)
        try:
            return Recording.load(path, out)
        except Exception:  # it was ended before it had written all, or the program has written there
            return Recording(path, "killed")


def _run(out: Path, seconds: float) -> None:
    package = str(Path(chainrule.errors.__file__).parents[1])
    found = os.environ.get("PYTHONPATH")
    environment = os.environ | {
        "PYTHONPATH": package + (os.pathsep + found if found else ""), "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0", "MPLBACKEND": "Agg",
        **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", START, str(out / "task.json")],
        cwd=out, env=environment, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        process.wait(3 * seconds + GRACE)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process, and what it may have started."""
    try:
        if sys.platform != "win32":
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
    except ProcessLookupError:
        pass
    process.wait()
