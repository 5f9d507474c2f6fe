"""What a network can be exported to, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chainrule.errors import KindError, UnknownName
from chainrule.model.model import Model


@dataclass(frozen=True)
class Kind:
    """A kind of file: what it is called in the help, and what writes it."""

    title: str
    write: Callable[[Model], str]


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


KINDS: dict[str, Kind] = {
    "c": Kind("one file of C99", _c),
    "numpy": Kind("one file of Python that imports NumPy alone", _numpy),
    "js": Kind("one module of JavaScript, without a dependency", _js),
    "sql": Kind("one SELECT, for small networks", _sql),
}


def export(network: Model, to: Any) -> str:
    """The network as a file of that kind; see `Network.export`."""
    if not isinstance(to, str):
        raise KindError(f"{to!r} names no kind of file: give one of {', '.join(map(repr, KINDS))}.")
    if to not in KINDS:
        raise UnknownName("kind of file", to, KINDS)
    return KINDS[to].write(network)
