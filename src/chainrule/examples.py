"""The worked example that everybody knows: 2 → 3 (ReLU) → 2 (softmax), followed by hand in seven steps."""

from __future__ import annotations

from typing import Any

from chainrule.model.worked import LABEL, PARAMETERS, SAMPLE, SIZES
from chainrule.network import Network
from chainrule.parts import Normal
from chainrule.parts.contract import Array


class WorkedExample(Network):
    """The network of the worked example, with its sample `x` (1, 2) and its label `y` (1,) at hand.

    >>> net = WorkedExample()
    >>> round(net.loss(net.x, net.y), 6)
    1.944402
    """

    def __init__(self, hidden: Any = "relu", output: Any = "softmax", loss: Any = "cross_entropy") -> None:
        super().__init__(SIZES, hidden=hidden, output=output, loss=loss, parameters=PARAMETERS)
        self.x, self.y = [SAMPLE], [LABEL]


def worked_example(
    hidden: Any = "relu", output: Any = "softmax", loss: Any = "cross_entropy"
) -> WorkedExample:
    """The seven steps' own network, fresh, with its sample: ``net.trace(net.x, net.y, optimizer=SGD(0.01))``.

    Parameters
    ----------
    hidden, output, loss : as for `Network`, with the same weights whatever they are

    >>> net = worked_example(hidden="tanh")
    >>> round(net.loss(net.x, net.y), 3)  # z = ±(0.7 tanh 0.3 + 0.8 tanh 1.15 + 0.5 tanh 0.75 - 0.4), log(1 + e^(2 z))
    1.744
    """
    return WorkedExample(hidden, output, loss)


def worked_training(seed: int = 3) -> tuple[Network, Array, Array]:
    """The training run that goes with the worked example: its network at the start, and its 200 samples.

    Weights start at 0.01 · standard normal, biases at 0. To be trained with the full batch by
    gradient descent, η = 0.01, for 1000 epochs.

    Parameters
    ----------
    seed : of the weights and of the samples

    Returns
    -------
    the network, X (200, 2), y (200,)
    """
    from chainrule.data import blobs

    X, y = blobs(200, seed=seed)
    # Another stream than the samples': from the same seed the weights would repeat the first of them.
    return Network([2, 3, 2], initializer=Normal(0.01), seed=1000 + seed), X, y
