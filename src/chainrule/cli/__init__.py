"""The command line: one file a command. No traceback reaches a user; errors are one line and exit 2."""

from __future__ import annotations

import os
import sys
from typing import Any

from chainrule.errors import ChainruleError


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command.

    Returns
    -------
    0 on success, 1 where a check found something wrong, 2 on bad input, 130 after Ctrl-C
    """
    import typer

    from chainrule.cli.app import app
    from chainrule.cli.output import plain_if_needed

    # Click's UsageError, which typer has under no name of its own (newer ones bring their own Click).
    usage_error: Any = typer.BadParameter.__bases__[0]
    try:
        code = app(arguments, standalone_mode=False, prog_name="chainrule")
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except ChainruleError as error:
        message = str(error)
    except typer.Exit as leaving:
        return leaving.exit_code
    except usage_error as error:
        context = error.ctx
        command = context.command_path if context is not None else "chainrule"
        said = error.format_message()
        message = f"{said}{'' if said.endswith(('.', '?')) else '.'} See: {command} --help"
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        message = "there is not enough memory for this: take fewer samples or smaller layers."
    print(plain_if_needed(f"chainrule: {' '.join(message.split())}", sys.stderr), file=sys.stderr)
    return 2
