"""scikit-learn's training by L-BFGS: scipy asks, a network answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from chainrule.engines.batches import Batches
from chainrule.engines.lbfgs import Minimizer
from chainrule.parts import LBFGS
from chainrule.parts.contract import Array
from chainrule.sklearn.engines import chosen_engine
from chainrule.sklearn.stochastic import as_dense, as_targets, loss_type
from chainrule.sklearn.trained import network_of
from chainrule.training import engine_choice


@contextmanager
def evaluated(estimator: Any, X: Any, y: Array, engine: str) -> Iterator[None]:
    """Have an estimator's loss and gradient computed by a network, as long as what follows takes."""
    data = Batches(
        as_dense(X), as_targets(estimator, y, X.dtype), len(y), False, 0, epochs=estimator.max_iter
    )
    network = network_of(estimator, X.dtype)
    rules, number = LBFGS(), loss_type(estimator, X, y)
    engine = chosen_engine(engine, network, rules, data)
    chosen, _ = engine_choice.choose(network, rules, data, estimator.max_iter, engine, None)
    assert isinstance(chosen, Minimizer)
    layout = network.parameters
    order = [name for name in layout if name[0] == "W"] + [name for name in layout if name[0] == "b"]

    def evaluate(packed: Array) -> tuple[float, Array]:
        start = 0
        for name in order:
            view = layout[name]
            view[...] = packed[start : start + view.size].reshape(view.shape)
            start += view.size
        losses, _ = chosen.engine.run(None, 0, 1)
        gradients = layout.views(chosen.engine.gradients)
        return number(losses[0]), np.hstack([gradients[name].ravel() for name in order])

    estimator._evaluate = evaluate
    try:
        yield
    finally:
        del estimator._evaluate
        chosen.close()
