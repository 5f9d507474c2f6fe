"""A training step in NumPy beside the same formulas written by hand with `out=`: 784-128-10, batch 100, Adam.

    python benchmarks/step.py [--rounds 9] [--steps 200]

Both start from the same weights and see the same batch; the loss is computed in both. The rounds are interleaved
and the ratio of the minima is what counts. At the end the weights of both are compared.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

import chainrule as cr
from chainrule.engines.batches import Batches
from chainrule.engines.numpy_engine import Stepper
from chainrule.model.samples import check

SHAPES = (784, 128, 10)
BATCH = 100


class ByHand:
    """The step as one writes it by hand for speed: every array made once, every line in place."""

    def __init__(self, net: cr.Network, x: np.ndarray, y: np.ndarray) -> None:
        self.flat = net.parameters.flat.copy()
        views = net.parameters.views(self.flat)
        self.W1, self.b1, self.W2, self.b2 = (views[name] for name in ("W1", "b1", "W2", "b2"))
        self.gradients = np.zeros_like(self.flat)
        views = net.parameters.views(self.gradients)
        self.dW1, self.db1, self.dW2, self.db2 = (views[name] for name in ("W1", "b1", "W2", "b2"))
        self.m, self.v, self.p, self.q = (np.zeros_like(self.flat) for _ in range(4))
        self.x, self.y = x, y
        n, hidden, k = BATCH, SHAPES[1], SHAPES[2]
        f = self.flat.dtype
        self.z1, self.a1, self.da1, self.slope = (np.empty((n, hidden), f) for _ in range(4))
        self.on = np.empty((n, hidden), bool)
        self.z2, self.e2, self.a2, self.t2 = (np.empty((n, k), f) for _ in range(4))
        self.top, self.s2, self.log_s2 = (np.empty((n, 1), f) for _ in range(3))
        self.l = np.empty(n, f)
        self.t = 0

    def step(self) -> float:
        """Forward, loss, backward, Adam."""
        np.matmul(self.x, self.W1, out=self.z1)
        np.add(self.z1, self.b1, out=self.z1)
        np.maximum(self.z1, 0, out=self.a1)
        np.matmul(self.a1, self.W2, out=self.z2)
        np.add(self.z2, self.b2, out=self.z2)
        np.max(self.z2, axis=1, keepdims=True, out=self.top)
        np.subtract(self.z2, self.top, out=self.z2)
        np.exp(self.z2, out=self.e2)
        np.sum(self.e2, axis=1, keepdims=True, out=self.s2)
        np.divide(self.e2, self.s2, out=self.a2)
        np.log(self.s2, out=self.log_s2)
        np.subtract(self.z2, self.log_s2, out=self.t2)
        np.multiply(self.y, self.t2, out=self.t2)
        np.sum(self.t2, axis=1, out=self.l)
        loss = -float(self.l.sum()) / BATCH
        np.subtract(self.a2, self.y, out=self.t2)
        np.divide(self.t2, BATCH, out=self.t2)
        np.matmul(self.a1.T, self.t2, out=self.dW2)
        np.sum(self.t2, axis=0, out=self.db2)
        np.matmul(self.t2, self.W2.T, out=self.da1)
        np.greater(self.z1, 0, out=self.on)
        np.copyto(self.slope, self.on)
        np.multiply(self.da1, self.slope, out=self.da1)
        np.matmul(self.x.T, self.da1, out=self.dW1)
        np.sum(self.da1, axis=0, out=self.db1)
        self.t += 1
        g, m, v, p, q = self.gradients, self.m, self.v, self.p, self.q
        np.multiply(m, 0.9, out=m)
        np.multiply(g, 1 - 0.9, out=p)
        np.add(m, p, out=m)
        np.multiply(v, 0.999, out=v)
        np.square(g, out=p)
        np.multiply(p, 1 - 0.999, out=p)
        np.add(v, p, out=v)
        np.divide(m, 1 - 0.9**self.t, out=p)
        np.multiply(p, 0.001, out=p)
        np.divide(v, 1 - 0.999**self.t, out=q)
        np.sqrt(q, out=q)
        np.add(q, 1e-8, out=q)
        np.divide(p, q, out=p)
        np.subtract(self.flat, p, out=self.flat)
        return loss


def timed(step: Callable[[], float], steps: int) -> float:
    """Seconds a step."""
    started = time.perf_counter()
    for _ in range(steps):
        step()
    return (time.perf_counter() - started) / steps


def main() -> None:
    """Race the two and print the ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=200)
    options = parser.parse_args()

    rng = np.random.default_rng(0)
    X = rng.random((BATCH, SHAPES[0])).astype(np.float32)
    y = rng.integers(0, SHAPES[2], BATCH)
    net = cr.Network(SHAPES, dtype="float32")
    X, rows, _ = check(net, X, y)
    hand = ByHand(net, X.copy(), rows[:].astype(np.float32))
    data = Batches(X, rows, BATCH, shuffled=False, counts=0)
    ours = Stepper(net, cr.Adam(), BATCH, np.zeros_like(net.parameters.flat), data)
    ours.load(slice(0, BATCH))
    losses = [(ours.step(), hand.step()) for _ in range(20)]
    best = {"chainrule": np.inf, "by hand": np.inf}
    with np.errstate(all="ignore"):
        for _ in range(options.rounds):
            best["chainrule"] = min(best["chainrule"], timed(ours.step, options.steps))
            best["by hand"] = min(best["by hand"], timed(hand.step, options.steps))
    apart = float(np.abs(net.parameters.flat - hand.flat).max())
    print(
        f"losses of step 20: {losses[-1][0]:.6f} and {losses[-1][1]:.6f}; weights at most {apart:.1e} apart"
    )
    for name, seconds in best.items():
        print(f"{name:<10} {seconds * 1e6:8.1f} µs a step")
    print(f"ratio      {best['chainrule'] / best['by hand']:8.2f}   (goal: at most 1.2)")


if __name__ == "__main__":
    main()
