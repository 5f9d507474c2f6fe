"""What a network can be exported to, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chainrule.errors import InputError, KindError, UnknownName
from chainrule.model.model import Model


@dataclass(frozen=True)
class Kind:
    """A kind of file: what it is called in the help, and what writes it."""

    title: str
    write: Callable[[Model], str | bytes]


def _c(network: Model) -> str:
    from chainrule.export.c_file import write_c

    return write_c(network)


def _numpy(network: Model) -> str:
    from chainrule.export.numpy_file import write_numpy

    return write_numpy(network)


def _js(network: Model) -> str:
    from chainrule.export.js_module import write_js

    return write_js(network)


def _sql(network: Model) -> str:
    from chainrule.export.sql_select import write_sql

    return write_sql(network)


def _excel(network: Model) -> bytes:
    from chainrule.export.excel_book import write_excel

    return write_excel(network)


def _onnx(network: Model) -> bytes:
    from chainrule.export.onnx_file import write_onnx

    return write_onnx(network)


KINDS: dict[str, Kind] = {
    "c": Kind("one file of C99", _c),
    "numpy": Kind("one file of Python that imports NumPy alone", _numpy),
    "js": Kind("one module of JavaScript, without a dependency", _js),
    "sql": Kind("one SELECT, for small networks", _sql),
    "excel": Kind("one workbook with a training step in formulas, for small networks", _excel),
    "onnx": Kind("one ONNX model, which onnxruntime and others run", _onnx),
}


OPTIONS = {"weights": "numpy", "data": "excel", "optimizer": "excel"}  # what goes with one kind alone


def export(network: Model, to: Any, **options: Any) -> str | bytes:
    """The network as a file of that kind; see `Network.export`."""
    if not isinstance(to, str):
        raise KindError(f"{to!r} names no kind of file: give one of {', '.join(map(repr, KINDS))}.")
    if to not in KINDS:
        raise UnknownName("kind of file", to, KINDS)
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if OPTIONS[name] != to:
            raise InputError(f"{name} goes with {OPTIONS[name]!r}, and this is {to!r}: leave it out.")
    if given and to == "numpy":
        from chainrule.export.numpy_file import write_beside

        return write_beside(network, **given)
    if given:
        from chainrule.export.excel_book import write_excel

        return write_excel(network, **given)
    return KINDS[to].write(network)
