"""What is run in a process of its own by the tests of limits."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np


def double(number: int) -> int:
    print("working")
    return 2 * number


def counts(number: int) -> Iterator[int]:
    yield from range(number)


def hangs_after_two() -> Iterator[int]:
    yield 1
    yield 2
    while True:
        pass


def takes_memory() -> float:
    return float(np.ones(2_000_000_000).sum())


def raises() -> None:
    raise ValueError("not today")


def ends_python() -> None:
    os._exit(7)


def exits() -> None:
    sys.exit(2)


def prints_much() -> str:
    for _ in range(20_000):
        print("x" * 60)
    os.write(1, b"straight to stdout")
    return "done"


def reads() -> str:
    return input("name? ")


def gives_what_cannot_be_passed_on() -> Callable[[], Any]:
    return lambda: 1


def spoils_stdout() -> int:
    sys.stdout = None  # type: ignore[assignment]
    return 3
