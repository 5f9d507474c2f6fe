"""Why a program could not be run to its end, in words."""

from __future__ import annotations

from chainrule.check.code.recording import Recording
from chainrule.check.code.source import cell_of

ENDED = ("ended", "enough")


def why_not(recording: Recording) -> str:
    """Why the program did not end by itself; empty where it did, or where enough was seen of it."""
    if recording.status in ENDED:
        return ""
    cell, line = cell_of(recording.path, recording.line)
    where = f"line {line}" if not cell else f"cell {cell}, line {line}"
    told = {
        "time": "It did not come to its end in the time that it has here.",
        "memory": "It wants more memory than it has here.",
        "killed": "It was ended by the system, or ended itself, before anything could be seen of it.",
        "input": f"It waits for input in {where}: put the values into the program, or give code with --run.",
        "syntax": _syntax(recording, where),
    }
    if recording.status in told:
        return told[recording.status]
    if recording.status == "ModuleNotFoundError":
        return f"It imports what is not installed here: {recording.message} ({where})."
    if recording.status == "FileNotFoundError":
        return f"It reads a file that is not there: {recording.message} ({where})."
    if recording.status == "Refused":
        return f"In {where} {recording.message}, which is not done here."
    return f"It stops with an error in {where}: {recording.status}: {recording.message}."


def _syntax(recording: Recording, where: str) -> str:
    if "print" in recording.message or "exec" in recording.message:
        return f"It is written in Python 2 ({where}): translate it, for example print x to print(x)."
    if not recording.line:
        return f"It can't be run: {recording.message}."
    return f"It is no Python that can be run, in {where}: {recording.message}."
