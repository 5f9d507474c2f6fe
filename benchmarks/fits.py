"""Whole fits with scikit-learn's defaults: one hidden layer of 100, Adam, L2, batches of 200, its rule for stopping."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

HIDDEN, EPOCHS, BATCH, RATE, ALPHA = 100, 200, 200, 0.001, 1e-4
PATIENCE, LEAST = (
    10,
    1e-4,
)  # an epoch counts that lowers the loss by more; more than so many that don't end the fit
FOLDS, TIMES = 10, 10

Fit = Callable[["Work"], tuple[int, float]]
"""Fits, and gives the number of epochs and the last one's loss."""


@dataclass(frozen=True)
class Work:
    """Samples with labels 0 to classes - 1, and what is drawn by."""

    name: str
    X: np.ndarray
    y: np.ndarray
    classes: int
    seed: int = 0

    @property
    def size(self) -> int:
        """Samples of a batch."""
        return min(BATCH, len(self.X))

    @property
    def outputs(self) -> int:
        """Of two classes one, as scikit-learn has it."""
        return 1 if self.classes == 2 else self.classes


def draw() -> list[Work]:
    """The six sets; their features have mean 0 and standard deviation 1."""
    from sklearn import datasets

    rng = np.random.default_rng(0)
    X = rng.standard_normal((20_000, 54))
    labels = (X @ rng.standard_normal((54, 7)) + rng.standard_normal((20_000, 7))).argmax(axis=1)
    found = {
        "digits": datasets.load_digits(return_X_y=True),
        "breast_cancer": datasets.load_breast_cancer(return_X_y=True),
        "wine": datasets.load_wine(return_X_y=True),
        "iris": datasets.load_iris(return_X_y=True),
        "moons, 2,000": datasets.make_moons(2000, noise=0.2, random_state=0),
        "random, 20,000 × 54": (X, labels),
    }
    works = []
    for name, (X, y) in found.items():
        scale = X.std(axis=0)
        scaled = (X - X.mean(axis=0)) / np.where(scale > 0, scale, 1)
        works.append(Work(name, scaled, y, int(y.max()) + 1))
    return works


def folds(work: Work) -> list[Work]:
    """What is trained on in ten times ten-fold cross-validation."""
    rng, found = np.random.default_rng(0), []
    for _ in range(TIMES):
        parts = np.array_split(rng.permutation(len(work.X)), FOLDS)
        for left_out in range(FOLDS):
            rows = np.concatenate([part for i, part in enumerate(parts) if i != left_out])
            found.append(Work(work.name, work.X[rows], work.y[rows], work.classes, len(found)))
    return found


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
    """A runner that fits all works anew at every run, and gives the mean number of epochs and the mean loss."""

    def __init__(self, fit: Fit, works: Sequence[Work]) -> None:
        self.fit, self.works = fit, works

    def start(self, amount: int) -> None: ...

    def run(self, amount: int) -> Sequence[float]:
        means: list[float] = np.mean([self.fit(work) for work in self.works], axis=0).tolist()
        return means

    def result(self) -> list[Any]:
        return []


def fitter(name: str, works: Sequence[Work]) -> Fitting:
    """scikit-learn, PyTorch, JAX, or chainrule with the engine of that name."""
    return Fitting(library(name), works)


def library(name: str) -> Fit:
    """What fits, its library imported."""
    return {"sklearn": by_sklearn, "torch": by_torch, "jax": by_jax}.get(name, by_chainrule)(name)


def by_sklearn(_: str) -> Fit:
    """`MLPClassifier.fit`."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    def fit(work: Work) -> tuple[int, float]:
        model = MLPClassifier(random_state=work.seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(work.X, work.y)
        return model.n_iter_, float(model.loss_)

    return fit


def by_chainrule(engine: str) -> Fit:
    """`Network.fit` on the same network."""
    import chainrule as cr

    def fit(work: Work) -> tuple[int, float]:
        net = cr.Network(
            [work.X.shape[1], HIDDEN, work.outputs],
            output="sigmoid" if work.outputs == 1 else "softmax",
            penalty=cr.L2(ALPHA / work.size),
            seed=work.seed,
        )
        history = net.fit(
            work.X, work.y, epochs=EPOCHS, batch_size=work.size, optimizer=cr.Adam(RATE), seed=work.seed,
            callbacks=[_stopping()], progress=False, engine=engine,
        )  # fmt: skip
        return len(history.loss), history.loss[-1]

    return fit


def _stopping() -> Callable[[Any], None]:
    """scikit-learn's rule: it compares with the best loss, where `EarlyStopping` does with the last that counted."""
    rule = Rule()

    def after_epoch(run: Any) -> None:
        if rule.ends(run.history.loss[-1]):
            run.stop("the loss falls no more")

    return after_epoch


