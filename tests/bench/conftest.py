"""Small workloads, and workers in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from chainrule.bench import heat
from chainrule.bench.contestants import TRAINERS
from chainrule.bench.outcomes import Outcome, Race
from chainrule.bench.worker import ContestantError
from chainrule.bench.workloads import WORKLOADS, Workload


class Here:
    """A worker in this process, for a runner of the test's own; the clock always says the same."""

    def __init__(self, make: Callable[[Any], Any], seconds: float = 0.001) -> None:
        self.make, self.seconds = make, seconds
        self.amounts: list[int] = []

    def build(self, make: Callable[..., Any], name: str, task: Any) -> None:
        self._try(lambda: setattr(self, "runner", self.make(task)))

    def time(self, amount: int) -> None:
        self.amounts.append(amount)

        def timed() -> tuple[float, Sequence[float]]:
            self.runner.start(amount)
            return self.seconds * amount, self.runner.run(amount)

        self._try(timed)

    def result(self) -> None:
        self._try(lambda: [w.copy() for w in self.runner.result()])

    def answer(self) -> Any:
        if isinstance(self.said, Exception):
            raise ContestantError(str(self.said))
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
    monkeypatch.setattr(heat, "PAUSE_SECONDS", 0)


@pytest.fixture
def classes() -> Workload:
    """Two batches of a small classification."""
    return replace(WORKLOADS["b"], sizes=(6, 5, 3), batch_size=20, batches=4)


@pytest.fixture
def numbers() -> Workload:
    """Two batches of a small regression."""
    return replace(WORKLOADS["f"], sizes=(4, 5, 1), batch_size=20, batches=4)


@pytest.fixture
def race() -> Race:
    """The limit, chainrule, a peer, one that cheats and one that is not there."""
    return Race(
        str(WORKLOADS["b"]),
        [
            Outcome(TRAINERS["limit"], [2e-4, 2.2e-4]),
            Outcome(TRAINERS["compiled"], [2.1e-4, 2.31e-4], loss_error=1e-7, result_error=2e-6),
            Outcome(TRAINERS["numpy"], [6e-4, 6.6e-4], loss_error=0, result_error=3e-6),
            Outcome(TRAINERS["sklearn"], [1e-4, 1e-4], loss_error=0.2, result_error=0.5),
            Outcome(TRAINERS["jax"], failure="jax is not installed: pip install 'chainrule[bench]'"),
        ],
        WORKLOADS["b"],
    )
