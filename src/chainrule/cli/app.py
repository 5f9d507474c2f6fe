"""The commands, put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from chainrule.cli.bench import command as bench
from chainrule.cli.cache import command as cache
from chainrule.cli.check import command as check
from chainrule.cli.code import command as code
from chainrule.cli.compare import command as compare
from chainrule.cli.course import command as course
from chainrule.cli.diagnose import command as diagnose
from chainrule.cli.draw import command as draw
from chainrule.cli.evaluate import command as evaluate
from chainrule.cli.exercise import command as exercise
from chainrule.cli.explain import command as explain
from chainrule.cli.export import command as export
from chainrule.cli.grade import command as grade
from chainrule.cli.info import command as info
from chainrule.cli.play import command as play
from chainrule.cli.predict import command as predict
from chainrule.cli.proofread import command as proofread
from chainrule.cli.train import command as train
from chainrule.cli.why import command as why

COMMANDS: dict[str, Callable[..., None]] = {
    "play": play,
    "explain": explain,
    "why": why,
    "draw": draw,
    "check": check,
    "proofread": proofread,
    "course": course,
    "exercise": exercise,
    "grade": grade,
    "code": code,
    "train": train,
    "diagnose": diagnose,
    "compare": compare,
    "predict": predict,
    "evaluate": evaluate,
    "export": export,
    "info": info,
    "bench": bench,
    "cache": cache,
}  # in the order in which the help lists them

app = typer.Typer(
    name="chainrule",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for name, command in COMMANDS.items():
    app.command(name)(command)


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
