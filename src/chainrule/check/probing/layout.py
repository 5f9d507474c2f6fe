"""In which layout functions are given their arguments: samples as rows or columns, targets as rows or labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.model.record import Record


@dataclass(frozen=True)
class Layout:
    """How arguments are laid out.

    Parameters
    ----------
    columns : whether samples are columns, weights (outputs, inputs), and biases columns, too
    labels : whether targets are class labels (m,)
    """

    columns: bool = False
    labels: bool = False

    @classmethod
    def all(cls, record: Record, columns: bool | None = None) -> Iterator[Layout]:
        """Every one, ours first; only those with samples as columns, or as rows, where that is known."""
        y = record.results.get(record.program.target)
        classes = y is not None and np.isin(y, (0, 1)).all() and (y.shape[1] == 1 or (y.sum(1) == 1).all())
        for turned in (False, True) if columns is None else (columns,):
            for labels in (False, True) if classes else (False,):
                yield cls(turned, labels)

    def given(self, record: Record, name: str, value: Any) -> Any:
        """A quantity as a function gets it."""
        if not np.ndim(value):
            return value
        value = np.asarray(value, np.float64)
        if self.labels and name == record.program.target:
            return value.argmax(1) if value.shape[1] > 1 else value[:, 0].astype(int)
        if not self.columns:
            return value
        return value.T.copy() if value.ndim > 1 else value[:, None]
