"""Any page: a step of a small network of any parts, drawn by a number, in any reading.

Each seed gives one trace and one reading of it, always the same, so that a page that is not true is made again by its
number. The tests read some, `benchmarks/truth.py` as many as it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.errors import ChainruleError, Diverged
from chainrule.parts.contract import Activation, Layer, Loss, Optimizer, Schedule
from strategies import OWN
from test_toolkit import BETWEEN, STEPS, pairs, targets

SAMPLES = (1, 3, 7)
ROOM = 1e6  # no number of a step is larger: what overflows is told by other tests
LOSSES: list[Any] = [
    *Loss.registry(), cr.CrossEntropy(label_smoothing=0.1), cr.CrossEntropy(from_logits=True),
    cr.BinaryCrossEntropy(label_smoothing=0.2), cr.BinaryCrossEntropy(from_logits=True), cr.Focal(0.5, 0.25),
    cr.Focal(3.5), cr.Poisson(log_input=False), cr.Huber(0.3), cr.Quantile(0.9), cr.Triplet(0.2),
]  # fmt: skip
PENALTIES: list[Any] = [
    cr.L1(0.01), cr.L2(0.02), cr.ElasticNet(0.01), cr.L1(0.01, biases=True), cr.L2(0.02, biases=True),
    cr.ElasticNet(0.03, 0.3, biases=True),
]  # fmt: skip
CLIPS: list[Any] = [cr.ClipValue(0.01), cr.ClipNorm(0.05), cr.ClipNorm(100.0)]


def tempered(w: Any, dw: Any) -> Any:
    """An optimizer of one's own."""
    return w - 0.1 * np.tanh(dw)


@dataclass(frozen=True)
class AnyPage:
    """A trace and how it is read: exact with so many decimals, or by hand with so many digits."""

    seed: int
    trace: cr.Trace
    digits: int | None = None
    halves: str = "even"
    decimals: int = 6

    @cached_property
    def text(self) -> str:
        """The whole page."""
        return self.explain()

    @property
    def reading(self) -> str:
        """Its name in a table of counts."""
        return f"exact, {self.decimals} decimals" if self.digits is None else f"by hand, {self.digits} digits"

    def explain(self, quantity: str | None = None) -> str:
        """The page, or that of one quantity."""
        if self.digits is None:
            return self.trace.explain(quantity, digits=self.decimals).to_text()
        return self.trace.explain(
            quantity, arithmetic="by_hand", digits=self.digits, halves=self.halves
        ).to_text()

    def __repr__(self) -> str:
        return f"seed {self.seed}, {self.reading}, halves {self.halves}: {self.trace!r}"


@cache
def all_pairs() -> list[tuple[Any, str, int]]:
    """Every loss, also with settings, with every output that it goes with."""
    return pairs(LOSSES)


class _Draw:
    """What is drawn of one generator."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng([seed, 7])

    def one(self, of: Any) -> Any:
        return of[int(self.rng.integers(len(of)))]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)


def draw_page(seed: int) -> AnyPage:
    """The page of a number: networks that can't be counted by hand, or diverge, are drawn anew."""
    for again in range(100):
        draw = _Draw(seed + 1_000_003 * again)
        try:
            with np.errstate(all="ignore"):
                trace = _trace(draw, seed)
                page = _reading(draw, seed, trace)
                if all(np.all(np.abs(value) < ROOM) for value in trace.values()):
                    assert page.text
                    return page
        except (Diverged, ChainruleError) as error:
            if not isinstance(error, Diverged) and "divides by 0" not in str(error):
                raise
    raise AssertionError(f"seed {seed} gives no page")


def _reading(draw: _Draw, seed: int, trace: cr.Trace) -> AnyPage:
    if draw.chance(0.5):
        return AnyPage(seed, trace, decimals=draw.one((6, 6, 6, 6, 3, 4, 9)))
    return AnyPage(seed, trace, draw.one((2, 3, 3, 4)), draw.one(("even", "even", "up")))


