"""Whole fits of a network as scikit-learn's default: one hidden layer of 100, Adam, batches of 200, 200 epochs."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

HIDDEN, EPOCHS, BATCH, RATE = 100, 200, 200, 0.001


@dataclass(frozen=True)
class Work:
    """Samples with labels 0 to classes - 1."""

    name: str
    X: np.ndarray
    y: np.ndarray
    classes: int


def draw(dtype: str) -> list[Work]:
    """The five sets; their features have mean 0 and standard deviation 1."""
    from sklearn import datasets

    rng = np.random.default_rng(0)
    X = rng.standard_normal((20_000, 54))
    labels = (X @ rng.standard_normal((54, 7)) + rng.standard_normal((20_000, 7))).argmax(axis=1)
    found = {
        "digits": datasets.load_digits(return_X_y=True),
        "breast_cancer": datasets.load_breast_cancer(return_X_y=True),
        "wine": datasets.load_wine(return_X_y=True),
        "moons, 2,000": datasets.make_moons(2000, noise=0.2, random_state=0),
        "random, 20,000 × 54": (X, labels),
    }
    works = []
    for name, (X, y) in found.items():
        scale = X.std(axis=0)
        scaled = (X - X.mean(axis=0)) / np.where(scale > 0, scale, 1)
        works.append(Work(name, scaled.astype(dtype), y, int(y.max()) + 1))
    return works


def write(work: Work, folder: Path) -> None:
    """Put the samples where a fresh process finds them."""
    np.save(folder / "X.npy", work.X)
    np.save(folder / "y.npy", work.y)
    (folder / "work.json").write_text(json.dumps({"name": work.name, "classes": work.classes}))


def read(folder: Path) -> Work:
    """What `write` wrote."""
    return Work(
        X=np.load(folder / "X.npy"),
        y=np.load(folder / "y.npy"),
        **json.loads((folder / "work.json").read_text()),
    )


class Fitting:
    """A runner that fits anew at every run, and gives the last epoch's loss."""

    def __init__(self, fit: Callable[[Work], float], work: Work) -> None:
        self.fit, self.work = fit, work

    def start(self, amount: int) -> None: ...

    def run(self, amount: int) -> Sequence[float]:
        return [self.fit(self.work) for _ in range(amount)]

    def result(self) -> list[Any]:
        return []


def fitter(name: str, work: Work) -> Fitting:
    """scikit-learn, or chainrule with the engine of that name."""
    return Fitting(by_sklearn if name == "sklearn" else by_chainrule(name), work)


def by_sklearn(work: Work) -> float:
    """`MLPClassifier.fit`, made to go through all epochs."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        (HIDDEN,),
        learning_rate_init=RATE,
        alpha=0,
        max_iter=EPOCHS,
        tol=0,
        n_iter_no_change=EPOCHS,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(work.X, work.y)
    assert model.n_iter_ == EPOCHS
    return float(model.loss_)


def by_chainrule(engine: str) -> Callable[[Work], float]:
    """`Network.fit` on the same network: of two classes, a sigmoid of one output, as scikit-learn has it."""

    def fit(work: Work) -> float:
        import chainrule as cr

        one = work.classes == 2
        net = cr.Network(
            [work.X.shape[1], HIDDEN, 1 if one else work.classes],
            output="sigmoid" if one else "softmax",
            dtype=str(work.X.dtype),
        )
        history = net.fit(
            work.X, work.y, epochs=EPOCHS, batch_size=min(BATCH, len(work.X)),
            optimizer=cr.Adam(RATE), progress=False, engine=engine,
        )  # fmt: skip
        return history.loss[-1]

    return fit
