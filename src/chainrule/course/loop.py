"""The loop around the steps: marked by the rows and the weights that each step is called with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.check import check
from chainrule.check.catalogue import CATALOGUE
from chainrule.check.probing import call, parameters_of
from chainrule.course.lines import network
from chainrule.course.marks import Mark
from chainrule.course.written import Written
from chainrule.model.record import Record
from chainrule.network import Network
from chainrule.trace import Trace

SAMPLES, EPOCHS, SIZE, RATE, SEED = 8, 3, 3, 0.3, 5  # the last batch of an epoch has two samples
DOWNHILL = f"sgd:{RATE}"


class Loop:
    """A training of ours, and where one that is not follows it.

    Its first steps are those of `Network.steps`, and its losses those of `Network.fit`.
    """

    def __init__(self) -> None:
        rng = np.random.default_rng(4)
        self.X, self.labels = rng.normal(size=(SAMPLES, network().inputs)), np.arange(SAMPLES) % 3
        self.y = Record.take(network(), self.X, self.labels).results["y"]
        how: dict[str, Any] = {"epochs": EPOCHS, "batch_size": SIZE, "seed": SEED}
        self.steps: list[Trace] = list(network().steps(self.X, self.labels, optimizer=DOWNHILL, **how))
        trained = network()
        history = trained.fit(self.X, self.labels, optimizer=DOWNHILL, progress=False, engine="numpy", **how)
        self.trained, self.losses = dict(trained.parameters), list(history.loss)

    def rows(self, step: int) -> list[int]:
        """The rows that a step of ours takes."""
        found = self.rows_of(self.X, self.steps[step]["x"])
        assert found is not None
        return found

    def rows_of(self, samples: Any, batch: Any) -> list[int] | None:
        """Which of the samples a batch holds; None where it holds something else."""
        batch = np.asarray(batch)
        if batch.ndim != 2 or batch.shape[1:] != samples.shape[1:]:
            return None
        same = (batch[:, None] == samples[None]).all(axis=2)
        return [int(row) for row in same.argmax(axis=1)] if same.any(axis=1).all() else None

    @property
    def per_epoch(self) -> int:
        """How many steps an epoch has."""
        return len(self.steps) // EPOCHS


@dataclass
class Called:
    """The step that a learner's loop is given, which keeps what it is called with."""

    net: Network = field(default_factory=network)
    calls: list[tuple[Any, Any, dict[str, Any]]] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)

    def step(self, x: Any, y: Any, parameters: Mapping[str, Any]) -> tuple[float, dict[str, Any]]:
        """L, and the gradients by the names of the parameters."""
        self.calls.append(
            (np.array(x), np.array(y), {name: np.array(value) for name, value in parameters.items()})
        )
        for name, value in self.net.parameters.items():
            value[...] = parameters[name]
        trace = self.net.trace(x, y)
        self.losses.append(trace.loss)
        return trace.loss, {name: trace[f"d{name}"].copy() for name in self.net.parameters}


def batches(written: Written) -> Mark:
    """The mark of what cuts an order into batches."""
    order = np.array([4, 0, 3, 1, 6, 2, 7, 5])
    for size in (3, 4, 20):
        ours = [order[start : start + size].tolist() for start in range(0, len(order), size)]
        given, _ = call(written.name, written.function, _named(written, (order, size)))
        try:
            theirs = [np.asarray(rows).tolist() for rows in given]
        except TypeError:
            return Mark.wrong(written.name, written.place, "a list of arrays", did=f"it returns {given!r}")
        if theirs != ours:
            overlap = [order[start : start + size].tolist() for start in range(len(ours))]
            slip = "last_batch" if theirs == ours[:-1] else "batch_slice" if theirs == overlap else ""
            should = f"{ours} for order = {order.tolist()} and batch_size = {size}, and yours is {theirs}"
            return Mark.wrong(written.name, written.place, should, slip)
    return Mark(written.name, "right", written.place)


def _named(written: Written, values: tuple[Any, ...]) -> dict[str, Any]:
    return {each.name: value for each, value in zip(parameters_of(written.function), values, strict=False)}


def train(written: Written) -> Mark:
    """The mark of a training: step by step, then the weights and losses that it ends with."""
    loop, called = Loop(), Called()
    start = {name: value.copy() for name, value in network().parameters.items()}
    values = (loop.X, loop.y, start, called.step, EPOCHS, SIZE, RATE, SEED)
    given, _ = call(written.name, written.function, _named(written, values))
    if (problem := _end(loop, called, given)) is None:  # however it came there
        return Mark(written.name, "right", written.place)
    should, slip = _steps(loop, called) or problem
    return Mark.wrong(written.name, written.place, should, slip)


