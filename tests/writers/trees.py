"""Derivations that are hard to write: long sums, small numbers, dust, what was put in, many levels, every part."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

import chainrule as cr
from pages import steps

FOUR = [[0.5, 0.5], [1, -1], [-1, -0.5], [2, 1]]


@cache
def derivations() -> dict[str, Any]:
    net = cr.worked_example()
    one, four = net.trace(net.x, net.y, cr.Adam(0.01)), net.trace(FOUR, [1, 0, 1, 0], cr.SGD(0.1))
    small = cr.Network([2, 2], parameters={"W1": [[1e-5, 2e-7], [3e4, -1e3]]}).trace(
        [[0.5, 1e-4]], [1], "sgd"
    )
    wide = cr.Network([30, 12, 3], seed=1).trace([[i / 7 for i in range(30)]], [1], "adam")
    dust = cr.Network(
        [2, 1], output="identity", loss="mean_squared_error", parameters={"W1": [[0.1], [0.3]], "b1": [0.0]}
    )
    kink = cr.Network([1, 1, 2], parameters={"W1": [[1.0]], "b1": [0.0]}).trace([[0.0]], [1])
    deep = cr.Network([3, 4, 4, 4, 4, 2], hidden="tanh").trace(
        [0.5, -1, 2], 1, cr.AdamW(clip=cr.ClipNorm(0.01))
    )
    single = cr.Network([40, 8, 2], dtype="float32", seed=2).trace([[i / 11 for i in range(40)]], [1], "sgd")
    return {
        "a gradient": one.why("dW1[0, 1]"),
        "an update": one.why("W1_new[0, 1]"),
        "the loss of four": four.why("L"),
        "a gradient of four": four.why("dW2[1, 0]", depth=3),
        "what if": one.what_if({"a1[0, 1]": 0.25}).why("dW1[0, 1]"),
        "large and small numbers": small.why("dW1[1, 0]"),
        "long sums": wide.why("dW1[3, 4]"),
        "dust": dust.trace([[-3.0, 1.0]], [[0.5]]).why("z1[0, 0]"),
        "a kink": kink.why("db1[0]"),
        "cut": deep.why("W1_new[0, 0]"),
        "deep": deep.why("dW1[0, 0]", depth=40),
        "float32": single.why("dW1[39, 0]"),
        "given": one.why("W1[0, 1]"),
    }


def of_parts(group: str, samples: int) -> Iterator[tuple[str, Any]]:
    """Of each step of a group the loss, a gradient and an update, some levels down."""
    for name, trace in steps(group, samples):
        for asked in ("L", "dW1", "W1_new", "clip_new"):
            if asked in trace.results:
                entry = f"{asked}{[0] * np.ndim(trace.results[asked]) or ''}"
                depth = 4 if group == "large" else None
                yield f"{group}: {name}, {samples} samples, {entry}", trace.why(entry, depth=depth)
