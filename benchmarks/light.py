"""What is to stay light: importing chainrule beside NumPy, and explaining networks small and large.

    python benchmarks/light.py [--rounds 9]

Imports are measured in fresh processes by `-X importtime`, interleaved; the ratio of the minima counts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

import numpy as np

import chainrule as cr


def import_cost(module: str) -> int:
    """Microseconds that importing a module costs in a fresh process, all that it imports included."""
    command = [sys.executable, "-X", "importtime", "-c", f"import {module}"]
    # Compiled files are written, as at any installation: else this would measure Python's compiler.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    lines = done.stderr.splitlines()
    return int(next(line for line in reversed(lines) if line.endswith(f"| {module}")).split("|")[1])


def explain_cost(sizes: list[int], optimizer: str) -> float:
    """Seconds for one trace and its walk-through in text."""
    net = cr.Network(sizes, dtype="float32")
    x = np.random.default_rng(0).random((1, sizes[0]))
    started = time.perf_counter()
    str(net.trace(x, [0], optimizer=optimizer).explain())
    return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    costs = {"numpy": 10**9, "chainrule": 10**9}
    for _ in range(options.rounds):
        for module in costs:
            costs[module] = min(costs[module], import_cost(module))
    for module, cost in costs.items():
        print(f"import {module:<10} {cost / 1000:7.1f} ms")
    print(f"ratio             {costs['chainrule'] / costs['numpy']:7.2f}      (goal: at most 1.3)")
    for sizes, optimizer in (([2, 3, 2], "sgd"), ([784, 128, 10], "adam")):
        seconds = min(explain_cost(sizes, optimizer) for _ in range(options.rounds))
        title = f"trace and explain {'-'.join(map(str, sizes))}, {optimizer}"
        print(f"{title:<38} {seconds * 1000:7.1f} ms   (goal: under 1 s)")


if __name__ == "__main__":
    main()
