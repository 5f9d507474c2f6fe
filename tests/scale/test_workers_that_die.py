"""A worker that is killed in mid-epoch loses nothing, and more samples than a worker's memory are trained on."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np

import chainrule as cr
from chunked import cluster, trained


class Kill(cr.Callback):
    """Kills a worker after some steps; which one, by its place among them."""

    def __init__(self, client: Any, steps: dict[int, int]) -> None:
        self.client, self.steps, self.killed = client, steps, set[int]()

    def batch(self, run: Any) -> None:
        if run.step in self.steps:
            self.client.wait_for_workers(2, timeout=60)  # one that was killed is started anew
            pids = sorted(self.client.run(os.getpid).values())
            self.killed.add(pids[self.steps[run.step]])
            os.kill(pids[self.steps[run.step]], signal.SIGKILL)


def test_killed_in_mid_epoch(tmp_path: Path):
    """Twice, one worker each, in the first and in the second epoch of six steps each."""
    expected, whole = trained("here")
    with cluster(2, tmp_path) as (_, client):
        kill = Kill(client, {2: 0, 8: 1})
        net, history = trained(client, callbacks=[kill])
    assert len(kill.killed) == 2
    assert (net.parameters.flat == expected.parameters.flat).all()
    assert history.loss == whole.loss


def test_larger_than_the_memory_of_a_worker(tmp_path: Path):
    """Chunks of 25 MB that are made where they are kept; each worker may have 320 MB, of which Python has half."""
    limit = 320_000_000
    X = da.random.default_rng(0).random((13 * 4096, 1536), chunks=(4096, -1), dtype=np.float32)
    y = (X[:, 0] > 0.5).astype(np.int8)
    assert X.nbytes > limit
    net = cr.Network([1536, 4, 2], dtype="float32")
    with cluster(2, tmp_path, memory_limit=limit) as (_, client):
        history = net.fit(
            X, y, client=client, epochs=2, engine="numpy", progress=False, optimizer=cr.Adam(0.01)
        )
        limits = {*client.run(lambda dask_worker: dask_worker.memory_manager.memory_limit).values()}
    assert limits == {limit}
    assert history.epochs == 2
