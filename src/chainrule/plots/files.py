"""A picture as a file, and as a part of a notebook that takes its colours from the page around it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

from chainrule.errors import ChainruleError, InputError
from chainrule.plots.canvas import off_screen

ENDINGS = (".png", ".svg", ".pdf")
DOTS = 200  # an inch, of a PNG
INK, PAPER = "#010101", "#fefefe"  # that stand for the page's own colours until they are put in
GROUND = (
    "var(--jp-layout-color0, var(--vscode-editor-background, Canvas))"  # of Jupyter, VS Code, other pages
)
FONTS = "'DejaVu Sans', Verdana, Geneva, sans-serif"  # as wide as what was measured

Draw = Callable[[], Any]  # draws one picture on a new figure, and gives its Axes


def ending_of(path: Any) -> str:
    """The ending of a file's name that stands for a kind of picture; raises for others."""
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise InputError(
            f"{path}: a picture is saved as {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}; give a name that ends so."
        )
    return ending


def written(draw: Draw, ending: str) -> bytes:
    """The picture that a function draws, as a file of that kind: the same bytes each time.

    Parameters
    ----------
    draw : such as ``lambda: plots.weights(net)``
    ending : ".png", ".svg" or ".pdf"
    """
    import matplotlib

    kind = ending_of(f"x{ending}")[1:]
    with off_screen(), matplotlib.rc_context({"svg.hashsalt": "chainrule", "pdf.fonttype": 42}):
        figure = draw().figure
        file = io.BytesIO()
        metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
        figure.savefig(file, format=kind, dpi=DOTS, metadata=metadata)
    return file.getvalue()


def inline(draw: Draw) -> str:
    """The picture as SVG to stand in a page: text and ground have the page's colours, light or dark."""
    import matplotlib

    style: Any = {
        **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
        "xtick.labelcolor": INK, "ytick.labelcolor": INK, "axes.facecolor": PAPER, "figure.facecolor": "none",
        "svg.fonttype": "none", "path.simplify_threshold": 0.5, "savefig.facecolor": "none",
    }  # fmt: skip
    with matplotlib.rc_context(style):
        svg = written(draw, ".svg").decode()
    return _of_the_page(svg[svg.index("<svg") :])


def shown(text: str, *draws: Draw) -> str:
    """A text above pictures, as HTML for a notebook; what can't be drawn is left out."""
    parts = [f'<pre style="margin: 0; overflow-x: auto">{escape(text)}</pre>'] if text else []
    for draw in draws:
        with suppress(ChainruleError):
            parts.append(f'<div style="max-width: 44em">{inline(draw)}</div>')
    return "\n".join(parts)


def _of_the_page(svg: str) -> str:
    """SVG with the colours and the fonts of the page that it stands in, and with no style for what is around it."""
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font: (\d[\d.]*)px [^;\"]*", r"font-size: \1px", svg)
    svg = re.sub(r"font-family: [^;\"]*;? ?", "", svg)
    svg = svg.replace(INK, "currentColor").replace(PAPER, "var(--paper)")
    style = f"max-width: 100%; height: auto; fill: currentColor; stroke-linejoin: round; font-family: {FONTS}"
    style += f"; --paper: {GROUND}"
    for number, color in enumerate(dict.fromkeys(re.findall(r": (#[0-9a-f]{6})\b", svg))):
        svg = svg.replace(f": {color}", f": var(--c{number})")
        style += f"; --c{number}: {_leaning(color)}"
    return _smaller(svg.replace("<svg ", f'<svg style="{style}" ', 1))


def _leaning(color: str) -> str:
    """A colour that leans to the ink of the page: darker on a light one, lighter on a dark one; greys lie between."""
    if color == "#ffffff":  # upon a colour
        return color
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    if red == green == blue:
        low, high = int(INK[1:3], 16), int(PAPER[1:3], 16)
        return f"color-mix(in srgb, currentColor {100 * (high - red) / (high - low):.0f}%, var(--paper))"
    return f"color-mix(in srgb, {color} 78%, currentColor)"


def _smaller(svg: str) -> str:
    """The same picture in fewer letters, since notebooks keep it; what it says stays as it is."""
    asked = set(re.findall(r"#([\w-]+)", svg))
    svg = re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in asked else "", svg)
    svg = re.sub(r"<[^>]*>", lambda found: _smaller_tag(found[0]), svg)
    return re.sub(r"(?<=>)\s+(?=<)", "", svg)


def _smaller_tag(tag: str) -> str:
    """A tag whose places are good to a tenth of a point, without what is usual."""
    tag = re.sub(r"(\d\d\.\d)\d+|(\d\.\d\d)\d+", lambda found: found[1] or found[2], tag)
    tag = re.sub(r' transform="rotate\(-0 [^"]*"|; stroke-linecap: square|stroke-dashoffset: 0; ', "", tag)
    return re.sub(r"(?<=\d)\.0+\b|(?<=[\dz]) (?=\")", "", re.sub(r"\s+", " ", tag))
