"""The settings of a network that is there already, as the page shows them."""

from __future__ import annotations

from typing import Any

from chainrule.model.model import Model
from chainrule.page.settings import NORMS
from chainrule.page.structure import columns
from chainrule.parts import Dropout
from chainrule.parts.contract import Activation


def settings_of(model: Model) -> dict[str, Any]:
    """What the settings of a network would be, as far as they can say it."""
    starts = [i for i, layer in enumerate(model.layers) if layer.has_weights]
    layers = []
    for start, stop, column in zip(starts[:-1], starts[1:], columns(model)[1:], strict=False):
        inside = model.layers[start:stop]
        activation = next((layer.name() for layer in inside if isinstance(layer, Activation)), "identity")
        norm = next((name for layer in inside for name, kind in NORMS.items() if isinstance(layer, kind)), "")
        dropout = next((float(layer.rate) for layer in inside if isinstance(layer, Dropout)), 0.0)
        layers.append({"units": column.units, "activation": activation, "norm": norm, "dropout": dropout})
    penalty = {"name": model.penalty.name()} if model.penalty is not None else {"name": "none"}
    return {
        "layers": layers, "output": model.layers[-1].name(), "loss": model.loss_part.name(), "penalty": penalty,
        "initializer": "glorot", "dtype": model.dtype.name, "given": True,
    }  # fmt: skip
