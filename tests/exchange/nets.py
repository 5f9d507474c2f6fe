"""Networks for the tests of exchange: each activation, each normalization."""

from __future__ import annotations

from typing import Any

import numpy as np

import chainrule as cr

ACTIVATIONS = [
    cr.ReLU(), cr.LeakyReLU(0.2), cr.PReLU(), cr.ELU(0.7), cr.SELU(), cr.Sigmoid(), cr.Tanh(), cr.Softplus(),
    cr.Swish(), cr.SiLU(), cr.HardSwish(), cr.GELU(), cr.GELUTanh(), cr.Mish(), cr.Softmax(), cr.LogSoftmax(),
    cr.Identity(),
]  # fmt: skip


def deep(activation: Any, dtype: str = "float64", seed: int = 0) -> cr.Network:
    """Scaling, both normalizations, dropout, and the activation in between; every array drawn."""
    rng = np.random.default_rng(seed)
    net = cr.Network(
        [
            cr.Standardize(rng.normal(size=5), rng.uniform(0.5, 2, 5)),
            cr.Dense(5, 7), cr.BatchNorm(rate=0.2), activation, cr.Dropout(0.3),
            cr.Dense(7, 6), cr.LayerNorm(1e-3), activation,
            cr.Dense(6, 3), cr.Softmax(),
        ],
        dtype=dtype,
    )  # fmt: skip
    shake(net, rng)
    return net


def shake(net: cr.Network, rng: np.random.Generator) -> None:
    """Fill every parameter and buffer with numbers by chance; what is a variance is above 0."""
    for name, array in {**net.parameters, **net.buffers}.items():
        array[...] = rng.uniform(0.5, 1.5, array.shape) if "var" in name else rng.normal(size=array.shape) / 2
