"""chainrule bench: training steps of chainrule beside what one would use instead, on the same work."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from chainrule.cli import options as o
from chainrule.errors import InputError

SECONDS = 0.06  # of a round of one racer; with the pauses and the compilers, the whole is about a minute


def command(
    columns: Annotated[
        str, typer.Option("--columns", metavar="NAMES", help="Of a, a64, b, c, d, e, f.")
    ] = "a,b,e,f",
    peers: Annotated[
        str | None,
        typer.Option(
            "--peers",
            metavar="NAMES",
            help="Of numpy, sklearn, torch, torch-compiled, jax, jax-scan; or all. Those that are installed and "
            "quickly ready, unless given.",
            show_default=False,
        ),
    ] = None,
    rounds: Annotated[
        int, typer.Option("--rounds", metavar="N", parser=o.whole(1), help="How often each is timed.")
    ] = 3,
    threads: Annotated[
        int, typer.Option("--threads", metavar="N", parser=o.whole(1), help="How many each may use.")
    ] = min(2, os.cpu_count() or 1),
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
    from chainrule.cli.output import show

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
