"""The parts of `performance.py` that time whole fits: scikit-learn's defaults, on folds, of many widths."""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cold
import fits
import numpy as np
from fresh import Caches, run_fresh

from chainrule.bench import contestants, race, report
from chainrule.bench.heat import Heat
from chainrule.bench.outcomes import LOSS_TOLERANCE
from chainrule.bench.worker import ContestantError

WARM, FRESH, FOLDED = 3.0, 1.0, 4.0  # goals: code on disk or warm, nothing on disk, folds
FITTERS = [
    contestants.Contestant("sklearn", "scikit-learn", needs=("sklearn",)),
    contestants.Contestant("auto", "chainrule, by default", kind="chainrule"),
    contestants.Contestant("compiled", "chainrule, compiled", kind="other"),
    contestants.Contestant("torch", "PyTorch, fused optimizer", needs=("torch",)),
    contestants.Contestant("jax", "JAX, an epoch a call", needs=("jax",)),
]


def fit(rounds: int, threads: int) -> list[str]:
    """Whole fits beside `MLPClassifier`, each in a fresh process."""
    head = ["data", "scikit-learn, s", "code on disk, s", "ratio", "nothing on disk, s", "ratio"]
    alone, whole = [[*head, "epochs, scikit-learn", "chainrule"]], [head]
    for work in fits.draw():
        row, with_imports = _fresh(work, max(1, rounds // 2), threads)
        alone.append([work.name, *row])
        whole.append([work.name, *with_imports])
        print("fits  ", *alone[-1], "| with imports", *with_imports, file=sys.stderr, flush=True)
    return [
        "`MLPClassifier()`, and the same by `Network.fit` with no engine given: one hidden layer of 100 (relu),",
        f"Adam({fits.RATE}), α {fits.ALPHA:g}, batches of {fits.BATCH}, shuffled, at most {fits.EPOCHS} epochs and",
        "scikit-learn's rule for stopping, float64; each from initial weights of its own. The first fit of a fresh",
        f"process, the best of {max(1, rounds // 2)}; for chainrule with compiled code on disk from an earlier",
        "process, and with none. Imports are not counted, nor is the library of LLVM:",
        "",
        *report.markdown(alone),
        "",
        *_below(alone, {3: WARM, 5: FRESH}),
        "",
        "With all, from the start of the process to the end of the fit, samples read from a file:",
        "",
        *report.markdown(whole),
    ]


def _below(table: list[report.Row], goals: Mapping[int, float]) -> list[str]:
    head, *rows = table
    missed = [
        f"{row[0]}, {head[place - 1].removesuffix(', s')}: {row[place]} ×, the goal is at least {goal:g}."
        for row in rows
        for place, goal in goals.items()
        if not float(row[place]) >= goal
    ]
    return ["Goals that were not met:", "", *report.bullets(missed)] if missed else ["All goals were met."]


def _fresh(work: fits.Work, rounds: int, threads: int) -> tuple[report.Row, report.Row]:
    """A row without imports, and one with them."""
    kinds = ("sklearn", "kept", "new")
    alone: dict[str, list[float]] = {kind: [] for kind in kinds}
    whole: dict[str, list[float]] = {kind: [] for kind in kinds}
    epochs: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        fits.write(work, folder)
        caches = Caches(folder)
        run_fresh("fit", "auto", folder, threads=threads, environment=caches.kept)
        for _ in range(rounds):
            for kind in kinds:
                environment = caches.new() if kind == "new" else caches.kept
                name = "sklearn" if kind == "sklearn" else "auto"
                seconds, told = run_fresh("fit", name, folder, threads=threads, environment=environment)
                whole[kind].append(seconds)
                alone[kind].append(told["seconds"])
                epochs[kind] = told["epochs"]
    rows = []
    for times in (alone, whole):
        theirs, kept, new = (min(times[kind]) for kind in kinds)
        rows.append(
            [f"{theirs:.3f}", f"{kept:.3f}", f"{theirs / kept:.2f}", f"{new:.3f}", f"{theirs / new:.2f}"]
        )
    return [*rows[0], f"{epochs['sklearn']:.0f}", f"{epochs['kept']:.0f}"], rows[1]


def folds(rounds: int, threads: int) -> list[str]:
    """100 fits in one process: ten times ten-fold cross-validation of breast_cancer."""
    rounds = max(1, rounds // 2)
    works = fits.folds(next(work for work in fits.draw() if work.name == "breast_cancer"))
    best: dict[str, float] = {}
    told: dict[str, Sequence[float]] = {}
    with race.worker_processes(FITTERS, threads) as workers:
        heat = Heat(FITTERS, workers)
        heat.build(fits.fitter, works)
        for _ in range(rounds):
            for each in FITTERS:
                if timed := heat.time(each.name, 1):
                    best[each.name] = min(timed[0], best.get(each.name, math.inf))
                    told[each.name] = timed[1]
                    print(f"folds  {each.title}: {timed[0]:.2f} s", file=sys.stderr, flush=True)
    table = [["", "s", "ms a fit", "× scikit-learn", "epochs", "loss"]]
    for each in sorted(FITTERS, key=lambda each: best.get(each.name, math.inf)):
        if each.name in best:
            seconds, (epochs, loss) = best[each.name], told[each.name]
            ahead = f"{best['sklearn'] / seconds:.2f}" if "sklearn" in best else ""
            table.append(
                [
                    each.title,
                    f"{seconds:.2f}",
                    f"{seconds / len(works) * 1e3:.1f}",
                    ahead,
                    f"{epochs:.0f}",
                    f"{loss:.3f}",
                ]
            )
    said = [f"{o.contestant.title} was left out: {o.failure}." for o in heat.outcomes.values() if o.failure]
    if "auto" in best and "sklearn" in best:
        ratio = best["sklearn"] / best["auto"]
        met = "met" if ratio >= FOLDED else "not met"
        said.append(f"Goal, at least {FOLDED:g} × scikit-learn: {met}, {ratio:.2f} ×.")
    return [
        "`MLPClassifier()`'s work as above, fitted to the 100 training parts of breast_cancer in ten times ten-fold",
        f"cross-validation, a new network each, all in one process; the best of {rounds}, so what the first fit",
        "compiles is not in it if there are more.",
        "",
        *report.markdown(table),
        "",
        *report.bullets(said),
    ]


WIDE = ("auto", "chainrule", "numpy", "sklearn", "torch", "jax")


def widths(rounds: int, threads: int) -> list[str]:
    """20 short fits of different widths, from nothing on disk."""
    rounds = max(1, rounds // 2)
    times: dict[str, list[tuple[float, float]]] = {}
    losses: dict[str, Any] = {}
    out = []
    with tempfile.TemporaryDirectory() as place:
        caches = Caches(Path(place))
        for name in WIDE * rounds:
            try:
                whole, told = run_fresh(
                    "widths", name, Path(place), threads=threads, environment=caches.new()
                )
            except ContestantError as why:
                out.append(f"{contestants.CALLED[name].title} was left out: {why}.")
                continue
            times.setdefault(name, []).append((told["seconds"], whole))
            losses[name] = np.asarray(told["losses"])
            print(f"widths {name}: {told['seconds']:.2f} s", file=sys.stderr, flush=True)
    best = {name: tuple(map(min, zip(*each, strict=True))) for name, each in times.items()}
    same = {
        name: bool(np.allclose(each, losses["numpy"], rtol=LOSS_TOLERANCE)) for name, each in losses.items()
    }
    table = [["", "s", "with imports"]]
    for name in sorted(best, key=best.__getitem__):
        title = contestants.CALLED[name].title + ("" if same[name] else " DIFFERS")
        table.append([title, *(f"{seconds:.2f}" for seconds in best[name])])
    w = cold.WIDTHS
    return [
        f"20-w-5 for {len(w)} widths w from {w[0]} to {w[-1]}, {10 * cold.SHORT} steps of 50 samples each, Adam,",
        "float32: one after the other in a fresh process that finds no compiled code on disk. PyTorch compiled, Keras",
        "and JAX with epochs in one call are left out: they compile for longer than all others take.",
        "",
        *report.markdown(table),
        "",
        *report.bullets([_ahead(best, same), *dict.fromkeys(out)]),
    ]


def _ahead(best: Mapping[str, Sequence[float]], same: Mapping[str, bool]) -> str:
    peers = [each[0] for name, each in best.items() if contestants.CALLED[name].kind == "peer" and same[name]]
    if not peers or "auto" not in best:
        return "The goal, ahead of the best peer, could not be compared."
    ratio = min(peers) / best["auto"][0]
    return f"Goal, ahead of the best peer: {'met' if ratio >= 1 else 'not met'}, {ratio:.2f} ×."
