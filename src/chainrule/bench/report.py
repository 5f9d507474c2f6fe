"""What a race gave, as a table in text or Markdown, and in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.bench.outcomes import LOSS_TOLERANCE, MOVEMENT_TOLERANCE, Outcome, Race
from chainrule.utils.columns import aligned

LEGEND = f"""µs: a step, in the best of the rounds, and in the middle one. × limit: as a
multiple of the matrix products alone, by the best rounds; then, between what
the middle half of the rounds lies. loss, weights: how far the losses, and the
way that the weights went, are from plain NumPy in double precision. Up to
{LOSS_TOLERANCE:g} and {MOVEMENT_TOLERANCE:g} that is rounding."""

Row = list[str]


def rows(race: Race) -> list[Row]:
    """The table's head and a row for each that finished, the fastest first."""
    errors = ["loss", "weights"] if race.workload is not None else ["apart"]
    head = ["", "µs", "median", "× limit", "middle half", *errors]
    return [head, *(_row(race, outcome) for outcome in sorted(race.finished, key=lambda each: each.best))]


def _row(race: Race, outcome: Outcome) -> Row:
    ratio, quartiles = race.ratio(outcome), race.quartiles(outcome)
    errors = [outcome.result_error] if race.workload is None else [outcome.loss_error, outcome.result_error]
    return [
        outcome.contestant.title + ("" if outcome.verified else " DIFFERS"),
        number(outcome.best * 1e6),
        number(outcome.median * 1e6),
        "" if ratio is None else number(ratio),
        "" if quartiles is None or outcome.contestant.kind == "limit" else " … ".join(map(number, quartiles)),
        *("" if error is None else f"{error:.0e}" for error in errors),
    ]


def number(value: float) -> str:
    """Three digits or more, without an exponent."""
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:,.{digits}f}"


def text(race: Race) -> str:
    """The race as a page of plain text."""
    name = f"{race.workload.name}   " if race.workload else ""
    lines = [*aligned(rows(race)), *sentences(race)] if race.finished else sentences(race)
    return "\n".join([name + race.title, *(f"  {line}".rstrip() for line in lines)])


def markdown(table: Sequence[Row]) -> list[str]:
    """The rows of a table in Markdown, whose first column has a name: a reader by ear needs one."""
    (first, *heads), *rest = table
    head = [first or "racer", *heads]
    rule = ["---", *["---:"] * (len(head) - 1)]
    return ["| " + " | ".join(row) + " |" for row in (head, rule, *rest)]


def bullets(items: Sequence[str]) -> list[str]:
    """Sentences as a list in Markdown."""
    return [f"- {item}" for item in items]


def sentences(race: Race) -> list[str]:
    """In sentences: how chainrule did, who did other work, and who was left out."""
    found = []
    ours, peer = race.fastest("chainrule"), race.fastest("peer")
    if ours is not None:
        beside = []
        if (ratio := race.ratio(ours)) is not None:
            beside.append(f"{number(ratio)} × the limit")
        if peer is not None and race.speedup is not None:
            beside.append(f"{number(race.speedup)} × ahead of {peer.contestant.title}, the best peer")
        found.append(f"{ours.contestant.title}: {', '.join(beside)}." if beside else "")
    found += [f"{o.contestant.title} did not do the same work." for o in race.finished if not o.verified]
    found += [
        f"{o.contestant.title} was left out: {o.failure.rstrip('.')}." for o in race.outcomes if o.failure
    ]
    return [sentence for sentence in found if sentence]


def summary(races: Sequence[Race]) -> list[Row]:
    """All workloads in one table, as multiples of the limit, with the goals."""
    workloads = [(race, race.workload) for race in races if race.workload is not None]
    found = [["× limit", *(workload.name for _, workload in workloads)]]
    limits = [race.fastest("limit") for race, _ in workloads]
    found.append(["the limit, µs", *("" if limit is None else number(limit.best * 1e6) for limit in limits)])
    titles = {o.contestant.name: o.contestant.title for race in races for o in race.outcomes}
    del titles["limit"]
    for name, title in titles.items():
        found.append([title, *(_cell(race, name) for race, _ in workloads)])
    if not any(race.called for race in races):
        found.append(["goal: at most", *(f"{workload.max_ratio:g}" for _, workload in workloads)])
    speedups = [race.speedup for race, _ in workloads]
    found.append(["× ahead of the best peer", *("" if each is None else number(each) for each in speedups)])
    found.append(["goal: at least", *(f"{race.goal:g}" for race, _ in workloads)])
    return found


def _cell(race: Race, name: str) -> str:
    outcome = race.named(name)
    ratio = None if outcome is None else race.ratio(outcome)
    return (
        "–" if outcome is None or ratio is None else number(ratio) + ("" if outcome.verified else " DIFFERS")
    )


def missed(races: Sequence[Race]) -> list[str]:
    """The goals that were not met, with by how much."""
    found = []
    for race in races:
        ours = race.fastest("chainrule")
        if race.workload is None or ours is None:
            continue
        ratio = race.ratio(ours)
        if not race.called and ratio is not None and ratio > race.workload.max_ratio:
            found.append(
                f"{race.workload.name}: {number(ratio)} × the limit, the goal is at most {race.workload.max_ratio:g}."
            )
        if race.speedup is not None and race.speedup < race.goal:
            found.append(
                f"{race.workload.name}: {number(race.speedup)} × ahead of the best peer, the goal is at least "
                f"{race.goal:g}."
            )
    return found
