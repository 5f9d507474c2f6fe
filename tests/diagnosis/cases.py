"""A case of the measurement: a network, its data and its settings, with what is wrong with it, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

import chainrule as cr


@dataclass(frozen=True)
class Setting:
    """All that a training is given.

    `network` are the arguments of `Network`, of which layers come first; `parameters` are functions of the drawn ones.
    """

    network: dict[str, Any]
    X: Any
    y: Any
    optimizer: Any
    epochs: int
    batch_size: int | None = None
    validation_data: Any = None
    parameters: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    frozen: tuple[str, ...] = ()

    def with_network(self, **instead: Any) -> Setting:
        """The same with other arguments of the network."""
        return replace(self, network={**self.network, **instead})

    def make(self) -> cr.Network:
        """The network, fresh."""
        arguments = dict(self.network)
        net = cr.Network(arguments.pop("layers"), **arguments)
        for name, change in self.parameters.items():
            net.parameters[name] = change(net.parameters[name].copy())
        return net.freeze(*self.frozen)

    def part(self) -> Any:
        """The optimizer, of which each training has one of its own."""
        return self.optimizer() if callable(self.optimizer) else cr.Optimizer.of(self.optimizer)

    def fitting(self) -> dict[str, Any]:
        """What `fit` and `diagnose` are given beside the samples."""
        return {
            "optimizer": self.part(), "epochs": self.epochs, "batch_size": self.batch_size,
            "validation_data": self.validation_data,
        }  # fmt: skip

    def score(self) -> float:
        """After its training: accuracy of classes, the share of right labels, R² of numbers; -1 where it diverges."""
        net = self.make()
        try:
            net.fit(self.X, self.y, progress=False, engine="numpy", **self.fitting())
            out = net.predict(self.X)
        except cr.ChainruleError:
            return -1.0
        y = np.asarray(self.y, float)
        if y.ndim == 1 and net.outputs > 1:
            return float((out.argmax(axis=1) == y).mean())
        y = y.reshape(len(out), -1)
        if np.isin(y, (0, 1)).all():
            return float(((out > 0.5) == y).mean())
        rest = np.square(y - y.mean(axis=0)).sum()
        return float(1 - np.square(out - y).sum() / rest) if rest else 0.0


@dataclass(frozen=True)
class Case:
    """A setting, and the findings of which one must be named; of a clean one none may be."""

    name: str
    setting: Setting
    expected: frozenset[str] = frozenset()
    refused: str = ""  # what the message says, where the network itself refuses the fault

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.expected and not self.refused


@dataclass
class Verdict:
    """What was said of a case."""

    case: Case
    named: list[str]

    @property
    def right(self) -> bool:
        """Whether the first finding is one that was expected."""
        return bool(self.named) and self.named[0] in self.case.expected

    @property
    def among(self) -> bool:
        """Whether any is."""
        return bool(self.case.expected & set(self.named))


def judge(case: Case, trials: bool) -> Verdict:
    """What `diagnose` names, or the refusal that names it."""
    try:
        net = case.setting.make()
    except cr.ChainruleError as error:
        return Verdict(case, sorted(case.expected) if case.refused and case.refused in str(error) else [])
    fitting = case.setting.fitting()
    try:
        found = net.diagnose(case.setting.X, case.setting.y, trials=trials, **fitting)
    except cr.ChainruleError as error:
        return Verdict(case, sorted(case.expected) if case.refused and case.refused in str(error) else [])
    return Verdict(case, [finding.name for finding in found])
