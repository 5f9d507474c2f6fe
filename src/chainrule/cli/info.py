"""chainrule info: what is in a model's file."""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    model: Annotated[str, typer.Argument(help="A model's file.", show_default=False)],
) -> None:
    """Show a model's layers, parameters, features and classes.

    Example: chainrule info model.safetensors
    """
    from chainrule.cli.output import show
    from chainrule.files import load
    from chainrule.readings.summary import describe

    network = load(model)
    lines = [str(network)]
    for name, array in network.parameters.items():
        lines.append(f"  {name}  {describe(array)}")
    for name, names in (("features", network.features), ("classes", network.classes)):
        if names:
            shown = ", ".join(names[:8]) + (f", … ({len(names)})" if len(names) > 8 else "")
            lines.append(f"  {name}: {shown}")
    lines += [f"  {name}: {value}" for name, value in network.about.items()]
    show("\n".join(lines))
