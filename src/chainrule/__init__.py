"""chainrule: a neural network you can see through.

Train it like scikit-learn, step it like a debugger, read every number like a textbook.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from chainrule.errors import ChainruleError, PrecisionWarning

if TYPE_CHECKING:
    from chainrule import data, page
    from chainrule import plots as plot
    from chainrule.check.proofreading import proofread
    from chainrule.ensemble import Ensemble
    from chainrule.evaluation import Evaluation
    from chainrule.examples import worked_example
    from chainrule.exchange import from_keras, from_onnx, from_sklearn, from_torch, to_torch
    from chainrule.experiments import compare
    from chainrule.expressions import erf
    from chainrule.network import Network, load
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
        Columns,
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
        SharedL2,
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
    from chainrule.trace import Trace
    from chainrule.training.callbacks import (
        Callback,
        CSVLog,
        EarlyStopping,
        LearningRate,
        MetricMonitor,
        ReduceOnPlateau,
        Run,
        SaveBest,
        WeightHistory,
    )
    from chainrule.training.history import History
    from chainrule.worksheets import Exercise, exercise

__version__ = "0.1.0"

# Everything is imported when it is first asked for: importing chainrule stays light. What is not named here is a part.
_PLACES = {
    "chainrule.check.proofreading": ("proofread",),
    "chainrule.data": ("data",),
    "chainrule.ensemble": ("Ensemble",),
    "chainrule.evaluation": ("Evaluation",),
    "chainrule.examples": ("worked_example",),
    "chainrule.exchange": ("from_keras", "from_onnx", "from_sklearn", "from_torch", "to_torch"),
    "chainrule.experiments": ("compare",),
    "chainrule.expressions": ("erf",),
    "chainrule.network": ("Network", "load"),
    "chainrule.page": ("page",),
    "chainrule.parts.contract": ("setting",),
    "chainrule.plots": ("plot",),
    "chainrule.trace": ("Trace",),
    "chainrule.training.callbacks": (
        "CSVLog",
        "Callback",
        "EarlyStopping",
        "LearningRate",
        "MetricMonitor",
        "ReduceOnPlateau",
        "Run",
        "SaveBest",
        "WeightHistory",
    ),
    "chainrule.training.history": ("History",),
    "chainrule.worksheets": ("Exercise", "exercise"),
}
_MODULES = ("data", "page", "plot")  # which are themselves what is asked for

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
    "Columns",
    "Constant",
    "Cosine",
    "CrossEntropy",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "ElasticNet",
    "Ensemble",
    "Evaluation",
    "Exercise",
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
    "MetricMonitor",
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
    "SharedL2",
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
    "WeightHistory",
    "Zeros",
    "compare",
    "data",
    "erf",
    "exercise",
    "from_keras",
    "from_onnx",
    "from_sklearn",
    "from_torch",
    "load",
    "page",
    "plot",
    "proofread",
    "setting",
    "to_torch",
    "worked_example",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'chainrule' has no attribute {name!r}")
    place = next((place for place, names in _PLACES.items() if name in names), "chainrule.parts")
    module = importlib.import_module(place)
    found = globals()[name] = module if name in _MODULES else getattr(module, name)
    return found


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
