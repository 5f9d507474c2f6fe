"""What was made lately, for all threads."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """The newest values by their keys, up to a number of them; what was not asked for longest goes first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._found: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = lock = Lock()
        if hasattr(
            os, "register_at_fork"
        ):  # a child that is forked in the midst of a change would wait for ever
            os.register_at_fork(
                before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release
            )

    def get(self, key: Hashable) -> T | None:
        """The value, if it is there."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def keep(self, key: Hashable, value: T) -> T:
        """Keep a value, unless another thread was quicker; gives the one that is kept."""
        gone = None
        with self._lock:
            kept = self._found.setdefault(key, value)
            if len(self._found) > self.most:
                gone = self._found.popitem(last=False)
        del gone  # without the lock, since machine code asks for LLVM's when it goes
        return kept

    def __len__(self) -> int:
        return len(self._found)
