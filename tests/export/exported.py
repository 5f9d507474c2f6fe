"""Networks to be exported, and the rows that they are compared on."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from hypothesis import strategies as st

import chainrule as cr
from chainrule.parts.contract import Array
from strategies import ACTIVATIONS, OWN, own_activations

NASTY = [
    '*/ " \\',
    "??/",
    "/*\n",
    "\u202eя",
    "𝛼",
    "'; DROP",
    "-- {}",
    "`${1}`",
    '"""',
    "\\u0041",
    "</script>",
    "%s",
]


def rows(net: cr.Network, count: int = 1000) -> Array:
    """Inputs as the network takes them."""
    first = net.layers[0]
    drawn = 1.5 * np.random.default_rng(9).standard_normal((count, net.inputs))
    return np.asarray(getattr(first, "center", 0) + getattr(first, "scale", 1) * drawn).astype(
        net.input_dtype
    )


def filled(net: cr.Network, seed: int = 1) -> cr.Network:
    """The network with numbers in all that training would have changed."""
    rng = np.random.default_rng(seed)
    for array in net.parameters.values():
        array[...] = rng.standard_normal(array.shape) / np.sqrt(len(array))
    for name, array in net.buffers.items():
        array[...] = (
            rng.uniform(0.5, 2, array.shape) if name.startswith("var") else rng.standard_normal(array.shape)
        )
    return net


def everything(dtype: str = "float64") -> cr.Network:
    """A network with a layer of each kind."""
    layers = [
        cr.Standardize([1e9, 2, -3], [0.5, 10, 2]), cr.Dense(3, 5), cr.BatchNorm(), cr.PReLU(), cr.Dropout(0.3),
        cr.Dense(5, 4), cr.LayerNorm(), cr.GELU(), cr.Dense(4, 1), cr.BatchNorm(), cr.LeakyReLU(), cr.Dense(1, 3),
        cr.Softmax(),
    ]  # fmt: skip
    return filled(cr.Network(layers, dtype=dtype, features=NASTY[:3], classes=NASTY[3:6]))


def parted(outputs: int) -> cr.Network:
    """A network of yes and no, with one output or two, and a threshold that decides otherwise than its loss."""
    output = "sigmoid" if outputs == 1 else "softmax"
    net = filled(cr.Network([3, 5, outputs], output=output, classes=["no", "yes"]))
    net.threshold = float(np.median(net.predict(rows(net))[:, -1]))
    assert (net.classify(rows(net)) != (net.predict(rows(net))[:, -1] > 0.5)).any()
    return net


def scaled_target(dtype: str = "float64") -> cr.Network:
    """A network that gives prices, and something in another unit."""
    scale = cr.Standardize([350_000, -7], [20_000, 0.1])
    return filled(
        cr.Network([3, 4, 2], output="identity", loss="mean_squared_error", dtype=dtype, scale_target=scale)
    )


def of_table(dtype: str = "float64") -> tuple[cr.Network, Array]:
    """A network that reads a table, and rows of it in which cells are missing."""
    columns = cr.Columns(
        [
            ("size", "number", (), 110.0, 120.0, 25.0, True, False),
            ("new", "yes/no", ("no", "yes"), 1.0, 0.0, 1.0, False, False),
            ("colour", "category", ("blue", "red"), 3.0, 0.0, 1.0, True, True),
        ]
    )
    net = filled(cr.Network([columns, cr.Dense(7, 4), cr.Tanh(), cr.Dense(4, 2), cr.Softmax()], dtype=dtype))
    rng = np.random.default_rng(2)
    X = np.column_stack([rng.normal(120, 30, 300), rng.integers(0, 2, 300), rng.integers(0, 3, 300)])
    X[rng.random(X.shape) < 0.1] = np.nan
    return net, X


class OverSamples(cr.Layer):
    """A layer whose predictions look at other rows."""

    takes, gives = "z", "n"

    def forward(self, q: Any) -> None:
        q.n = q.z - q.z.sum(axis=0) / 2

    def backward(self, q: Any) -> None:
        q.dz = q.dn - q.dn.sum(axis=0) / 2


