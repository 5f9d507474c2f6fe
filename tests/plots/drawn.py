"""What the tests of pictures share: a trace to draw, and what stands in the Axes."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from matplotlib.text import Text

import chainrule as cr

WORKED = {
    "W1": [[-0.6, 0.6, 0.4], [-0.6, 0.7, 0.5]],
    "b1": [0.3, 0.5, 0.3],
    "W2": [[-0.7, 0.7], [0.8, -0.8], [0.5, -0.5]],
    "b2": [-0.4, 0.4],
}


def worked_trace() -> Any:
    return cr.Network([2, 3, 2], parameters=WORKED).trace([0.5, 0.5], 1, optimizer=cr.SGD(0.01))


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text()]


def edges(ax: Axes) -> dict[str, Line2D]:
    return {str(line.get_gid()): line for line in ax.lines if line.get_gid()}


def circles(ax: Axes) -> list[Circle]:
    return [patch for patch in ax.patches if isinstance(patch, Circle)]


def legend(ax: Axes) -> list[str]:
    found = ax.get_legend()
    assert found is not None
    return [text.get_text() for text in found.get_texts()]


def luminance(color: Any) -> float:
    return float(np.dot(to_rgb(color), [0.299, 0.587, 0.114]))


def corners(text: Text) -> np.ndarray[Any, Any]:
    """The corners of the rotated box of a text, in pixels."""
    angle = text.get_rotation()
    text.set_rotation(0)
    box = text.get_window_extent()
    text.set_rotation(angle)
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [box.width / 2, box.height / 2]
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turned = text.get_window_extent()
    middle = [(turned.x0 + turned.x1) / 2, (turned.y0 + turned.y1) / 2]
    return half @ np.array([[c, s], [-s, c]]) + middle


def overlap(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    """Whether two rectangles overlap: no side of either separates them."""
    for corner in (a, b):
        for side in (corner[1] - corner[0], corner[2] - corner[1]):
            p, q = a @ side, b @ side
            if p.max() <= q.min() or q.max() <= p.min():
                return False
    return True


def clear_of_circle(box: np.ndarray[Any, Any], circle: Circle, ax: Axes) -> bool:
    """Whether a rectangle lies all in a circle or all outside of it, clear of its line (all in pixels)."""
    middle, edge = ax.transData.transform([circle.center, np.add(circle.center, (circle.radius, 0))])
    assert ax.figure is not None
    radius, half_line = edge[0] - middle[0], circle.get_linewidth() * ax.figure.dpi / 72 / 2
    along, up = box[1] - box[0], box[3] - box[0]
    place = np.array([(middle - box[0]) @ side / (side @ side) for side in (along, up)])
    nearest = box[0] + np.clip(place, 0, 1) @ np.array([along, up])
    farthest = np.linalg.norm(box - middle, axis=1).max()
    return bool(farthest < radius - half_line or np.linalg.norm(nearest - middle) > radius + half_line)


def assert_tidy(ax: Axes) -> None:
    """All text is inside the figure, none lies on another, and none crosses the outline of a circle."""
    assert ax.figure is not None
    ax.figure.canvas.draw()
    found = [t for t in ax.texts if t.get_text()]
    if ax.get_legend() is not None:
        found += ax.get_legend().get_texts()
    if ax.axison:
        found += [ax.xaxis.label, ax.yaxis.label]
    boxes = [corners(text) for text in found]
    for text, box in zip(found, boxes, strict=True):
        inside = (box >= -1).all() and (box <= np.array(ax.figure.bbox.size) + 1).all()
        assert inside, f"{text.get_text()!r} sticks out"
    for (a, box), (b, other) in combinations(zip(found, boxes, strict=True), 2):
        assert not overlap(box, other), f"{a.get_text()!r} lies on {b.get_text()!r}"
    for (text, box), circle in product(zip(found, boxes, strict=True), circles(ax)):
        assert clear_of_circle(box, circle, ax), f"{text.get_text()!r} crosses a circle"
