"""In which range each number of each part may be, as intervals: those of the papers and of docstrings."""

from __future__ import annotations

import dataclasses
import inspect
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
    Penalty,
    Schedule,
)

ANY, FROM_0, ABOVE_0, SHARE = "(-inf, inf)", "[0, inf)", "(0, inf)", "[0, 1)"
FROM_1 = "1, 2, 3 …"
RANGES = {
    "alpha": ABOVE_0, "Focal.alpha": "[0, 1]", "Lookahead.alpha": "(0, 1]",
    "beta1": SHARE, "beta2": SHARE, "epsilon": FROM_0, "BatchNorm.epsilon": ABOVE_0, "LayerNorm.epsilon": ABOVE_0,
    "learning_rate": FROM_0, "weight_decay": FROM_0, "momentum": FROM_0, "momentum_decay": FROM_0,
    "rho": SHARE, "Adadelta.rho": "[0, 1]", "gradient_tolerance": FROM_0, "loss_tolerance": FROM_0,
    "max_fun": FROM_1, "pairs": FROM_1, "k": FROM_1, "every": FROM_1, "steps": FROM_1,
    "div_factor": ABOVE_0, "final_div_factor": ABOVE_0, "pct_start": SHARE, "eta_min": FROM_0, "factor": FROM_0,
    "warmup": FROM_0, "delta": ABOVE_0, "gamma": FROM_0, "label_smoothing": SHARE, "margin": ABOVE_0, "q": "(0, 1)",
    "l1": FROM_0, "l2": FROM_0, "strength": FROM_0, "limit": ABOVE_0, "Uniform.limit": FROM_0, "gain": FROM_0,
    "std": FROM_0, "value": ANY, "slope": FROM_0, "Dropout.rate": SHARE, "BatchNorm.rate": "(0, 1]",
    "inputs": FROM_1, "outputs": FROM_1,
}  # fmt: skip
NEEDED: dict[str, Any] = {
    "inputs": 2, "outputs": 2, "learning_rate": 0.1, "steps": 10, "every": 2, "inner": cr.SGD(0.1), "limit": 1.0,
    "factor": 0.5,
}  # fmt: skip
NO_NUMBERS = {
    "bias", "biases", "centered", "class_weights", "clip", "from_logits", "function", "inner", "log_input", "normal",
    "columns", "center", "scale", "low", "high", "means", "scales", "minima", "maxima",
}  # fmt: skip


def kinds() -> list[type[Any]]:
    found = {
        kind
        for of in (Activation, Clipping, Initializer, Layer, Loss, Optimizer, Penalty, Schedule)
        for kind in (*of.registry().values(), *vars(cr).values())
        if isinstance(kind, type) and issubclass(kind, of) and dataclasses.is_dataclass(kind)
    }
    return sorted((kind for kind in found if not inspect.isabstract(kind)), key=lambda kind: kind.__name__)


CASES = [
    (kind, each.name)
    for kind in kinds()
    for each in dataclasses.fields(kind)
    if each.init and each.name not in NO_NUMBERS
]


def made(kind: type[Any], name: str, value: Any) -> Any:
    taken = inspect.signature(kind).parameters
    needed = {key: NEEDED[key] for key, each in taken.items() if each.default is each.empty and key in NEEDED}
    return kind(**{**needed, name: value})


def test_there_are_many() -> None:
    assert len(CASES) > 90
    assert {name for _, name in CASES} == {key.rpartition(".")[2] for key in RANGES}


@pytest.mark.parametrize(("kind", "name"), CASES, ids=lambda each: getattr(each, "__name__", each))
def test_a_number_may_be_in_its_range_and_nowhere_else(kind: type[Any], name: str) -> None:
    told = RANGES.get(f"{kind.__name__}.{name}", RANGES.get(name, ""))
    if told == FROM_1:
        right, wrong = [1, 2], [0, -1, 1.5]
    else:
        low, high = (float(each) for each in told[1:-1].split(","))
        closed, opened = ([low] if told[0] == "[" else []), ([low] if told[0] == "(" else [])
        (closed if told[-1] == "]" else opened).append(high)
        right = [each + way for each, way in ((low, 1e-3), (high, -1e-3)) if abs(each) != float("inf")]
        right, wrong = [*right, *closed], [*opened, low - 1e-3, high + 1e-3]
    for value in right:
        assert getattr(made(kind, name, value), name) == value
    for value in wrong:
        with pytest.raises((InputError, KindError)) as caught:
            made(kind, name, value)
        assert f"{name} = {value!r}" in str(caught.value)
