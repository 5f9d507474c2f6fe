"""The parts of `performance.py` that race in processes which are warm: steps, predictions, whole fits."""

from __future__ import annotations

import dataclasses
import math
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import fits
from fresh import Caches, run_fresh
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from chainrule.bench import contestants, picture, race, report, workloads
from chainrule.bench.heat import Heat
from chainrule.bench.outcomes import Race

PICTURE = Path(__file__).parent.parent / "docs" / "images" / "performance.png"
SECONDS = 0.3  # of a round of the limit


def steps(rounds: int, threads: int) -> list[str]:
    """The seven columns."""
    running = contestants.pick("all")
    done = []
    with race.worker_processes(running, threads) as workers:
        for workload in workloads.WORKLOADS.values():
            done.append(
                race.race_steps(workload, running, workers, rounds=rounds, seconds=SECONDS, threads=threads)
            )
            print(report.text(done[-1]), end="\n\n", file=sys.stderr)
    _draw(done)
    missed = report.missed(done)
    lines = [
        f"Each is timed in {rounds} interleaved rounds; the best one counts, as a multiple of the best round of",
        "the limit: the matrix products of a step alone, by NumPy's OpenBLAS, into buffers made once. A round is",
        f"one `fit` of as many epochs as take the limit {SECONDS} s, so what a `fit` costs beside its steps is in it.",
        "All have the same data in the same order, initial weights, precision and threads, each in a process of",
        "its own. Losses and weights are compared with plain NumPy in double precision; who did other work is",
        "marked DIFFERS.",
        "",
        *report.markdown(report.summary(done)),
        "",
        f"![Time of a step as a multiple of the limit, for each column and racer](images/{PICTURE.name})",
        "",
        *(
            ["Goals that were not met:", "", *(f"- {each}" for each in missed)]
            if missed
            else ["All goals were met."]
        ),
        "",
    ]
    for each in done:
        assert each.workload is not None
        lines += [f"### {each.workload.name}: {each.title}", "", *report.markdown(report.rows(each)), ""]
        lines += [*report.bullets(report.sentences(each)), ""]
    return [*lines, *report.LEGEND.splitlines()]


def _draw(done: Sequence[Race]) -> None:
    figure = Figure(figsize=(9, 4.8), layout="constrained")
    FigureCanvasAgg(figure)
    picture.draw(done, figure.add_subplot())
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, dpi=100)


def predict(rounds: int, threads: int) -> list[str]:
    """784-128-10, one sample at once and 10,000."""
    running = list(contestants.PREDICTORS.values())
    lines = ["784-128-10 in float32, from a NumPy array to a NumPy array, in the same way as the steps.", ""]
    with race.worker_processes(running, threads) as workers:
        for count, goal in ((1, "ahead of onnxruntime"), (10_000, "not more than 3 % behind onnxruntime")):
            drawn = workloads.draw(
                dataclasses.replace(workloads.WORKLOADS["b"], batch_size=count, batches=1), threads
            )
            outcome = race.race_predictions(drawn, running, workers, rounds=rounds, seconds=SECONDS / 2)
            print(report.text(outcome), end="\n\n", file=sys.stderr)
            rate = {o.contestant.title: f"{count / o.best:,.0f}" for o in outcome.finished}
            head, *rest = report.rows(outcome)
            table = [[*head, "predictions/s"], *([*row, rate.get(row[0], "")] for row in rest)]
            said = [*report.sentences(outcome), _beside_onnxruntime(outcome, goal)]
            lines += [f"### {outcome.title}", "", *report.markdown(table), "", *report.bullets(said), ""]
    return lines


def _beside_onnxruntime(outcome: Race, goal: str) -> str:
    ours = outcome.fastest("chainrule")
    other = outcome.named("onnxruntime")
    if ours is None or other is None:
        return f"The goal, {goal}, could not be compared."
    ratio = other.best / ours.best
    met = "met" if ratio >= (1 if goal.startswith("ahead") else 0.97) else "not met"
    return f"Goal: {goal}: {met}, at {report.number(ratio)} times its speed."


