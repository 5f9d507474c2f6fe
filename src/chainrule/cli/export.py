"""chainrule export: a trained network as one file in another language, or its training step as a workbook."""

from __future__ import annotations

import chainrule.cli.options as o
from chainrule.cli.models import read_model
from chainrule.cli.output import deliver, deliver_bytes


def command(model: o.Model, to: o.Exported, weights: o.Beside = None, out: o.Out = None) -> None:
    """Write a model's predictions as one file with the weights inside, which needs nothing of chainrule.

    \b
    c: one file of C99, without memory to ask for
    numpy: one file of Python that imports NumPy alone
    js: one module of JavaScript
    sql: one SELECT, for small networks
    excel: one workbook with a training step in formulas, for small networks
    onnx: one ONNX model

    \b
    Examples:
      chainrule export model.safetensors --to c
      chainrule export model.safetensors --to c --out network.c
      chainrule export model.safetensors --to numpy --weights network.npz --out network.py
      chainrule export model.safetensors --to excel --out step.xlsx
      chainrule export model.safetensors --to onnx --out network.onnx
    """
    written = read_model(model).export(to, weights=weights)
    if isinstance(written, bytes):
        deliver_bytes(written, out)
    else:
        deliver(written.rstrip("\n"), out)
