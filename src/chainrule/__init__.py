"""chainrule: a neural network you can see through.

Train it like scikit-learn, step it like a debugger, read every number like a textbook.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from chainrule.errors import ChainruleError
from chainrule.examples import worked_example
from chainrule.network import Network
from chainrule.parts import (
    SGD,
    Activation,
    Adam,
    CrossEntropy,
    Dense,
    Glorot,
    HalfSquaredError,
    He,
    Identity,
    Layer,
    Loss,
    MeanSquaredError,
    Momentum,
    Normal,
    Optimizer,
    ReLU,
    Sigmoid,
    Softmax,
    Standardize,
    Tanh,
)
from chainrule.parts.contract import setting

if TYPE_CHECKING:
    from chainrule import data
    from chainrule import plots as plot
    from chainrule.files import load
    from chainrule.trace import Trace
    from chainrule.training import History

__version__ = "0.1.0"

# What is not needed to make a network is imported when it is first asked for: importing chainrule stays light.
_LATER = {
    "History": ("chainrule.training", "History"),
    "Trace": ("chainrule.trace", "Trace"),
    "data": ("chainrule.data", None),
    "load": ("chainrule.files", "load"),
    "plot": ("chainrule.plots", None),
}

__all__ = [
    "SGD",
    "Activation",
    "Adam",
    "ChainruleError",
    "CrossEntropy",
    "Dense",
    "Glorot",
    "HalfSquaredError",
    "He",
    "History",
    "Identity",
    "Layer",
    "Loss",
    "MeanSquaredError",
    "Momentum",
    "Network",
    "Normal",
    "Optimizer",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Standardize",
    "Tanh",
    "Trace",
    "data",
    "load",
    "plot",
    "setting",
    "worked_example",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'chainrule' has no attribute {name!r}")
    module, attribute = _LATER[name]
    found = importlib.import_module(module)
    return found if attribute is None else getattr(found, attribute)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
