"""Sparse matrices as samples: rows of them come dense, where they are read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def is_sparse(value: Any) -> bool:
    """Whether that is a matrix of scipy's that holds only what is not 0; scipy itself is not imported."""
    return hasattr(value, "tocsr") and hasattr(value, "toarray")


class SparseRows:
    """A sparse matrix that is read as an array of samples is: each piece of it comes dense.

    It has what an array is asked for here; its `flags` say that no row lies in memory as it is.
    """

    ndim, strides = 2, ()
    flags = SimpleNamespace(c_contiguous=False, aligned=False)

    def __init__(self, matrix: Any) -> None:
        self.matrix = matrix.tocsr()
        self.dtype, self.shape = self.matrix.dtype, self.matrix.shape
        self.size = self.shape[0] * self.shape[1]

    def __len__(self) -> int:
        return int(self.shape[0])

    def __getitem__(self, at: Any) -> Any:
        """Some rows, dense; or a single entry."""
        return self.matrix[at] if isinstance(at, tuple) else self.matrix[at].toarray()
