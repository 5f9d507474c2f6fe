"""chainrule export: a trained network as one file in another language."""

from __future__ import annotations

import chainrule.cli.options as o
from chainrule.cli.output import deliver


def command(model: o.Model, to: o.Exported, out: o.Out = None) -> None:
    """Write a model's predictions as one file with the weights inside, which needs nothing of chainrule.

    \b
    c: one file of C99, without memory to ask for
    numpy: one file of Python that imports NumPy alone
    js: one module of JavaScript
    sql: one SELECT, for small networks

    \b
    Examples:
      chainrule export model.safetensors --to c
      chainrule export model.safetensors --to c --out network.c
    """
    from chainrule.network import load

    deliver(load(model).export(to).rstrip("\n"), out)