def _trace(draw: _Draw, seed: int) -> cr.Trace:
    """A step, the first one or a later one."""
    net, rng = _network(draw, seed), draw.rng
    group = net.paired_loss.group
    m = group * draw.one(SAMPLES) if group == 1 or draw.chance(0.3) else group
    m = max(m, *(layer.min_samples for layer in net.layers))
    X = np.round(rng.standard_normal((m, net.inputs)), draw.one((1, 2, 4, 8)))
    y = targets(net, m, rng)
    weight = np.round(rng.uniform(0, 2, m), 2) if group == 1 and draw.chance(0.15) else None
    optimizer = _optimizer(draw)
    if optimizer is None or optimizer.full_batch or draw.chance(0.6):
        return net.trace(X, y, optimizer, sample_weight=weight, seed=seed)
    *_, last = net.steps(
        X, y, epochs=draw.one((2, 3)), batch_size=m, optimizer=optimizer, seed=seed, sample_weight=weight
    )
    return last


def _network(draw: _Draw, seed: int) -> cr.Network:
    loss, output, fewest = draw.one(all_pairs())
    hidden: list[Any] = [*Activation.registry(), *OWN.values()]
    widths = [int(width) for width in draw.rng.integers(1, 5, draw.one((1, 2, 2, 2, 3)))]
    layers: list[Any] = [cr.Standardize(0.5, 2.0)] if draw.chance(0.1) else []
    for i, width in enumerate(widths[1:]):
        extra = [Layer.of(draw.one(BETWEEN))] if draw.chance(0.4) else []
        before = [layer for layer in extra if layer.takes == "z"]
        behind = [layer for layer in extra if layer.takes == "a"]
        layers += [cr.Dense(widths[i], width), *before, draw.one(hidden), *behind]
    layers += [cr.Dense(widths[-1], fewest + draw.one((0, 0, 1, 2))), output]
    net = cr.Network(
        layers,
        loss=loss,
        penalty=draw.one(PENALTIES) if draw.chance(0.2) else None,
        seed=seed,
        dtype="float32" if draw.chance(0.25) else "float64",
    )
    places = draw.one((1, 2, 8))
    for array in net.parameters.values():
        array[...] = np.round(array + 0.4 * draw.rng.standard_normal(array.shape), places)
    if draw.chance(0.15):
        net.freeze(draw.one(list(net.parameters)))
    return net


def _optimizer(draw: _Draw) -> Optimizer | None:
    if draw.chance(0.1):
        return None
    if draw.chance(0.05):
        return Optimizer.of(tempered)
    registry: dict[str, Any] = dict(Optimizer.registry())
    name = draw.one(list(registry))
    if name == "lookahead":
        return cr.Lookahead(draw.one((cr.SGD(0.1), cr.Adam(0.01), cr.Momentum(0.05))), draw.one((1, 2)))
    part = registry[name]
    if getattr(part, "full_batch", False):
        return part()  # type: ignore[no-any-return]
    given: dict[str, Any] = {}
    if draw.chance(0.2):
        given["clip"] = draw.one(CLIPS)
    if draw.chance(0.2) and "learning_rate" in part.__dataclass_fields__:
        given["learning_rate"] = _schedule(draw)
    return part(**given)  # type: ignore[no-any-return]


def _schedule(draw: _Draw) -> Any:
    kind: Callable[..., Any] = draw.one(list(Schedule.registry().values()))
    fields = getattr(kind, "__dataclass_fields__", {})
    return kind(0.01, **{n: v for n, v in STEPS.items() if n in fields})


def some_entries(page: AnyPage, count: int) -> list[str]:
    """Quantities of a page, each with one of its entries: ``dW1[0, 2]``."""
    draw, found = _Draw(page.seed + 1), []
    names = list(page.trace.program.quantities)
    for _ in range(count):
        name = draw.one(names)
        index = [int(draw.rng.integers(size)) for size in np.shape(page.trace[name])]
        found.append(f"{name}{index}" if index else name)
    return found
