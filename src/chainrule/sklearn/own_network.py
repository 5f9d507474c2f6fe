"""A network that scikit-learn's attributes don't tell whole; it stays with its estimator."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.neural_network._stochastic_optimizers import BaseOptimizer

from chainrule.model.streams import RandomStreams
from chainrule.network import Network
from chainrule.parts.contract import Array
from chainrule.sklearn import choices
from chainrule.sklearn.trained import Trained, named, put, take, their_optimizer

DENSE_ENTRIES = 2**22  # of sparse samples that are made dense at once, to predict


@dataclass(eq=False)
class OwnNetwork(Trained):
    """A network that an estimator's `coefs_` and `intercepts_` don't tell whole, with the optimizer that trains it.

    It stays with the estimator, and is in its copies. `coefs_` and `intercepts_` still count: what a user writes there
    is what predicts, and what is trained on.

    Parameters
    ----------
    best : parameters and buffers of the best epoch, where early stopping looks for it
    """

    best: list[Array] = field(default_factory=list)

    @classmethod
    def made(cls, estimator: Any, dtype: Any, network: Network | None) -> OwnNetwork:
        """As before the first step, with a network that is there or a new one."""
        kind = choices.words(estimator, choices.FORM)
        theirs = their_optimizer(estimator, []) if choices.their_steps(estimator) else BaseOptimizer()
        network = choices.network(estimator, dtype) if network is None else network
        noisy = bool(network.program().noise)
        seed = int(estimator._random_state.randint(np.iinfo(np.int32).max)) if noisy else 0
        found = cls(network, choices.optimizer(estimator), theirs, kind, streams=RandomStreams(seed))
        found.remember()
        return found

    @property
    def arrays(self) -> list[Array]:
        """All that training moves of the network."""
        return [self.network.parameters.flat, *self.network.buffers.values()]

    def sync(self, estimator: Any) -> None:
        """Take what was written into an estimator's weights."""
        views = self.network.parameters
        for name, array in named(estimator.coefs_, estimator.intercepts_).items():
            if not np.array_equal(views[name], array):
                views[name][...] = array

    def predict(self, estimator: Any, X: Any) -> Array:
        """The network's outputs; NaN where a weight is not finite."""
        if not self.engine:
            self.sync(estimator)
        engine = self.engine or estimator.engine
        if not np.isfinite(self.network.parameters.flat).all():
            return np.full((X.shape[0], self.network.outputs), np.nan)
        if isinstance(X, np.ndarray):
            return self.network.predict(X, engine=engine)
        X, some = X.tocsr(), max(1, DENSE_ENTRIES // X.shape[1])
        starts = range(0, X.shape[0], some)
        return np.concatenate(
            [self.network.predict(X[i : i + some].toarray(), engine=engine) for i in starts]
        )

    def begin(self) -> None:
        if hasattr(self.theirs, "lr_schedule"):
            self.optimizer.learning_rate = self.theirs.learning_rate

    def end(self, estimator: Any) -> None:
        take(estimator, self.network.parameters)

    def remember(self) -> None:
        self.best = [array.copy() for array in self.arrays]

    def recall(self, estimator: Any) -> None:
        super().recall(estimator)
        restore(self.arrays, self.best)
        take(estimator, self.network.parameters)


def restore(arrays: list[Array], copies: list[Array]) -> None:
    """Have the numbers of copies in arrays again."""
    for array, kept in zip(arrays, copies, strict=True):
        array[...] = kept


def network_of(estimator: Any) -> Network:
    """A copy of the network that an estimator has, with its weights."""
    found: Network = copy.deepcopy(estimator._beyond.network)
    put(estimator, found.parameters)
    return found
