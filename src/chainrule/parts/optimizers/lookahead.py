"""Slow weights that follow fast ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.expressions import Renamed
from chainrule.parts.contract import Optimizer, Rule, setting


class Lookahead(Optimizer):
    """Another optimizer's fast steps, and slow weights that every k steps go part of the way after them.

    The inner optimizer states w_fast. In steps k, 2k, … w_slow_new = w_slow + α (w_fast - w_slow), and the weights go
    back there: w_new = w_slow_new. In all others w_slow stays, and w_new = w_fast. The slow weights start as the
    weights are before the first step, so in it w_start = w stands for w_slow.

    Parameters
    ----------
    inner : an optimizer, or its name; its count and state start anew, and its schedule and clipping are kept
    k : fast steps for each slow one, a whole number, at least 1
    alpha : α, how far the slow weights go, above 0 and at most 1

    Source: M. Zhang et al., Lookahead optimizer: k steps forward, 1 step back, NeurIPS 2019, algorithm 1.
    """

    inner: Any = "adam"
    k: int = setting(default=5, ge=1, whole=True)
    alpha: float = setting(default=0.5, gt=0, le=1)
    clip: Any = dataclasses.field(default=None, init=False)  # the inner one's

    def __post_init__(self) -> None:
        self.inner = Optimizer.of(self.inner)
        if isinstance(self.inner, Lookahead) or self.inner.full_batch:
            raise InputError(f"Lookahead goes around one of the other optimizers, not around {self.inner}.")
        self._check_names()
        super().__post_init__()
        self.clip = self.inner.clip

    @property
    def state(self) -> tuple[str, ...]:  # type: ignore[override]
        return (*self.inner.state, "w_slow")

    @property
    def start(self) -> Mapping[str, float]:  # type: ignore[override]
        start: Mapping[str, float] = self.inner.start
        return start

    @property
    def notes(self) -> Mapping[str, str]:  # type: ignore[override]
        notes: Mapping[str, str] = self.inner.notes
        return notes

    @property
    def learning_rate(self) -> Any:
        """The inner optimizer's."""
        return self.inner.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner.learning_rate = value

    def label(self) -> str:
        return f"{super().label()} around {self.inner.label()}"

    def numbers(self) -> dict[str, float]:
        own = {"period": self.k, "alpha": self.alpha}  # q.k is the number of outputs
        return {**self.inner.numbers(), **own}

    def _check_names(self) -> None:
        for name in ("period", "alpha"):
            if name in self.inner.numbers():
                raise InputError(
                    f"{self.inner}: a setting can't be called {name} in Lookahead, which has one of that name: rename "
                    "the field."
                )

    def prepare(self, q: Rule) -> None:
        self.inner.prepare(q)
        q.since = q.t - q.period * np.floor(q.t / q.period)

    def update(self, q: Rule) -> None:
        self.inner.update(Renamed(q, w_new="w_fast"))
        q.w_start = np.where(q.t == 1, q.w, q.w_slow)
        q.w_slow_new = np.where(q.since == 0, q.w_start + q.alpha * (q.w_fast - q.w_start), q.w_start)
        q.w_new = np.where(q.since == 0, q.w_slow_new, q.w_fast)
