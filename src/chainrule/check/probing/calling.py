"""A learner's function called: on copies, with what it raises, changes or leaves out told in words."""

from __future__ import annotations

import copy
import inspect
import traceback
import types
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Trouble:
    """What kept a function from being judged, or is to be said of it.

    Parameters
    ----------
    function : its name, as it was given
    place : its file and line, in words; empty where it has none
    told : a sentence that goes on after its name
    unwritten : whether it is not written yet
    """

    function: str
    place: str
    told: str
    unwritten: bool = False

    def __str__(self) -> str:
        return f"{self.function}{self.place and f' ({self.place})'} {self.told}"


class CannotCall(Exception):
    """A call that gave nothing to judge; holds its `Trouble`."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


def place_of(function: Any, line: int | None = None) -> str:
    """A function's file and line, or another line of that file; empty for what has none, such as `numpy.tanh`."""
    code = code_of(function)
    if code is None:
        return ""
    return f"{Path(code.co_filename).name}, line {line or code.co_firstlineno}"


def code_of(function: Any) -> types.CodeType | None:
    """The code of what is written in Python, also behind partials, methods and objects that can be called."""
    function = inspect.unwrap(getattr(function, "func", function))
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    if code is None and not isinstance(function, type):
        code = getattr(vars(type(function)).get("__call__"), "__code__", None)
    return code if isinstance(code, types.CodeType) else None


def parameters_of(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """What it takes by name; of one that does not say, such as some of NumPy's, a single thing."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (ValueError, TypeError):
        return [inspect.Parameter("z", inspect.Parameter.POSITIONAL_ONLY)]
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [each for each in parameters if each.kind not in several]


def call(name: str, function: Callable[..., Any], given: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """What a function returns, called with copies, and those of its arguments that it changed.

    Raises
    ------
    CannotCall : where it raises
    """
    copies = {key: _copied(value) for key, value in given.items()}
    first, named = [], {}
    for parameter in parameters_of(function):
        if parameter.name in copies:
            if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
                first.append(copies[parameter.name])
            else:
                named[parameter.name] = copies[parameter.name]
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            result = function(*first, **named)
    except NotImplementedError as error:
        raise CannotCall(_unwritten(name, function, error)) from error
    except SystemExit as error:
        told = "ends Python: take exit() or quit() out."
        raise CannotCall(Trouble(name, place_of(function), told)) from error
    except Exception as error:
        raise CannotCall(_raised(name, function, error, given)) from error
    return result, {key: copies[key] for key, value in given.items() if not _same(copies[key], value)}


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        copied = copy.copy(value)
        copied.update({key: _copied(each) for key, each in value.items()})
        return copied
    return np.array(value) if isinstance(value, np.ndarray) else value


def _same(a: Any, b: Any) -> bool:
    if isinstance(b, Mapping):
        return isinstance(a, Mapping) and all(key in a and _same(a[key], each) for key, each in b.items())
    if isinstance(b, np.ndarray):
        return np.shape(a) == b.shape and np.array_equal(a, b, equal_nan=b.dtype.kind == "f")
    return True


def _unwritten(name: str, function: Any, error: Exception) -> Trouble:
    """That a function is not written yet, or one that it calls."""
    code, last = code_of(function), traceback.extract_tb(error.__traceback__)[-1]
    if code is None or (last.filename, last.name) == (code.co_filename, code.co_name):
        return Trouble(name, place_of(function), "is not written yet.", True)
    told = f"calls {last.name} ({Path(last.filename).name}, line {last.lineno}), which is not written yet."
    return Trouble(name, place_of(function), told, True)


def _raised(name: str, function: Any, error: Exception, given: Mapping[str, Any]) -> Trouble:
    code = code_of(function)
    file = "" if code is None else code.co_filename
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    shapes = ", ".join(
        f"{key} {np.shape(value)}" for key, value in given.items() if isinstance(value, np.ndarray)
    )
    end = "" if what.endswith((".", "!", "?")) else "."
    called = f" It was given {shapes}." if shapes else ""
    return Trouble(name, place_of(function, lines[-1] if lines else None), f"raises {what}{end}{called}")
