"""Samples that are images: when they are taken for some, and how each format shows them."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from typing import Any

import numpy as np
import pytest

import chainrule as cr
import reader
from chainrule.writers.pictures import drawn, png

CROSS = np.minimum(np.eye(8) + np.eye(8)[::-1], 1)
SLOPE = np.arange(64.0).reshape(8, 8)


def traced(X: Any, y: Any = 1, **settings: Any) -> cr.Trace:
    X = np.asarray(X, float)
    X = X.reshape(len(X), -1) if X.ndim == 3 else X.reshape(1, -1)
    return cr.Network([X.shape[1], 3, 3], seed=0, **settings).trace(X, y)


def pictures(trace: cr.Trace) -> Any:
    (line,) = trace.explain(trace.program.data).sections[0][1][0].lines
    return line.pictures


def pixels(height: int, width: int) -> list[str]:
    return [f"pixel_{i}_{j}" for i in range(height) for j in range(width)]


@pytest.mark.parametrize(
    ("X", "settings", "shape"),
    [
        (CROSS, {}, (8, 8)),
        (np.arange(784), {}, (28, 28)),
        (np.arange(49), {}, None),  # too few to be sure
        (np.arange(65), {}, None),  # no square
        (CROSS - 0.1, {}, None),  # numbers of another kind, or no longer pixels
        (0 * CROSS, {}, None),
        (CROSS, {"features": [f"f{i}" for i in range(64)]}, None),  # they are something else
        (CROSS, {"features": pixels(8, 8)[::-1]}, None),
        (CROSS - 0.1, {"features": pixels(8, 8)}, (8, 8)),
        (CROSS, {"features": pixels(4, 16)}, (4, 16)),
        ([1, 2, 3, 4, 5, 6], {"features": pixels(2, 3)}, (2, 3)),
        (CROSS, {"features": [f"pixel_{i}_{j}_{k}" for i, j, k in np.ndindex(4, 8, 2)]}, None),
        (CROSS, {"scaling": cr.Standardize([0.5] * 64, [0.1] * 64)}, (8, 8)),
        (np.full(64, 1e308) * CROSS.ravel(), {}, (8, 8)),
    ],
)  # fmt: skip
def test_what_is_an_image(X: Any, settings: Any, shape: Any) -> None:
    trace = traced(X, **settings)
    found = pictures(trace)
    if shape is None:
        assert found is None
        return
    assert found.name == ("x_raw" if "scaling" in settings else "x")
    assert found.images.shape == (1, *shape)
    assert (found.images.min(), found.images.max()) == (0, 1)
    assert np.allclose(
        found.least + found.images.ravel() * (found.greatest - found.least), trace[found.name][0]
    )


def test_a_small_image_as_text() -> None:
    assert str(traced(CROSS).explain("x")).partition("GIVEN\n")[2].splitlines() == [
        "  x = [1  0  0  …  0  1]                                                   input",
        "  ╭ label 1 ───────╮",
        "  │██            ██│",
        "  │  ██        ██  │",
        "  │    ██    ██    │",
        "  │      ████      │",
        "  │      ████      │",
        "  │    ██    ██    │",
        "  │  ██        ██  │",
        "  │██            ██│",
        "  ╰────────────────╯",
        "  x as 8 × 8 pixels: blank is 0, █ is 1.",
    ]


def test_in_ascii() -> None:
    ascii = traced(SLOPE).explain("x").to_text(ascii=True)
    assert ascii.isascii()
    assert ascii.partition("input\n")[2].splitlines() == [
        "  + label 1 -------+",
        "  |                |",
        "  |................|",
        "  |................|",
        "  |++++++++++++++++|",
        "  |++++++++++++++++|",
        "  |****************|",
        "  |****************|",
        "  |################|",
        "  +----------------+",
        "  x as 8 * 8 pixels: blank is 0, # is 63.",
    ]


@pytest.mark.parametrize(
    ("count", "width", "shown"), [(1, 80, 1), (9, 80, 4), (9, 50, 2), (9, 20, 1), (9, 10, 1)]
)
def test_as_many_as_the_page_has_room_for(count: int, width: int, shown: int) -> None:
    trace = traced([np.roll(SLOPE, i) for i in range(count)], np.arange(count) % 3)
    told = trace.explain("x").to_text(width=width)
    lines = [line for line in told.splitlines() if line[2:3] and line[2:3] in "╭│╰"]
    assert max(map(len, lines)) <= width
    assert lines[0].count("╭") == shown
    assert f"; the first {shown} of {count} samples." in " ".join(told.split()) or shown == count
    assert trace.explain("x").to_html().count("<img ") == min(count, 4)


def test_an_image_with_more_pixels_than_a_line_has_columns_is_drawn_smaller() -> None:
    stripes = np.repeat(np.arange(100) % 20 < 10, 100).reshape(100, 100).astype(float)
    found = pictures(traced(stripes))
    rows, _ = drawn(found, 78)
    assert len(rows) == 27
    assert [row[1:-1] for row in rows[1:-1]] == [sign * 50 for sign in "██▀  " * 5]  # a mean of 2 × 2


def test_an_odd_number_of_rows_ends_blank() -> None:
    rows, _ = drawn(pictures(traced(np.ones(17 * 17) - np.eye(17).ravel())), 78)
    assert len(rows) == 2 + 9
    assert set(rows[-2][1:-1]) == {"▀", " "}


def test_labels_are_told_where_there_are_some() -> None:
    named = traced([CROSS, SLOPE], [0, 2], classes=["a plus, or rather a cross", "b", "c"])
    assert [pictures(named).title(i) for i in (0, 1)] == [
        "row 0, label 0 (a plus, or rather a cross)",
        "row 1, label 2 (c)",
    ]
    assert "╭ row 0, label … ╮  ╭ row 1, label … ╮" in str(named.explain("x"))
    numbers = cr.Network([64, 2], output="identity", loss="mean_squared_error", seed=0)
    assert pictures(numbers.trace(CROSS.reshape(1, 64), [[1, 2]])).title(0) == ""
    assert pictures(numbers.trace(CROSS.reshape(1, 64))).title(0) == ""
    assert "╭────────────────╮" in str(numbers.trace(CROSS.reshape(1, 64)).explain("x"))


def unpacked(data: bytes) -> Any:
    """The pixels of a PNG in grey without filters."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    pieces, at = {}, 8
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert int.from_bytes(data[at + 8 + size : at + 12 + size], "big") == zlib.crc32(kind + body)
        pieces[kind] = body
        at += 12 + size
    assert list(pieces) == [b"IHDR", b"IDAT", b"IEND"]
    width, height = (int.from_bytes(pieces[b"IHDR"][i : i + 4], "big") for i in (0, 4))
    assert pieces[b"IHDR"][8:] == bytes([8, 0, 0, 0, 0])
    lines = np.frombuffer(zlib.decompress(pieces[b"IDAT"]), np.uint8).reshape(height, 1 + width)
    assert not lines[:, 0].any()
    return lines[:, 1:]


