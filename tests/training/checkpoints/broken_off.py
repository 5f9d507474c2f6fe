"""Trainings that tests break off: each one made anew from nothing, as a script does, in a process of its own."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

import chainrule as cr
from chainrule.training import fit as fitting
from chainrule.training.checkpoints import keeper

RNG = np.random.default_rng(4)
X = RNG.standard_normal((90, 16))
Y = (X[:, :8].sum(axis=1) + RNG.standard_normal(90) > 0).astype(int)
HELD = RNG.standard_normal((30, 16)), RNG.integers(0, 2, 30)

Result = dict[str, Any]


class Counting(cr.Callback):
    """A callback of a user's, with a list, a tuple, a dict and an array of its own, and a pause after each epoch."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, float]] = []
        self.best = {"loss": np.inf}
        self.mean = np.zeros(3)
        self._pause = 0.002

    def epoch(self, run: cr.Run) -> None:
        self.seen.append((run.epoch, run.loss))
        self.best["loss"] = min(self.best["loss"], run.history.loss[-1])
        self.mean += np.arange(3) * run.history.loss[-1]
        time.sleep(self._pause)


def scheduled(engine: str, folder: Any, epochs: int = 20, **how: Any) -> Result:
    """Dropout, batch normalization, moved images and a schedule that goes to the end."""
    net = cr.Network(
        [cr.Dense(16, 12), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.3), cr.Dense(12, 2), cr.Softmax()],
        penalty=cr.L2(1e-3),
    )
    optimizer = cr.AdamW(cr.Cosine(0.02, warmup=10), clip=cr.ClipNorm(1.0))
    counting = Counting()
    history = net.fit(
        X, Y, epochs=epochs, batch_size=20, optimizer=optimizer, engine=engine, seed=3, callbacks=[counting],
        transform=cr.data.Augment((4, 4), shift=1, rotation=10), checkpoint=folder, **how,
    )  # fmt: skip
    return {**result(net, optimizer, history), "seen": counting.seen, "mean": counting.mean.tolist()}


def watched(engine: str, folder: Any, epochs: int = 20, **how: Any) -> Result:
    """Validation, a rate that falls on plateaus, a log, the best network in a file and in the end, added noise."""
    net = cr.Network([cr.Dense(16, 8), cr.Tanh(), cr.Dropout(0.1), cr.Dense(8, 2), cr.Softmax()], seed=5)
    optimizer = cr.Lookahead(cr.Momentum(0.2))
    beside = Path(folder).parent if folder is not None else Path(how.pop("beside"))
    callbacks = [
        cr.ReduceOnPlateau(factor=0.7, patience=2),
        cr.EarlyStopping(patience=25),
        cr.CSVLog(beside / "log.csv"),
        cr.SaveBest(beside / "best.safetensors"),
        Counting(),
    ]
    history = net.fit(
        X, Y, epochs=epochs, batch_size=20, optimizer=optimizer, engine=engine, validation_data=HELD,
        metrics=["roc_auc"], callbacks=callbacks, transform=cr.data.Augment((4, 4), noise=0.1), checkpoint=folder,
        **how,
    )  # fmt: skip
    best = cr.load(beside / "best.safetensors").parameters.flat.tobytes()
    log = [
        line.rpartition(",")[0] for line in (beside / "log.csv").read_text().splitlines()
    ]  # without seconds
    return {**result(net, optimizer, history), "best": best, "log": log, "rate": optimizer.learning_rate}


TRAININGS: dict[str, Callable[..., Result]] = {"scheduled": scheduled, "watched": watched}


def result(net: cr.Network, optimizer: Any, history: Any) -> Result:
    """All that two trainings have alike to the last bit; seconds are not among it."""
    told = {name: value for name, value in vars(history).items() if name not in ("seconds", "why")}
    return {
        "parameters": net.parameters.flat.tobytes(),
        "buffers": {name: array.tobytes() for name, array in net.buffers.items()},
        "state": {name: a.tobytes() for name, a in optimizer.state_arrays(net.parameters).items()},
        "t": optimizer.t,
        "history": told,
        "epochs": len(history.seconds),
    }


def hasty(monkeypatch: Any = None) -> None:
    """Have a checkpoint written after every step."""
    for module, name, value in (
        (fitting, "BLOCK_SECONDS", 1e-9),
        (keeper, "SECONDS", 0),
        (keeper, "SHARE", 0),
    ):
        if monkeypatch is None:
            setattr(module, name, value)
        else:
            monkeypatch.setattr(module, name, value)


def forked(work: Callable[[], Any], said: Path) -> int:
    """A child process that does some work and writes down what went wrong; its number."""
    child = os.fork()
    if child:
        return child
    _work(work, said)


def _work(work: Callable[[], Any], said: Path) -> NoReturn:
    try:
        work()
    except BaseException:
        said.write_text(traceback.format_exc())
        os._exit(1)
    os._exit(0)
