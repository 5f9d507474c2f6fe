"""chainrule's network for a setting of the injected steps, and the conventions in which a learner may write one."""

from __future__ import annotations

from typing import Any

import numpy as np
from injected import Setting, Sheet

import chainrule as cr

LOSSES = {
    "ce": "cross_entropy",
    "bce": "cross_entropy",
    "mse": "mean_squared_error",
    "half": "half_squared_error",
}


def traced(s: Setting) -> cr.Trace:
    """The step of a setting, by chainrule."""
    parameters = {f"W{n}": w for n, w in enumerate(s.W, 1)} | {f"b{n}": b for n, b in enumerate(s.b, 1)}
    net = cr.Network(
        s.sizes, hidden=s.hidden, output=s.output, loss=LOSSES[s.loss], parameters=parameters,
        penalty=cr.L2(s.penalty) if s.penalty else None,
    )  # fmt: skip
    made: Any = {"sgd": cr.SGD, "momentum": cr.Momentum, "adam": cr.Adam}[s.optimizer](s.eta)
    if s.moments:
        for local, flat in made.state_arrays(net.parameters).items():
            for name, view in net.parameters.views(flat).items():
                view[...] = s.moments[f"{local}{name}"]
        made.t = s.t - 1
    return net.trace(s.x, s.y, made)


def in_convention(rng: np.random.Generator, s: Setting, sheet: Sheet, keep: str = "") -> Sheet:
    """A step as somebody else writes it: columns, folded biases, other factors, y - a, some lines left out.

    Factors are put on whole sections, so that a line is right afterwards exactly where it was before. With a line to
    keep, no factor is put on and that line is not left out.
    """
    found = dict(sheet)
    m, k = len(s.y), s.y.shape[1]
    if not s.penalty and s.optimizer == "sgd" and not keep:
        _factors(rng, found, m, k)
    for name in list(found):
        if rng.random() < 0.1 and len(found) > 3 and name != keep:
            del found[name]
    columns, turned = bool(rng.integers(2)), bool(rng.integers(2))
    folded = rng.random() < 0.25
    return _laid_out(found, columns, turned, folded)


def _factors(rng: np.random.Generator, found: Sheet, m: int, k: int) -> None:
    scale = float(rng.choice([1, m, 2, 0.5, m * k, 1 / k])) * float(rng.choice([1, -1]))
    late = bool(rng.integers(2))  # whether 1/m comes with the weights' gradients
    if "L" in found and rng.integers(2):
        found["L"] = found["L"] * float(rng.choice([m, 2, 0.5]))
        found.pop("l", None)
    for name, value in list(found.items()):
        if name[0] == "d":
            weight = name[1] in "Wb"
            found[name] = value * scale * (1 if weight or not late else m)


def _laid_out(found: Sheet, columns: bool, turned: bool, folded: bool) -> Sheet:
    laid: Sheet = {}
    for name, value in found.items():
        value = np.asarray(value)
        weight = "W" in name
        if weight and folded and name.replace("W", "b") in found:
            value = np.vstack([value, np.broadcast_to(found[name.replace("W", "b")], (1, value.shape[1]))])
        elif "b" in name and name[:2] in ("db", "vb", "mb", "b1", "b2", "b3", "b4"):
            if folded and name.replace("b", "W", 1) in found:
                continue
            value = value[:, None] if columns else value
        if value.ndim == 2 and (turned if weight else columns) and not ("b" in name and not weight):
            value = value.T
        laid[name] = value
    return laid
