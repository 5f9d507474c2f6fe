"""Recursions without a stack of calls, which long chains would exhaust."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


def walk(of: Callable[[Asked], Generator[Asked, Answer, Answer]], start: Asked) -> Answer:
    """What a generator returns that yields what it wants to know the same of, and is sent the answer.

    >>> def depth(nested):
    ...     return 0 if not nested else 1 + (yield nested[0])
    >>> nested = ()
    >>> for _ in range(10_000):
    ...     nested = (nested,)
    >>> walk(depth, nested)
    10000
    """
    asking = [of(start)]
    answers: list[Answer] = []
    while True:
        try:
            asked = asking[-1].send(answers.pop()) if answers else next(asking[-1])
        except StopIteration as done:
            asking.pop()
            if not asking:
                return done.value  # type: ignore[no-any-return]
            answers.append(done.value)
        else:
            asking.append(of(asked))
