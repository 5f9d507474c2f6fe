"""The parts of `performance.py` that need fresh processes: MNIST, growth, import, memory; and installed size."""

from __future__ import annotations

import gzip
import importlib.metadata
import json
import os
import pickle
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from light import import_cost

import chainrule as cr
from chainrule.bench import contestants, report, workloads
from chainrule.bench.worker import ContestantError, limited
from chainrule.data import idx, mnist

COLD = Path(__file__).parent / "cold.py"
SHARED = Path(__file__).parents[2] / "shared" / "data"


class Caches:
    """Folders for compiled code: one that is kept from process to process, and empty ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "caches"
        self.kept = self._in("kept")

    def new(self) -> Mapping[str, str]:
        """The environment of a process that finds nothing on disk."""
        shutil.rmtree(self.folder / "new", ignore_errors=True)
        return self._in("new")

    def _in(self, name: str) -> Mapping[str, str]:
        found = {"JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
        for variable in ("CHAINRULE_CACHE", "TORCHINDUCTOR_CACHE_DIR", "JAX_COMPILATION_CACHE_DIR"):
            place = self.folder / name / variable.lower()
            place.mkdir(parents=True)
            found[variable] = str(place)
        return found


def run_fresh(
    job: str, name: str, folder: Path, *rest: str, threads: int, environment: Mapping[str, str] | None = None
) -> tuple[float, dict[str, Any]]:
    """Do a job of `cold.py`; the seconds from the start of the process to its answer, and the answer.

    Raises
    ------
    ContestantError : if the process did not come to an answer
    """
    with limited(threads):
        command = [sys.executable, str(COLD), job, name, str(folder), *rest]
        started = time.perf_counter()
        variables = {**os.environ, **(environment or {})}
        process = subprocess.Popen(
            command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    seconds = time.perf_counter() - started
    _, said = process.communicate()
    if not line:
        raise ContestantError((said.strip() or "it ended without a word").splitlines()[-1])
    return seconds, json.loads(line)


def on_mnist(rounds: int, threads: int) -> list[str]:
    """From a cold process to 97 % on MNIST."""
    rounds = max(1, rounds // 2)
    lines = [
        "784-128-10, Adam(0.001), batches of 100, float32, in the order of the files, from the same initial",
        "weights; tested after each epoch on the 10,000 test images, until 97 % are right. Seconds from the start",
        "of the process (Python, imports, reading the files, compiling, training, testing), the best of",
        f"{rounds}, interleaved. All read the unpacked files, and test, by the same lines of NumPy. Code on disk was",
        "left there by an earlier process; JAX has its persistent cache switched on for that.",
        "",
    ]
    running = [each for each in contestants.TRAINERS.values() if each.kind != "limit"]
    times: dict[tuple[str, str], list[float]] = {}
    told: dict[str, dict[str, Any]] = {}
    out: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if not _unpack(folder):
            return [
                *lines,
                "Left out: MNIST's files are neither in the folder CHAINRULE_DATA nor beside the checkout.",
            ]
        caches = Caches(folder)
        for number in range(rounds + 1):  # the first one only leaves compiled code on disk
            for contestant in list(running):
                try:
                    for kind in ("kept", "new") if number else ("kept",):
                        environment = caches.kept if kind == "kept" else caches.new()
                        seconds, told[contestant.name] = run_fresh(
                            "mnist", contestant.name, folder, threads=threads, environment=environment
                        )
                        if number:
                            times.setdefault((contestant.name, kind), []).append(seconds)
                            print(
                                f"mnist  {contestant.title}, {kind} cache: {seconds:.2f} s", file=sys.stderr
                            )
                except ContestantError as why:
                    running.remove(contestant)
                    out.append(f"{contestant.title} was left out: {why}.")
    best = {key: min(each) for key, each in times.items()}
    table = [["", "code on disk, s", "median", "nothing on disk, s", "median", "epochs", "test accuracy"]]
    for contestant in sorted(running, key=lambda each: best[each.name, "kept"]):
        row = [contestant.title]
        for kind in ("kept", "new"):
            row += [
                f"{best[contestant.name, kind]:.2f}",
                f"{statistics.median(times[contestant.name, kind]):.2f}",
            ]
        table.append([*row, str(told[contestant.name]["epochs"]), f"{told[contestant.name]['accuracy']:.2%}"])
    return [*lines, *report.markdown(table), "", *report.bullets([*_mnist_goals(best), *out])]


def _mnist_goals(best: Mapping[tuple[str, str], float]) -> list[str]:
    lines = []
    for kind, where in (("kept", "with code on disk"), ("new", "with nothing on disk")):
        ours = min((best[n, kind] for n in ("compiled", "chainrule") if (n, kind) in best), default=None)
        peers = [
            t for (name, k), t in best.items() if k == kind and contestants.TRAINERS[name].kind == "peer"
        ]
        if ours is not None and peers:
            first = "met" if ours < min(peers) else "not met"
            lines.append(
                f"Goal {where}, first of all: {first}, {min(peers) / ours:.2f} × ahead of the best peer."
            )
    if ("sklearn", "kept") in best and ("compiled", "kept") in best:
        ratio = best["sklearn", "kept"] / best["compiled", "kept"]
        met = "met" if ratio >= 2.5 else "not met"
        lines.append(
            f"Goal with code on disk, at least 2.5 × faster than scikit-learn: {met}, {ratio:.2f} ×."
        )
    return lines


def _unpack(folder: Path) -> bool:
    """Put MNIST's files into a folder, unpacked; whether they were found."""
    roots = [Path(root) for root in (os.environ.get(mnist.VARIABLE), SHARED) if root]
    for place in [each for root in roots for each in (root, root / "mnist")]:
        found = {name: idx.find_file(place, name) for name in idx.FILES}
        if all(found.values()):
            for name, path in found.items():
                content = Path(path or "").read_bytes()
                plain = gzip.decompress(content) if content[:2] == idx.GZIP_MAGIC else content
                (folder / name).write_bytes(plain)
            return True
    return False


