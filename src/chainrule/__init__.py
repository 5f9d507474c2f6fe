"""chainrule: a neural network you can see through.

Train it like scikit-learn, step it like a debugger, read every number like a textbook.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from chainrule.errors import ChainruleError, PrecisionWarning
from chainrule.examples import worked_example
from chainrule.expressions import erf
from chainrule.network import Network
from chainrule.parts import (
    ELU,
    GELU,
    L1,
    L2,
    LBFGS,
    SELU,
    SGD,
    Activation,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    AMSGrad,
    BatchNorm,
    BinaryCrossEntropy,
    ClipNorm,
    Clipping,
    ClipValue,
    Constant,
    Cosine,
    CrossEntropy,
    Dense,
    Dropout,
    ElasticNet,
    Exponential,
    Focal,
    GELUTanh,
    Glorot,
    HalfSquaredError,
    HardSwish,
    He,
    Hinge,
    Huber,
    Identity,
    KLDivergence,
    Layer,
    LayerNorm,
    LeakyReLU,
    LeCun,
    Lion,
    LogCosh,
    LogSoftmax,
    Lookahead,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    Mish,
    Momentum,
    NAdam,
    Nesterov,
    Normal,
    OneCycle,
    Optimizer,
    Orthogonal,
    Penalty,
    Poisson,
    PReLU,
    Quantile,
    RAdam,
    ReLU,
    RMSprop,
    Schedule,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    SquaredHinge,
    Standardize,
    StepDecay,
    Swish,
    Tanh,
    Triplet,
    Uniform,
    WarmUp,
    Zeros,
)
from chainrule.parts.contract import setting

if TYPE_CHECKING:
    from chainrule import data
    from chainrule import plots as plot
    from chainrule.experiments import compare
    from chainrule.files import load
    from chainrule.trace import Trace
    from chainrule.training.callbacks import (
        Callback,
        CSVLog,
        EarlyStopping,
        LearningRate,
        ReduceOnPlateau,
        Run,
        SaveBest,
        Watcher,
    )
    from chainrule.training.fit import History

__version__ = "0.1.0"

# What is not needed to make a network is imported when it is first asked for: importing chainrule stays light.
_LATER = {
    "CSVLog": ("chainrule.training.callbacks", "CSVLog"),
    "Callback": ("chainrule.training.callbacks", "Callback"),
    "EarlyStopping": ("chainrule.training.callbacks", "EarlyStopping"),
    "History": ("chainrule.training.fit", "History"),
    "LearningRate": ("chainrule.training.callbacks", "LearningRate"),
    "ReduceOnPlateau": ("chainrule.training.callbacks", "ReduceOnPlateau"),
    "Run": ("chainrule.training.callbacks", "Run"),
    "SaveBest": ("chainrule.training.callbacks", "SaveBest"),
    "Trace": ("chainrule.trace", "Trace"),
    "Watcher": ("chainrule.training.callbacks", "Watcher"),
    "compare": ("chainrule.experiments", "compare"),
    "data": ("chainrule.data", None),
    "load": ("chainrule.files", "load"),
    "plot": ("chainrule.plots", None),
}

__all__ = [
    "ELU",
    "GELU",
    "L1",
    "L2",
    "LBFGS",
    "SELU",
    "SGD",
    "AMSGrad",
    "Activation",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "BatchNorm",
    "BinaryCrossEntropy",
    "CSVLog",
    "Callback",
    "ChainruleError",
    "ClipNorm",
    "ClipValue",
    "Clipping",
    "Constant",
    "Cosine",
    "CrossEntropy",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "ElasticNet",
    "Exponential",
    "Focal",
    "GELUTanh",
    "Glorot",
    "HalfSquaredError",
    "HardSwish",
    "He",
    "Hinge",
    "History",
    "Huber",
    "Identity",
    "KLDivergence",
    "Layer",
    "LayerNorm",
    "LeCun",
    "LeakyReLU",
    "LearningRate",
    "Lion",
    "LogCosh",
    "LogSoftmax",
    "Lookahead",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Mish",
    "Momentum",
    "NAdam",
    "Nesterov",
    "Network",
    "Normal",
    "OneCycle",
    "Optimizer",
    "Orthogonal",
    "PReLU",
    "Penalty",
    "Poisson",
    "PrecisionWarning",
    "Quantile",
    "RAdam",
    "RMSprop",
    "ReLU",
    "ReduceOnPlateau",
    "Run",
    "SaveBest",
    "Schedule",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "SquaredHinge",
    "Standardize",
    "StepDecay",
    "Swish",
    "Tanh",
    "Trace",
    "Triplet",
    "Uniform",
    "WarmUp",
    "Watcher",
    "Zeros",
    "compare",
    "data",
    "erf",
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
