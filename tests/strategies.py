"""Random networks, data and optimizers, as hypothesis draws them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import reject
from hypothesis import strategies as st

import chainrule as cr
from chainrule.errors import Diverged
from chainrule.parts.contract import Array, Optimizer


def mish(z: Any) -> Any:
    """An activation of one's own: z tanh(log(1 + e^z))."""
    return z * np.tanh(np.log1p(np.exp(z)))


def leaky(z: Any) -> Any:
    """Another one, with a choice in it."""
    return np.where(z > 0, z, 0.1 * z)


def gated(z: Any) -> Any:
    """A third one, which looks at all units of a layer: z / (1 + Σ z²), times 1 where z < 2."""
    return z / (1 + np.square(z).sum(axis=1, keepdims=True)) * (z < 2)


OWN: dict[str, Callable[[Any], Any]] = {"own mish": mish, "leaky": leaky, "gated": gated}
ACTIVATIONS = [
    "identity", "relu", "leaky_relu", "prelu", "elu", "selu", "sigmoid", "tanh", "softplus", "swish", "hard_swish",
    "gelu", "gelu_tanh", "mish", "softmax", "log_softmax", *OWN,
]  # fmt: skip
KINKS = {
    **dict.fromkeys(["relu", "leaky_relu", "prelu", "elu", "selu", "leaky"], (0,)),
    "gated": (2,),
    "hard_swish": (-3, 3),
}  # fmt: skip
# Losses by what their targets are, and the outputs that each is drawn with.
PROBABILITIES = ["cross_entropy", "binary_cross_entropy", "focal", "kl_divergence"]
MARGINS = ["hinge", "squared_hinge"]
NUMBERS = ["mean_squared_error", "half_squared_error", "mean_absolute_error", "huber", "log_cosh", "quantile"]
LOSSES = {
    "cross_entropy": ["softmax", "sigmoid"],
    "binary_cross_entropy": ["sigmoid"],
    "focal": ["softmax", "sigmoid"],
    "kl_divergence": ["softmax", "log_softmax"],
    **{name: ["identity", "tanh", "own mish"] for name in MARGINS},
    **dict.fromkeys(NUMBERS, ACTIVATIONS),
}


@dataclass(frozen=True)
class Case:
    """A network and a data set, described: `network()` and `data()` make them anew each time, equal.

    `hidden` and `output` name activations, of chainrule or of `OWN`.
    """

    sizes: tuple[int, ...]
    hidden: tuple[str, ...]
    output: str
    loss: str
    dtype: str
    samples: int
    seed: int
    labels: bool
    frozen: tuple[str, ...] = ()

    def network(self) -> cr.Network:
        net = cr.Network(
            self.sizes,
            hidden=[OWN.get(name, name) for name in self.hidden],
            output=OWN.get(self.output, self.output),
            loss=self.loss,
            dtype=self.dtype,
        )
        rng = np.random.default_rng(self.seed)
        for array in net.parameters.values():
            array[...] = rng.standard_normal(array.shape) / np.sqrt(len(array))
        return net.freeze(*self.frozen)

    def data(self, samples: int | None = None) -> tuple[Array, Array]:
        """Inputs, and the targets that the loss compares with: labels (m,), or (m, outputs)."""
        m, k = samples or self.samples, self.sizes[-1]
        rng = np.random.default_rng([self.seed, 1])
        X = 1.5 * rng.standard_normal((m, self.sizes[0]))
        if self.labels:
            return X, rng.integers(0, max(k, 2), m)
        if self.loss not in PROBABILITIES:
            return X, rng.standard_normal((m, k))
        y = rng.uniform(0, 1, (m, k))
        return X, y if self.output == "sigmoid" else y / y.sum(axis=1, keepdims=True)


def trained(net: cr.Network, X: Array, y: Array, **how: Any) -> cr.History:
    """A fit; an example in which it diverges is not counted."""
    try:
        return net.fit(X, y, **how)
    except Diverged:
        reject()


@st.composite
def cases(
    draw: st.DrawFn,
    *,
    dtypes: tuple[str, ...] = ("float64", "float32"),
    depth: int = 5,
    width: int = 8,
    samples: int = 64,
    freeze: bool = False,
) -> Case:
    """Networks of 1 to `depth` layers, of 1 to `width` units, with losses that go with their outputs."""
    sizes = draw(st.lists(st.integers(1, width), min_size=2, max_size=depth + 1))
    hidden = draw(st.lists(st.sampled_from(ACTIVATIONS), min_size=len(sizes) - 2, max_size=len(sizes) - 2))
    loss = draw(st.sampled_from(list(LOSSES)))
    output = draw(st.sampled_from(LOSSES[loss]))
    if output in ("softmax", "log_softmax"):
        sizes[-1] = max(sizes[-1], 2)
    labels = loss in MARGINS or (loss in PROBABILITIES and draw(st.booleans()))
    names = [f"{kind}{i}" for i in range(1, len(sizes)) for kind in "Wb"]
    frozen = draw(st.lists(st.sampled_from(names), unique=True, max_size=len(names))) if freeze else []
    return Case(
        tuple(sizes),
        tuple(hidden),
        output,
        loss,
        draw(st.sampled_from(dtypes)),
        draw(st.integers(1, samples)),
        draw(st.integers(0, 2**32 - 1)),
        labels,
        tuple(frozen),
    )


