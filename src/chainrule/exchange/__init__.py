"""Networks to and from other frameworks, whose packages are imported where they are used."""

from chainrule.exchange.keras_in import from_keras
from chainrule.exchange.onnx import from_onnx
from chainrule.exchange.sklearn_in import from_sklearn
from chainrule.exchange.torch_in import from_torch
from chainrule.exchange.torch_out import to_torch

__all__ = ["from_keras", "from_onnx", "from_sklearn", "from_torch", "to_torch"]
