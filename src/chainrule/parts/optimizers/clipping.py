"""What keeps gradients from being too large, before the optimizer gets them."""

from __future__ import annotations

import numpy as np

from chainrule.parts.contract import Clipping, Rule, setting


class ClipValue(Clipping):
    """Clipping by value: each entry of a gradient between -limit and limit.

    Parameters
    ----------
    limit : above 0

    Source: T. Mikolov, Statistical language models based on neural networks, 2012, section 3.2.2.
    """

    limit: float = setting(default=1.0, gt=0)

    def clip(self, q: Rule) -> None:
        q.dw_clipped = np.clip(q.dw, -q.limit, q.limit)


class ClipNorm(Clipping):
    """Clipping by global norm: all gradients times min(1, limit / norm), norm = √(Σ dw²) over all parameters.

    The norm is the root of the sum of the parameters' own sums, in order; frozen parameters don't count. As in
    PyTorch, 10⁻⁶ is added to it.

    Parameters
    ----------
    limit : the largest norm, above 0

    Source: R. Pascanu, T. Mikolov, Y. Bengio, On the difficulty of training recurrent neural networks, 2013,
    algorithm 1.
    """

    limit: float = setting(default=1.0, gt=0)

    def measure(self, q: Rule) -> None:
        q.dw_squares = np.square(q.dw).sum()

    def join(self, q: Rule) -> None:
        q.norm = np.sqrt(q.total("dw_squares"))
        q.shrink = np.minimum(1, q.limit / (q.norm + 1e-6))

    def clip(self, q: Rule) -> None:
        q.dw_clipped = q.shrink * q.dw
