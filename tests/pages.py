"""Walk-throughs of every part, and of what is hard to write: names of one's own, many layers, large numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.parts.contract import Activation, Layer, Optimizer, Penalty, Schedule
from strategies import OWN
from test_toolkit import BETWEEN, PAIRS, STEPS, targets
from thorough import share

Page = Any  # a chainrule Explanation


class Greek(cr.Layer):
    """A layer whose quantities are called by Greek letters, spelled and as themselves."""

    takes, gives = "a", "omega"

    def parameters(self, width: int, initializer: Any, rng: np.random.Generator) -> dict[str, Any]:
        return {name: np.ones(width) for name in ("gamma", "beta", "theta", "λ", "ν", "ψ")}

    def forward(self, q: Any) -> None:
        q.mu = q.a.mean(axis=1, keepdims=True)
        q.sigma = np.sqrt(np.square(q.a - q.mu).mean(axis=1, keepdims=True) + 1e-3)
        q.φ_raw = (q.a - q.mu) / q.sigma * q.λ
        q.omega = q.gamma * np.tanh(q.theta * q.φ_raw) / (2 + np.square(q.ψ)) + q.beta * q.ν


class LongNames(cr.Layer):
    """A layer whose quantities have words for names."""

    takes, gives = "z", "standardized"

    def parameters(self, width: int, initializer: Any, rng: np.random.Generator) -> dict[str, Any]:
        return {name: np.ones(width) for name in ("temperature", "amplification")}

    def forward(self, q: Any) -> None:
        q.exponentials = np.exp(q.temperature * q.z)
        q.denominator = np.sqrt(1 + np.square(q.exponentials).sum(axis=1, keepdims=True))
        q.standardized = q.amplification * q.exponentials / q.denominator


def traced(
    net: cr.Network, samples: int, optimizer: Any = None, seed: int = 0, scale: float = 1.0, **how: Any
) -> Any:
    """A step of a network with parameters and data drawn anew."""
    rng = np.random.default_rng(seed)
    for array in net.parameters.values():
        array += 0.3 * rng.standard_normal(array.shape).astype(array.dtype)
    group = net.paired_loss.group
    m = max(-(-samples // group) * group, *(layer.min_samples for layer in net.layers))
    X = scale * rng.standard_normal((m, net.inputs))
    return net.trace(X, targets(net, m, rng), optimizer, **how)


def activations(samples: int) -> Iterator[tuple[str, Any]]:
    for name, part in {**dict.fromkeys(Activation.registry()), **OWN}.items():
        yield f"hidden {name}", traced(cr.Network([2, 3, 2], hidden=part or name), samples, "sgd")
    own: dict[str, list[cr.Layer]] = {
        "Greek letters": [cr.Tanh(), Greek()],
        "long names": [LongNames(), cr.Tanh()],
    }
    for name, two in own.items():
        net = cr.Network([cr.Dense(2, 3), *two, cr.Dense(3, 2), cr.Softmax()])
        yield name, traced(net, samples, cr.Adam(clip=cr.ClipNorm(0.1)))


def losses(samples: int) -> Iterator[tuple[str, Any]]:
    for loss, output, fewest in PAIRS:
        yield f"{loss}, {output}", traced(cr.Network([2, fewest], output=output, loss=loss), samples)


def layers(samples: int) -> Iterator[tuple[str, Any]]:
    for name in BETWEEN:
        part = Layer.of(name)
        both = [part, cr.Tanh()] if part.takes == "z" else [cr.Tanh(), part]
        net = cr.Network([cr.Dense(2, 3), *both, cr.Dense(3, 2), cr.Softmax()])
        yield name, traced(net, samples, "momentum")
    for name in Penalty.registry():
        yield name, traced(cr.Network([2, 3, 2], penalty=name), samples, "sgd")
    net = cr.Network([2, 3, 2])
    yield "weighted samples", traced(net, samples, sample_weight=np.linspace(0.5, 2, samples))
    scaled = cr.Network([2, 3, 2], scaling=cr.Standardize([1, 2], [3, 4]), features=["α_1", "β%"])
    yield "scaling", traced(scaled, samples)


def optimizers(samples: int) -> Iterator[tuple[str, Any]]:
    for name, part in Optimizer.registry().items():
        if not getattr(part, "full_batch", False):
            yield name, traced(cr.Network([2, 3, 2]), samples, name)
    for name, schedule in Schedule.registry().items():
        given = {n: v for n, v in STEPS.items() if n in schedule.__dataclass_fields__}
        rate: Any = schedule(0.01, **given)  # type: ignore[arg-type]
        yield name, traced(cr.Network([2, 3, 2]), samples, cr.Adam(rate))
    for clip in (cr.ClipValue(0.1), cr.ClipNorm(0.1)):
        for sizes in ([2, 2], [2, 3, 2], [2, 3, 4, 3, 2]):
            yield f"{clip} {sizes}", traced(cr.Network(sizes), samples, cr.SGD(0.1, clip=clip))
    own = Optimizer.of(lambda w, dw: w - 0.1 * np.tanh(dw))
    yield "a function of one's own", traced(cr.Network([2, 3, 2]), samples, own)


def deep(samples: int) -> Iterator[tuple[str, Any]]:
    """Five layers, all of whose parameters stand under one root; small and large numbers, both precisions."""
    for dtype in ("float64", "float32"):
        for scale in (1e-4, 1.0, 1e5):
            net = cr.Network([3, 4, 4, 4, 4, 2], hidden="tanh", dtype=dtype)
            adam = cr.AdamW(cr.Cosine(0.01, 10, warmup=3), clip=cr.ClipNorm(0.01))
            yield f"{dtype}, inputs times {scale:g}", traced(net, samples, adam, scale=scale)
    normed = cr.Network(
        [cr.Dense(2, 4), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.5), cr.Dense(4, 3), cr.LayerNorm(), cr.Tanh(),
         cr.Dense(3, 2), cr.Softmax()], penalty=cr.ElasticNet(0.1),
    )  # fmt: skip
    yield (
        "norms, dropout, clipping",
        traced(normed, samples, cr.AdamW(cr.Cosine(0.01, 10), clip=cr.ClipNorm(0.5))),
    )


def large(samples: int) -> Iterator[tuple[str, Any]]:
    net = cr.Network([784, 128, 10])
    yield "784-128-10", traced(net, samples, cr.Adam(clip=cr.ClipNorm(1)))


GROUPS = {function.__name__: function for function in (activations, losses, layers, optimizers, deep, large)}


def steps(group: str, samples: int) -> Sequence[tuple[str, Any]]:
    """Steps of a group, each with its name: a share of them, or all."""
    return share(list(GROUPS[group](samples)))


def pages(group: str, samples: int, digits: Sequence[int | None]) -> Iterator[tuple[str, Page]]:
    """The walk-throughs of steps of a group: by hand with so many digits, for None exact."""
    for name, trace in steps(group, samples):
        for count in digits if group != "large" else (None,):  # by hand, 100,000 numbers take their time
            how: dict[str, Any] = {} if count is None else {"arithmetic": "by_hand", "digits": count}
            yield f"{group}: {name}, {trace.samples} samples, digits: {count}", trace.explain(**how)
