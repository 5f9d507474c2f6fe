"""Samples prepared before a training, by the lines that prepare them within it: where no step can do it itself."""

from __future__ import annotations

import numpy as np

from chainrule.model.model import Model, prepared_inputs, reads_tables
from chainrule.parts.contract import Array
from chainrule.utils.chunks import pieces


def prepared(model: Model, X: Array) -> Array:
    """What the layers with weights get of checked samples, (m, prepared_inputs), some rows at a time."""
    program = model.program(targets=False)
    found = np.empty((len(X), prepared_inputs(model)), model.dtype)
    for rows in pieces(found.shape):
        leaves = {program.data: X[rows].astype(model.input_dtype, copy=False), **model.constants}
        found[rows] = program.run(leaves, wanted=[program.prepared])[program.prepared]
    return found


def as_read(model: Model, X: Array) -> Array:
    """Samples as machine code reads them: prepared, where they are rows of a table."""
    return prepared(model, X) if reads_tables(model) else X