def test_html_shows_a_png() -> None:
    trace = traced([CROSS, SLOPE / 63], [0, 2], features=pixels(4, 16))
    page = trace.explain().to_html()
    told = re.findall(
        r'<img src="data:image/png;base64,([^"]*)" alt="([^"]*)" width="(\d+)" height="(\d+)">', page
    )
    assert [alt for _, alt, *_ in told] == [
        f"x as an image, row {i}, label {label}, 4 × 16 pixels" for i, label in ((0, 0), (1, 2))
    ]
    assert {(width, height) for *_, width, height in told} == {("112", "28")}
    for (data, *_), x in zip(told, trace["x"], strict=True):
        assert np.abs(unpacked(b64decode(data)) - 255 * (1 - x.reshape(4, 16))).max() <= 0.5
    assert "<p>x as 4 × 16 pixels: white is 0, black is 1.</p>" in page
    assert "<img" in trace.explain("x").to_html(document=False)


def test_an_image_is_a_png_that_others_read() -> None:
    from io import BytesIO

    from matplotlib.image import imread

    assert np.allclose(imread(BytesIO(png(SLOPE / 63))), 1 - SLOPE / 63, atol=0.002)


def test_markdown_has_a_fence_and_latex_leaves_it_out() -> None:
    page = traced(CROSS).explain()
    fence = page.to_markdown().split("```")
    assert len(fence) == 3
    assert fence[1].startswith("text\n╭ label 1 ───────╮\n│██            ██│\n")
    assert fence[2].startswith("\n\nx as 8 × 8 pixels: blank is 0, █ is 1.\n")
    assert "pixels" not in page.to_latex()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("█", " "), ("█", "▒"), (" │\n", "█│\n"), ("label 1", "label 2"), ("8 × 8", "16 × 4"), ("█ is 1", "█ is 2"),
        ("╯", "│"), ("╮\n", "╮ and\n"), ("│\n", "│ │\n"), ("pixels: ", "pixels= "),
    ],
)  # fmt: skip
def test_the_reader_sees_a_wrong_picture(old: str, new: str) -> None:
    trace = traced(CROSS)
    text = str(trace.explain())
    reader.check_pictures(reader.read(text).pictures, trace)
    start = text.index("╭")
    wrong = text[:start] + text[start:].replace(old, new, 1)
    assert wrong != text
    with pytest.raises((reader.Unreadable, reader.Untrue)):
        reader.check_pictures(reader.read(wrong).pictures, trace)


def test_the_reader_misses_a_picture_that_is_left_out() -> None:
    with pytest.raises(reader.Untrue):
        reader.check_pictures([], traced(CROSS))
