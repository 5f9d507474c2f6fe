"""The losses: how far outputs are from targets. One value a sample; the program takes the mean."""

# In the order in which messages and help list them.
# ruff: noqa: I001
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
from chainrule.parts.losses.binary_cross_entropy import BinaryCrossEntropy
from chainrule.parts.losses.cross_entropy import CrossEntropy
from chainrule.parts.losses.focal import Focal
from chainrule.parts.losses.kl_divergence import KLDivergence

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
