"""The commands, put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

NAMES = (
    "play", "explain", "why", "draw", "check", "proofread", "course", "exercise", "grade", "code", "train", "diagnose",
    "compare", "predict", "evaluate", "export", "info", "bench", "cache",
)  # in the order in which the help lists them  # fmt: skip
SETTINGS = {"help_option_names": ["-h", "--help"]}


class Commands(Mapping[str, Any]):
    """Each command by its name, imported when it is asked for: one is run, and all would take most of the start."""

    def __getitem__(self, name: str) -> Any:
        if name not in NAMES:
            raise KeyError(name)
        alone = typer.Typer(add_completion=False, context_settings=SETTINGS)
        alone.command(name)(import_module(f"chainrule.cli.{name}").command)
        return get_command(alone)

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


class Group(TyperGroup):
    """chainrule's commands, as typer asks for them."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: Any = Commands()

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names alone; typer's own would make each."""
        return list(NAMES)


app = typer.Typer(
    name="chainrule",
    cls=Group,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings=SETTINGS,
)


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
      chainrule play
      chainrule explain
      chainrule train digits --hidden 64 --out digits.safetensors
      chainrule explain digits.safetensors --data digits --sample 3
    """
    if context.invoked_subcommand is None:
        print(context.get_help())
