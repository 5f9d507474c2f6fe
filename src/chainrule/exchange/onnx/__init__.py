"""Networks from ONNX models: the graph is read as a chain of layers, and no code in the file is run."""

from chainrule.exchange.onnx.reading import from_onnx

__all__ = ["from_onnx"]