class Normed(cr.Dense):
    """A layer that makes something of its weights before they meet a row."""

    def forward(self, q: Any) -> None:
        q.V = q.W / np.sqrt(np.square(q.W).sum(axis=0) + 1e-3)
        q.G = q.V.T @ q.V
        q.z = (q.x @ q.V) @ q.G.T + q.b + (q.W * q.W).sum()


def conditions(z: Any) -> Any:
    """An activation whose conditions are made of conditions."""
    return np.where((z > 0) == (z < 1), z * (z > 0.5), -z) * ((z > 0) * (z < 1) + 1)


def rare(z: Any) -> Any:
    """An activation of the operations that no part of ours has."""
    own = np.clip(z, -1, 1) * 2 - np.sign(z) + np.reciprocal(2 + np.abs(z)) + np.minimum(z, z.T.T * 0.5)
    return (z.T * z.max(axis=1)).T + own + 2.0**z + z**3


def shared(z: Any) -> Any:
    """An activation each of whose lines is read twice by the next: written out it would have a million terms."""
    a = z
    for _ in range(200):
        a = np.tanh(a * 0.9 + z * 0.1) + a * 0.1
    return a


def unusual(hidden: Any) -> cr.Network:
    """A network with an activation or a layer of one's own."""
    if isinstance(hidden, type):
        return filled(
            cr.Network([hidden(3, 4), cr.ReLU(), hidden(4, 1), cr.Tanh(), hidden(1, 2), cr.Softmax()])
        )
    return filled(cr.Network([3, 4, 2], hidden=hidden))


UNUSUAL = [Normed, conditions, rare, shared]


@st.composite
def networks(draw: st.DrawFn, dtypes: tuple[str, ...] = ("float64", "float32"), width: int = 6) -> cr.Network:
    """Networks of all layers and activations, of one's own too."""
    dtype = draw(st.sampled_from(dtypes))
    # What jumps could be on either side of its jump: in float32 that is likely enough to be seen.
    names = [name for name in ACTIVATIONS if dtype == "float64" or name != "gated"]
    hidden = st.sampled_from(names).map(lambda name: OWN.get(name, name)) | own_activations()
    sizes = draw(st.lists(st.integers(1, width), min_size=2, max_size=4))
    output, loss = draw(
        st.sampled_from(
            [("softmax", "cross_entropy"), ("sigmoid", "cross_entropy"), ("identity", "mean_squared_error"),
             ("log_softmax", "kl_divergence"), ("tanh", "hinge")]
        )
    )  # fmt: skip
    if "softmax" in output:
        sizes[-1] = max(2, sizes[-1])
    layers: list[Any] = []
    for i, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        layers.append(cr.Dense(inputs, outputs))
        layers += draw(
            st.sampled_from([[], [cr.BatchNorm()], [cr.LayerNorm()], [cr.BatchNorm(), cr.Dropout(0.1)]])
        )
        layers.append(cr.Activation.of(output if i == len(sizes) - 2 else draw(hidden)))
    if draw(st.booleans()):
        layers.insert(0, cr.Standardize(draw(st.sampled_from([0.0, 3.0])), np.linspace(0.5, 2, sizes[0])))
    scale = None
    if loss == "mean_squared_error" and draw(st.booleans()):
        scale = cr.Standardize(draw(st.sampled_from([0.0, 350_000.0])), np.linspace(0.5, 2, sizes[-1]))
    return filled(cr.Network(layers, loss=loss, dtype=dtype, scale_target=scale), draw(st.integers(0, 2**31)))


def close(net: cr.Network, found: Array, rows_: Array) -> None:
    """Hold outputs to those of the network."""
    expected = net.predict(rows_)
    bound = 2e-5 if net.dtype == np.float32 else 1e-11
    np.testing.assert_allclose(found, expected, rtol=bound, atol=bound * max(1, np.abs(expected).max()))
