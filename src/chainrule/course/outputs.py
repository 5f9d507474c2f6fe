"""Functions around the outputs: softmax of large numbers, the class that is said, labels as rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.check.probing import call, parameters_of
from chainrule.course.lines import Gives, network
from chainrule.course.marks import Mark, convention
from chainrule.course.written import Written
from chainrule.model.record import Record

LARGE = 1000.0


def softmax(written: Written) -> Mark:
    """The mark of a softmax: by the step's rule, and of numbers whose powers of e are infinite."""
    mark = Gives((("a2",),)).mark(written)
    if mark.state != "right":
        return mark  # with columns, it is not tried on large numbers
    z2 = np.array([[LARGE, 0.0, -LARGE], [LARGE - 1, LARGE, LARGE - 2]])
    given, _ = call(written.name, written.function, {_first(written): z2})
    if np.isfinite(given).all():
        return mark
    should = f"finite for z2 = {z2[0].tolist()}, where it gives {np.asarray(given)[0].tolist()}"
    return Mark.wrong(written.name, written.place, should, "softmax_unstable")


def classify(written: Written) -> Mark:
    """The mark of what tells classes of outputs: by the network's own answers."""
    net = network()
    a2 = np.random.default_rng(3).dirichlet(np.ones(3), 7)
    a2[:3] = a2[:3][np.arange(3), ::-1]
    ours = net.decisions.decide(a2)
    given, _ = call(written.name, written.function, {_first(written): a2})
    turned, _ = call(written.name, written.function, {_first(written): a2.T})
    slips: dict[str, list[Callable[[], Any]]] = {
        "argmax_axis": [lambda: a2.argmax(axis=0), a2.argmax],
        "class_off_by_one": [lambda: ours + 1],
    }
    mark = _compared(written, given, ours, slips)
    if mark.state == "right":
        return replace(mark, only_rows=not _same(turned, ours))
    return (
        replace(
            mark, in_columns=Mark(written.name, "right", written.place, [convention("samples are columns")])
        )
        if _same(turned, ours)
        else mark
    )


def one_hot(written: Written) -> Mark:
    """The mark of what makes rows of labels: by the targets of a step with them, where the last class is missing."""
    labels = np.array([1, 0, 1, 0, 0, 1, 1])
    x = np.zeros((len(labels), network().inputs))
    ours = Record.take(network(), x, labels).results["y"]
    names = list(parameters(written))
    given, _ = call(written.name, written.function, dict(zip(names, (labels, 3), strict=False)))
    slips: dict[str, list[Callable[[], Any]]] = {
        "onehot_width": [lambda: np.eye(labels.max() + 1)[labels]],
        "onehot_transposed": [lambda: ours.T],
        "class_off_by_one": [lambda: np.eye(3)[labels - 1], lambda: np.eye(4)[labels + 1]],
    }
    return _compared(written, given, ours, slips)


def parameters(written: Written) -> list[str]:
    """The names of a function's parameters."""
    return [each.name for each in parameters_of(written.function)]


def _first(written: Written) -> str:
    return next(iter(parameters(written)), "")


def _compared(written: Written, given: Any, ours: Any, slips: dict[str, list[Callable[[], Any]]]) -> Mark:
    """The mark of what should give `ours` exactly; a slip that gives the same is named."""
    if given is None:
        return Mark.wrong(
            written.name, written.place, "an array", did="it returns nothing: is there a return?"
        )
    try:
        array = np.asarray(given, np.float64)
    except (ValueError, TypeError, OverflowError):
        return Mark.wrong(written.name, written.place, "an array of numbers", did=f"it returns {given!r}")
    if array.shape == np.shape(ours) and np.array_equal(array, ours):
        return Mark(written.name, "right", written.place)
    named = next(
        (name for name, makes in slips.items() for make in makes if _same(array, make())), "",
    )  # fmt: skip
    shape = f", of the shape {np.shape(ours)}" if array.shape != np.shape(ours) else ""
    should = f"{np.asarray(ours).astype(int).tolist()}{shape}, and yours is {_short(array)}"
    return Mark.wrong(written.name, written.place, should, named)


def _same(a: Any, b: Any) -> bool:
    return np.shape(a) == np.shape(b) and bool(np.array_equal(a, b))


def _short(array: Any) -> str:
    return f"{array.tolist()}" if array.size <= 30 else f"of the shape {array.shape}"
