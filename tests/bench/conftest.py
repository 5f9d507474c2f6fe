"""Small work, and lanes in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from chainrule.bench import race
from chainrule.bench.columns import COLUMNS, Column
from chainrule.bench.lanes import Out


class Here:
    """A lane in this process, for a racer of the test's own; the clock always says the same."""

    def __init__(self, make: Callable[[Any], Any], seconds: float = 0.001) -> None:
        self.make, self.seconds = make, seconds
        self.amounts: list[int] = []

    def build(self, make: Callable[..., Any], name: str, task: Any) -> None:
        self._try(lambda: setattr(self, "racer", self.make(task)))

    def time(self, amount: int) -> None:
        self.amounts.append(amount)

        def timed() -> tuple[float, Sequence[float]]:
            self.racer.start(amount)
            return self.seconds * amount, self.racer.run(amount)

        self._try(timed)

    def result(self) -> None:
        self._try(lambda: [w.copy() for w in self.racer.result()])

    def answer(self) -> Any:
        if isinstance(self.said, Exception):
            raise Out(str(self.said))
        return self.said

    def _try(self, do: Callable[[], Any]) -> None:
        try:
            self.said = do()
        except Exception as error:
            self.said = error


@pytest.fixture
def here() -> type[Here]:
    return Here


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(race, "PAUSE", 0)


@pytest.fixture
def classes() -> Column:
    """Two batches of a small classification."""
    return replace(COLUMNS["b"], sizes=(6, 5, 3), batch=20, batches=4)


@pytest.fixture
def numbers() -> Column:
    """Two batches of a small regression."""
    return replace(COLUMNS["f"], sizes=(4, 5, 1), batch=20, batches=4)
