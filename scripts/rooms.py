"""Draws the rooms of the package and which import which: ``python scripts/rooms.py`` writes docs/images/rooms.svg.

Every import counts, those within functions and for type checkers, too. An arrow that follows from others is left out.
"""

from __future__ import annotations

import ast
import graphlib
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "chainrule"
Graph = dict[str, set[str]]


def modules() -> dict[str, Path]:
    """Every file of the package by the name of its module."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    """The syntax of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports() -> Graph:
    """For each module the modules of the package that it imports, anywhere in its file."""
    files = modules()
    return {name: _imported(path, files) for name, path in files.items()}


def _imported(path: Path, files: dict[str, Path]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            whole = str(node.module)
            found |= {name if (name := f"{whole}.{alias.name}") in files else whole for alias in node.names}
    return found & set(files)


def room(module: str) -> str:
    """The room that a module stands in: its folder, or the file itself where it is loose."""
    return (module + ".").split(".")[1] or "chainrule"


def rooms() -> Graph:
    """For each room the other rooms that its files import. What imports the package as a whole stands outside."""
    found: Graph = {}
    for name, others in imports().items():
        found.setdefault(room(name), set()).update(room(other) for other in others if other != "chainrule")
    return {name: others - {name} for name, others in found.items()}


def reduced(graph: Graph) -> Graph:
    """The same without arrows that follow from others."""
    reach: Graph = {}
    for name in graphlib.TopologicalSorter(graph).static_order():
        reach[name] = set(graph[name]).union(*(reach[other] for other in graph[name]))
    return {
        name: {other for other in others if not any(other in reach[between] for between in others - {other})}
        for name, others in graph.items()
    }


def levels(graph: Graph) -> dict[str, int]:
    """How high each room stands: one above the highest that it imports."""
    found: dict[str, int] = {}
    for name in graphlib.TopologicalSorter(graph).static_order():
        found[name] = 1 + max((found[other] for other in graph[name]), default=-1)
    return found


def main() -> None:
    """Write the picture."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "rooms", "font.family": "sans-serif"})
    import matplotlib.pyplot as plt

    graph = reduced(rooms())
    height = levels(graph)
    rows: dict[int, list[str]] = {}
    for name in sorted(height):
        rows.setdefault(height[name], []).append(name)
    place = {
        name: ((i - (len(row) - 1) / 2) * 2.2, y * 0.9)
        for y, row in rows.items()
        for i, name in enumerate(row)
    }
    figure, ax = plt.subplots(figsize=(9, 0.62 * len(rows) + 0.4))
    for name, (x, y) in place.items():
        ax.text(
            x, y, name, ha="center", va="center", fontsize=10,
            bbox={"boxstyle": "round,pad=0.35", "facecolor": "#eef3fb", "edgecolor": "#3b5b92"},
        )  # fmt: skip
        for other in sorted(graph[name]):
            to = place[other]
            ax.annotate(
                "", xy=(to[0], to[1] + 0.24), xytext=(x, y - 0.24),
                arrowprops={"arrowstyle": "->", "color": "#8a94a6", "lw": 0.8},
            )  # fmt: skip
    ax.set_xlim(min(x for x, _ in place.values()) - 1.2, max(x for x, _ in place.values()) + 1.2)
    ax.set_ylim(-0.5, max(y for _, y in place.values()) + 0.5)
    ax.axis("off")
    figure.savefig(
        Path(__file__).parents[1] / "docs" / "images" / "rooms.svg",
        bbox_inches="tight",
        metadata={"Date": None},
    )


if __name__ == "__main__":
    main()
