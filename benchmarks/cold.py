"""One job in a fresh process, for `performance.py`: it says in a line of JSON when it is done.

python benchmarks/cold.py mnist|fit|widths|memory|growth NAME FOLDER [SAMPLES]
"""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
GOAL = 0.97
MOST = 30  # epochs


def mnist(name: str, folder: Path) -> dict[str, Any]:
    """784-128-10 on MNIST, tested after each epoch until 97 % are right."""
    import dataclasses

    import numpy as np

    from chainrule.bench import contestants, workloads

    def read(file: str, head: int) -> Any:
        return np.fromfile(folder / file, np.uint8)[head:]

    X, Xt = (
        read(f"{part}-images-idx3-ubyte", 16).reshape(-1, 784).astype(np.float32) / 255
        for part in ("train", "t10k")
    )
    labels, right = read("train-labels-idx1-ubyte", 8), read("t10k-labels-idx1-ubyte", 8)
    workload = dataclasses.replace(workloads.WORKLOADS["b"], batches=600)
    y = np.eye(10, dtype=np.float32)[labels]
    weights = workloads.initial_weights(workload, np.random.default_rng(0))
    trained = contestants.trainer(name, workloads.Task(workload, X, y, weights))
    epochs, accuracy = 0, 0.0
    while accuracy < GOAL and epochs < MOST:
        epochs += len(trained.run(1))
        W1, b1, W2, b2 = trained.result()
        accuracy = float(((np.maximum(Xt @ W1 + b1, 0) @ W2 + b2).argmax(axis=1) == right).mean())
    return {"epochs": epochs, "accuracy": accuracy}


def load() -> None:
    """Import what chainrule's first fit would, LLVM too, if chainrule was imported at all."""
    import importlib

    if "chainrule.network" in sys.modules:
        for module in ("program.write", "notation", "training.data", "training.fit", "compiler.step"):
            importlib.import_module(f"chainrule.{module}")
        sys.modules["chainrule.compiler.jit"].host()


def fit(name: str, folder: Path) -> dict[str, Any]:
    """The first fit of a process, and the seconds of it without what was imported before."""
    import time

    import fits

    fitter = fits.fitter(name, [fits.read(folder)])
    load()
    started = time.perf_counter()
    epochs, loss = fitter.run(1)
    return {"seconds": time.perf_counter() - started, "epochs": epochs, "loss": loss}


WIDTHS = range(16, 16 + 20 * 6, 6)
SHORT = 20  # epochs of ten batches


def widths(name: str, folder: Path) -> dict[str, Any]:
    """20 short fits, each of another width: the seconds without imports, and the last losses."""
    import dataclasses
    import time

    from chainrule.bench import contestants, workloads

    base = workloads.Workload("l", (20, 100, 5), 50, 10)
    tasks = [workloads.draw(dataclasses.replace(base, sizes=(20, width, 5)), threads=2) for width in WIDTHS]
    make = contestants.CALLED[name].load()
    load()
    started = time.perf_counter()
    losses = []
    for task in tasks:
        runner = make(task)
        runner.start(SHORT)
        losses.append(runner.run(SHORT)[-1])
    return {"seconds": time.perf_counter() - started, "losses": losses}


def memory(name: str, folder: Path) -> dict[str, Any]:
    """What a process held at most that trained, or that only read its task."""
    import pickle

    from chainrule.bench import contestants

    with (folder / "task").open("rb") as file:
        task = pickle.load(file)
    if name != "nothing":
        contestants.trainer(name, task).run(2)
    return {"bytes": status("VmHWM")}


def growth(engine: str, folder: Path, samples: str) -> dict[str, Any]:
    """A fit on so many samples of a memory-mapped file: seconds a sample, and how far its own memory grew."""
    import threading
    import time

    import numpy as np

    import chainrule as cr

    count = int(samples)
    X, y = (np.load(folder / name, mmap_mode="r") for name in ("X.npy", "y.npy"))
    net = cr.Network([X.shape[1], 100, 7], dtype="float32")
    options: dict[str, Any] = {"batch_size": 200, "engine": engine, "progress": False}
    net.fit(X[:1000], y[:1000], epochs=1, **options)
    before = peak = status("RssAnon")
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.02):
            peak = max(peak, status("RssAnon"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    epochs = max(1, 1_000_000 // count)
    started = time.perf_counter()
    net.fit(X[:count], y[:count], epochs=epochs, **options)
    seconds = time.perf_counter() - started
    done.set()
    watcher.join()
    return {"seconds": seconds / epochs / count, "bytes": max(peak, status("RssAnon")) - before}


def status(name: str) -> int:
    """What Linux tells of this process, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return 1024 * int(line.split()[1])
    raise OSError(f"this system does not tell {name}")


def main() -> None:
    """Do the job."""
    job, name, folder, *rest = sys.argv[1:]
    if job in ("mnist", "memory", "widths") and name not in ("chainrule", "compiled", "auto"):
        # Peers shall not pay for importing chainrule: the package is there, and its own first lines are not run.
        package = types.ModuleType("chainrule")
        package.__path__ = [str(ROOT / "src" / "chainrule")]
        sys.modules["chainrule"] = package
    jobs = {"mnist": mnist, "fit": fit, "widths": widths, "memory": memory, "growth": growth}
    print(json.dumps(jobs[job](name, Path(folder), *rest)), flush=True)


if __name__ == "__main__":
    main()
