"""An ONNX graph in the making: its nodes in order, and the numbers that they read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.parts.contract import Array

BOOL, INDEX = np.dtype(bool), np.dtype(np.int64)
SAMPLES = "samples"  # the axis whose length each call may choose


@dataclass
class Operator:
    """A node before it is written: what it is called in ONNX, what it reads and gives, and its attributes."""

    kind: str
    inputs: list[str]
    output: str
    attributes: dict[str, Any]
    formula: str = ""


@dataclass
class Graph:
    """Nodes and initializers, to which lines are added one after the other.

    Every value that has no name in the network is called after the line that it belongs to: ``a1/3``.
    """

    operators: list[Operator] = field(default_factory=list)
    arrays: dict[str, Array] = field(default_factory=dict)
    line: str = ""
    _pieces: int = 0

    def begin(self, line: str) -> None:
        """Begin the line of that quantity."""
        self.line, self._pieces = line, 0

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """A node with one output, whose name it gives."""
        self._pieces += 1
        output = f"{self.line}/{self._pieces}"
        self.operators.append(Operator(kind, list(inputs), output, attributes))
        return output

    def name(self, value: str, wanted: str, formula: str = "") -> None:
        """Give the line's result the name of its quantity."""
        if value != f"{self.line}/{self._pieces}":  # it is another quantity as it is
            self.add("Identity", value)
        self.operators[-1].output, self.operators[-1].formula = wanted, formula

    def number(self, value: float, dtype: np.dtype[Any]) -> str:
        """A number, as a constant of that kind."""
        return self.array(f"number {float(value)!r} {dtype.name}", np.array(value, dtype))

    def indices(self, *values: int) -> str:
        """Whole numbers, as a constant with one axis."""
        return self.array(f"indices {' '.join(map(str, values))}", np.array(values, INDEX))

    def array(self, name: str, array: Array) -> str:
        """A constant by its name."""
        self.arrays[name] = array
        return name