NOT_LINUX = "Left out: only Linux tells a process's own memory."
FEATURES = 54
SAMPLES = [10**power for power in range(3, 8)]


def growth(rounds: int, threads: int) -> list[str]:
    """Time and memory of a fit, from a thousand samples to ten million."""
    lines = [
        f"`fit` on {FEATURES} features in float32 and 7 classes, read by `numpy.memmap`, shuffled, batches of 200,",
        "one hidden layer of 100, Adam; the files in the page cache. Each in a fresh process that has fitted a",
        "little before. Own memory: how far the memory that is not of a file (RssAnon) grew at most while fitting.",
        "",
    ]
    if not Path("/proc/self/status").exists():
        return [*lines, NOT_LINUX]
    costs: dict[str, list[float]] = {"auto": [], "numpy": []}
    parts = ("µs a sample", "own memory, MB", "bytes a sample")
    table = [["samples", *(f"{engine}: {part}" for engine in costs for part in parts)]]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _samples(folder)
        for count in SAMPLES:
            row = [f"{count:,}"]
            for engine, each in costs.items():
                job = ("growth", engine, folder, str(count))
                told = [run_fresh(*job, threads=threads)[1] for _ in range(min(rounds, 3))]
                grown = min(answer["bytes"] for answer in told)
                each.append(min(answer["seconds"] for answer in told))
                row += [f"{each[-1] * 1e6:.3f}", f"{grown / 1e6:.1f}", f"{grown / count:.1f}"]
            print("growth ", *row, file=sys.stderr)
            table.append(row)
    goals = ["Goal for memory: it grows by the shuffled index alone, which is 8 bytes a sample."]
    for engine, each in costs.items():
        ratio = max(each) / min(each)
        met = "met" if ratio <= 1.5 else "not met"
        goals.append(f"Goal with engine {engine!r}, time per sample within 1.5 ×: {met}, {ratio:.2f} ×.")
    return [*lines, *report.markdown(table), "", *report.bullets(goals)]


def _samples(folder: Path) -> None:
    """Write the largest set, a part at a time, so that it is in the page cache."""
    rng = np.random.default_rng(0)
    most = max(SAMPLES)
    X = np.lib.format.open_memmap(folder / "X.npy", "w+", np.float32, (most, FEATURES))
    y = np.lib.format.open_memmap(folder / "y.npy", "w+", np.uint8, (most,))
    teacher = rng.standard_normal((FEATURES, 7), np.float32)
    for start in range(0, most, 100_000):
        part = rng.standard_normal((100_000, FEATURES), np.float32)
        X[start : start + len(part)] = part
        y[start : start + len(part)] = (part @ teacher).argmax(axis=1)


