"""What the pictures share: colours, sizes, and a canvas for drawings without axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import KindError, MissingPackage
from chainrule.model.model import Model
from chainrule.parts.contract import Array
from chainrule.utils import checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, INK, MUTED, PALE = "#00609c", "#d55e00", "#1a1a1a", "#6b6b6b", "#ececec"
DASHES = ("-", "--", "-.", ":")
MARKERS = "os^DvPX*<>"

# Drawings without axes count in units: UNIT inches each, less in a picture that would be larger than LARGE.
UNIT, LARGE = 0.8, np.array([13.0, 9.0])
TEXT, SMALL, LETTER = 0.19, 0.16, 0.6  # two sizes of text, and the width of a letter of size 1
RADIUS, COLUMN = 0.45, 3.1
WHOLE, HEAD, TAIL = 10, 4, 2  # wider layers than WHOLE show their first HEAD and last TAIL units
LABELLED = 12  # with more edges between two layers, no weights are written


def axes_for(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """The given Axes, or those of a new figure of this size in inches."""
    try:
        from matplotlib import pyplot as plt
    except ModuleNotFoundError:
        raise MissingPackage("matplotlib", "drawing") from None
    return plt.subplots(figsize=size, layout="constrained")[1] if ax is None else ax


class Canvas:
    """Axes for a drawing without axes, and how many points its units have."""

    def __init__(self, ax: Axes | None, left: float, right: float, bottom: float, top: float) -> None:
        size = np.array([right - left, top - bottom])
        inches = size * min(UNIT, *(LARGE / size))
        self.ax = axes_for(ax, (float(inches[0]), float(inches[1])))
        if ax is None:
            self.ax.set_position((0, 0, 1, 1))  # from here on the layout leaves them alone
        self.ax.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
        self.ax.set_axis_off()
        box = self.ax.get_window_extent()
        self.points = min(box.width / size[0], box.height / size[1]) * 72 / self.ax.figure.dpi

    def write(self, x: float, y: float, text: str, size: float = TEXT, **style: Any) -> None:
        """Text, by default centred; its size in units."""
        usual: dict[str, Any] = {"ha": "center", "va": "center", "color": INK, "linespacing": 1.3}
        self.ax.text(x, y, text, fontsize=size * self.points, **(usual | style))


def palette(count: int) -> Array:
    """Colours (count, 3) from dark blue to bright orange: they differ in lightness too."""
    import matplotlib

    return np.array(matplotlib.colormaps["plasma"](np.linspace(0, 0.82, count)))[:, :3]


def short_number(value: float) -> str:
    """A number in few letters: two or three digits, and a real minus sign."""
    size = abs(value)
    if size == 0 or 0.01 <= size < 999.5:
        text = f"{value + 0.0:.3g}"  # + 0.0 makes a zero of minus zero
    elif 1 <= size < 10_000:
        text = f"{value:.0f}"
    else:
        digits, _, power = f"{value:.1e}".partition("e")
        text = f"{digits}e{int(power)}" if power else digits
    return text.replace("-", "−")


def clip(text: object, letters: int) -> str:
    """A name of so many letters at most, as it stands: between two dollars matplotlib would set a formula."""
    text = text if len(text := str(text)) <= letters else text[: letters - 1] + "…"
    return "".join(sign if sign.isprintable() else "�" for sign in text).replace("$", r"\$")


def check_network(net: Any) -> None:
    """Refuse what is no network."""
    if not isinstance(net, Model):
        raise KindError(f"{checks.short(net)} is no network: give a Network.")


def stacked(*lines: str) -> str:
    """Those of the lines that say something."""
    return "\n".join(line for line in lines if line)


def longest(texts: Sequence[str]) -> int:
    """The letters of the longest line."""
    return max((len(line) for text in texts for line in text.split("\n")), default=0)