GOAL = 3.0
FITTERS = [
    contestants.Contestant("sklearn", "scikit-learn", needs=("sklearn",)),
    contestants.Contestant("numpy", "chainrule, NumPy", kind="chainrule"),
    contestants.Contestant("compiled", "chainrule, compiled", kind="chainrule"),
    contestants.Contestant("auto", "chainrule, its choice", kind="chainrule"),
]


def fit(rounds: int, threads: int) -> list[str]:
    """Whole fits beside `MLPClassifier`."""
    rounds = max(1, rounds // 2)
    names = [f"{each.title}, s" for each in FITTERS]
    warm = [["", "", *names, "ratio", "loss, scikit-learn", "chainrule"]]
    cold = [["", "", names[0], names[-1], "ratio", "nothing on disk, s", "ratio"]]
    for dtype in ("float64", "float32"):
        for work in fits.draw(dtype):
            warm.append([work.name, dtype, *_warm(work, rounds, threads)])
            cold.append([work.name, dtype, *_cold(work, rounds, threads)])
            print("  ".join(warm[-1]), "| cold", "  ".join(cold[-1][2:]), file=sys.stderr)
    return [
        "`MLPClassifier.fit` and `Network.fit`: one hidden layer of 100 (relu), Adam(0.001), batches of 200,",
        "200 epochs, shuffled, alpha 0, no early stop; each from initial weights of its own. The ratio says how",
        f"many times faster chainrule is with the engine that it chooses; the goal is at least {GOAL:g}.",
        "",
        f"In a process that has fitted before, the best of {rounds}, interleaved, and the loss of the last epoch:",
        "",
        *report.markdown(warm),
        "",
        _below(warm, 6),
        "",
        "The first fit of a fresh process, from its start to the end of the fit, samples read from a file; for",
        "chainrule with compiled code on disk from an earlier process, and with none:",
        "",
        *report.markdown(cold),
        "",
        _below(cold, 4),
    ]


def _below(table: list[report.Row], place: int) -> str:
    missed = [f"{row[0]}, {row[1]}: {row[place]}" for row in table[1:] if not float(row[place]) >= GOAL]
    return f"Below the goal: {'; '.join(missed)}." if missed else "The goal was met on each."


def _warm(work: fits.Work, rounds: int, threads: int) -> list[str]:
    best, losses = {each.name: math.inf for each in FITTERS}, {}
    with race.worker_processes(FITTERS, threads) as workers:
        heat = Heat(FITTERS, workers)
        heat.build(fits.fitter, work)
        for number in range(rounds + 1):
            for name in best:
                if timed := heat.time(name, 1):
                    seconds, (losses[name],) = timed
                    best[name] = min(best[name], seconds if number else math.inf)  # the first one is not warm
    shown = [heat.outcomes[name].failure or f"{seconds:.3f}" for name, seconds in best.items()]
    ended = [f"{losses.get(name, math.nan):.2g}" for name in ("sklearn", "auto")]
    return [*shown, f"{best['sklearn'] / best['auto']:.2f}", *ended]


def _cold(work: fits.Work, rounds: int, threads: int) -> list[str]:
    times: dict[str, list[float]] = {"sklearn": [], "kept": [], "new": []}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        fits.write(work, folder)
        caches = Caches(folder)
        run_fresh("fit", "auto", folder, threads=threads, environment=caches.kept)
        for _ in range(rounds):
            for name, each in times.items():
                environment = caches.new() if name == "new" else caches.kept
                contestant = "sklearn" if name == "sklearn" else "auto"
                seconds, _ = run_fresh("fit", contestant, folder, threads=threads, environment=environment)
                each.append(seconds)
    theirs, kept, new = (min(each) for each in times.values())
    return [f"{theirs:.2f}", f"{kept:.2f}", f"{theirs / kept:.2f}", f"{new:.2f}", f"{theirs / new:.2f}"]
