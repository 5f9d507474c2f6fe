"""Pictures on a page: images of signs in frames, side by side, and the sentence below them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reader.errors import Unreadable, Untrue
from reader.printed import rounds_to

INK = {
    " ": (0, 0),
    "░": (1 / 4, 1 / 4),
    "▒": (1 / 2, 1 / 2),
    "▓": (3 / 4, 3 / 4),
    "█": (1, 1),
    "▀": (1, 0),
    "▄": (0, 1),
}
NEAR = 0.26  # how far from its pixels a sign may be, where the signs are a quarter apart
_CAPTION = re.compile(
    r"(\w+) as (\d+) × (\d+) pixels: blank is (\S+), █ is ([^\s;]+?)(?:; the first (\d+) of (\d+) samples)?\."
)


@dataclass
class Pictures:
    """Images beside each other: the titles in their frames, their rows of signs, and the sentence below."""

    line: int
    titles: list[str]
    images: list[list[str]]
    caption: str


def take(text: str) -> tuple[str, list[Pictures]]:
    """A page with empty lines in place of its pictures, and the pictures.

    Raises
    ------
    Unreadable : for a frame that is not closed, is no rectangle, or has no sentence below
    """
    lines, found = text.split("\n"), []
    number = 0
    while number < len(lines):
        if not lines[number].startswith("  ╭"):
            number += 1
            continue
        start = number
        edges = [(m.start(), m.end()) for m in re.finditer(r"╭[^╮]*╮", lines[start])]
        rows = []
        while (number := number + 1) < len(lines) and lines[number].startswith("  │"):
            rows.append(_between(lines[number], edges, "││", number))
        if number == len(lines) or set("".join(_between(lines[number], edges, "╰╯", number))) != {"─"}:
            raise Unreadable(f"line {start + 1}: a frame is not closed")
        caption = ""
        while not caption.endswith("."):
            number += 1
            if number == len(lines) or not lines[number].startswith("  " if not caption else "    "):
                raise Unreadable(f"line {start + 1}: no sentence stands below the picture")
            caption = f"{caption} {lines[number].strip()}".strip()
        titles = [title.strip(" ─") for title in _between(lines[start], edges, "╭╮", start)]
        found.append(Pictures(start, titles, [list(image) for image in zip(*rows, strict=True)], caption))
        lines[start : number + 1] = [""] * (number + 1 - start)
    return "\n".join(lines), found


def _between(line: str, edges: list[tuple[int, int]], sides: str, number: int) -> list[str]:
    """What stands within each frame on a line."""
    pieces = [line[a:b] for a, b in edges]
    if any(len(p) != b - a or p[0] + p[-1] != sides for p, (a, b) in zip(pieces, edges, strict=True)):
        raise Unreadable(f"line {number + 1}: a frame is open")
    if line.rstrip() != "  " + "  ".join(pieces):
        raise Unreadable(f"line {number + 1}: something stands beside the frames")
    return [piece[1:-1] for piece in pieces]


def check_pictures(found: list[Pictures], values: Mapping[str, Any]) -> None:
    """Check pictures against what they show: samples without names, as squares.

    Raises
    ------
    Untrue : for the first that is not so, and where there should be one and is none
    """
    name = "x_raw" if "x_raw" in values else "x"
    x = np.asarray(values[name], float)
    side = round(x.shape[1] ** 0.5)
    wanted = side >= 8 and side**2 == x.shape[1] and x.min() >= 0 and x.min() < x.max()
    if len(found) != wanted:
        raise Untrue(f"{len(found)} pictures")
    for pictures in found:
        told = _CAPTION.fullmatch(pictures.caption)
        shown = len(pictures.images)
        if told is None or (told[1], int(told[2]), int(told[3])) != (name, side, side):
            raise Untrue(f"{name} is {side} × {side}: {pictures.caption}")
        if rounds_to(x.min(), told[4]) is False or rounds_to(x.max(), told[5]) is False:
            raise Untrue(f"{name} goes from {x.min()} to {x.max()}: {pictures.caption}")
        if (int(told[6] or shown), int(told[7] or shown)) != (shown, len(x)):
            raise Untrue(f"{shown} of {len(x)} are shown: {pictures.caption}")
        for i, (title, rows) in enumerate(zip(pictures.titles, pictures.images, strict=True)):
            row = [f"row {i}"] if len(x) > 1 else []
            label = [f"label {np.argmax(values['y'][i])}"] if "y" in values else []
            if title.split(", ") not in (row + label, row):
                raise Untrue(f"sample {i} is called {title!r}")
            _check_image(rows, (x[i].reshape(side, side) - x.min()) / (x.max() - x.min()), i)


def _check_image(rows: list[str], image: Any, sample: int) -> None:
    across = len(rows[0])
    if across % len(image) or len(rows) != -(-across // 2):
        raise Untrue(
            f"sample {sample} has {len(image)} pixels a side, and its picture {len(rows)} × {across} signs"
        )
    large = np.kron(image, np.ones((across // len(image),) * 2))
    for i, row in enumerate(rows):
        for j, sign in enumerate(row):
            pixels = [large[k, j] if k < across else 0.0 for k in (2 * i, 2 * i + 1)]
            if abs(np.mean(INK[sign]) - np.mean(pixels)) > NEAR:
                raise Untrue(f"sample {sample}, row {i}, column {j}: {sign!r} stands for {pixels}")
