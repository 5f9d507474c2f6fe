"""Pieces of the compiled reading run alone: a module whose `steps` gets a table of addresses and whole numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.compiler.assembly import Function, Module, Value, integer
from chainrule.compiler.jit import JitFunction
from chainrule.parts.contract import Array

DTYPES: dict[str, np.dtype[Any]] = {"float": np.dtype(np.float32), "double": np.dtype(np.float64)}


def begin() -> Function:
    """The function, in a module of its own."""
    return Module().function("steps", {"frame": "ptr", "number": "i64"})


def entry(f: Function, place: int, kind: str = "ptr") -> Value:
    """What stands at a place in the table."""
    return f.load(f.gep(f.parameters["frame"], integer(place), "i64"), kind)


def text(f: Function, register: int) -> str:
    """Its module, for registers of so many bytes."""
    width = f'"prefer-vector-width"="{register * 8}" "min-legal-vector-width"="{register * 8}"'
    return f.module.text(f"nounwind {width}")


def run(code: JitFunction, *table: Array | int, number: int = 0) -> None:
    """Call the function; an array stands in the table by its address."""
    frame = np.array([each if isinstance(each, int) else each.ctypes.data for each in table], np.int64)
    code.run(frame.ctypes.data, number)
