"""The same from several seeds: the mean of each figure, and its spread."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from chainrule.experiments.results import MAXIMIZED, Results
from chainrule.utils.columns import aligned


def over_seeds(found: Sequence[Results], seeds: Sequence[int]) -> str:
    """A table of comparisons of the same choices from several seeds: mean and standard deviation of each measure.

    Parameters
    ----------
    found : one for each seed; trainings that diverged count in none of the figures, and are told
    seeds : at least one
    """
    first = found[0]
    names = [*first.measures]
    if first.validated:
        names += [f"validation {measure}" for measure in first.measures]
    rows = [[first.kind, *names]]
    notes = [f"{len(found)} seeds: mean ± standard deviation of one seed's figure."]
    for choice in first.trials:
        each = [row for results in found for row in results.rows() if row[first.kind] == choice]
        good = [row for row in each if not row["diverged"]]
        rows.append([choice, *(spread(name, [row[name] for row in good]) for name in names)])
        if len(good) < len(each):
            notes.append(f"{choice}: {len(each) - len(good)} of {len(each)} trainings diverged.")
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    about = first.about.replace(f"(seed {seeds[0]})", f"(seeds {seeds[0]} to {seeds[-1]})")
    return "\n".join([about, "", *aligned(rows, widths), "", *notes])


def spread(measure: str, values: Sequence[float]) -> str:
    """``0.123 ± 0.004``: the mean, and the standard deviation of n - 1; a share in percent."""
    if not values:
        return "-"
    shown: Any = "{:.2%}" if measure.removeprefix("validation ") in MAXIMIZED else "{:.4g}"
    mean = shown.format(statistics.fmean(values))
    return mean if len(values) < 2 else f"{mean} ± {shown.format(statistics.stdev(values))}"
