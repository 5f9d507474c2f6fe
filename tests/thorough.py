"""How much is tested: some cases of every kind in each run, other ones in the next; or all, by `make thorough`."""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar
from zlib import crc32

import pytest
from hypothesis import settings

THOROUGH = os.environ.get("CHAINRULE_THOROUGH", "") not in ("", "0")
ALL_CASES = THOROUGH or "CHAINRULE_ALL_CASES" in os.environ  # of each test, with as many examples as ever
SHARE, FEWEST = 6, 8  # one in so many, and of the examples that hypothesis draws at least so many
T = TypeVar("T")


def count(whole: int) -> int:
    """How many of so many examples are drawn."""
    return whole if THOROUGH else min(whole, max(whole // SHARE, FEWEST))


def examples(whole: int, few: int | None = None, **more: Any) -> settings:
    """Settings for hypothesis, without a deadline: so many examples where all are tested, else few of them."""
    return settings(max_examples=count(whole) if few is None or THOROUGH else few, deadline=None, **more)


def share(cases: Sequence[T]) -> Sequence[T]:
    """All cases of a test that goes through many, or every so-many-th of them, each time from another one on."""
    return cases if THOROUGH else cases[random.randrange(max(1, min(SHARE, len(cases)))) :: SHARE]


def not_drawn(items: Iterable[pytest.Item], seed: object) -> set[pytest.Item]:
    """Of the cases of each test that is marked ``some(count)`` all but so many; which, only the seed decides."""
    cases: dict[tuple[int, str], list[pytest.Item]] = defaultdict(list)
    for item in items:
        if (mark := item.get_closest_marker("some")) is not None:
            cases[mark.args[0], item.nodeid.partition("[")[0]].append(item)
    drawn = {
        test: sorted(of, key=lambda item: crc32(f"{seed} {item.nodeid}".encode()))
        for test, of in cases.items()
    }
    return {item for (count, _), of in drawn.items() for item in of[count:]}
