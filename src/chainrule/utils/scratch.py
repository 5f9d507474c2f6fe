"""Memory for what is computed on the way, used again and again."""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np


class Scratch(threading.local):
    """Arrays by name; each thread has its own. What one holds is gone when it is asked for the next time.

    The system takes memory back at once where large arrays end, and to get it anew costs more than to fill it.
    """

    def __init__(self) -> None:
        self._held: dict[str, np.ndarray[Any, Any]] = {}

    def __call__(self, name: str, shape: tuple[int, ...], dtype: Any) -> np.ndarray[Any, Any]:
        """An array that holds anything."""
        size, held = math.prod(shape), self._held.get(name)
        if held is None or held.size < size or held.dtype != dtype:
            held = self._held[name] = np.empty(size, dtype)
        return held[:size].reshape(shape)
