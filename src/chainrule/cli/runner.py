"""One run of the command line: it ends with an exit code, and errors are one line on stderr."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from chainrule.cli import signals
from chainrule.errors import ChainruleError, CheckpointWarning, ColumnWarning, PrecisionWarning

BAD_INPUT, BUG = 2, 3
INSTALL = "--install-completion"
NOTES = (PrecisionWarning, ColumnWarning, CheckpointWarning)  # that are shown as lines
DEBUG = "CHAINRULE_DEBUG"  # set to anything, this variable shows the traceback above the line


def main() -> None:
    """Run the command line and leave with its exit code."""
    signals.listen()
    signals.leave(_run_whole())


def _run_whole() -> int:
    try:
        from chainrule.cli.output import safe_streams

        safe_streams()
        os.environ["MPLBACKEND"] = (
            "agg"  # pictures are files here, and matplotlib refuses a name that it doesn't know
        )
        return run(sys.argv[1:])
    except BaseException as error:  # a signal between two commands of ours, or in the midst of an import
        if signals.came or isinstance(error, KeyboardInterrupt):
            return _interrupted()
        raise


def run(arguments: list[str]) -> int:
    """Run one command.

    Returns
    -------
    0 on success, 1 where a check found something wrong, 2 on bad input, 3 on a bug of chainrule's own and where a check
    could not follow, 130 after Ctrl-C, 143 after SIGTERM
    """
    try:
        import typer

        from chainrule.cli.app import app
        from chainrule.cli.output import leave_stdout
    except ImportError as error:
        return _lacking(error)
    # Click's UsageError, which typer has under no name of its own (newer ones bring their own Click).
    usage_error: Any = typer.BadParameter.__bases__[0]
    try:
        with _warnings_as_notes():
            code = app(arguments, standalone_mode=False, prog_name="chainrule")
        if signals.came:  # of a KeyboardInterrupt typer makes an exit code
            return _interrupted()
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except usage_error as error:
        return _misused(error)
    except ChainruleError as error:
        from chainrule.cli.wording import in_options

        return _failed(in_options(str(error)))
    except typer.Exit as leaving:
        return _interrupted() if signals.came else leaving.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except (BrokenPipeError, SystemExit):  # the reader, such as head, has seen enough; typer exits then
        leave_stdout()
        return 0
    except MemoryError:
        return _failed("there is not enough memory for this: take fewer samples or smaller layers.")
    except Exception as error:
        if isinstance(error, OSError) and INSTALL in arguments:  # which is typer's own
            return _failed(f"the completion can't be written to {error.filename}: {error.strerror or error}.")
        return _unexpected(error)


@contextmanager
def _warnings_as_notes() -> Iterator[None]:
    """Warnings of chainrule's own are one line on stderr, each once."""
    from chainrule.cli.output import note
    from chainrule.cli.wording import in_options

    shown: set[str] = set()

    def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
        if not issubclass(category, NOTES):
            before(message, category, *place, **more)
        elif str(message) not in shown:
            shown.add(str(message))
            note(f"chainrule: {in_options(str(message))}")

    with warnings.catch_warnings():
        before = warnings.showwarning
        for category in NOTES:
            warnings.simplefilter("always", category)
        warnings.showwarning = show
        yield


def _misused(error: Any) -> int:
    """Click's message about an option or an argument, with the help that says it right."""
    context = error.ctx
    command = context.command_path if context is not None else "chainrule"
    message = error.format_message()
    return _failed(f"{message}{'' if message.endswith(('.', '?')) else '.'} See: {command} --help")


def _interrupted() -> int:
    """Say so, without importing anything: that may be what was broken into."""
    with suppress(OSError):
        print(f"chainrule: {signals.said()}", file=sys.stderr)
    return signals.exit_code()


def _lacking(error: ImportError) -> int:
    """What to install where a package of the command line's own is not there."""
    name = (error.name or "typer").partition(".")[0]
    return _failed(f"the command line needs the package {name}. Install it with: pip install {name}")


def _unexpected(error: Exception) -> int:
    """What no command foresaw: an output that can't be written, or else a bug."""
    from chainrule.cli.output import leave_stdout

    if isinstance(error, FileNotFoundError) and error.filename is None:  # of Python's tempfile
        return _failed("no folder for temporary files can be written: name one with the variable TMPDIR.")
    if isinstance(error, OSError) and error.filename is None:  # files have names: this is the output
        leave_stdout()
        return _failed(f"the output can't be written: {error.strerror or error}.")
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    return _failed(
        f"this is a bug in chainrule, not in what you gave it ({what}). Please report it, with the "
        f"command and with what it prints when the variable {DEBUG}=1 is set.",
        BUG,
    )


def _failed(message: str, code: int = BAD_INPUT) -> int:
    """Say what went wrong, in one line, and give the exit code; what a signal broke into went wrong by that."""
    if signals.came:
        return _interrupted()
    from chainrule.cli.output import note

    if os.environ.get(DEBUG):
        import traceback

        traceback.print_exc()
    note(f"chainrule: {' '.join(message.split())}")
    return code
