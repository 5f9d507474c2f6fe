"""scikit-learn's estimators and ours beside each other: how equal their numbers are, and the CPU time of whole fits.

    python benchmarks/estimators.py [--rounds 3] [--only equality | fits | searches] [--write]

With --write the tables go to docs/results.md. Everything takes about fifteen minutes on two processors.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from results import PAGE, put_section
from threadpoolctl import threadpool_limits

TITLE = "## scikit-learn's estimators"
SETS = ("digits", "breast_cancer", "wine", "iris", "moons", "2,000 × 20", "diabetes", "make_regression")
SETTINGS: dict[str, dict[str, Any]] = {
    "default": {},
    "early stopping": {"early_stopping": True},
    "SGD, adaptive": {"solver": "sgd", "learning_rate": "adaptive", "learning_rate_init": 0.05, "max_iter": 100},
    "tanh, 2 layers": {"activation": "tanh", "hidden_layer_sizes": (30, 20), "max_iter": 100},
    "logistic, float32": {"activation": "logistic", "max_iter": 50},
    "L-BFGS": {"solver": "lbfgs", "hidden_layer_sizes": (20,), "max_iter": 50},
}  # fmt: skip
KERNEL = "Sandybridge"  # of OpenBLAS, which sums in another order than those of later processors
FRESH = 5  # processes of each


def data(name: str, setting: str = "") -> tuple[np.ndarray, np.ndarray]:
    """Samples whose features have mean 0 and standard deviation 1, and targets."""
    from sklearn import datasets
    from sklearn.preprocessing import StandardScaler

    makers: dict[str, Callable[[], Any]] = {
        "moons": lambda: datasets.make_moons(1000, noise=0.2, random_state=0),
        "2,000 × 20": lambda: datasets.make_classification(2000, 20, random_state=0),
        "make_regression": lambda: datasets.make_regression(1000, 20, random_state=0),
    }
    X, y = makers[name]() if name in makers else getattr(datasets, f"load_{name}")(return_X_y=True)
    if regression(name):
        y = (y - y.mean()) / y.std()
    X = StandardScaler().fit_transform(X)
    return (X.astype(np.float32) if "float32" in setting else X), y


def regression(name: str) -> bool:
    return name in ("diabetes", "make_regression")


def estimator(which: str, name: str, **settings: Any) -> Any:
    """scikit-learn's ("theirs") or ours."""
    if which == "theirs":
        from sklearn import neural_network as module
    else:
        from chainrule import sklearn as module
    kind = module.MLPRegressor if regression(name) else module.MLPClassifier
    return kind(random_state=0, **settings)


def timed(fit: Callable[[], Any]) -> float:
    """The CPU time of a fit, all threads together, in ms."""
    began = time.process_time()
    fit()
    return 1e3 * (time.process_time() - began)


# --- equality -----------------------------------------------------------------------------------------------


def numbers(which: str, name: str, setting: str) -> dict[str, Any]:
    """What a fit gives."""
    X, y = data(name, setting)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        model = estimator(which, name, verbose=True, **SETTINGS[setting]).fit(X, y)
    flat = np.concatenate([each.ravel() for each in [*model.coefs_, *model.intercepts_]])
    told = out.getvalue() if setting != "L-BFGS" else ""  # scipy's, which tells of every step of its own
    return {"epochs": model.n_iter_, "weights": flat.astype(np.float64), "told": told}