Problem = tuple[str, str]  # what should be, and what yours is; the catalogue's name of the slip


def _steps(loop: Loop, called: Called) -> Problem | None:
    """The first step that takes other rows, or other weights, than it should."""
    for number, (x, y, parameters) in enumerate(called.calls[: len(loop.steps)]):
        where = f"step {number % loop.per_epoch + 1} of epoch {number // loop.per_epoch + 1}"
        rows, of_y, ours = loop.rows_of(loop.X, x), loop.rows_of(loop.y, y), loop.rows(number)
        if rows != ours:
            taken = "something else than rows of x" if rows is None else f"the rows {rows}"
            return f"{where} takes the rows {ours} of x, and yours takes {taken}", _slip_of_rows(
                loop, number, called
            )
        if of_y is None or not np.array_equal(y, loop.y[ours]):
            return f"{where} takes the rows {ours} of y, as of x, and yours takes others", "shuffle_apart"
        before = loop.steps[number]
        odd = [name for name, value in parameters.items() if not np.allclose(value, before[name], rtol=1e-9)]
        if odd:
            return f"{where} begins with other weights: {odd[0]} is not what the step before makes of it", (
                _slip_of_weights(loop, called, number)
            )
    if len(called.calls) != len(loop.steps):
        counts = (
            f"{len(loop.steps)} steps in all, {loop.per_epoch} an epoch, and yours takes {len(called.calls)}"
        )
        return counts, "epochs_wrong" if len(called.calls) % loop.per_epoch == 0 else ""
    return None


def _slip_of_rows(loop: Loop, number: int, called: Called) -> str:
    """How other rows came about, where that can be told."""
    rows = loop.rows_of(loop.X, called.calls[number][0])
    epoch, batch = divmod(number, loop.per_epoch)
    order = [row for step in range(loop.per_epoch) for row in loop.rows(epoch * loop.per_epoch + step)]
    first = [row for step in range(loop.per_epoch) for row in loop.rows(step)]
    start = batch * SIZE
    if rows == order[batch : batch + SIZE]:
        return "batch_slice"
    if rows == list(range(SAMPLES))[start : start + SIZE]:
        return "not_shuffled"
    if epoch and rows == first[start : start + SIZE]:
        return "seed_again"
    if batch == loop.per_epoch - 1 and rows is not None and len(rows) == SIZE:
        return "last_batch"
    return ""


def _slip_of_weights(loop: Loop, called: Called, number: int) -> str:
    """What was done in the step before, by the check of its numbers; or with gradients of earlier steps, too."""
    before, after = loop.steps[number - 1], called.calls[number][2]
    names = list(before.network.parameters)
    added = {
        name: before[name] - RATE * sum(step[f"d{name}"] for step in loop.steps[:number]) for name in names
    }
    if number > 1 and all(np.allclose(after[name], added[name], rtol=1e-9) for name in names):
        return "grads_not_reset"
    report = check(before, {f"{name}_new": after[name] for name in names})
    return next((name for name in report.mistakes if name in CATALOGUE), "")


def _end(loop: Loop, called: Called, given: Any) -> Problem | None:
    """What is returned: the parameters after the last step, and the losses of the epochs."""
    if not isinstance(given, tuple) or len(given) != 2 or not isinstance(given[0], Mapping):
        return f"parameters, losses: a dict and a list; and yours returns {_kind(given)}", ""
    parameters, losses = given
    for name, value in loop.trained.items():
        if name not in parameters or not np.allclose(parameters[name], value, rtol=1e-9):
            return f"the parameters that are returned are those after the last step, and {name} is not", ""
    try:
        theirs = np.asarray(losses, np.float64)
    except (ValueError, TypeError, OverflowError):
        return f"a list of losses, and yours is {losses!r}", ""
    if theirs.shape == (EPOCHS,) and np.allclose(theirs, loop.losses, rtol=1e-9):
        return None
    last = called.losses[loop.per_epoch - 1 :: loop.per_epoch]
    slip = "loss_of_last_batch" if theirs.shape == (EPOCHS,) and np.allclose(theirs, last) else ""
    plain = np.reshape(called.losses, (EPOCHS, loop.per_epoch)).mean(axis=1)
    more = ""
    if theirs.shape == (EPOCHS,) and np.allclose(theirs, plain):
        more = ": a batch's L counts as often as it has samples, and the last batch has fewer"
    return f"the losses {_few(loop.losses)}, one for each epoch, and yours are {_few(theirs)}{more}", slip


def _kind(given: Any) -> str:
    return "nothing" if given is None else f"a {type(given).__name__}"


def _few(losses: Any) -> str:
    return str([round(float(each), 6) for each in np.ravel(losses)[: 2 * EPOCHS]])
