"""How far compiled trainings end from NumPy's on this machine: ``python scripts/agreement.py``.

Each network is trained twice from the same weights on the same batches, once by each engine; the difference is that of
the parameters, in parts of the largest one.
"""

from __future__ import annotations

import copy
import platform
import sys
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.compiler.jit import host

BOUND = 1e-12
STEPS = 20
CASES: dict[str, tuple[list[Any], dict[str, Any], Any]] = {
    "2-3-2 relu, SGD": ([2, 3, 2], {"hidden": "relu"}, cr.SGD(0.1)),
    "4-16-16-3 tanh, Adam": ([4, 16, 16, 3], {"hidden": "tanh"}, cr.Adam(0.01)),
    "30-50-40-5 GELU, momentum": ([30, 50, 40, 5], {"hidden": "gelu"}, cr.Momentum(0.05)),
    "19-33-7 with its rows normalized, RMSprop": (
        [cr.Dense(19, 33), cr.LayerNorm(), cr.Swish(), cr.Dense(33, 7), cr.Softmax()],
        {"loss": "cross_entropy"},
        cr.RMSprop(0.01),
    ),
    "20-70-4 with its batches normalized and units dropped, SGD": (
        [cr.Dense(20, 70), cr.BatchNorm(), cr.ELU(), cr.Dropout(0.2), cr.Dense(70, 4), cr.Softmax()],
        {"loss": "cross_entropy"},
        cr.SGD(0.1),
    ),
}


def main() -> int:
    """Train, compare, tell."""
    print(f"{platform.machine()}, {host().cpu}, registers of {host().register} bytes")
    found = {title: difference(*case) for title, case in CASES.items()}
    for title, value in found.items():
        print(f"  {title}: {value:.1e}")
    largest = max(found.values())
    print(
        f"largest difference between the engines after {STEPS} steps: {largest:.1e} of the largest parameter"
    )
    return 0 if largest <= BOUND else 1


def difference(layers: list[Any], settings: dict[str, Any], optimizer: Any) -> float:
    """The largest difference between the parameters of the two trainings, in parts of the largest parameter."""
    ends = [_trained(engine, layers, settings, optimizer) for engine in ("compiled", "numpy")]
    return float(np.abs(ends[0] - ends[1]).max() / np.abs(ends[1]).max())


def _trained(engine: str, layers: list[Any], settings: dict[str, Any], optimizer: Any) -> Any:
    net = cr.Network(layers, seed=1, **settings)
    random = np.random.default_rng(0)
    X, y = random.standard_normal((20 * STEPS, net.inputs)), random.integers(0, net.outputs, 20 * STEPS)
    net.fit(
        X,
        y,
        epochs=1,
        batch_size=20,
        optimizer=copy.deepcopy(optimizer),
        engine=engine,
        progress=False,
        seed=0,
    )
    return net.parameters.flat.copy()


if __name__ == "__main__":
    sys.exit(main())
