"""Images as blocks of text, and as PNG."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from chainrule.parts.contract import Array
from chainrule.walkthrough.pictures import Pictures

# A sign stands for two pixels, one above the other: this dark each.
_SIGNS = " ░▒▓█▀▄"
_DARK = np.array([(0, 0), (0.25, 0.25), (0.5, 0.5), (0.75, 0.75), (1, 1), (1, 0), (0, 1)])
TWICE = 16  # pixels of a side up to which each is drawn two columns wide and a line high
TALLEST = 80  # pixels, so 40 lines


def drawn(pictures: Pictures, width: int) -> tuple[list[str], str]:
    """As many images as fit side by side, framed, each with its title; and the caption that goes with them.

    An image that is wider than the page is drawn smaller, with means of its pixels.
    """
    first = _signs(pictures.images[0], width - 2)
    shown = min(len(pictures.images), max(1, (width + 2) // (len(first[0]) + 4)))
    frames = [
        _framed(_signs(image, width - 2), pictures.title(i))
        for i, image in enumerate(pictures.images[:shown])
    ]
    rows = ["  ".join(row) for row in zip(*frames, strict=True)]
    return rows, pictures.caption(shown, "blank", "█")


def _signs(image: Array, room: int) -> list[str]:
    """An image in rows of the signs that are nearest to its pixels."""
    height, width = image.shape
    if max(height, width) <= TWICE and 2 * width <= room:
        image = image.repeat(2, axis=0).repeat(2, axis=1)
    side = max(1, -(-width // max(room, 1)), -(-height // TALLEST))
    image = np.pad(image, [(0, -height % side), (0, -width % side)], mode="edge") if side > 1 else image
    image = image.reshape(len(image) // side, side, -1, side).mean(axis=(1, 3))
    if len(image) % 2:
        image = np.pad(image, [(0, 1), (0, 0)])
    pairs = np.stack([image[::2], image[1::2]], axis=-1)
    nearest = np.square(pairs[:, :, None] - _DARK).sum(axis=-1).argmin(axis=-1)
    return ["".join(_SIGNS[k] for k in row) for row in nearest]


def _framed(rows: list[str], title: str) -> list[str]:
    """Rows in a frame, with a title in its upper edge, cut where it is too long."""
    width = len(rows[0])
    room = width - 2
    title = title if len(title) <= room else title[: max(room - 1, 0)] + "…"
    top = f" {title} ".ljust(width, "─")[:width] if title else "─" * width
    return [f"╭{top}╮", *(f"│{row}│" for row in rows), f"╰{'─' * width}╯"]


def png(image: Array) -> bytes:
    """An image in grey as a PNG: 0 is white, 1 is black."""
    height, width = image.shape
    grey = np.rint(255 * (1 - image)).astype(np.uint8)
    lines = b"".join(b"\0" + row.tobytes() for row in grey)  # each after the number of its filter: none
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pieces = [(b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in pieces
    )
