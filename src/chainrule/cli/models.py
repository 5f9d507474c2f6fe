"""The networks of models' files, whichever program wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chainrule.network import Network

ONNX = ".onnx"
MODELS = (".safetensors", ONNX)


def read_model(path: str) -> Network:
    """The network in a file: an ONNX model by its name's end, else one that a network was saved to.

    Raises
    ------
    ChainruleError : as `chainrule.from_onnx` and `chainrule.load` do
    """
    if path.lower().endswith(ONNX):
        from chainrule.exchange.onnx import from_onnx

        return from_onnx(path)
    from chainrule.network import load

    return load(path)
