"""Matrices as products see them, and the panels that they are cut into."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.compiler.assembly import Value


@dataclass(frozen=True)
class Matrix:
    """A matrix in memory: its first entry, entries from row to row, whether rows are padded, whether it is turned."""

    base: Value
    stride: int
    padded: bool
    turned: bool


@dataclass(frozen=True)
class Sizes:
    """What is known when a product is written: the inner axis and the columns; None is the number of samples."""

    inner: int | None
    columns: int


@dataclass(frozen=True)
class Group:
    """Panels of a product side by side: their first column and the one after the last; registers and columns of one."""

    first: Value
    after: Value
    count: int
    width: int
