"""The table of multiples of the limit as a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chainrule.bench.contestants import TRAINERS
from chainrule.bench.outcomes import Race
from chainrule.plots.canvas import BLUE, INK, MARKERS, muted, pale, palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw(races: Sequence[Race], ax: Axes) -> None:
    """A place on the axis for each workload, a line for each contestant."""
    workloads = [(race, race.workload) for race in races if race.workload is not None]
    contestants = [contestant for contestant in TRAINERS.values() if contestant.kind != "limit"]
    colours = iter(palette(sum(contestant.kind == "peer" for contestant in contestants)))
    for contestant, marker in zip(contestants, MARKERS, strict=False):
        places, ratios = _points([race for race, _ in workloads], contestant.name)
        ours = contestant.kind == "chainrule"
        ax.plot(
            places,
            ratios,
            label=contestant.title,
            color=BLUE if ours else next(colours),
            marker=marker,
            markersize=9 if ours else 6,
            linewidth=2.2 if ours else 0.8,
            linestyle="--" if contestant.name == "chainrule" else "-",
            zorder=3 if ours else 2,
        )
    _label(ax, [f"{workload.name}\n{workload.shape}" for _, workload in workloads])


def _points(races: Sequence[Race], name: str) -> tuple[list[int], list[float]]:
    """Where a contestant finished, and its multiples of the limit there."""
    found = [
        (place, race.ratio(o)) for place, race in enumerate(races) if (o := race.named(name)) is not None
    ]
    return [place for place, _ in found], [math.nan if ratio is None else ratio for _, ratio in found]


def _label(ax: Axes, names: Sequence[str]) -> None:
    """The limit, the axes and the legend."""
    ax.axhline(1, color=INK, linewidth=1)
    ax.annotate(
        "the matrix products alone", (0, 1), xycoords=("axes fraction", "data"), xytext=(4, -4),
        textcoords="offset points", va="top", color=muted(), fontsize=9,
    )  # fmt: skip
    ax.set_yscale("log")
    ax.set_xticks(range(len(names)), names, fontsize=8)
    ax.set_ylabel("time of a step, as a multiple of the limit")
    ax.yaxis.set_major_formatter("{x:g}")
    ax.grid(axis="y", color=pale(), which="both")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, fontsize=9)
