"""A learner's file: read, run, and its functions looked up."""

from __future__ import annotations

import ast
import sys
import traceback
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class Unreadable(Exception):
    """A file that can't be read or run; says why."""


@dataclass(frozen=True)
class Written:
    """A function of a learner's.

    Parameters
    ----------
    name, function, place : its name, itself, its file and line in words
    written : whether there is more in it than a gap
    beside : what else is in its file, by name
    """

    name: str
    function: Callable[..., Any]
    place: str
    written: bool
    beside: Mapping[str, Any]


def run_file(path: Path) -> tuple[types.ModuleType, ast.Module]:
    """A file as a module, run with those beside it in reach, and its syntax tree.

    Raises
    ------
    Unreadable
    """
    try:
        text = path.read_bytes()
        tree = ast.parse(text, path.name)
    except SyntaxError as error:
        line = f"\n{(error.text or '').strip()}" if error.text else ""
        where = f"line {error.lineno}: " if error.lineno else ""
        end = "" if error.msg.endswith((".", "?")) else "."
        raise Unreadable(f"{where}{error.msg}{end}{line}") from None
    except (OSError, ValueError) as error:
        raise Unreadable(f"{getattr(error, 'strerror', None) or error}.") from None
    module = types.ModuleType("course")
    module.__file__ = str(path)
    sys.path.insert(0, str(path.parent))
    sys.dont_write_bytecode = True
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)
    except Exception as error:
        raise Unreadable(_raised(path, error)) from None
    except SystemExit:
        raise Unreadable("it ends Python when it is run: take exit() or quit() out.") from None
    return module, tree


def _raised(path: Path, error: Exception) -> str:
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)
    ]
    where = f"line {lines[-1]}: " if lines else ""
    return f"{where}{type(error).__name__}: {error}".rstrip(": ") + "."


def functions(path: Path, wanted: Mapping[str, str]) -> dict[str, Written]:
    """The functions of a file that are there, by their names.

    Parameters
    ----------
    path : of the file
    wanted : the functions with the names of their parameters

    Raises
    ------
    Unreadable
    """
    module, tree = run_file(path)
    nodes = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    found = {}
    for name in wanted:
        function = getattr(module, name, None)
        if callable(function):
            node = nodes.get(name)
            place = path.name if node is None else f"{path.name}, line {node.lineno}"
            found[name] = Written(name, function, place, node is None or not _gap(node), vars(module))
    return found


def untouched(path: Path, wanted: Mapping[str, str]) -> bool:
    """Whether all the functions are there, and nothing is written in any of them; then nothing need be run."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return False
    gaps = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and _gap(node)}
    return set(wanted) <= gaps


def _gap(node: ast.FunctionDef) -> bool:
    """Whether a function is a docstring and nothing that does anything."""
    return all(
        isinstance(each, ast.Pass)
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        or (isinstance(each, ast.Raise) and "NotImplementedError" in ast.unparse(each))
        for each in node.body
    )
