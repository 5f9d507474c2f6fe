"""The command line: one file a command, and no traceback ever reaches a user."""

from chainrule.cli.runner import main, run

__all__ = ["main", "run"]
