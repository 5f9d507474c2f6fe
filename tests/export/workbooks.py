"""Workbooks, computed by another program: the package `formulas`, which knows nothing of chainrule."""

from __future__ import annotations

import io
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl

from chainrule.parts.contract import Array


class Workbook:
    """A workbook's cells: what stands in them, and what they compute."""

    def __init__(self, content: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(content))
        self.step, self.exported = self.book["Step"], self.book["As exported"]
        self.content = content

    def place(self, name: str, section: str = "") -> tuple[int, int]:
        """The row and the number of rows of a quantity; of a later section, where it has one name twice."""
        here = not section
        labels = [cell.value for cell in self.step["A"]]
        for row, label in enumerate(labels, 1):
            here = here or label == section
            if here and label == name and self.step.cell(row, 3).value is not None:
                down = row + 1
                while (
                    down <= len(labels)
                    and labels[down - 1] is None
                    and self.step.cell(down, 3).value is not None
                ):
                    down += 1
                return row, down - row
        raise KeyError(name)

    def cells(self, name: str, section: str = "") -> list[list[str]]:
        """The coordinates of a quantity's cells."""
        first, count = self.place(name, section)
        return [
            [cell.coordinate for cell in row if cell.value is not None]
            for row in self.step.iter_rows(first, first + count - 1, 3)
        ]

    def model(self) -> Any:
        """The other program's model of it."""
        import formulas

        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            path = Path(folder, "step.xlsx")
            path.write_bytes(self.content)
            return formulas.ExcelModel().loads(str(path)).finish()

    def computed(self) -> Callable[[str], Any]:
        """All cells as the other program computes them: a function of a cell's coordinates."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            solution = self.model().calculate()
        return lambda cell: solution[at(cell)].value[0, 0]

    def numbers(self, computed: Callable[[str], Any], name: str, section: str = "") -> Array:
        """A quantity as it was computed, with two axes."""
        return np.array([[computed(cell) for cell in row] for row in self.cells(name, section)], float)


def at(cell: str) -> str:
    """What the other program calls a cell of the sheet."""
    return f"'[step.xlsx]STEP'!{cell}"
