"""Children that tests fork."""

from __future__ import annotations

import os
import signal
import time


def ended(child: int, seconds: float = 60) -> int | None:
    """The status with which a child ends; None if it does not in time, and then it is ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None
