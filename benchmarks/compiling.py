"""What the compiled engine costs before its first step, with nothing on disk: each stage, and the steps it gives.

    python benchmarks/compiling.py [--only a,b,digits] [--rounds 5] [--threads 1] [--seconds 0.5]

Milliseconds of CPU time, the best of some rounds, in a process whose imports are done: the program written, the
assembly's text, LLVM's reading of it, its passes, its emission of machine code, the linking; then the bytes of machine
code, and microseconds a step (wall time, the best of short rounds). The columns are those of the race, and
scikit-learn's defaults (one hidden layer of 100, Adam, float64, batches of 200) on its usual sets of samples.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from typing import Any, TypeVar
from unittest import mock

import numpy as np

from chainrule.bench import by_chainrule, workloads
from chainrule.bench.workloads import WORKLOADS, Workload
from chainrule.compiler import CompiledEngine, compiled, jit
from chainrule.compiler.compiled import KNOWN
from chainrule.compiler.step import Step
from chainrule.compiler.tasks import task_of
from chainrule.engines.batches import Batches
from chainrule.model.model import PROGRAMS
from chainrule.parts import SGD, Adam
from chainrule.training.data import training_data

DEFAULTS = {"breast_cancer": (30, 100, 2), "digits": (64, 100, 10), "iris": (4, 100, 3), "wine": (13, 100, 3)}
LIKE_SKLEARN = {
    name: Workload(name, sizes, 200 if name in ("breast_cancer", "digits") else 150, 3, dtype="float64")
    for name, sizes in DEFAULTS.items()
}
STAGES = ("program", "text", "parse", "passes", "emission", "link")
T = TypeVar("T")


class Stages:
    """CPU milliseconds of each stage of one compilation."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(STAGES, 0.0)

    def of(self, stage: str, work: Callable[[], T]) -> T:
        """Do some work, and put down what it took."""
        started = time.process_time()
        result = work()
        self.spent[stage] += 1000 * (time.process_time() - started)
        return result


def drawn(workload: Workload, threads: int) -> tuple[Any, Any, Batches]:
    """A new network, its optimizer, and what it is trained on."""
    task = workloads.draw(workload, threads=threads)
    network = by_chainrule.network(task)
    data = training_data(
        network, task.X, task.y, epochs=1, batch_size=workload.batch_size, shuffle=True, seed=0, transform=None,
        sample_weight=None, class_weight=None,
    )  # fmt: skip
    return network, {"adam": Adam, "sgd": SGD}[workload.optimizer](workload.learning_rate), data


def ready(workload: Workload, threads: int, rounds: int) -> tuple[float, float]:
    """CPU milliseconds until a training's engine is ready: with the code on disk, and in the process."""
    best = [np.inf, np.inf]
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, CHAINRULE_CACHE=folder):
        for number in range(rounds + 1):
            PROGRAMS._found.clear()
            KNOWN._found.clear()
            for place in range(2):
                given = drawn(workload, threads)
                started = time.process_time()
                engine = CompiledEngine(*given, threads)
                spent = 1000 * (time.process_time() - started)
                engine.close()
                best[place] = min(best[place], spent if number else np.inf)  # the first one compiles
    return best[0], best[1]


def engine_for(workload: Workload, threads: int) -> tuple[CompiledEngine, Stages, int]:
    """The engine of a new network, made with nothing known; what its stages took; the bytes of its machine code."""
    network, optimizer, data = drawn(workload, threads)
    stages, size = Stages(), 0
    PROGRAMS._found.clear()
    KNOWN._found.clear()

    def made(*given: Any) -> Any:
        nonlocal size
        step = stages.of("text", lambda: Step(task_of(*given)))
        binding = jit.llvm()
        module = stages.of("parse", lambda: binding.parse_assembly(step.text))
        machine = stages.of("parse", jit.target_machine)
        stages.of("passes", lambda: jit.improve(module, machine))
        code = stages.of("emission", lambda: machine.emit_object(module))
        size = len(code)
        function = stages.of("link", lambda: jit.JitFunction(code))
        return compiled.Compiled(function, step.slots, step.buffers, threads, tuple(task_of(*given).scalars))

    stages.of("program", lambda: network.program(optimizer))
    with mock.patch("chainrule.compiler.engine.compiled_for", made):
        engine = CompiledEngine(network, optimizer, data, threads)
    return engine, stages, size


def microseconds(engine: CompiledEngine, seconds: float) -> float:
    """Of a step, by the best of short rounds."""
    data = engine.data
    order = np.arange(len(data.X))
    steps, best, until = len(data.X) // data.size, np.inf, time.perf_counter() + seconds
    while time.perf_counter() < until:
        count = steps * max(1, round(2e-3 / (best * steps))) if np.isfinite(best) else steps
        orders = np.tile(order, count // steps)
        started = time.perf_counter()
        engine.run(orders if data.shuffled else None, 0, count)
        best = min(best, (time.perf_counter() - started) / count)
    return 1e6 * best


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0.5)
    options = parser.parse_args()
    columns = WORKLOADS | LIKE_SKLEARN
    print(
        f"{'':14}",
        *(f"{stage:>9}" for stage in (*STAGES, "together", "bytes", "µs a step", "on disk", "known")),
    )
    for name in options.only.split(",") if options.only else columns:
        rounds, step = [], np.inf
        for number in range(options.rounds):
            engine, stages, size = engine_for(columns[name], options.threads)
            rounds.append(list(stages.spent.values()))
            if number == options.rounds - 1:
                step = microseconds(engine, options.seconds)
            engine.close()
        best = np.min(rounds, axis=0)
        figures = (f"{each:9.1f}" for each in (*best, best.sum()))
        disk, known = ready(columns[name], options.threads, options.rounds)
        print(
            f"{name:14}", *figures, f"{size:9,}", f"{step:9.2f}", f"{disk:9.1f}", f"{known:9.2f}", flush=True
        )


if __name__ == "__main__":
    main()
