"""Right gradients nudged: how many of them `why` calls right, and how many it can't tell or accuses.

    python benchmarks/nudges.py [--count 30000] [--seed 0] [--seconds 0]

Networks are drawn at random over all activations, losses with each output that they take, norms, dropout, penalties and
both precisions; fresh, trained, or saturated by weights up to a hundred times as large. Their gradients are right, as
the tests compare them with PyTorch's; an accused one is printed with what makes it again. With --seconds it ends then.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.errors import ChainruleError, Diverged
from chainrule.model.samples import check
from chainrule.parts.contract import Activation, Layer, Penalty
from chainrule.walkthrough.gradient_check import GradientCheck, GradientChecks

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from any_page import all_pairs
from strategies import gated, mish
from test_toolkit import BETWEEN

EACH = 8  # entries of a network
STATES = ("fresh", "trained", "saturated")


@dataclass(frozen=True)
class Nudge:
    """A gradient that was checked, and what makes it again."""

    seed: int
    network: str
    state: str
    name: str
    index: tuple[int, ...]
    check: GradientCheck

    def __str__(self) -> str:
        return f"seed {self.seed}, {self.state}, {self.network}: {self.name}{list(self.index)}: {self.check}"


def draw_network(rng: np.random.Generator) -> cr.Network:
    """A network of up to three hidden layers, fresh."""
    loss, output, fewest = all_pairs()[rng.integers(len(all_pairs()))]
    hidden = [*Activation.registry(), mish, gated]
    widths = [int(width) for width in rng.integers(1, 8, rng.integers(1, 5))]
    layers: list[Any] = []
    for i, width in enumerate(widths[1:]):
        extra = [Layer.of(BETWEEN[rng.integers(len(BETWEEN))])] if rng.random() < 0.4 else []
        before = [layer for layer in extra if layer.takes == "z"]
        behind = [layer for layer in extra if layer.takes == "a"]
        layers += [cr.Dense(widths[i], width), *before, hidden[rng.integers(len(hidden))], *behind]
    layers += [cr.Dense(widths[-1], fewest + int(rng.integers(4))), output]
    penalties = list(Penalty.registry())
    penalty = penalties[rng.integers(len(penalties))] if rng.random() < 0.3 else None
    dtype = "float32" if rng.random() < 0.5 else "float64"
    return cr.Network(layers, loss=loss, penalty=penalty, seed=int(rng.integers(2**31)), dtype=dtype)


def targets(net: cr.Network, m: int, rng: np.random.Generator) -> Any:
    """Targets of one of the kinds that the loss takes."""
    k = net.outputs
    p = rng.uniform(0, 1, (m, k))
    kinds: list[Any] = [rng.integers(0, max(k, 2), m)] if net.loss_part.is_classification else []
    more: list[Any] = [
        p / p.sum(axis=1, keepdims=True),
        p,
        rng.poisson(2, (m, k)).astype(float),
        rng.standard_normal((m, k)),
    ]
    kinds += more
    for y in (kinds[i] for i in rng.permutation(len(kinds))):
        try:
            check(net, np.zeros((m, net.inputs)), y)
        except ChainruleError:
            continue
        return y
    raise AssertionError(f"no targets suit {net.loss_part}")


def draw_trace(seed: int) -> tuple[str, cr.Trace] | None:
    """A network in one of the states, and a step of it; None where its training diverged."""
    rng = np.random.default_rng(seed)
    net, state = draw_network(rng), STATES[seed % len(STATES)]
    group = net.paired_loss.group
    m = group * int(rng.integers(max(layer.min_samples for layer in net.layers), 7))
    X = rng.standard_normal((m, net.inputs)) * 10 ** rng.uniform(-1, 1)
    X[rng.random(X.shape) < 0.1] = 0
    y = targets(net, m, rng)
    if state == "trained":
        try:
            net.fit(X, y, epochs=200, optimizer=cr.Adam(0.03), engine="numpy", batch_size=m, progress=False)
        except Diverged:
            return None
    elif state == "saturated":
        for array in net.parameters.values():
            array += rng.standard_normal(array.shape) * 10 ** rng.uniform(0, 2)
    elif rng.random() < 0.5:
        for array in net.parameters.values():
            array += 0.3 * rng.standard_normal(array.shape)
    weight = rng.uniform(0, 2, m) if group == 1 and rng.random() < 0.2 else None
    return state, net.trace(X, y, sample_weight=weight, seed=seed)


def nudges(seed: int) -> Iterator[Nudge]:
    """Some gradients of a network, nudged."""
    drawn = draw_trace(seed)
    if drawn is None:
        return
    state, trace = drawn
    rng = np.random.default_rng([seed, 1])
    checks = GradientChecks(trace)
    of = [
        n for n, q in trace.program.quantities.items() if q.section == "backward" and n[1:] in trace.results
    ]
    for _ in range(EACH):
        name = of[rng.integers(len(of))]
        index = tuple(int(rng.integers(size)) for size in np.shape(trace[name]))
        found = checks.of(name, index)
        if found is not None:
            yield Nudge(seed, f"{trace.network!r} {trace.network.dtype}", state, name, index, found)


def words(check: GradientCheck) -> str:
    """A verdict without the names of entries."""
    return check.finding if check.finding == "a kink" or check.wrong else check.verdict().split(" by way")[0]


def main() -> None:
    """Nudge, and print counts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=0, help="of the first network")
    parser.add_argument("--seconds", type=float, default=0)
    options = parser.parse_args()
    counts: dict[str, Counter[str]] = {}
    started, done, seed = time.perf_counter(), 0, options.seed
    with np.errstate(all="ignore"):
        while done < options.count and not 0 < options.seconds < time.perf_counter() - started:
            for nudge in nudges(seed):
                done += 1
                counts.setdefault(words(nudge.check), Counter())[nudge.state] += 1
                if nudge.check.wrong:
                    print(nudge)
            seed += 1
    print(f"{done} gradients of {seed - options.seed} networks, {time.perf_counter() - started:.0f} s")
    print(f"{'':<64}{'all':>8}" + "".join(f"{state:>11}" for state in STATES))
    for verdict, each in sorted(counts.items(), key=lambda item: -item[1].total()):
        print(f"{verdict:<64}{each.total():>8}" + "".join(f"{each[state]:>11}" for state in STATES))


if __name__ == "__main__":
    main()
