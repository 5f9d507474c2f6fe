"""Of two slips in one line both are told, where no single one gives the numbers; a pair accuses nobody."""

from __future__ import annotations

import time

import numpy as np
import pytest
from injected import random_setting, step
from judged import count_pairs
from learners import traced

import chainrule as cr
from chainrule.check import Report
from chainrule.check.naming import PAIRS
from chainrule.check.pairs import SECONDS, sieve


def _step() -> tuple[cr.Network, cr.Trace]:
    """Three samples, three units of relu and two outputs of sigmoid."""
    net = cr.Network([2, 3, 2], output="sigmoid", loss="mean_squared_error", seed=5)
    rng = np.random.default_rng(1)
    return net, net.trace(rng.normal(size=(4, 2)), rng.uniform(size=(4, 2)), cr.SGD(0.1))


def _slipped(**lines: np.ndarray) -> Report:
    """The step with some lines otherwise."""
    _, trace = _step()
    given = {name: trace[name] for name in ("z1", "a1", "z2", "a2", "dz2", "da1", "dz1", "dW1", "db1", "dW2", "db2")}
    return trace.check({**given, **lines})


def test_pairs_are_found_and_named() -> None:
    counts = count_pairs(100, 40)
    assert counts.found == 40, counts.missed
    assert counts.named >= 38, counts.missed
    assert counts.told == 0, counts.missed
    assert max(counts.seconds) < 3


def test_two_slips_are_told_together() -> None:
    """z = x W: the weights are not those of the line, and the bias is taken away; by NumPy."""
    net, trace = _step()
    W, b = net.parameters["W2"], net.parameters["b2"]
    a = trace["a1"]
    report = trace.check({"z1": trace["z1"], "a1": a, "z2": trace["z1"] @ W - (b + 0.0)})
    assert report.line == "z2"
