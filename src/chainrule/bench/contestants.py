"""The contestants: the limit, chainrule, and what a user would pick instead; each by name.

Each builds a runner from a `Task`, of three methods; those that only predict do, too.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np

from chainrule.bench.workloads import Array, Task
from chainrule.errors import UnknownName


class Runner(Protocol):
    """What is timed."""

    def start(self, amount: int) -> None:
        """Go back to the initial weights, forget the optimizer's state, and be ready to run so much."""
        ...

    def run(self, amount: int) -> Sequence[float]:
        """Train so many epochs more, in order, or predict so often; gives the mean loss of each epoch."""
        ...

    def result(self) -> list[Array]:
        """The weights W1, b1, W2, …, each W (inputs, outputs); or what was predicted."""
        ...


@dataclass(frozen=True)
class Contestant:
    """A library, or a way of using it, by its name.

    Parameters
    ----------
    name, title : what it is called in an option, and in a table
    module, factory : a module beside this one, and what builds the runner there from a task
    needs : the packages that must be there
    kind : what it counts as; "other" is chainrule by a way that is not what is compared
    quick : whether it is ready within a second or two
    """

    name: str
    title: str
    module: str = ""
    factory: str = ""
    needs: tuple[str, ...] = ()
    kind: Literal["limit", "chainrule", "peer", "other"] = "peer"
    quick: bool = True

    @property
    def missing(self) -> str:
        """The first of them that is not installed; empty if all are."""
        return next((name for name in self.needs if importlib.util.find_spec(name) is None), "")

    def load(self) -> Any:
        """What builds it. Only then is its module imported, in the process in which it runs."""
        return getattr(importlib.import_module(f"chainrule.bench.{self.module}"), self.factory)


TRAINERS = {
    contestant.name: contestant
    for contestant in (
        Contestant("limit", "the matrix products alone", "by_numpy", "Limit", kind="limit"),
        Contestant("compiled", "chainrule, compiled", "by_chainrule", "Compiled", kind="chainrule"),
        Contestant("chainrule", "chainrule, NumPy", "by_chainrule", "InNumPy", kind="chainrule"),
        Contestant("numpy", "plain NumPy", "by_numpy", "Plain"),
        Contestant("sklearn", "scikit-learn", "by_sklearn", "Sklearn", ("sklearn",)),
        Contestant("torch", "PyTorch, fused optimizer", "by_torch", "Eager", ("torch",)),
        Contestant("torch-compiled", "PyTorch, compiled", "by_torch", "Compiled", ("torch",), quick=False),
        Contestant("jax", "JAX, one step a call", "by_jax", "Step", ("jax",)),
        Contestant("jax-scan", "JAX, epochs in one call", "by_jax", "Scan", ("jax",)),
        Contestant("keras", "Keras on JAX", "by_keras", "Keras", ("keras", "jax"), quick=False),
    )
}

CALLED = {  # as users call them, who ask for no engine
    contestant.name: contestant
    for contestant in (
        TRAINERS["limit"],
        Contestant("auto", "chainrule, by default", "by_chainrule", "Default", kind="chainrule"),
        replace(TRAINERS["compiled"], kind="other"),
        replace(TRAINERS["chainrule"], kind="other"),
        *(contestant for contestant in TRAINERS.values() if contestant.kind == "peer"),
    )
}

PREDICTORS = {
    contestant.name: contestant
    for contestant in (
        Contestant("limit", "the matrix products alone", "by_numpy", "products", kind="limit"),
        Contestant("compiled", "chainrule, compiled", "by_chainrule", "compiled", kind="chainrule"),
        Contestant("chainrule", "chainrule, NumPy", "by_chainrule", "in_numpy", kind="chainrule"),
        Contestant("numpy", "plain NumPy", "by_numpy", "predictor"),
        Contestant("sklearn", "scikit-learn", "by_sklearn", "predictor", ("sklearn",)),
        Contestant("onnxruntime", "onnxruntime", "by_onnxruntime", "predictor", ("onnx", "onnxruntime")),
        Contestant("torch", "PyTorch", "by_torch", "predictor", ("torch",)),
        Contestant("jax", "JAX", "by_jax", "predictor", ("jax",)),
        Contestant("keras", "Keras on JAX", "by_keras", "predictor", ("keras", "jax")),
    )
}

ASKED = {  # by callers who ask for no engine
    contestant.name: contestant
    for contestant in (
        PREDICTORS["limit"],
        Contestant("auto", "chainrule, by default", "by_chainrule", "default", kind="chainrule"),
        replace(PREDICTORS["compiled"], kind="other"),
        *(contestant for contestant in PREDICTORS.values() if contestant.kind == "peer"),
    )
}


def pick(names: str | None, *, quick: bool = False) -> list[Contestant]:
    """The limit, chainrule and the peers of a list such as ``numpy,jax-scan``; all of them, if None is given.

    Parameters
    ----------
    names : of peers; ``all`` stands for all
    quick : without names, leave out those that take long to get ready
    """
    peers = [contestant.name for contestant in TRAINERS.values() if contestant.kind == "peer"]
    if names is None:
        chosen = [name for name in peers if TRAINERS[name].quick or not quick]
    elif names.strip() == "all":
        chosen = peers
    else:
        chosen = [name.strip() for name in names.split(",")]
    for name in chosen:
        if name not in peers:
            raise UnknownName("peer", name, [*peers, "all"])
    return [
        contestant
        for contestant in TRAINERS.values()
        if contestant.kind != "peer" or contestant.name in chosen
    ]


def trainer(name: str, task: Task) -> Runner:
    """Build the runner that trains, of that name."""
    runner: Runner = (TRAINERS | CALLED)[name].load()(task)
    return runner


def predictor(name: str, task: Task) -> Runner:
    """Build the runner that predicts, of that name: it predicts the task's X."""
    return Predicting((PREDICTORS | ASKED)[name].load()(task), task.X)


def asked_by_eight(name: str, task: Task) -> Runner:
    """The same, asked by eight threads at once."""
    return Predicting((PREDICTORS | ASKED)[name].load()(task), task.X, callers=8)


class Predicting:
    """A runner that predicts the same samples again and again, from a NumPy array to a NumPy array."""

    def __init__(self, predict: Callable[[Array], Array], X: Array, callers: int = 1) -> None:
        self.predict, self.X, self.callers = predict, X, callers

    def start(self, amount: int) -> None:
        pass

    def run(self, amount: int) -> Sequence[float]:
        if self.callers == 1:
            self._ask(amount)
            return []
        with ThreadPoolExecutor(self.callers) as pool:
            list(pool.map(self._ask, [amount // self.callers] * self.callers))
        return []

    def _ask(self, amount: int) -> None:
        predict, X = self.predict, self.X
        for _ in range(amount):
            predict(X)

    def result(self) -> list[Array]:
        return [np.array(self.predict(self.X))]
