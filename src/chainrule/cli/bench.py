"""chainrule bench: training steps of chainrule beside what one would use instead, on the same work."""

from __future__ import annotations

import os

import chainrule.cli.options as o
from chainrule.cli.output import show
from chainrule.errors import InputError

THREADS = min(2, os.cpu_count() or 1)
SECONDS = 0.06  # of a round of one contestant; with the pauses and the compilers, the whole is about a minute


def command(
    columns: o.Columns = "a,b,e,f",
    peers: o.Peers = None,
    rounds: o.Rounds = 3,
    threads: o.BenchThreads = THREADS,
) -> None:
    """Race training steps against NumPy, scikit-learn, PyTorch and JAX, in about a minute.

    All get the same data in the same order, the same initial weights and as many threads, each in a process of
    its own. Rounds are interleaved, and losses and weights are compared, so that all did the same work.

    \b
    Examples:
      chainrule bench
      chainrule bench --columns b --peers jax-scan --rounds 7
    """
    from chainrule.bench import contestants as candidates
    from chainrule.bench import race, report
    from chainrule.bench.workloads import pick

    workloads, contestants = pick(columns), candidates.pick(peers, quick=True)
    if threads > (maximum := race.processors()):
        raise InputError(f"--threads {threads} is more than there are processors: take at most {maximum}.")
    with race.worker_processes(contestants, threads) as workers:
        for workload in workloads:
            result = race.race_steps(
                workload, contestants, workers, rounds=rounds, seconds=SECONDS, threads=threads
            )
            show(report.text(result) + "\n")
    show(report.LEGEND)
