"""What is to stay light, by one command: importing chainrule, predicting a row, making a network, explaining a step.

    python benchmarks/light.py [--rounds 40]

Imports are measured in fresh processes by `-X importtime`, interleaved; the ratio of the minima counts. So it does for
predictions of one row, by defaults, beside the matrix products alone and onnxruntime, all in turn in this process.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.bench import by_numpy, workloads
from chainrule.engines.batches import Batches
from chainrule.engines.numpy_engine import Stepper
from chainrule.model.samples import check
from chainrule.program.write import write

SIZES = ([784, 128, 10], [2, 3, 2])


def import_cost(module: str) -> int:
    """Microseconds that importing a module costs in a fresh process, all that it imports included."""
    command = [sys.executable, "-X", "importtime", "-c", f"import {module}"]
    # Compiled files are written, as at any installation: else this would measure Python's compiler.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    lines = done.stderr.splitlines()
    return int(next(line for line in reversed(lines) if line.endswith(f"| {module}")).split("|")[1])


def imports(rounds: int) -> None:
    """The import beside NumPy's own."""
    costs = dict.fromkeys(("numpy", "chainrule", "chainrule.network"), 10**9)
    for _ in range(rounds):
        for module in costs:
            costs[module] = min(costs[module], import_cost(module))
    for module, cost in costs.items():
        line(f"import {module}", cost / 1000, "ms")
    line("ratio", costs["chainrule"] / costs["numpy"], "", "at most 1.2")
    line("with what a first network needs", costs["chainrule.network"] / costs["numpy"], "")


def best(of: Mapping[str, Callable[[], Any]], rounds: int, seconds: float = 0.003) -> dict[str, float]:
    """The least seconds a call of each, in turn, so many rounds of a few milliseconds."""
    counts, least = dict.fromkeys(of, 1), dict.fromkeys(of, np.inf)
    for _ in range(rounds + 1):
        for name, call in of.items():
            started = time.perf_counter()
            for _ in range(counts[name]):
                call()
            least[name] = min(least[name], (time.perf_counter() - started) / counts[name])
            counts[name] = max(1, int(seconds / least[name]))
    return least


def predictions(sizes: list[int], rounds: int) -> None:
    """One row by defaults, beside the products alone and onnxruntime; and eight threads of it at once."""
    work = dataclasses.replace(workloads.WORKLOADS["b"], sizes=tuple(sizes), batch_size=1, batches=1)
    task = workloads.draw(work, 1)
    x = task.X[:1]
    names = [f"{kind}{i + 1}" for i in range(len(sizes) - 1) for kind in "Wb"]
    net = cr.Network(sizes, dtype="float32", parameters=dict(zip(names, task.weights, strict=True)))
    calls = {
        "products": by_numpy.products(task),
        "plain NumPy": by_numpy.predictor(task),
        "chainrule": net.predict,
    }
    try:
        from chainrule.bench import by_onnxruntime
    except ImportError:
        print("onnxruntime is not installed: it is left out")
    else:
        calls["onnxruntime"] = by_onnxruntime.predictor(task)
    least = best({name: (lambda call=call: call(x)) for name, call in calls.items()}, rounds)
    title = "-".join(map(str, sizes))
    for name, seconds in least.items():
        line(f"predict a row of {title}, {name}", seconds * 1e6, "µs")
    if sizes[0] > 2:
        line("of the products", least["chainrule"] / least["products"], "×", "at most 1.6")
    else:
        line("of that", least["chainrule"] * 1e6, "µs", "at most 15")
    if "onnxruntime" in least:
        line("ahead of onnxruntime", least["onnxruntime"] / least["chainrule"], "×", "above 1")
    for name in ("chainrule", *(["onnxruntime"] if "onnxruntime" in calls else [])):
        line(f"8 threads at once, {name}", from_threads(8, calls[name], x) * 1e6, "µs a row")


def from_threads(count: int, call: Callable[[Any], Any], x: Any, rows: int = 2000, rounds: int = 5) -> float:
    """Seconds a row, if several threads predict as many rows each at once; the best of some rounds."""
    least = np.inf
    for _ in range(rounds):
        threads = [threading.Thread(target=lambda: [call(x) for _ in range(rows)]) for _ in range(count)]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        least = min(least, (time.perf_counter() - started) / (count * rows))
    return float(least)


def making(sizes: list[int], rounds: int) -> None:
    """What is made before a first step: a network, a program, a stepper."""
    net, optimizer = cr.Network(sizes, dtype="float32"), cr.Adam()
    rng = np.random.default_rng(0)
    X, y, _ = check(net, rng.random((100, sizes[0])).astype(np.float32), rng.integers(0, sizes[-1], 100))
    data, gradients = Batches(X, y, 100, False, False), np.zeros_like(net.parameters.flat)
    plan = net.program(optimizer).plan
    least = best(
        {
            "network": lambda: cr.Network(sizes, dtype="float32"),
            "program": lambda: write(plan, net),
            "stepper": lambda: Stepper(net, optimizer, 100, gradients, data),
        },
        rounds,
    )
    title = "-".join(map(str, sizes))
    line(f"make a network {title}, of a form that is known", least["network"] * 1e3, "ms")
    line("write its program", least["program"] * 1e3, "ms")
    line("make a Stepper", least["stepper"] * 1e3, "ms", "below 1")


def explain_cost(sizes: list[int], optimizer: str) -> float:
    """Seconds for one trace and its walk-through in text."""
    net = cr.Network(sizes, dtype="float32")
    x = np.random.default_rng(0).random((1, sizes[0]))
    started = time.perf_counter()
    str(net.trace(x, [0], optimizer=optimizer).explain())
    return time.perf_counter() - started


def line(title: str, value: float, unit: str, goal: str = "") -> None:
    """A row of the table."""
    print(f"{title:<48} {value:10.2f} {unit:<9}" + (f" (goal: {goal})" if goal else ""))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    for sizes in SIZES:
        predictions(sizes, 5 * options.rounds)
        making(sizes, options.rounds)
    imports(options.rounds)
    for sizes, optimizer in (([2, 3, 2], "sgd"), ([784, 128, 10], "adam")):
        seconds = min(explain_cost(sizes, optimizer) for _ in range(min(9, options.rounds)))
        line(
            f"trace and explain {'-'.join(map(str, sizes))}, {optimizer}", seconds * 1000, "ms", "under 1000"
        )


if __name__ == "__main__":
    main()
