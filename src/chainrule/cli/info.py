"""chainrule info: what is in a model's file, or in one that was exported."""

from __future__ import annotations

import chainrule.cli.options as o
from chainrule.cli.models import read_model
from chainrule.cli.output import show
from chainrule.cli.words import few
from chainrule.errors import InputError


def command(model: o.ModelOrExport = None, engine: o.AboutEngine = False) -> None:
    """Show a model's layers, parameters, features and classes; or what an exported file says of its network.

    \b
    Examples:
      chainrule info model.safetensors
      chainrule info --engine
    """
    if (model is None) != engine:
        raise InputError("give a model's file, or --engine, and not both.")
    if model is None:
        from chainrule.compiler.about import about

        show("\n".join(about()))
        return
    from chainrule.explain.trace_table import describe
    from chainrule.export.reader import read_export

    if (exported := read_export(model)) is not None:
        show(str(exported))
        return
    network = read_model(model)
    lines = [str(network)]
    for name, array in network.parameters.items():
        lines.append(f"  {name}  {describe(array)}")
    for name, names in (("features", network.features), ("classes", network.classes)):
        if names:
            lines.append(f"  {name}: {few(names)}")
    for column in getattr(network.layers[0], "columns", ()):
        lines.append(f"    {column.name}: {column}")
    if (threshold := network.threshold) is not None:
        yes = (network.classes or ("no", "yes"))[-1]
        lines.append(f"  threshold: {yes} is said above {threshold:.6g}")
    lines += [f"  {name}: {value}" for name, value in network.metadata.items()]
    show("\n".join(lines))
