"""What is trained on where samples are chunks: all of it checked before the first step."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.engines.batches import Batches
from chainrule.errors import InputError
from chainrule.model import arguments
from chainrule.model.labels import Labels
from chainrule.model.model import Model, rebuilt, target_dtype
from chainrule.model.precision import warn_of_lost
from chainrule.model.streams import RandomStreams
from chainrule.parts.contract import Optimizer
from chainrule.scale.cluster import OnCluster, checked
from chainrule.scale.engine import ChunkEngine
from chainrule.scale.executor import ChunkExecutor, InProcess
from chainrule.scale.layout import Layout
from chainrule.scale.local import LocalStepsEngine
from chainrule.scale.option import Cluster
from chainrule.scale.reading import Facts, digest, facts
from chainrule.scale.rows import check_rowwise
from chainrule.scale.sources import sources
from chainrule.scale.work import ROWS, GradientsAlone, Work
from chainrule.training.engine_choice import stepping
from chainrule.utils import checks
from chainrule.utils.counts import counted


def chunked_data(
    network: Model,
    client: Any,
    X: Any,
    y: Any,
    *,
    epochs: int,
    batch_size: int | None,
    shuffle: bool,
    seed: int | None,
    sample_weight: Any,
    **others: Any,
) -> Batches:
    """What a cluster trains on, and how often; the arguments are `Network.fit`'s.

    Raises
    ------
    InputError, KindError, FileError : for what is wrong, or would be another training on a cluster
    ClusterError : where the cluster can't go on
    MissingPackage : without Dask
    """
    epochs, batch_size, seed = arguments.schedule(epochs, batch_size, seed)
    checks.truth(shuffle, "shuffle")
    cluster = Cluster.of(client)
    client = None if cluster.here else checked(cluster.client)
    _check_others(others)
    check_rowwise(network)
    model = rebuilt(network, penalty=None if cluster.local_steps == 1 else network.penalty)
    found = sources(X, y, sample_weight, network.inputs)
    executor = InProcess(model, found) if client is None else OnCluster(client, model, found)
    told = executor.each(facts, model)
    _check_alike(told, [source.name for source in found])
    _warn_of_lost(network, told)
    if network.features is None and told[0].columns:
        network.features = tuple(name for name, _ in told[0].columns[:-1])
    rows = [fact.rows for fact in told]
    size = sum(rows) if batch_size is None else min(batch_size, sum(rows))
    chunks = Chunks(executor, model, Layout(rows, size), told, sample_weight is not None, cluster.local_steps)
    counts = network.answers.count if all(fact.named for fact in told) else 0
    samples = chunks.layout.samples
    return Batches(
        Rows((samples, network.inputs), "X", chunks),  # type: ignore[arg-type]
        Rows((samples, network.outputs), "y", chunks),  # type: ignore[arg-type]
        size,
        bool(shuffle) and size < samples,
        counts,
        streams=RandomStreams(seed),
        epochs=epochs,
        elsewhere=chunks,
    )


def _check_others(others: dict[str, Any]) -> None:
    why = {
        "transform": "a transform draws from one generator, step after step, and pieces of a step are taken anywhere",
        "order": "an order of your own numbers all rows, and a chunk's rows are ordered where they lie",
        "class_weight": "class_weight asks for the labels of all samples before the first step: give sample_weight",
    }
    for name, given in others.items():
        if given is not None:
            raise InputError(f"{name} does not go with client: {why[name]}. Leave {name} out.")


def _check_alike(told: Sequence[Facts], names: Sequence[str]) -> None:
    """Raise where one chunk's targets are labels and another's are not, or a table's columns are others."""
    for fact, name in zip(told, names, strict=True):
        _check_columns(fact, told[0], name, names[0])
        if fact.labels != told[0].labels:
            kinds = {True: "labels (n,)", False: "rows (n, outputs)"}
            raise InputError(
                f"the targets of {names[0]} are {kinds[told[0].labels]}, and those of {name} are {kinds[fact.labels]}: "
                "give all the same way."
            )


