"""chainrule info: what is in a model's file."""

from __future__ import annotations

import chainrule.cli.options as o
from chainrule.cli.output import show
from chainrule.cli.words import few


def command(model: o.Model) -> None:
    """Show a model's layers, parameters, features and classes.

    \b
    Example:
      chainrule info model.safetensors
    """
    from chainrule.explain.trace_table import describe
    from chainrule.network import load

    network = load(model)
    lines = [str(network)]
    for name, array in network.parameters.items():
        lines.append(f"  {name}  {describe(array)}")
    for name, names in (("features", network.features), ("classes", network.classes)):
        if names:
            lines.append(f"  {name}: {few(names)}")
    lines += [f"  {name}: {value}" for name, value in network.metadata.items()]
    show("\n".join(lines))
