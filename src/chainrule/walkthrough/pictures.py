"""What a sample's inputs look like, where they are the pixels of an image."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.notation import display, numeral
from chainrule.parts.contract import Array


@dataclass(frozen=True)
class Pictures:
    """The first samples of the inputs as images.

    Parameters
    ----------
    name : of the inputs, x or x_raw
    images : (count, height, width), from 0 for `least` to 1 for `greatest`
    least, greatest : of all samples
    labels : what each image is said to be, such as ``"label 7"``, or nothing
    samples : how many there are, shown or not
    """

    name: str
    images: Array
    least: float
    greatest: float
    labels: tuple[str, ...]
    samples: int

    @property
    def size(self) -> str:
        """``28 × 28 pixels``."""
        return "{} × {} pixels".format(*self.images.shape[1:])

    def title(self, sample: int) -> str:
        """What stands at an image: which row of the samples it is, where there are several, and its label."""
        row = f"row {sample}" if self.samples > 1 else ""
        return ", ".join(filter(None, [row, self.labels[sample]]))

    def caption(self, shown: int, least: str, greatest: str) -> str:
        """What stands below so many images: what is drawn, and what the lightest and the darkest of it mean."""
        which = f"; the first {shown} of {self.samples} samples" if shown < self.samples else ""
        scale = f"{least} is {numeral(self.least)}, {greatest} is {numeral(self.greatest)}"
        return f"{display(self.name)} as {self.size}: {scale}{which}."
