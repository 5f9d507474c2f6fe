"""Class labels as targets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chainrule.errors import InputError
from chainrule.parts.contract import Array
from chainrule.utils.chunks import pieces


class ChangedLabel(InputError):
    """A label that is none any more, where it is used."""


@dataclass(frozen=True, eq=False)
class Labels:
    """Class labels as targets (n, width): rows with a single 1, each made only where it is read.

    Parameters
    ----------
    codes : the class of each sample (n,), whole numbers 0 … width - 1 of any integer dtype
    width : the number of classes
    """

    codes: Array
    width: int

    @classmethod
    def of(cls, y: Array, width: int) -> Labels:
        """Labels (n,) after a check; integers are kept as they are, other numbers take a byte or two each."""
        if y.dtype.kind == "b":
            y = y.view(np.uint8)
        kept = y.dtype.kind in "iu" and y.dtype.isnative
        codes = y if kept else np.empty(len(y), np.min_scalar_type(width - 1))
        for rows in pieces(y.shape):
            given = y[rows]
            if np.minimum.reduce(given) < 0 or np.maximum.reduce(given) >= width:
                raise _bad_label(given, rows.start, width)
            if not kept:
                codes[rows] = given
                if (codes[rows] != given).any():
                    raise _bad_label(given, rows.start, width)
        return cls(codes, width)

    @property
    def shape(self) -> tuple[int, int]:
        """That of all the rows together."""
        return len(self.codes), self.width

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: Array | slice) -> Array:
        """Some of the rows, as float64."""
        made = np.empty((len(self.codes[rows]), self.width))
        self.put(rows, made)
        return made

    def put(self, rows: Array | slice, buffer: Array) -> None:
        """Write some of the rows into a buffer (m, width).

        Raises
        ------
        ChangedLabel : for a label that was a class when it was checked, and is none any more
        """
        codes = self.codes[rows].astype(np.intp)  # a copy: what is looked at here is what is used
        wrong = codes.view(np.uintp) >= self.width  # one below 0 is large without its sign
        if np.count_nonzero(wrong):
            raise self.changed(int(np.arange(len(self))[rows][wrong.argmax()]))
        buffer[...] = 0
        buffer[np.arange(len(codes)), codes] = 1

    def changed(self, row: int) -> ChangedLabel:
        """The error for a label that changed while it was in use."""
        return ChangedLabel(
            f"y[{row}] is no class from 0 to {self.width - 1} any more: it was one when y was checked, so y is written "
            "to meanwhile. Give labels that stay as they are, such as y.copy()."
        )


Targets = Array | Labels


def _bad_label(labels: Array, start: int, width: int) -> InputError:
    """What is wrong with one of these labels, of which the first is the one of row `start`."""
    if len(wrong := np.flatnonzero(labels % 1)):
        i = int(wrong[0])
        return InputError(f"y[{start + i}] is {labels[i]}: class labels are whole numbers 0 to {width - 1}.")
    i = int(np.flatnonzero((labels < 0) | (labels >= width))[0])
    return InputError(
        f"y[{start + i}] is {labels[i]:g}: the network has {width} outputs, so labels go from 0 to {width - 1}."
    )
