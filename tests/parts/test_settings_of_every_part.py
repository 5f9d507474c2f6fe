"""Every setting of every part, by hand: its default, as papers and PyTorch have it, and what it may be."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

import chainrule as cr
from chainrule.errors import InputError, KindError
from chainrule.parts.contract import (
    Activation,
    Clipping,
    Initializer,
    Layer,
    Loss,
    Optimizer,
    Part,
    Penalty,
    Schedule,
)

KINDS = (Activation, Layer, Loss, Optimizer, Penalty, Clipping, Schedule, Initializer)
NEEDED = "needed"  # no default
# As intervals: a square bracket belongs to it, a round one does not; N is for whole numbers.
ANY, FROM_0, ABOVE_0, SHARE, BELOW_1, DECAY = "(,)", "[0,)", "(0,)", "(0,1)", "[0,1)", "(0,1]"
COUNT, FLAG = "N[1,)", "flag"
Settings = dict[str, tuple[Any, str]]

ADAM: Settings = {"beta1": (0.9, BELOW_1), "beta2": (0.999, BELOW_1), "epsilon": (1e-8, FROM_0)}
SMOOTHED: Settings = {"from_logits": (False, FLAG), "label_smoothing": (0.0, BELOW_1)}
SCHEDULE: Settings = {"learning_rate": (NEEDED, FROM_0), "warmup": (0.0, FROM_0)}
OPEN: Settings = {"steps": (None, COUNT)}
PENALTY: Settings = {"biases": (False, FLAG)}


def _rate(default: float) -> Settings:
    return {"learning_rate": (default, FROM_0)}


SETTINGS: dict[str, Settings] = {
    "LeakyReLU": {"slope": (0.01, FROM_0)},
    "ELU": {"alpha": (1.0, ABOVE_0)},
    "Dense": {"bias": (True, FLAG)},
    "BatchNorm": {"rate": (0.1, DECAY), "epsilon": (1e-5, ABOVE_0)},
    "LayerNorm": {"epsilon": (1e-5, ABOVE_0)},
    "Dropout": {"rate": (0.5, BELOW_1)},
    "Huber": {"delta": (1.0, ABOVE_0)},
    "Quantile": {"q": (0.5, SHARE)},
    "Poisson": {"log_input": (True, FLAG)},
    "Triplet": {"margin": (1.0, ABOVE_0)},
    "BinaryCrossEntropy": SMOOTHED,
    "CrossEntropy": SMOOTHED,
    "Focal": {"gamma": (2.0, FROM_0), "alpha": (None, "[0,1]")},
    "SGD": _rate(0.01),
    "Momentum": _rate(0.01) | {"momentum": (0.9, FROM_0)},
    "Nesterov": _rate(0.01) | {"momentum": (0.9, FROM_0)},
    "Adam": _rate(0.001) | ADAM,
    "AMSGrad": _rate(0.001) | ADAM,
    "AdamW": _rate(0.001) | ADAM | {"weight_decay": (0.01, FROM_0)},
    "NAdam": _rate(0.002) | ADAM | {"momentum_decay": (0.004, FROM_0)},
    "RAdam": _rate(0.001) | ADAM,
    "Adamax": _rate(0.002) | ADAM,
    "RMSprop": _rate(0.01) | {
        "rho": (0.99, BELOW_1), "epsilon": (1e-8, FROM_0), "momentum": (0.0, FROM_0), "centered": (False, FLAG),
    },
    "Adagrad": _rate(0.01) | {"epsilon": (1e-10, FROM_0)},
    "Adadelta": _rate(1.0) | {"rho": (0.9, "[0,1]"), "epsilon": (1e-6, FROM_0)},
    "Lion": _rate(1e-4) | {"beta1": (0.9, BELOW_1), "beta2": (0.99, BELOW_1), "weight_decay": (0.0, FROM_0)},
    "Lookahead": {"k": (5, COUNT), "alpha": (0.5, DECAY)},
    "LBFGS": {
        "pairs": (10, COUNT), "max_fun": (None, COUNT),
        "loss_tolerance": (1e7 * math.ulp(1.0), FROM_0), "gradient_tolerance": (1e-5, FROM_0),
    },
    "L1": PENALTY | {"strength": (1e-4, FROM_0)},
    "L2": PENALTY | {"strength": (1e-4, FROM_0)},
    "SharedL2": PENALTY | {"strength": (1e-4, FROM_0)},
    "ElasticNet": PENALTY | {"l1": (1e-4, FROM_0), "l2": (1e-4, FROM_0)},
    "ClipValue": {"limit": (1.0, ABOVE_0)},
    "ClipNorm": {"limit": (1.0, ABOVE_0)},
    "WarmUp": SCHEDULE | {"steps": (NEEDED, COUNT)},
    "StepDecay": SCHEDULE | {"every": (NEEDED, COUNT), "factor": (0.1, FROM_0)},
    "Exponential": SCHEDULE | {"factor": (NEEDED, FROM_0)},
    "Cosine": SCHEDULE | OPEN | {"eta_min": (0.0, FROM_0)},
    "OneCycle": SCHEDULE | OPEN | {
        "div_factor": (25.0, ABOVE_0), "final_div_factor": (1e4, ABOVE_0), "pct_start": (0.3, BELOW_1),
    },
    "Glorot": {"normal": (False, FLAG)},
    "He": {"normal": (True, FLAG)},
    "LeCun": {"normal": (True, FLAG)},
    "Orthogonal": {"gain": (1.0, FROM_0)},
    "Normal": {"std": (0.01, FROM_0)},
    "Uniform": {"limit": (0.05, FROM_0)},
    "Constant": {"value": (0.0, ANY)},
}  # fmt: skip
# Settings that are parts, shapes or lists, which have tests of their own; what scales takes two lists.
OTHERS = {
    "inputs", "outputs", "clip", "inner", "class_weights", "center", "scale", "function", "columns",
}  # fmt: skip
CASES = [(part, name) for part, settings in SETTINGS.items() for name in settings]
EASY = {"learning_rate": 0.5, "steps": 7, "every": 7, "factor": 0.5, "inputs": 2, "outputs": 3}


def _parts() -> dict[str, type[Part]]:
    return {part.__name__: part for kind in KINDS for part in kind.registry().values()}


def _made(part: str, **given: Any) -> Any:
    made: Any = getattr(cr, part, None) or _parts()[part]
    needed = {name for name, (default, _) in SETTINGS[part].items() if default == NEEDED}
    if part == "Dense":
        needed = {"inputs", "outputs"}
    return made(**{name: EASY[name] for name in needed} | given)


def test_every_setting_of_every_part_is_here() -> None:
    for name, part in _parts().items():
        try:
            made = _made(name) if name in SETTINGS else part()
        except KindError:  # what it is made with is no number
            continue
        found = {field.name for field in dataclasses.fields(made) if field.init}
        assert found - OTHERS == set(SETTINGS.get(name, {})) - OTHERS, name


@pytest.mark.parametrize(("part", "name"), CASES)
def test_its_default(part: str, name: str) -> None:
    default, _ = SETTINGS[part][name]
    if default == NEEDED:
        assert getattr(_made(part), name) == EASY[name]
        return
    found = getattr(_made(part), name)
    assert found == default
    assert type(found) is type(default)


def _around(interval: str) -> tuple[list[float], list[float]]:
    """Numbers in an interval, near its ends, and numbers just outside of it."""
    low, high = interval[1:-1].split(",")
    inside, outside = [0.5], [math.inf, -math.inf, math.nan]
    for end, closed, way in ((low, interval[0] == "[", -1), (high, interval[-1] == "]", 1)):
        if not end:
            inside.append(way * 1e9)
            continue
        at = float(end)
        inside.append(at - way * 1e-9)
        outside.append(at + way * 1e-9)
        (inside if closed else outside).append(at)
    return inside, outside


@pytest.mark.parametrize(("part", "name"), CASES)
def test_what_it_may_be(part: str, name: str) -> None:
    default, interval = SETTINGS[part][name]
    if interval == FLAG:
        for truth in (True, False):
            assert getattr(_made(part, **{name: truth}), name) is truth
        for other in (None, 0, 1, "yes"):
            with pytest.raises(KindError):
                _made(part, **{name: other})
        return
    whole = interval[0] == "N"
    inside, outside = ([1, 2, 10**9], [0, -1]) if whole else _around(interval)
    for value in inside:
        found = getattr(_made(part, **{name: value}), name)
        assert found == value
        assert type(found) is (int if whole else float)
    for value in outside:
        with pytest.raises(InputError, match=f"^{part}: {name} = .* is out of range"):
            _made(part, **{name: value})
    for wrong in ("1", True, [1.0], *([1.5, 2.0] if whole else []), *([] if default is None else [None])):
        with pytest.raises(KindError):
            _made(part, **{name: wrong})
