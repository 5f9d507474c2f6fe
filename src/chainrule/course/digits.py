"""The last chapter: a network of the learner's own, put together and trained on the digits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from chainrule.check import check
from chainrule.check.probing import call, parameters_of
from chainrule.course.lines import Step, network
from chainrule.course.marks import Mark
from chainrule.course.written import Written
from chainrule.data import load

ASKED = 0.88  # of digits by other writers


def step(written: Written) -> Mark:
    """The mark of a step: its loss and its gradients, by the rules."""
    names = list(network().parameters)
    for record in Step().records:
        values = (record["x"], record["y"], {name: record[name] for name in names})
        given, _ = call(written.name, written.function, _named(written, values))
        if not isinstance(given, tuple) or len(given) != 2 or not isinstance(given[1], Mapping):
            return Mark.wrong(written.name, written.place, "L and a dict of gradients are returned")
        missing = [name for name in names if given[1].get(name) is None]
        if missing:
            return Mark.wrong(
                written.name,
                written.place,
                f"the gradients hold {', '.join(names)}",
                did=f"there is no {missing[0]}",
            )
        report = check(record, {"L": given[0], **{f"d{name}": given[1][name] for name in names}})
        if not report.right:
            told = report.to_text(width=1000).split("\n\n")
            return Mark(
                written.name, "wrong", written.place, [report.verdict, *told[1].splitlines()],
                report.to_text(width=1000, hint=True).split("\n\n")[1].splitlines(), report.mistakes,
            )  # fmt: skip
    return Mark(written.name, "right", written.place)


def _named(written: Written, values: tuple[Any, ...]) -> dict[str, Any]:
    return {each.name: value for each, value in zip(parameters_of(written.function), values, strict=False)}


@cache
def _trained(fit: Callable[..., Any]) -> Any:
    """The parameters that a learner's training gives, once."""
    (X, labels), _ = load("digits")
    names = [each.name for each in parameters_of(fit)]
    return call("fit", fit, dict(zip(names, (X, labels), strict=False)))[0]


def fit(written: Written) -> Mark:
    """The mark of what trains a network on digits: that it gives parameters; how good they are, `predict` shows."""
    if _trained(written.function) is None:
        return Mark.wrong(
            written.name, written.place, "the parameters are returned", did="it returns nothing"
        )
    return Mark(written.name, "right", written.place)


def predict(written: Written) -> Mark:
    """The mark of what reads digits with what was trained: by those that it has never seen."""
    _, (unseen, answers) = load("digits")
    trained = _trained(written.beside["fit"]) if "fit" in written.beside else None
    if trained is None:
        told = "Can't be tried before fit gives parameters."
        return Mark(written.name, "unwritten", written.place, [told], [told])
    said, _ = call(written.name, written.function, _named(written, (unseen, trained)))
    if np.shape(said) != answers.shape:
        should = (
            f"a digit for each image, of the shape {answers.shape}, and yours has the shape {np.shape(said)}"
        )
        return Mark.wrong(written.name, written.place, should)
    right = float((np.asarray(said) == answers).mean())
    shown = f"{right:.1%} of {len(answers)} digits that it has never seen are right"
    if right < ASKED:
        should = f"at least {ASKED:.0%} of unseen digits are right, and with your fit and predict it is {right:.1%}"
        return Mark.wrong(written.name, written.place, should)
    return Mark(written.name, "right", written.place, [f"{shown}."])
