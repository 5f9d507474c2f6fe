"""An estimator's network and optimizer, which take its steps; what they learn is put back into its attributes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

from chainrule.errors import InputError
from chainrule.model.streams import RandomStreams
from chainrule.network import Network
from chainrule.parts import Identity, ReLU, SharedL2, Sigmoid, Softmax, Tanh
from chainrule.parts.contract import Activation, Array, Initializer, Loss, Optimizer
from chainrule.sklearn.parts import (
    Exponential,
    HalfPoissonDeviance,
    LogLoss,
    MeanHalfSquaredError,
    RateAdam,
    VelocityMomentum,
    VelocityNesterov,
)

ACTIVATIONS: dict[str, type[Activation]] = {
    "identity": Identity, "logistic": Sigmoid, "tanh": Tanh, "relu": ReLU, "softmax": Softmax, "exp": Exponential,
}  # fmt: skip


class Undrawn(Initializer):
    """No weights yet: an estimator has drawn its own."""

    def draw(self, rng: np.random.Generator, inputs: int, outputs: int) -> Array:
        return np.zeros((inputs, outputs))


def network_of(estimator: Any, dtype: Any) -> Network:
    """A network of an estimator's layers, loss and penalty, in numbers of a dtype, with its weights."""
    coefs = estimator.coefs_
    network = Network(
        [len(coefs[0]), *(coef.shape[1] for coef in coefs)],
        hidden=ACTIVATIONS[estimator.activation](),
        output=ACTIVATIONS[estimator.out_activation_](),
        loss=their_loss(estimator.loss, dtype),
        penalty=SharedL2(estimator.alpha) if estimator.alpha else None,
        initializer=Undrawn(),
        dtype=np.dtype(dtype).name,
    )
    put(estimator, network.parameters)
    return network


def their_loss(name: str, dtype: Any) -> Loss:
    """One of scikit-learn's losses."""
    if name == "log_loss":
        return LogLoss(float(np.finfo(dtype).eps))
    return HalfPoissonDeviance() if name == "poisson" else MeanHalfSquaredError()


def their_optimizer(estimator: Any, parameters: list[Array]) -> Any:
    """scikit-learn's optimizer, as it is before the first step; parameters are those whose state it holds."""
    rate = estimator.learning_rate_init
    if estimator.solver == "adam":
        return AdamOptimizer(parameters, rate, estimator.beta_1, estimator.beta_2, estimator.epsilon)
    return SGDOptimizer(
        parameters, rate, estimator.learning_rate, estimator.momentum, estimator.nesterovs_momentum,
        estimator.power_t,
    )  # fmt: skip


def optimizer_of(theirs: Any) -> Optimizer:
    """The rules of one of scikit-learn's optimizers."""
    if hasattr(theirs, "beta_1"):
        return RateAdam(theirs.learning_rate_init, theirs.beta_1, theirs.beta_2, theirs.epsilon)
    rules = VelocityNesterov if theirs.nesterov else VelocityMomentum
    return rules(theirs.learning_rate, theirs.momentum)


def named(coefs: list[Array], intercepts: list[Array]) -> dict[str, Array]:
    """scikit-learn's lists by the names of a network."""
    pairs = zip(coefs, intercepts, strict=True)
    return {
        f"{sign}{i}": array for i, pair in enumerate(pairs, 1) for sign, array in zip("Wb", pair, strict=True)
    }


def put(estimator: Any, views: Any) -> None:
    """Copy an estimator's weights into arrays by name."""
    for name, array in named(estimator.coefs_, estimator.intercepts_).items():
        views[name][...] = array


def take(estimator: Any, views: Any) -> None:
    """Copy arrays by name into an estimator's weights, whoever holds them: scikit-learn trains in place, too."""
    for name, array in named(estimator.coefs_, estimator.intercepts_).items():
        array[...] = views[name]


@dataclass(eq=False)
class Trained:
    """A network and an optimizer that stand for an estimator's attributes while steps are taken.

    Between two trainings the attributes count, since users may write to them.

    Parameters
    ----------
    network, optimizer : chainrule's
    theirs : the estimator's optimizer, which keeps the state between two trainings
    kind : what they are made for
    engine : what predicts while a training runs
    streams : what a seed decides of its steps
    """

    network: Network
    optimizer: Optimizer
    theirs: Any
    kind: Any
    engine: str = ""
    streams: RandomStreams = field(default_factory=lambda: RandomStreams(0))

    @classmethod
    def of(cls, estimator: Any, dtype: Any) -> Trained:
        """The one of the last training, if it serves this one, too; else a new one."""
        kind = (
            estimator.activation, estimator.out_activation_, estimator.loss, estimator.alpha, np.dtype(dtype),
            *(coef.shape for coef in estimator.coefs_),
        )  # fmt: skip
        last: Trained | None = estimator.__dict__.get("_trained")
        same = last is not None and last.kind == kind
        if last is not None and same and last.theirs is estimator._optimizer:
            put(estimator, last.network.parameters)
            return last
        network = last.network if last is not None and same else network_of(estimator, dtype)
        if same:
            put(estimator, network.parameters)
        found = cls(network, optimizer_of(estimator._optimizer), estimator._optimizer, kind)
        estimator._trained = found
        return found

    def outputs(self, X: Array) -> Array | None:
        """While a training runs, the network's outputs; None where there is none, or a weight is not finite."""
        if not self.engine:
            return None
        try:
            return self.network.predict(X, engine=self.engine)
        except InputError:
            return None

    def begin(self) -> None:
        """Have the optimizer's state as scikit-learn's has it."""
        ours, theirs = self.optimizer, self.theirs
        state = ours.state_arrays(self.network.parameters)
        if isinstance(ours, RateAdam):
            ours.t = theirs.t
        else:
            ours.learning_rate = theirs.learning_rate
        for local, arrays in self._their_state().items():
            self._copy(state[local], arrays, back=False)

    def end(self, estimator: Any) -> None:
        """Leave weights and state where scikit-learn has them."""
        take(estimator, self.network.parameters)
        state = self.optimizer.state_arrays(self.network.parameters)
        for local, arrays in self._their_state().items():
            self._copy(state[local], arrays, back=True)
        if isinstance(self.optimizer, RateAdam) and self.optimizer.t:
            theirs, t = self.theirs, self.optimizer.t
            theirs.t = t
            theirs.learning_rate = (
                theirs.learning_rate_init * np.sqrt(1 - theirs.beta_2**t) / (1 - theirs.beta_1**t)
            )

    def remember(self) -> None:
        """The weights are the best so far: scikit-learn keeps them."""

    def recall(self, estimator: Any) -> None:
        """Go back to the best weights, which scikit-learn has kept."""
        estimator.coefs_, estimator.intercepts_ = estimator._best_coefs, estimator._best_intercepts

    def _their_state(self) -> dict[str, list[Array]]:
        theirs = self.theirs
        return (
            {"m": theirs.ms, "v": theirs.vs}
            if isinstance(self.optimizer, RateAdam)
            else {"v": theirs.velocities}
        )

    def _copy(self, flat: Array, arrays: list[Array], back: bool) -> None:
        half = len(arrays) // 2
        views = self.network.parameters.views(flat)
        for name, array in named(arrays[:half], arrays[half:]).items():
            if back:
                array[...] = views[name]
            else:
                views[name][...] = array