def _rates(most: float) -> st.SearchStrategy[float]:
    return st.floats(1e-4, most, allow_subnormal=False)


def optimizers(jumps: bool = True) -> st.SearchStrategy[Callable[[], Optimizer]]:
    """Optimizers: functions that make one anew, equal, each time; with `jumps`, also one whose step is a sign."""
    share = st.floats(0, 0.999, allow_subnormal=False)
    epsilon = st.sampled_from([1e-8, 1e-3])
    adams = st.sampled_from([cr.Adam, cr.AMSGrad, cr.AdamW, cr.NAdam, cr.RAdam, cr.Adamax])
    plain = st.one_of(
        st.builds(lambda eta: lambda: cr.SGD(eta), _rates(0.1)),
        st.builds(
            lambda kind, eta, mu: lambda: kind(eta, mu),
            st.sampled_from([cr.Momentum, cr.Nesterov]), _rates(0.02), share,
        ),
        st.builds(
            lambda kind, eta, b1, b2, eps: lambda: kind(eta, b1, b2, eps), adams, _rates(0.1), share, share, epsilon
        ),
        st.builds(
            lambda eta, rho, eps, mu, centered: lambda: cr.RMSprop(eta, rho, eps, mu, centered=centered),
            _rates(0.02), st.floats(0.5, 0.99), epsilon, st.just(0.0) | share, st.booleans(),
        ),
        st.builds(lambda eta, eps: lambda: cr.Adagrad(eta, eps), _rates(0.1), epsilon),
        st.builds(lambda eta, rho: lambda: cr.Adadelta(eta, rho), _rates(1), share),
        st.builds(lambda eta: lambda: Optimizer.of(lambda w, dw: w - eta * np.tanh(dw)), _rates(0.1)),
    )  # fmt: skip
    ahead = st.builds(
        lambda inner, k, alpha: lambda: cr.Lookahead(inner(), k, alpha),
        plain,
        st.integers(1, 4),
        st.floats(0.1, 1),
    )
    lion = st.builds(lambda eta, b1, b2: lambda: cr.Lion(eta, b1, b2, 0.1), _rates(0.01), share, share)
    return plain | ahead | lion if jumps else plain | ahead


_UNARY: list[Callable[[Any], Any]] = [
    np.tanh,
    np.sin,
    np.arctan,
    lambda a: -a,
    lambda a: np.exp(-np.square(a)),
    lambda a: np.abs(a) - 0.3,
    lambda a: 1 / (1 + a * a),
    lambda a: np.log1p(np.abs(a)),
    lambda a: (1 + a**2) ** 0.5,
    lambda a: a - a.max(axis=1, keepdims=True),
    lambda a: a - a.mean(axis=1, keepdims=True),
    lambda a: a / (1 + np.square(a).sum(axis=1))[:, None],
    lambda a: (a.T * 0.5).T,
    lambda a: 0.5 * a + 1,
]
# c differs from line to line, so that no two operands are equal by being the same thing
_BINARY: list[Callable[[Any, Any, float], Any]] = [
    lambda a, b, c: a + b,
    lambda a, b, c: a - 2 * b,
    lambda a, b, c: 0.3 * a * b,
    lambda a, b, c: a / (1 + np.abs(b)),
    lambda a, b, c: np.maximum(a, 0.5 * b + c),
    lambda a, b, c: np.minimum(a, 0.5 * b - c),
    lambda a, b, c: np.where(a > b + c, a, 0.1 * b),
    lambda a, b, c: a * (b > c),
    lambda a, b, c: np.logaddexp(a, b),
]


@st.composite
def own_activations(draw: st.DrawFn, lines: int = 6) -> Callable[[Any], Any]:
    """Activations of several lines, in which a line may read every earlier one, also more than once."""
    steps: list[tuple[int, int, int]] = []
    for n in range(1, draw(st.integers(1, lines)) + 1):
        which = draw(st.integers(0, len(_UNARY) + len(_BINARY) - 1))
        steps.append((which, draw(st.integers(0, n - 1)), draw(st.integers(0, n - 1))))

    def activation(z: Any) -> Any:
        values = [z]
        for n, (which, i, j) in enumerate(steps):
            if which < len(_UNARY):
                values.append(_UNARY[which](values[i]))
            else:
                values.append(_BINARY[which - len(_UNARY)](values[i], values[j], 0.1 + 0.037 * n))
        return np.tanh(values[-1] + 0.1 * z)

    return activation
