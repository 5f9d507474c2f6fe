"""Arrays as Python, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.export.lines import WIDTH
from chainrule.parts.contract import Array


def literal(name: str, array: Array, dtype: str) -> list[str]:
    """An array as Python, exactly."""
    values: list[Any] = [repr(v) for v in np.ravel(array).tolist()]
    if len(set(values)) == 1:
        return [f"{name} = np.full({len(values)}, {values[0]}, {dtype})"]
    lines = [f"{name} = np.array(["]
    row = "   "
    for value in values:
        if len(row) + len(value) + 2 > WIDTH:
            lines.append(row)
            row = "   "
        row += f" {value},"
    return [*lines, row, f"], {dtype})"]


def shaped(name: str, array: Array, dtype: str) -> list[str]:
    """An array of any shape as Python, exactly."""
    lines = literal(name, array, dtype)
    if array.ndim == 1:
        return lines
    return [*lines[:-1], f"{lines[-1]}.reshape({', '.join(map(str, array.shape)) or '()'})"]
