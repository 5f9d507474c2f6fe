"""The parts of `performance.py` that race in processes which are warm: steps, calls and predictions."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from chainrule.bench import contestants, picture, race, report, workloads
from chainrule.bench.outcomes import END_BAND, LOSS_BAND, Race

PICTURE = Path(__file__).parent.parent / "docs" / "images" / "performance.png"
SECONDS = 0.3  # of a round of the limit
CALLS_SECONDS = 0.15  # of a round of calls, for each contestant


HOW = """All have the same data in the same order, initial weights, precision and threads, each in a process of
its own. Losses and weights are compared with plain NumPy in double precision; who did other work is
marked DIFFERS."""


def steps(rounds: int, threads: int) -> list[str]:
    """The columns in long runs."""
    done = _raced(workloads.LONG, contestants.pick("all"), rounds, threads)
    _draw(done)
    lines = [
        f"Each is timed in {rounds} interleaved rounds; the best one counts, as a multiple of the best round of",
        "the limit: the matrix products of a step alone, by NumPy's OpenBLAS, into buffers made once. A round is",
        f"one `fit` of as many epochs as take the limit {SECONDS} s, so what a `fit` costs beside its steps is in it.",
        *HOW.splitlines(),
        "",
        *report.markdown(report.summary(done)),
        "",
        f"![Time of a step as a multiple of the limit, for each column and racer](images/{PICTURE.name})",
        "",
        *_goals(done),
        "",
    ]
    return [*lines, *_details(done)]


def calls(rounds: int, threads: int) -> list[str]:
    """The columns as users call them."""
    running = list(contestants.CALLED.values())
    done = _raced(workloads.LONG, running, rounds, threads, called=True)
    steps = ", ".join(
        f"{each.name} {each.call * each.batches:,}"
        for each in map(workloads.WORKLOADS.get, workloads.LONG)
        if each
    )
    return [
        f"`fit` of so many steps: {steps}. For each call the initial weights are laid back and a new optimizer is",
        "made; what was compiled stays, as a user would keep it. chainrule gets no engine, and chooses; beside",
        f"it, asked for one or the other. The best call of {rounds} interleaved rounds counts, as a multiple of the",
        f"limit; in a round it is the best of those that take {CALLS_SECONDS} s together.",
        "",
        *report.markdown(report.summary(done)),
        "",
        *_goals(done),
    ]


MORE = ("g", "h", "i", "ir", "k")


def more(rounds: int, threads: int) -> list[str]:
    """What the columns do not show: chance, weights, moved images, streaming."""
    running = list(contestants.CALLED.values())
    done = _raced(MORE, running, max(1, rounds // 2), threads, called=True)
    lines = [
        "In calls, too, as users make them. Where chance is at work, samples are shuffled anew each epoch, and",
        "contestants are compared by means: the losses of a call over the rounds, and the loss of the weights",
        f"in the end; up to {LOSS_BAND:g} and {END_BAND:g} from plain NumPy's, that is chance. All shift and turn",
        "images alike, by other numbers each and in each step, reading between four pixels: chainrule by",
        "`data.Augment`, PyTorch by `affine_grid` and `grid_sample`, JAX in its step under `vmap`, by",
        "`dynamic_slice` where they are shifted alone and by `map_coordinates` else. In k, each call brings 32 samples",
        "as NumPy arrays, and gives their loss: `fit` with an optimizer that is kept, `partial_fit`,",
        "`train_on_batch`, or a step.",
        "",
        *report.markdown(report.summary(done)),
        "",
        *_goals(done),
        "",
    ]
    return [*lines, *_details(done)]


NARROW = {
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    "CHAINRULE_REGISTER": "32",
}


def narrow(rounds: int, threads: int) -> list[str]:
    """The columns with registers of 32 bytes, long and in calls."""
    if not _has_avx512():
        return ["This processor has no AVX-512: all tables of this page are of that kind."]
    lines = [
        f"As above, in {max(1, rounds // 2)} rounds, all of them and the limit kept to AVX2, by",
        ", ".join(f"`{name}={value}`" for name, value in NARROW.items()) + ".",
    ]
    before = dict(os.environ)
    os.environ |= NARROW
    try:
        long = _raced(workloads.LONG, contestants.pick("all"), max(1, rounds // 2), threads)
        called = _raced(
            workloads.LONG, list(contestants.CALLED.values()), max(1, rounds // 2), threads, called=True
        )
    finally:
        os.environ.clear()
        os.environ |= before
    for title, done in (("Long runs", long), ("As a user calls it", called)):
        lines += ["", f"### {title}", "", *report.markdown(report.summary(done)), "", *_goals(done)]
    return lines


def _has_avx512() -> bool:
    try:
        return " avx512f " in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


def _raced(
    names: Sequence[str],
    running: Sequence[contestants.Contestant],
    rounds: int,
    threads: int,
    called: bool = False,
) -> list[Race]:
    done = []
    how = {
        "rounds": rounds,
        "seconds": CALLS_SECONDS if called else SECONDS,
        "threads": threads,
        "called": called,
    }
    with race.worker_processes(running, threads) as workers:
        for name in names:
            workload = workloads.WORKLOADS[name]
            done.append(race.race_steps(workload, running, workers, **how))
            print(report.text(done[-1]), end="\n\n", file=sys.stderr, flush=True)
    return done


def _goals(done: Sequence[Race]) -> list[str]:
    missed = report.missed(done)
    if not missed:
        return ["All goals were met."]
    return ["Goals that were not met:", "", *report.bullets(missed)]


def _details(done: Sequence[Race]) -> list[str]:
    lines = []
    for each in done:
        assert each.workload is not None
        lines += [f"### {each.workload.name}: {each.title}", "", *report.markdown(report.rows(each)), ""]
        lines += [*report.bullets(report.sentences(each)), ""]
    return lines


def _draw(done: Sequence[Race]) -> None:
    figure = Figure(figsize=(9, 4.8), layout="constrained")
    FigureCanvasAgg(figure)
    picture.draw(done, figure.add_subplot())
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, dpi=100)


ONE, MANY = "ahead of onnxruntime", "not more than 3 % behind onnxruntime"
ASKED = (  # column, samples at once, by eight threads, goal
    ("b", 1, False, ONE),
    ("a", 1, False, ONE),
    ("b", 1, True, ONE),
    ("a", 1, True, ONE),
    ("b", 10_000, False, MANY),
)


def predict(rounds: int, threads: int) -> list[str]:
    """One sample at once, from one thread and from eight, and 10,000."""
    running = list(contestants.ASKED.values())
    lines = [
        "In float32, from a NumPy array to a NumPy array, in the same way as the steps; chainrule by `predict(X)`,",
        'and beside it with engine="compiled". Eight threads of one process ask one network at once, each as often',
        "as the others; that is the time of all calls by their number.",
        "",
    ]
    with race.worker_processes(running, threads) as workers:
        for name, count, eight, goal in ASKED:
            workload = dataclasses.replace(workloads.WORKLOADS[name], batch_size=count, batches=1)
            drawn = workloads.draw(workload, threads)
            outcome = race.race_predictions(
                drawn, running, workers, rounds=rounds, seconds=SECONDS / 2, eight=eight
            )
            outcome.title = f"{workload.shape}, {outcome.title}"
            print(report.text(outcome), end="\n\n", file=sys.stderr, flush=True)
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
