"""How much one page may ask of the server, and how fast."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What the server allows. What a network may have, its session says.

    Parameters
    ----------
    message_bytes : of a request, a dropped file included
    sessions : of all pages that are open, and of those that went a moment ago
    per_second : requests of one page; faster ones wait
    burst : requests that may come at once
    kept_seconds : how long a session waits for a page that is loaded anew
    idle_seconds : how long a page may be silent
    unread_seconds : how long a page may leave an answer unread
    connections : of all kinds
    """

    message_bytes: int = 32 << 20
    sessions: int = 16
    per_second: float = 250
    burst: int = 500
    kept_seconds: float = 60
    idle_seconds: float = 4 * 3600
    unread_seconds: float = 30
    connections: int = 200


LIMITS = Limits()


class Pace:
    """The pace of one page: each request takes a place of `burst`, and places come back, so many a second."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._per_second, self._burst = per_second, burst
        self._places, self._counted = float(burst), time.monotonic()

    def wait(self) -> float:
        """Take a place; how many seconds to wait before the request is met."""
        now = time.monotonic()
        self._places = min(self._burst, self._places + (now - self._counted) * self._per_second) - 1
        self._counted = now
        return max(0.0, -self._places / self._per_second)
