"""What a cluster costs and gives, measured with worker processes on this machine, and computed for larger ones.

    python benchmarks/scale.py [--workers 1 2] [--seconds 8] [--computed]

Measured: how long a step takes beyond its arithmetic, by the number of workers and chunks; the bytes that all
processes send in a step; the speed-up of a step that is worth it; what steps between sums change; what sums in float32
lose. Computed, with the assumptions printed above it: how a step goes with up to 100 workers, and an epoch of 10⁹
samples. --computed computes alone. Of single steps the fastest and the median are told: where other work keeps the
machine busy, the fastest is nearer to what the cluster costs.
"""

from __future__ import annotations

import argparse
import itertools
import math
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.scale import Cluster
from chainrule.scale.sums import GROUP

SMALL, MIDDLE = [20, 32, 5], [784, 512, 10]


def processor() -> float:
    """Seconds that a processor has worked for this process."""
    return time.process_time()


class Clock(cr.Callback):
    """When each step ended, and how long processors had worked; ends the training after some seconds."""

    def __init__(self, client: Any, seconds: float) -> None:
        self._client, self._seconds, self.ends = client, seconds, list[float]()
        self.worked: list[list[float]] = []  # at the third step and at the last one: here, and by all workers

    def batch(self, run: Any) -> None:
        self.ends.append(time.perf_counter())
        last = self.ends[-1] - self.ends[0] > self._seconds and len(self.ends) > 4
        if len(self.ends) == 3 or last:
            others = [] if self._client == "here" else self._client.run(processor).values()
            self.worked.append([processor(), sum(others)])
            self.ends[-1] = time.perf_counter()
        if last:
            run.stop("enough was measured")

    def told(self) -> str:
        """The fastest step and the median, and the processors' time of a step."""
        steps = np.diff(self.ends[2:])
        here, others = 1e3 * np.diff(self.worked, axis=0)[0] / len(steps)
        return f"{1e3 * steps.min():.1f}, {1e3 * np.median(steps):.1f} ms; processors {here:.1f} + {others:.1f} ms"


@contextmanager
def cluster(workers: int) -> Iterator[Any]:
    """A client of so many processes."""
    from distributed import Client, LocalCluster

    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=":0", local_directory=folder, silence_logs=50
        ) as made,
        Client(made) as client,
    ):  # fmt: skip
        yield client


