"""The mathematics: activations, losses, layers, optimizers and initializers, one contract for each kind."""

from chainrule.parts.activations import Function, Identity, ReLU, Sigmoid, Softmax, Tanh
from chainrule.parts.contract import Activation, Initializer, Layer, Loss, Optimizer, Part
from chainrule.parts.initializers import Glorot, He, Normal
from chainrule.parts.layers import Dense, Standardize
from chainrule.parts.losses import CrossEntropy, HalfSquaredError, MeanSquaredError
from chainrule.parts.optimizers import SGD, Adam, Momentum

__all__ = [
    "SGD",
    "Activation",
    "Adam",
    "CrossEntropy",
    "Dense",
    "Function",
    "Glorot",
    "HalfSquaredError",
    "He",
    "Identity",
    "Initializer",
    "Layer",
    "Loss",
    "MeanSquaredError",
    "Momentum",
    "Normal",
    "Optimizer",
    "Part",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Standardize",
    "Tanh",
]