MODULES = ("numpy", "chainrule", "chainrule.network", "sklearn.neural_network", "onnxruntime", "jax", "torch")


def imports(rounds: int, threads: int) -> list[str]:
    """What importing costs."""
    costs: dict[str, list[int]] = {}
    for _ in range(rounds):
        for module in MODULES:
            try:
                costs.setdefault(module, []).append(import_cost(module))
            except subprocess.CalledProcessError:
                del costs[module]
    least = {module: min(each) for module, each in costs.items()}
    table = [["import", "ms", "× NumPy"]]
    table += [[m, f"{cost / 1000:.0f}", f"{cost / least['numpy']:.2f}"] for m, cost in least.items()]
    ratio, whole = (least[module] / least["numpy"] for module in ("chainrule", "chainrule.network"))
    return [
        f"`python -X importtime` in fresh processes, the best of {rounds}, interleaved.",
        "",
        *report.markdown(table),
        "",
        f"Goal, at most 1.2 × NumPy: {'met' if ratio <= 1.2 else 'not met'}, {ratio:.2f} ×. What a first network needs",
        f"is loaded when it is asked for (chainrule.network, NumPy with it), {whole:.2f} × in all.",
    ]


def memory(rounds: int, threads: int) -> list[str]:
    """What processes take that trained."""
    if not Path("/proc/self/status").exists():
        return [NOT_LINUX]
    table = [["process", "MB", "more than NumPy and the data"]]
    running = [each for each in contestants.TRAINERS.values() if each.kind != "limit"]
    out = []
    with tempfile.TemporaryDirectory() as place:
        task = workloads.draw(workloads.WORKLOADS["b"], threads)
        (Path(place) / "task").write_bytes(
            pickle.dumps(task, 5)
        )  # drawing it takes more memory than training
        _, told = run_fresh("memory", "nothing", Path(place), threads=threads)
        base = told["bytes"] / 1e6
        table.append(["NumPy and the data of column b alone", f"{base:.0f}", ""])
        for contestant in running:
            try:
                _, told = run_fresh("memory", contestant.name, Path(place), threads=threads)
                held = told["bytes"] / 1e6
                table.append([contestant.title, f"{held:.0f}", f"{held - base:.0f}"])
            except ContestantError as why:
                out.append(f"{contestant.title} was left out: {why}.")
    return [
        "The most that a fresh process held while it trained column b for two epochs.",
        "",
        *report.markdown(table),
        "",
        *out,
    ]


SIZED = ("chainrule", "chainrule[fast]", "scikit-learn", "onnxruntime", "jax", "torch")


def sizes(rounds: int, threads: int) -> list[str]:
    """What is on disk."""
    shared = _required("numpy")
    table = [["distribution", "itself, MB", "with what it requires, without NumPy, MB"]]
    for name in SIZED:
        try:
            needed = _required(name) - shared
        except importlib.metadata.PackageNotFoundError:
            continue
        own = _distribution_size(name.partition("[")[0])
        table.append([name, f"{own / 1e6:.1f}", f"{sum(map(_distribution_size, needed)) / 1e6:.0f}"])
    return ["Files of the installed distributions.", "", *report.markdown(table)]


def _required(name: str) -> set[str]:
    """A distribution and all that it requires, with the extras in its name; what is not installed is not needed."""
    from packaging.requirements import Requirement

    found: set[str] = set()
    seen, waiting = set(), [Requirement(name)]
    while waiting:
        wanted = waiting.pop()
        if (key := (wanted.name.lower().replace("_", "-"), frozenset(wanted.extras))) in seen:
            continue
        seen.add(key)
        try:
            requires = importlib.metadata.requires(wanted.name) or []
        except importlib.metadata.PackageNotFoundError:
            if not found:
                raise
            continue
        found.add(key[0])
        for each in map(Requirement, requires):
            extras = wanted.extras or {""}
            if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(each)
    return found


def _distribution_size(name: str) -> int:
    if name == "chainrule":  # which may be installed in place
        files = [path for path in Path(cr.__file__).parent.rglob("*") if "__pycache__" not in path.parts]
    else:
        files = [Path(str(each.locate())) for each in importlib.metadata.files(name) or []]
    return sum(path.stat().st_size for path in files if path.is_file())
