"""The commands, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from chainrule.cli import bench, code, compare, explain, info, predict, train, why

app = typer.Typer(
    name="chainrule",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (explain, why, code, train, compare, predict, info, bench):
    app.command(module.__name__.rpartition(".")[2])(module.command)


def _version(wanted: bool) -> None:
    if wanted:
        from chainrule import __version__

        print(f"chainrule {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """A neural network you can see through: train it, step it, and read every number.

    \b
    Examples:
      chainrule explain
      chainrule train digits --hidden 64 --out digits.safetensors
      chainrule explain digits.safetensors --data digits --sample 3
    """
    if context.invoked_subcommand is None:
        print(context.get_help())