def chunked(sizes: list[int], rows: int, chunks: int) -> tuple[Any, Any]:
    """Samples that are made where they are kept."""
    import dask.array as da

    rng = da.random.default_rng(0)
    X = rng.random((rows, sizes[0]), chunks=(-(-rows // chunks), -1), dtype=np.float32)
    return X, (X[:, 0] * sizes[-1]).astype(np.int64)


def timed(client: Any, sizes: list[int], rows: int, chunks: int, size: int, seconds: float) -> str:
    """What steps take."""
    clock = Clock(client, seconds)
    how = {
        "batch_size": size,
        "engine": "compiled",
        "progress": False,
        "callbacks": [clock],
        "epochs": 100_000,
    }
    cr.Network(sizes, dtype="float32").fit(*chunked(sizes, rows, chunks), client=client, **how)
    return clock.told()


# --- bytes ---------------------------------------------------------------------------------------------------


def count() -> None:
    """Have this process count what it sends, where all functions that come to it find it again."""
    from distributed.comm import tcp

    write = tcp.TCP.write

    async def counted(self: Any, *arguments: Any, **settings: Any) -> Any:
        found = await write(self, *arguments, **settings)
        tcp.sent += found if isinstance(found, int) else 0
        return found

    if not hasattr(tcp, "sent"):
        tcp.TCP.write, tcp.sent = counted, 0


def sent() -> int:
    """Bytes so far."""
    from distributed.comm import tcp

    return int(tcp.sent)


def bytes_a_step(client: Any, sizes: list[int], chunks: int) -> float:
    """That all processes send in a step: the scheduler is in this one."""
    ends: list[int] = []

    class Look(cr.Callback):
        def batch(self, run: Any) -> None:
            ends.append(sent() + sum(client.run(sent).values()))
            if len(ends) == 8:
                run.stop("enough was measured")

    count()
    client.run(count)
    X, y = chunked(sizes, 4_000 * chunks, chunks)  # too large to be worth taking to another worker
    how = {
        "batch_size": 100 * chunks,
        "engine": "compiled",
        "progress": False,
        "callbacks": [Look()],
        "epochs": 100,
    }
    cr.Network(sizes, dtype="float32").fit(X, y, client=client, **how)
    return float(np.median(np.diff(ends[1:])))


# --- what is measured ----------------------------------------------------------------------------------------


def measure(counts: list[int], seconds: float) -> None:
    """The tables of this machine."""
    print(f"{os.cpu_count()} processors, {os.getloadavg()[0]:.1f} processes that want one of them")
    print(
        "Of each step: the fastest and the median; the processors' time of this process (and of the scheduler, which"
    )
    print("is in it) and of all workers together\n")
    rows, batch = 65_536, 16_384
    for workers in (0, *counts):
        with cluster(workers) if workers else nullcontext("here") as client:
            where = f"{workers} workers" if workers else "in this process"
            for chunks in (4, 16):
                steps = timed(client, SMALL, 64_000, chunks, 64 * chunks, seconds)
                print(f"{where}, {SMALL}, {chunks} chunks: {steps}")
            print(
                f"{where}, {MIDDLE}, {batch:,} samples, 8 chunks: {timed(client, MIDDLE, rows, 8, batch, seconds)}"
            )
            for sizes, chunks in itertools.product((SMALL, MIDDLE), (4, 16) if workers else ()):
                size = 4 * sum((a + 1) * b for a, b in itertools.pairwise(sizes))
                each = bytes_a_step(client, sizes, chunks)
                print(
                    f"{where}, {sizes}, {chunks} chunks: {each:,.0f} bytes a step, {each / size:.1f} gradients"
                )


def between_sums() -> None:
    """What local steps change: digits in ten chunks, sorted by what they show, and shuffled."""
    import dask.array as da

    (X, y), (Xt, yt) = cr.data.load("digits")
    print("\nDigits in 10 chunks, 40 epochs of 100 samples a local step: accuracy on the test samples")
    for title, order in (
        ("shuffled", np.random.default_rng(0).permutation(len(X))),
        ("sorted by class", np.argsort(y)),
    ):
        found = []
        for steps in (1, 2, 4, 14):
            net = cr.Network([64, 32, 10], seed=0)
            chunks = [da.from_array(each[order], chunks=(144, *each.shape[1:])) for each in (X, y)]
            how = {"optimizer": cr.Adam(0.005), "epochs": 40, "batch_size": 100 * steps, "progress": False}
            net.fit(*chunks, client=Cluster("here", steps), **how)
            found.append(f"{steps} local steps {np.mean(net.classify(Xt) == yt):.3f}")
        print(f"  {title:16} {', '.join(found)}")


def in_float32() -> None:
    """What sums of gradients lose in float32, beside what the gradients themselves lose."""
    from chainrule.scale.sums import Sum, added

    rng = np.random.default_rng(0)
    exact = rng.standard_normal((1000, 10_000)) + 0.1
    pieces = exact.astype(np.float32)
    true = pieces.astype(np.float64).sum(axis=0)

    def lost(found: Any) -> float:
        return float(np.linalg.norm(found - true) / np.linalg.norm(true))

    tree = added([Sum((piece,), 0.0, 0, frozenset()) for piece in pieces]).arrays[0]
    chain = np.zeros(10_000, np.float32)
    for piece in pieces:
        chain += piece
    rounded = float(np.linalg.norm(true - exact.sum(axis=0)) / np.linalg.norm(true))
    print(
        f"\n1,000 gradients in float32: their sum as a tree is off by {lost(tree):.1e}, one after the other by "
        f"{lost(chain):.1e}; that they are float32 makes {rounded:.1e}"
    )


# --- what is computed ----------------------------------------------------------------------------------------

TASK, TRIP = 1.5e-3, 15e-3  # seconds of client and scheduler for a task, and for a step whatever it holds
LINE = 1.25e9  # bytes a second of each machine's line, 10 Gbit/s
ARITHMETIC = 5e10  # multiplications a second, with additions, of a machine
NETWORKS = {
    "784 → 128 → 10": 101_770,
    "784 → 1024 → 1024 → 10": 1_863_690,
    "784 → 4096 → 4096 → 10": 20_037_642,
}


def seconds_a_step(size: int, parameters: int, workers: int, local_steps: int = 1) -> float:
    """Of a step of so many samples on a cluster, a chunk a worker, gradients in float32."""
    levels = max(1, math.ceil(math.log(workers, GROUP)))
    tasks = 1 + workers + sum(-(-workers // GROUP**level) for level in range(1, levels + 1))
    out = 2 + math.ceil(math.log2(workers))  # to the scheduler, to a worker, and on from each that has them
    back = (
        levels * (GROUP - 1) + 2
    )  # a worker gets those of its group; the last sum goes through the scheduler
    moved = (out + back) * 4 * parameters / LINE
    work = 3 * parameters * size / ARITHMETIC / workers
    return work + (TRIP + TASK * tasks + moved) / local_steps


def alone(size: int, parameters: int) -> float:
    """The same step on one machine without a cluster."""
    return 3 * parameters * size / ARITHMETIC


def _hours(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours:.2g}" if hours < 100 else f"{hours:.0f}"


def compute() -> None:
    """The tables for more machines than one."""
    print(
        f"\nAssumed: {1e3 * TRIP:.0f} ms a step and {1e3 * TASK:.1f} ms a task; {LINE / 1e9:.2f} GB/s a line; "
        f"{ARITHMETIC:.0e} multiplications a second a machine; float32; a chunk a worker"
    )
    counts = (4, 16, 100)
    print("\n| network | samples a step | " + " | ".join(f"{workers} workers" for workers in counts) + " |")
    print("| --- | --- |" + " --- |" * len(counts))
    for title, parameters in NETWORKS.items():
        for size in (1_000, 10_000, 100_000, 1_000_000):
            one = alone(size, parameters)
            found = (one / seconds_a_step(size, parameters, workers) for workers in counts)
            print(f"| {title} | {size:,} | " + " | ".join(f"{each:.2g}" for each in found) + " |")
    print("\n| network | samples a step | one machine | 100 workers | with 10 local steps |")
    print("| --- | --- | --- | --- | --- |")
    for title, parameters in NETWORKS.items():
        for size in (10_000, 100_000, 1_000_000):
            steps = 1e9 / size
            each = [alone(size, parameters), *(seconds_a_step(size, parameters, 100, k) for k in (1, 10))]
            print(
                f"| {title} | {size:,} | "
                + " | ".join(f"{_hours(steps * second)} h" for second in each)
                + " |"
            )
    print(
        "\n| network | samples a step from which 4, 16, 100 workers are twice as fast as one |\n| --- | --- |"
    )
    for title, parameters in NETWORKS.items():
        found = []
        for workers in counts:
            fixed = seconds_a_step(0, parameters, workers)
            found.append(fixed / (3 * parameters / ARITHMETIC * (0.5 - 1 / workers)))
        print(f"| {title} | {', '.join(f'{each:,.0f}' for each in found)} |")


def weigh() -> None:
    """What the ways of summing are worth, for the middle network on 100 workers."""
    parameters, workers = NETWORKS["784 → 1024 → 1024 → 10"], 100
    line = 4 * parameters / LINE
    step = seconds_a_step(0, parameters, workers)
    levels = math.ceil(math.log(workers, GROUP))
    flat = step + line * (2 * workers - levels * (GROUP - 1) - 2)
    moved = line * (2 + math.ceil(math.log2(workers)) + levels * (GROUP - 1) + 2)
    print(
        f"\n784 → 1024 → 1024 → 10 on 100 workers, without arithmetic: {step:.2f} s a step; all gradients to one place "
        f"{flat:.2f} s; in float64 {step + moved:.2f} s; with 10 local steps {step / 10:.3f} s"
    )


def main() -> None:
    """Measure, compute, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="numbers of worker processes")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each measurement")
    parser.add_argument("--computed", action="store_true", help="compute alone")
    given = parser.parse_args()
    if not given.computed:
        measure(given.workers, given.seconds)
        between_sums()
        in_float32()
    compute()
    weigh()


if __name__ == "__main__":
    main()
