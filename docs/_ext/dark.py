"""Pictures have a twin for dark pages: drawn anew in dark colours, or, where there is only a file, turned from light.

What is turned keeps its hues, and what stood out from the ground still does.
"""

from __future__ import annotations

import io
import re
from html import escape
from typing import Any

GROUND, INK = "#131416", "#e6e7e8"  # the first is the theme's
INKED = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color", "lines.color")
GROUNDS = ("axes.facecolor", "figure.facecolor", "savefig.facecolor", "figure.edgecolor", "savefig.edgecolor")


def style() -> list[Any]:
    """Matplotlib's, for a dark page."""
    return ["dark_background", {**dict.fromkeys(INKED, INK), **dict.fromkeys(GROUNDS, GROUND)}]


def turned(picture: bytes, ending: str) -> bytes:
    """A picture file, ``.png`` or ``.svg``, in which light is dark."""
    return _turned_png(picture) if ending == ".png" else _turned_svg(picture.decode()).encode()


def _turned_png(picture: bytes) -> bytes:
    from PIL import Image

    with Image.open(io.BytesIO(picture)) as image:
        dark = Image.fromarray(_turned(image.convert("RGB")))
    file = io.BytesIO()
    dark.quantize(128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(file, "png", optimize=True)
    return file.getvalue()


def _turned_svg(picture: str) -> str:
    def dark(found: re.Match[str]) -> str:
        rgb = [[[int(found[0][place : place + 2], 16) for place in (1, 3, 5)]]]
        return "#" + "".join(f"{part:02x}" for part in _turned(rgb)[0, 0])

    inked = picture.replace("<svg ", '<svg fill="#000000" ', 1)  # what has no colour of its own is black
    return re.sub(r"(?<=[ \"])#[0-9a-f]{6}\b", dark, inked)


def _turned(rgb: Any) -> Any:
    """Colours (…, 3) of 0 to 255 with 1 - lightness in place of lightness, between the dark page's ground and ink."""
    import numpy as np
    from matplotlib.colors import to_rgb

    light = np.asarray(rgb) / 255
    dark = light + 1 - light.max(axis=-1, keepdims=True) - light.min(axis=-1, keepdims=True)
    low, high = np.array(to_rgb(GROUND)), np.array(to_rgb(INK))
    return (255 * (low + (high - low) * dark)).round().astype(np.uint8)


def twins(light: str, dark: str, alt: str) -> str:
    """HTML of a picture and its twin, of which a browser loads that which the page shows."""
    images = (
        f'<img class="only-{theme}" src="{source}" alt="{escape(alt)}" loading="lazy">'
        for theme, source in (("light", light), ("dark", dark))
    )
    return f'<p class="figure">{"".join(images)}</p>'
