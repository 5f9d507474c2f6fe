"""The race: training steps or predictions of all contestants, timed in one heat and verified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from chainrule.bench.contestants import Contestant, asked_by_eight, predictor, trainer
from chainrule.bench.heat import Worker, run_heat
from chainrule.bench.outcomes import Race
from chainrule.bench.verify import verify_by_chance, verify_predictions, verify_training
from chainrule.bench.worker import WorkerProcess
from chainrule.bench.workloads import Task, Workload, draw
from chainrule.utils.processors import processors as processors


@contextmanager
def worker_processes(contestants: Sequence[Contestant], threads: int) -> Iterator[dict[str, WorkerProcess]]:
    """A process for each contestant whose package is installed, by its name."""
    workers: dict[str, WorkerProcess] = {}
    try:
        for contestant in contestants:
            if not contestant.missing:
                workers[contestant.name] = WorkerProcess(threads)
        yield workers
    finally:
        for worker in workers.values():
            worker.close()


def race_steps(
    workload: Workload,
    contestants: Sequence[Contestant],
    workers: Mapping[str, Worker],
    *,
    rounds: int,
    seconds: float,
    threads: int,
    called: bool = False,
) -> Race:
    """Race training steps.

    Where a step depends on chance, contestants are compared by their losses in the mean over the rounds.

    Parameters
    ----------
    workload : what is trained
    contestants, workers : who takes part, and the processes of those who can
    rounds : how often each is timed
    seconds : how long a round of the limit is to take; the others do as many epochs
    threads : how many each may use
    called : as a user calls it, by `fit` for `Workload.call` epochs, each time with a new optimizer; a round is then as
        many calls as take so many seconds, and the best counts
    """
    task = draw(workload, threads)
    checked = workload.call if workload.by_chance else workload.checked_epochs
    outcomes = run_heat(
        contestants,
        workers,
        trainer,
        task,
        min_amount=checked,
        rounds=rounds,
        seconds=seconds,
        call=max(workload.call, checked) if called else 0,
    )
    for outcome in outcomes:
        outcome.seconds = [each / workload.batches for each in outcome.seconds]
    (verify_by_chance if workload.by_chance else verify_training)(task, outcomes)
    return Race(str(workload), outcomes, workload, called)


def race_predictions(
    task: Task,
    contestants: Sequence[Contestant],
    workers: Mapping[str, Worker],
    *,
    rounds: int,
    seconds: float,
    eight: bool = False,
) -> Race:
    """Race calls that predict the task's X, by one thread or by eight."""
    min_amount = 80 if eight else 100 if len(task.X) == 1 else 1
    make = asked_by_eight if eight else predictor
    outcomes = run_heat(
        contestants, workers, make, task, min_amount=min_amount, rounds=rounds, seconds=seconds
    )
    verify_predictions(task, outcomes)
    return Race(f"{len(task.X):,} at once" + ", asked by 8 threads" * eight, outcomes)