class Rule:
    """When a training ends: the loss of more than so many epochs was not lower than the best by so much."""

    def __init__(self) -> None:
        self.best, self.since = np.inf, 0

    def ends(self, loss: float) -> bool:
        """Whether this was the last epoch."""
        self.since = self.since + 1 if loss > self.best - LEAST else 0
        self.best = min(self.best, loss)
        return self.since > PATIENCE


def _until_it_stops(epoch: Callable[[np.ndarray], float], work: Work) -> tuple[int, float]:
    """Epochs in new orders until the loss falls no more, for libraries that leave that to their users."""
    rng, rule = np.random.default_rng(work.seed), Rule()
    for done in range(1, EPOCHS + 1):
        loss = epoch(rng.permutation(len(work.X)))
        if rule.ends(loss) or done == EPOCHS:
            return done, loss
    raise AssertionError("there is at least one epoch")


def _weights(work: Work) -> list[np.ndarray]:
    """First weights as Glorot draws them."""
    rng = np.random.default_rng(work.seed)
    shapes = (work.X.shape[1], HIDDEN), (HIDDEN, work.outputs)
    return [rng.uniform(-1, 1, shape) * np.sqrt(6 / sum(shape)) for shape in shapes]


def by_torch(_: str) -> Fit:
    """Modules, a fused Adam with its weight decay on the weights alone, and a loop."""
    import torch
    from torch import nn

    def fit(work: Work) -> tuple[int, float]:
        model = nn.Sequential(
            nn.Linear(work.X.shape[1], HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, work.outputs)
        ).double()
        layers = [model[0], model[2]]
        for layer, W in zip(layers, _weights(work), strict=True):
            layer.weight.data = torch.tensor(W.T.copy())
            nn.init.zeros_(layer.bias)
        groups = [
            {"params": [layer.weight for layer in layers], "weight_decay": ALPHA / work.size},
            {"params": [layer.bias for layer in layers]},
        ]
        optimizer = torch.optim.Adam(groups, RATE, fused=True)
        X, y = torch.tensor(work.X), torch.tensor(work.y)
        compare: nn.Module = nn.CrossEntropyLoss()
        if work.outputs == 1:
            compare, y = nn.BCEWithLogitsLoss(), y[:, None].double()

        def epoch(order: np.ndarray) -> float:
            total = torch.zeros(())
            for rows in torch.from_numpy(order).split(work.size):
                loss = compare(model(X[rows]), y[rows])
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
                total = total + loss.detach() * len(rows)
            return float(total) / len(order)

        return _until_it_stops(epoch, work)

    return fit


def by_jax(_: str) -> Fit:
    """A jitted function for the steps of an epoch, which is kept for all fits."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def loss_of(w: Any, x: Any, y: Any) -> Any:
        W1, b1, W2, b2 = w
        z = jax.nn.relu(x @ W1 + b1) @ W2 + b2
        if z.shape[1] == 1:
            data = jnp.mean(jax.nn.softplus(z[:, 0]) - y * z[:, 0])
        else:
            data = -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], axis=1))
        return data + ALPHA / (2 * len(x)) * (jnp.sum(W1**2) + jnp.sum(W2**2))

    @jax.jit
    def steps(state: Any, X: Any, y: Any, order: Any) -> Any:
        total = 0.0
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            w, m, v, t = state
            loss, g = jax.value_and_grad(loss_of)(w, X[rows], y[rows])
            t = t + 1
            m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
            scale, correction = RATE / (1 - 0.9**t), 1 / (1 - 0.999**t)

            def move(w: Any, m: Any, v: Any, scale: Any = scale, correction: Any = correction) -> Any:
                return w - scale * m / (jnp.sqrt(v * correction) + 1e-8)

            state = (jax.tree.map(move, w, m, v), m, v, t)
            total += loss * len(rows)
        return state, total / len(order)

    def fit(work: Work) -> tuple[int, float]:
        W1, W2 = _weights(work)
        w = [jnp.array(each) for each in (W1, np.zeros(HIDDEN), W2, np.zeros(work.outputs))]
        state = (w, [jnp.zeros_like(a) for a in w], [jnp.zeros_like(a) for a in w], jnp.zeros(()))
        X, y = jnp.asarray(work.X), jnp.asarray(work.y)

        def epoch(order: np.ndarray) -> float:
            nonlocal state
            state, loss = steps(state, X, y, order)
            return float(loss)

        return _until_it_stops(epoch, work)

    return fit
