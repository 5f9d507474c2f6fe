"""What the pictures share: colours, sizes, and a canvas for drawings without axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import KindError, MissingPackage
from chainrule.model.model import Model
from chainrule.parts.contract import Array
from chainrule.utils import checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, INK = "#00609c", "#d55e00", "#1a1a1a"
SKY = "#56b4e9"  # on a dark ground
DASHES = ("-", "--", "-.", ":")
MARKERS = "os^DvPX*<>"

POINTS = 13  # of text on a figure of ours: it is read from the last row when the figure fills half a slide
THICK, THIN = 2.4, 1.5  # lines

# Drawings without axes count in units: UNIT inches each, less in a picture that would be larger than LARGE, a slide.
UNIT, LARGE = 0.7, np.array([13.33, 7.5])
TEXT, SMALL, LETTER = 0.21, 0.205, 0.58  # two sizes of text, and the width of a letter of size 1
SPACING, CLOSE_SPACING = 1.35, 1.1  # of lines; of those in a circle

_off_screen: ContextVar[bool] = ContextVar("off_screen", default=False)


@contextmanager
def off_screen() -> Iterator[None]:
    """Have new figures be no windows and none of pyplot's."""
    token = _off_screen.set(True)
    try:
        yield
    finally:
        _off_screen.reset(token)


def axes_for(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """The given Axes, or those of a new figure of this size in inches, whose text can be read from afar."""
    try:
        import matplotlib.axes
    except ModuleNotFoundError:
        raise MissingPackage("matplotlib", "drawing") from None
    if ax is not None:
        if not isinstance(ax, matplotlib.axes.Axes):
            raise KindError(f"ax = {checks.short(ax)} is no Axes of matplotlib: give one, such as plt.gca().")
        return ax
    figure: Any
    if _off_screen.get():
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
    else:
        from matplotlib import pyplot as plt

        figure = plt.figure(figsize=size, layout="constrained")
    with matplotlib.rc_context({"axes.linewidth": THIN / 1.5, "axes.labelsize": POINTS}):
        ax = figure.add_subplot()
    ax.tick_params(labelsize=POINTS - 1)
    return ax


def points(ax: Axes) -> float:
    """The size of text on Axes: that of their labels, which on ours is a slide's and else the user's."""
    return float(ax.xaxis.label.get_fontsize())


def legend(ax: Axes, **style: Any) -> Any:
    """A legend without a frame, in the size of the labels."""
    return ax.legend(**{"frameon": False, "fontsize": points(ax) - 1, "title_fontsize": points(ax), **style})


def above(ax: Axes, handles: Sequence[Any], columns: int) -> Any:
    """A legend over the Axes."""
    return legend(
        ax, handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=columns, columnspacing=1.2
    )


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
        usual: dict[str, Any] = {"ha": "center", "va": "center", "color": shade(1), "linespacing": SPACING}
        self.ax.text(x, y, text, fontsize=size * self.points, **(usual | style))

    def largest_inside(self, radius: float, text: str) -> float:
        """The size of text, of one line or several, with which its corners reach a circle around its middle."""
        probe = self.ax.text(0, 0, text, fontsize=100, linespacing=CLOSE_SPACING)
        box = probe.get_window_extent()
        probe.remove()
        letters = np.hypot(box.width, box.height) * 72 / self.ax.figure.dpi / 100
        return 2 * radius / float(letters)


def shade(part: float) -> Any:
    """A grey that is so much ink, the rest paper, in the colours of the user's style: 1 is text, 0 the ground."""
    import matplotlib
    from matplotlib.colors import to_hex, to_rgb

    ink, paper = (np.array(to_rgb(matplotlib.rcParams[name])) for name in ("text.color", "axes.facecolor"))
    mixed: Any = part * ink + (1 - part) * paper
    return to_hex(mixed)


def dark() -> bool:
    """Whether the ground of the user's style is dark."""
    from matplotlib.colors import to_rgb

    return float(np.dot(to_rgb(shade(0)), [0.299, 0.587, 0.114])) < 0.4


def blue() -> str:
    """The colour of what comes first, and of what is positive."""
    return SKY if dark() else BLUE


def muted() -> Any:
    """What stands back."""
    return shade(0.62)


def pale() -> Any:
    """A ground that is just seen."""
    return shade(0.08)


def palette(count: int) -> Array:
    """Colours (count, 3) from dark blue to bright orange, on a dark ground to yellow: they differ in lightness too."""
    import matplotlib

    low, high = (0.25, 1.0) if dark() else (0.0, 0.82)
    return np.array(matplotlib.colormaps["plasma"](np.linspace(low, high, count)))[:, :3]


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
