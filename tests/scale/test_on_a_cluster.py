"""Training on processes of a Dask cluster: 1, 2 or 4 of them, or none, give the same bits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import ChainruleError, ClusterError, InputError
from chainrule.scale import Cluster
from chainrule.scale import cluster as on_cluster
from chainrule.training.checkpoints import keeper
from chunked import as_dask, cluster, network, samples, trained


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The client of a cluster of two workers: none comes or goes, as distributed may lose count of those that do."""
    with cluster(2, tmp_path_factory.mktemp("dask")) as (_, client):
        yield client


def bits(client: Any, **settings: Any) -> list[bytes]:
    """Weights by both engines, and with steps between sums."""
    settings = {"epochs": 1, "batch_size": 300, **settings}
    found = [
        trained(client, engine="numpy", **settings)[0],
        trained(client, engine="compiled", **settings)[0],
        trained(Cluster(client, 2), engine="compiled", **settings)[0],
    ]
    return [net.parameters.flat.tobytes() for net in found]


def test_any_number_of_workers_gives_the_bits_of_one_process(two: Any, tmp_path: Path):
    expected = bits("here")
    assert bits(two) == expected
    for count in (1, 4):
        with cluster(count, tmp_path) as (_, client):
            assert len(client.nthreads()) == count
            assert bits(client) == expected, count


def test_sums_of_many_chunks_are_added_on_workers(two: Any):
    """More chunks than one place adds."""
    X, y = samples()
    chunks = [da.from_array(each, chunks=(41, *each.shape[1:])) for each in (X, y)]
    settings = {"epochs": 1, "batch_size": 500}
    _, history = found = trained(two, None, *chunks, **settings)
    assert history.why == "asked for; 25 chunks on 2 workers"
    assert (found[0].parameters.flat == trained("here", None, *chunks, **settings)[0].parameters.flat).all()


def test_chunks_that_a_cluster_holds_are_brought_here(two: Any):
    X, y = (two.persist(as_dask(each)) for each in samples())
    expected = trained("here", epochs=1)[0].parameters.flat
    for client in ("here", two):
        assert (trained(client, None, X, y, epochs=1)[0].parameters.flat == expected).all()


def test_callbacks_and_validation_are_as_ever(two: Any):
    X, y = samples()

    def told(client: Any) -> Any:
        seen: list[Any] = []

        class Looks(cr.Callback):
            def batch(self, run: Any) -> None:
                seen.append((run.step, run.loss, run.network.parameters["W1"][0, 0]))

        _, history = trained(
            client, validation_data=(X[:100], y[:100]), metrics=["f1"],
            callbacks=[Looks(), cr.ReduceOnPlateau(patience=1)],
        )  # fmt: skip
        return seen, history.loss, history.validation_loss, history.metrics

    assert told(two) == told("here")


def test_a_training_that_was_broken_off_goes_on(two: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """On the cluster, killed in mid-epoch; and on, in this process, to the bits of the whole."""
    monkeypatch.setattr(keeper, "SECONDS", 0.0)
    monkeypatch.setattr(keeper, "SHARE", 0)

    breaks = [9]

    class Break(cr.Callback):
        def batch(self, run: Any) -> None:
            if run.step in breaks:
                raise RuntimeError("broken off")

    whole, _ = trained("here")
    with pytest.raises(RuntimeError):
        trained(two, checkpoint=tmp_path, callbacks=[Break()])
    assert len(list(tmp_path.glob("step-*"))) == 2
    breaks.clear()
    net, history = trained("here", checkpoint=tmp_path, resume=True, callbacks=[Break()])
    assert history.epochs == 2
    assert (net.parameters.flat == whole.parameters.flat).all()
    with pytest.raises(InputError) as error:
        trained("here", X=as_dask(samples()[0] + 1), checkpoint=tmp_path, resume=True, callbacks=[Break()])
    assert "the numbers in X are others" in str(error.value)


def test_a_chunk_that_is_wrong_is_told_from_a_worker(two: Any):
    X, _ = samples()
    X[500, 3] = np.nan
    with pytest.raises(InputError) as error:
        trained(two, X=as_dask(X))
    assert str(error.value) == "chunk 3 (rows 434 to 650): X[66, 3] is nan: every entry must be finite."


def test_files_are_read_by_workers(two: Any, tmp_path: Path):
    X, y = samples()
    paths = []
    for number, start in enumerate((0, 500)):
        paths.append(tmp_path / f"part-{number}.npz")
        np.savez(paths[-1], X=X[start : start + 500], y=y[start : start + 500])
    nets = [network(), network()]
    for net, client in zip(nets, (two, "here"), strict=True):
        net.fit(paths, None, client=client, batch_size=200, engine="numpy", progress=False)
    assert (nets[0].parameters.flat == nets[1].parameters.flat).all()


def refused(client: Any) -> str:
    with pytest.raises(ChainruleError) as error:
        trained(client)
    return str(error.value)


def test_a_cluster_without_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from distributed import Client

    monkeypatch.setattr(on_cluster, "PATIENCE", 0.5)
    monkeypatch.setattr(on_cluster, "ASKED", 0.25)
    with cluster(1, tmp_path) as (made, client):

        class Leave(cr.Callback):
            def batch(self, run: Any) -> None:
                if run.step == 2:
                    made.scale(0)
                    while client.nthreads():
                        pass

        with pytest.raises(ClusterError) as error:
            trained(client, callbacks=[Leave()])
        assert str(error.value) == (
            "the cluster has had no worker for 0 seconds: start some, and go on from a checkpoint, or begin again."
        )
        assert refused(client) == (
            "the cluster has no workers: start some, as by cluster.scale(2), and wait for the first, "
            "client.wait_for_workers(1)."
        )
        with Client(client.scheduler.address) as other:
            pass
        assert refused(other) == "the client is closed: connect one to the cluster, Client(cluster)."
