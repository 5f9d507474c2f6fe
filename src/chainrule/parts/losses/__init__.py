"""The losses: how far outputs are from targets. One value a sample; the program takes the mean."""

from chainrule.parts.losses.deviations import (
    HalfSquaredError,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanSquaredError,
    Poisson,
    Quantile,
)
from chainrule.parts.losses.margins import Hinge, SquaredHinge, Triplet
from chainrule.parts.losses.own import LossFunction
from chainrule.parts.losses.probabilities import BinaryCrossEntropy, CrossEntropy, Focal, KLDivergence

__all__ = [
    "BinaryCrossEntropy",
    "CrossEntropy",
    "Focal",
    "HalfSquaredError",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "LossFunction",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Poisson",
    "Quantile",
    "SquaredHinge",
    "Triplet",
]