def other_kernel(name: str, setting: str) -> dict[str, Any]:
    """What scikit-learn's fit gives in a fresh process whose BLAS has another kernel."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fit.npz"
        environment = {**os.environ, "OPENBLAS_CORETYPE": KERNEL, "OPENBLAS_NUM_THREADS": "1"}
        _fresh(["--numbers", name, setting, str(path)], environment)
        with np.load(path) as found:
            return {name: found[name][()] for name in found}


def equality() -> list[str]:
    """A row for each setting: how far ours are from scikit-learn's, and scikit-learn's from itself."""
    spread = f"{'largest':>10}{'median':>10}"
    rows = [f"{'':<18}{'fits':>5}{'epochs':>8}{'text':>6}{spread}   {'itself: epochs':>14}{spread}"]
    for setting in SETTINGS:
        ours, itself = [], []
        for name in SETS:
            with threadpool_limits(1):
                theirs = numbers("theirs", name, setting)
                ours.append(_compared(theirs, numbers("ours", name, setting)))
            itself.append(_compared(theirs, other_kernel(name, setting)))
            print(setting, name, ours[-1], itself[-1], flush=True)
        told = sum(each[1] for each in ours) if setting != "L-BFGS" else "–"
        rows.append(
            f"{setting:<18}{len(ours):>5}{sum(each[0] for each in ours):>8}{told:>6}{_spread(ours)}   "
            f"{sum(each[0] for each in itself):>8} of {len(itself):>2}{_spread(itself)}"
        )
    return [
        "The largest difference of any weight, and the median over the eight sets of that; how many fits have the same",
        "number of epochs, and print the same text; beside it scikit-learn's from its own under OpenBLAS's kernel for",
        f"{KERNEL}, in a fresh process.",
        "",
        "```text",
        *rows,
        "```",
    ]


def _compared(one: dict[str, Any], other: dict[str, Any]) -> tuple[bool, bool, float]:
    same = bool(one["epochs"] == other["epochs"])
    return (
        same,
        str(one["told"]) == str(other["told"]),
        float(np.abs(one["weights"] - other["weights"]).max()),
    )


def _spread(found: list[tuple[bool, bool, float]]) -> str:
    away = [each[2] for each in found]
    return f"{max(away):>10.0e}{float(np.median(away)):>10.0e}"


# --- whole fits ---------------------------------------------------------------------------------------------


def fits(rounds: int) -> list[str]:
    """A row for each set: both, interleaved, the least of some rounds."""
    rows = [f"{'':<17}{'known':>22}{'one thread':>22}{'on disk':>22}{'early stopping':>22}"]
    for name in SETS:
        cells = [_known(name, rounds)]
        with threadpool_limits(1):
            cells += [_known(name, rounds), _on_disk(name), _known(name, rounds, early_stopping=True)]
        rows.append(f"{name:<17}" + "".join(f"{a:>7.0f}{b:>7.0f}{a / b:>6.1f} ×" for a, b in cells))
        print(rows[-1], flush=True)
    with threadpool_limits(1):
        theirs, ours = _stream(rounds)
    rows.append("")
    rows.append(f"partial_fit on 50 rows, µs each: {theirs:.0f} and {ours:.0f}, {theirs / ours:.1f} ×")
    return [
        "CPU time of whole fits by default settings, ms, scikit-learn's and ours, all threads together: where the",
        "network's form is known in the process; the same, and all that follows, with one thread of BLAS, whose others",
        "mostly wait; in a fresh process with code on disk (imports not counted); with early stopping. Interleaved,",
        f"the least of {rounds} rounds, of fresh processes the least of {FRESH}.",
        "",
        "```text",
        *rows,
        "```",
    ]


def _known(name: str, rounds: int, **settings: Any) -> tuple[float, float]:
    X, y = data(name)
    estimator("ours", name, **settings).fit(X, y)
    best = {"theirs": np.inf, "ours": np.inf}
    for _ in range(rounds):
        for which in best:
            model = estimator(which, name, **settings)
            best[which] = min(best[which], timed(lambda model=model: model.fit(X, y)))
    return best["theirs"], best["ours"]


def _on_disk(name: str) -> tuple[float, float]:
    best = {"theirs": np.inf, "ours": np.inf}
    for _ in range(FRESH):
        for which in best:
            found = json.loads(_fresh(["--one", which, name], {**os.environ, "OPENBLAS_NUM_THREADS": "1"}))
            best[which] = min(best[which], float(found))
    return best["theirs"], best["ours"]


def _stream(rounds: int, calls: int = 300) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((50, 20))
    y = (X[:, 0] > 0).astype(int)
    best = {"theirs": np.inf, "ours": np.inf}
    for _ in range(rounds):
        for which in best:
            model = estimator(which, "moons").partial_fit(X, y, classes=[0, 1])
            each = timed(lambda model=model: [model.partial_fit(X, y) for _ in range(calls)]) / calls
            best[which] = min(best[which], 1e3 * each)
    return best["theirs"], best["ours"]


def _fresh(arguments: list[str], environment: dict[str, str]) -> str:
    command = [sys.executable, __file__, *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


# --- searches -----------------------------------------------------------------------------------------------


def searches() -> list[str]:
    """12 candidates × 5 folds on breast_cancer."""
    from sklearn.model_selection import GridSearchCV

    grid = {
        "alpha": [1e-5, 1e-4, 1e-3],
        "hidden_layer_sizes": [(50,), (100,)],
        "learning_rate_init": [0.001, 0.005],
    }
    X, y = data("breast_cancer")
    rows, scores = [f"{'processes':<11}{'theirs':>9}{'ours':>9}"], []
    for processes in (1, 2):
        taken = {"ours": math.inf, "theirs": math.inf}
        for which in ("ours", "theirs") * 3:
            search = GridSearchCV(estimator(which, "breast_cancer", max_iter=100), grid, n_jobs=processes)
            began = time.perf_counter()
            search.fit(X, y)
            taken[which] = min(taken[which], time.perf_counter() - began)
            scores.append(search.cv_results_["mean_test_score"])
        rows.append(
            f"{processes:<11}{taken['theirs']:>7.1f} s{taken['ours']:>7.1f} s{taken['theirs'] / taken['ours']:>6.1f} ×"
        )
        print(rows[-1], flush=True)
    same = all(np.array_equal(scores[0], each) for each in scores)
    return [
        "`GridSearchCV` of 12 candidates × 5 folds on breast_cancer, max_iter=100, wall time, the least of three"
        f"{': all mean scores are the same' if same else ': NOT all mean scores are the same'}.",
        "",
        "```text",
        *rows,
        "```",
    ]


def main() -> None:
    """Measure, and print or write."""
    warnings.simplefilter("ignore")  # most fits end at max_iter, as their authors' do
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["equality", "fits", "searches"])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--numbers", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        which, name = options.one
        X, y = data(name)
        model = estimator(which, name)
        print(timed(lambda: model.fit(X, y)))
        return
    if options.numbers:
        name, setting, path = options.numbers
        np.savez(path, **numbers("theirs", name, setting))
        return
    parts: dict[str, Callable[[], list[str]]] = {
        "equality": equality, "fits": lambda: fits(options.rounds), "searches": searches,
    }  # fmt: skip
    lines = [TITLE, "", "`chainrule.sklearn` beside `sklearn.neural_network`. Made by `make estimators`."]
    for part, measured in parts.items():
        if options.only in (None, part):
            lines += ["", *measured()]
    print("\n".join(lines))
    if options.write:
        put_section(PAGE, lines)


if __name__ == "__main__":
    main()
