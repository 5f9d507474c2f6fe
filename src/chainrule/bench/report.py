"""What a race gave, as a table in text or Markdown, in sentences, and as a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chainrule.bench.race import LOSS, MOVEMENT, Race
from chainrule.bench.racers import ENTRIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEGEND = f"""µs: a step, in the best of the rounds, and in the middle one. × limit: as a
multiple of the matrix products alone, by the best rounds; then, between what
the middle half of the rounds lies. loss, weights: how far the losses, and the
way that the weights went, are from plain NumPy in double precision. Up to
{LOSS:g} and {MOVEMENT:g} that is rounding."""

Row = list[str]


def rows(race: Race) -> list[Row]:
    """The table's head and a row for each who raced, the fastest first."""
    learns = race.column is not None
    found = [["", "µs", "median", "× limit", "middle half", *(["loss", "weights"] if learns else ["apart"])]]
    for outcome in sorted(race.finished, key=lambda outcome: outcome.best):
        ratio, spread = race.ratio(outcome), race.spread(outcome)
        apart = [outcome.loss, outcome.weights] if learns else [outcome.weights]
        found.append(
            [
                outcome.entry.title + ("" if outcome.same else " DIFFERS"),
                number(outcome.best * 1e6),
                number(outcome.median * 1e6),
                "" if ratio is None else number(ratio),
                "" if spread is None or outcome.entry.kind == "limit" else " … ".join(map(number, spread)),
                *("" if value is None else f"{value:.0e}" for value in apart),
            ]
        )
    return found


def number(value: float) -> str:
    """Three digits or more, without an exponent."""
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:,.{digits}f}"


def text(race: Race) -> str:
    """The race as a page of plain text."""
    name = f"{race.column.name}   " if race.column else ""
    lines = [*aligned(rows(race)), *said(race)] if race.finished else said(race)
    return "\n".join([name + race.title, *(f"  {line}".rstrip() for line in lines)])


def aligned(table: Sequence[Row]) -> list[str]:
    """The rows of a table as lines: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        )
        for row in table
    ]


def markdown(table: Sequence[Row]) -> list[str]:
    """The rows of a table in Markdown."""
    head, *rest = table
    rule = ["---", *["---:"] * (len(head) - 1)]
    return ["| " + " | ".join(row) + " |" for row in (head, rule, *rest)]


def bullets(sentences: Sequence[str]) -> list[str]:
    """Sentences as a list in Markdown."""
    return [f"- {sentence}" for sentence in sentences]


def said(race: Race) -> list[str]:
    """In sentences: how chainrule did, who did other work, and who was left out."""
    found = []
    ours, peer = race.of("chainrule"), race.of("peer")
    if ours is not None:
        beside = []
        if (ratio := race.ratio(ours)) is not None:
            beside.append(f"{number(ratio)} × the limit")
        if peer is not None and race.ahead is not None:
            beside.append(f"{number(race.ahead)} × ahead of {peer.entry.title}, the best peer")
        found.append(f"{ours.entry.title}: {', '.join(beside)}." if beside else "")
    found += [f"{o.entry.title} did not do the same work." for o in race.finished if not o.same]
    found += [f"{o.entry.title} was left out: {o.out.rstrip('.')}." for o in race.outcomes if o.out]
    return [sentence for sentence in found if sentence]


def summary(races: Sequence[Race]) -> list[Row]:
    """All columns in one table, as multiples of the limit, with the goals."""
    columns = [(race, race.column) for race in races if race.column is not None]
    found = [["× limit", *(column.name for _, column in columns)]]
    limits = [race.of("limit") for race, _ in columns]
    found.append(["the limit, µs", *("" if limit is None else number(limit.best * 1e6) for limit in limits)])
    for name, entry in ENTRIES.items():
        if entry.kind != "limit":
            found.append([entry.title, *(_cell(race, name) for race, _ in columns)])
    found.append(["goal: at most", *(f"{column.most:g}" for _, column in columns)])
    ahead = [race.ahead for race, _ in columns]
    found.append(["× ahead of the best peer", *("" if a is None else number(a) for a in ahead)])
    found.append(["goal: at least", *(f"{column.ahead:g}" for _, column in columns)])
    return found


def _cell(race: Race, name: str) -> str:
    outcome = race.named(name)
    ratio = None if outcome is None else race.ratio(outcome)
    return "–" if outcome is None or ratio is None else number(ratio) + ("" if outcome.same else " DIFFERS")


def missed(races: Sequence[Race]) -> list[str]:
    """The goals that were not met, with by how much."""
    found = []
    for race in races:
        ours = race.of("chainrule")
        if race.column is None or ours is None:
            continue
        ratio = race.ratio(ours)
        if ratio is not None and ratio > race.column.most:
            found.append(
                f"{race.column.name}: {number(ratio)} × the limit, the goal is at most {race.column.most:g}."
            )
        if race.ahead is not None and race.ahead < race.column.ahead:
            found.append(
                f"{race.column.name}: {number(race.ahead)} × ahead of the best peer, the goal is at least "
                f"{race.column.ahead:g}."
            )
    return found


def draw(races: Sequence[Race], ax: Axes) -> None:
    """The table of multiples of the limit as a picture: a place on the axis for each column, a line for each racer."""
    from chainrule.plots.canvas import BLUE, INK, MARKERS, MUTED, PALE, palette

    columns = [(race, race.column) for race in races if race.column is not None]
    entries = [entry for entry in ENTRIES.values() if entry.kind != "limit"]
    colours = iter(palette(sum(entry.kind == "peer" for entry in entries)))
    for entry, marker in zip(entries, MARKERS, strict=False):
        found = [(place, race.named(entry.name)) for place, (race, _) in enumerate(columns)]
        points = [
            (place, columns[place][0].ratio(outcome)) for place, outcome in found if outcome is not None
        ]
        ours = entry.kind == "chainrule"
        ax.plot(
            [place for place, _ in points],
            [math.nan if ratio is None else ratio for _, ratio in points],
            label=entry.title,
            color=BLUE if ours else next(colours),
            marker=marker,
            markersize=9 if ours else 6,
            linewidth=2.2 if ours else 0.8,
            linestyle="--" if entry.name == "chainrule" else "-",
            zorder=3 if ours else 2,
        )
    ax.axhline(1, color=INK, linewidth=1)
    ax.annotate(
        "the matrix products alone", (0, 1), xycoords=("axes fraction", "data"), xytext=(4, -4),
        textcoords="offset points", va="top", color=MUTED, fontsize=9,
    )  # fmt: skip
    ax.set_yscale("log")
    ax.set_xticks(range(len(columns)), [f"{c.name}\n{c.shape}" for _, c in columns], fontsize=8)
    ax.set_ylabel("time of a step, as a multiple of the limit")
    ax.yaxis.set_major_formatter("{x:g}")
    ax.grid(axis="y", color=PALE, which="both")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, fontsize=9)