def _check_columns(fact: Facts, first: Facts, name: str, before: str) -> None:
    for number, (one, other) in enumerate(zip(fact.columns, first.columns, strict=True), 1):
        if one != other:
            what = "the target" if number == len(fact.columns) else f"feature {number}"
            raise InputError(
                f"{what} of {name} is {_column(*one)}, and of {before} it is {_column(*other)}: write the tables "
                "alike, or name the columns, features=[…] of the network and y='…', which are then taken by name."
            )


def _column(name: str, unit: str) -> str:
    return f"{name!r} in {unit}" if unit else repr(name)


def _warn_of_lost(network: Model, told: Sequence[Facts]) -> None:
    """As for arrays, by the least and the largest number of each column, which tell how far it spreads."""
    ends = np.concatenate([fact.ends[0] for fact in told])
    warn_of_lost(ends, "X", network.input_dtype, network.features)
    if not told[0].labels:
        targets = np.concatenate([fact.ends[1] for fact in told if fact.ends[1] is not None])
        warn_of_lost(targets, "y", target_dtype(network))


@dataclass(frozen=True, eq=False)
class Rows:
    """Samples, or targets, that are told of and not there."""

    shape: tuple[int, int]
    field: str
    chunks: Chunks

    def __len__(self) -> int:
        return self.shape[0]

    def digest(self) -> str:
        """By which they are known again: the chunks are part of it, since sums follow them."""
        return self.chunks.digest(self.field)


class Chunks:
    """Samples as chunks, and what computes with them; see `Elsewhere`."""

    def __init__(
        self,
        executor: ChunkExecutor,
        model: Model,
        layout: Layout,
        told: Sequence[Facts],
        weighted: bool,
        local_steps: int,
    ) -> None:
        self._executor, self._model, self.layout, self._told = executor, model, layout, told
        self._weighted, self._local_steps = weighted, local_steps

    def engine(
        self,
        network: Model,
        optimizer: Optimizer,
        data: Batches,
        steps: int,
        engine: Any,
        threads: Any,
        looks: int,
    ) -> tuple[ChunkEngine, str]:
        """The engine of a training; pieces are taken by the one that a piece's own training would have."""
        count = len(self._told)
        chosen, why = stepping(
            self._model,
            GradientsAlone(),
            self._sample(data),
            steps * count,
            engine,
            threads or self._threads(engine),
            looks,
        )
        name, shared = chosen.name, chosen.threads
        chosen.close()
        work = Work(uuid.uuid4().hex, self._model, name, shared, self.layout.most, data.counts, data.shuffled)
        given = network, optimizer, data, self._executor, self.layout, work, self._weighted
        taken = ChunkEngine(*given) if self._local_steps == 1 else LocalStepsEngine(*given, self._local_steps)
        return taken, f"{why}; {counted(count, 'chunk')} {self._executor.workers}"

    @staticmethod
    def _threads(engine: Any) -> int | None:
        """One a piece, unless it is said: as many as a machine has would be others on another one."""
        return None if engine == "numpy" else 1

    def _sample(self, data: Batches) -> Batches:
        """A batch like those of pieces, whose numbers nobody reads."""
        fact, rows = self._told[0], min(self.layout.most, ROWS)
        X = np.empty((rows, self._model.inputs), fact.dtypes[0])
        y = np.zeros((rows, self._model.outputs)[: 1 if fact.labels else 2], fact.dtypes[1])
        targets = Labels(y, self._model.outputs) if fact.labels else y
        weight = np.ones(rows) if self._weighted else None
        return Batches(X, targets, rows, False, data.counts, weight=weight)

    def broken(self, engine: ChunkEngine) -> str:
        """See `Elsewhere.broken`."""
        return engine.broken()

    def digest(self, field: str) -> str:
        """Of X with the weights, or of y, in all chunks."""
        told: list[str] = self._executor.each(digest, field)
        if field == "X" and self._weighted:
            told += self._executor.each(digest, "weight")
        rows = ", ".join(f"{rows:,}" for rows in self.layout.rows)
        found = hashlib.blake2b(" ".join(told).encode(), digest_size=16).hexdigest()
        steps = f", {self._local_steps} local steps" if self._local_steps > 1 else ""
        return f"chunks of {rows} rows{steps}#{found}"
