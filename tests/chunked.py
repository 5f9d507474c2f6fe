"""Samples in chunks, and what the tests of the room train on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np

import chainrule as cr
from chainrule.scale.layout import Layout, order

ROWS = (217, 217, 217, 217, 135)  # of the chunks


def samples() -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((sum(ROWS), 8))
    return X, (X[:, 0] > 0).astype(int) + (X[:, 1] > 0.5)


def as_dask(array: Any) -> Any:
    return da.from_array(array, chunks=(ROWS, *array.shape[1:]))


def network(dropout: float = 0.2, **settings: Any) -> cr.Network:
    layers = [
        cr.Dense(8, 16),
        cr.ReLU(),
        *([cr.Dropout(dropout)] if dropout else []),
        cr.Dense(16, 3),
        cr.Softmax(),
    ]
    return cr.Network(layers, **{"seed": 1, "penalty": cr.L2(1e-3), **settings})


def trained(client: Any, net: cr.Network | None = None, X: Any = None, y: Any = None, **settings: Any) -> Any:
    """The network after some steps, and its history."""
    own = samples()
    net = network() if net is None else net
    X, y = as_dask(own[0]) if X is None else X, as_dask(own[1]) if y is None else y
    settings.setdefault("optimizer", cr.Adam(0.01, clip=cr.ClipNorm(1.0)))
    given = {"epochs": 2, "batch_size": 200, "engine": "numpy", "progress": False, **settings}
    history = net.fit(X, y, client=client, **given)
    return net, history


def orders(size: int, seed: int = 0) -> Any:
    """The order of each epoch, for a fit without chunks: the pieces of each step, one after the other."""
    layout, starts = Layout(ROWS, size), np.cumsum([0, *ROWS])
    epoch = 0

    def next_order() -> Any:
        nonlocal epoch
        own = [order(seed, chunk, epoch, rows) for chunk, rows in enumerate(ROWS)]
        epoch += 1
        return np.concatenate(
            [
                starts[piece.chunk] + own[piece.chunk][piece.start : piece.stop]
                for step in range(layout.steps)
                for piece in layout.pieces(step)
            ]
        )

    return next_order


@contextmanager
def cluster(workers: int, folder: Path, **settings: Any) -> Iterator[tuple[Any, Any]]:
    """A cluster of processes, and its client."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=":0", local_directory=str(folder),
            silence_logs=50, **settings,
        ) as made,
        Client(made) as client,
    ):  # fmt: skip
        yield made, client
