"""The curves of a comparison: the same training once for each of several choices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from chainrule.errors import KindError
from chainrule.plots.canvas import DASHES, MARKERS, THICK, THIN, axes_for, clip, legend, muted, palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKS = 6  # on a curve of many epochs
LOG_RANGE = 30  # how many times the smallest value the largest is, from where on the axis is logarithmic


class Curves(Protocol):
    """What is drawn of one training: its measures by name, before the first epoch and after each."""

    @property
    def name(self) -> str: ...

    @property
    def rate(self) -> Any: ...

    @property
    def training(self) -> Mapping[str, Sequence[float]]: ...

    @property
    def validation(self) -> Mapping[str, Sequence[float]]: ...

    @property
    def diverged(self) -> str: ...


@runtime_checkable
class Compared(Protocol):
    """What is drawn of a comparison: the curves of each choice, and what was varied and measured."""

    @property
    def kind(self) -> str: ...

    @property
    def measures(self) -> Sequence[str]: ...

    @property
    def validated(self) -> bool: ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Curves]: ...


def comparison(comparison: Compared, *, ax: Axes | None = None) -> Axes:
    """The curves of a comparison's first measure, from before the first epoch on: a line for each choice.

    A colour, line style and marker each, named beside the picture in the order in which they end; validation in a
    thin line. A cross ends the line of a training that diverged. Losses far apart have a logarithmic axis.

    Parameters
    ----------
    comparison : what `chainrule.compare` gave
    ax : where to draw; a new figure unless given

    Raises
    ------
    KindError : if it is no Comparison
    MissingPackage : without matplotlib
    """
    if not isinstance(comparison, Compared):
        raise KindError(f"the comparison is {comparison!r}: give what chainrule.compare(…) returned.")
    ax = axes_for(ax, (8.6, 4.6))
    from matplotlib.lines import Line2D

    measure, colors = comparison.measures[0], palette(len(comparison))
    named = all(_rated(trial.name, [trial.rate]) == trial.name for trial in comparison)
    title = comparison.kind if named else _rated(comparison.kind, [trial.rate for trial in comparison])
    own = title == comparison.kind  # each has a learning rate of its own
    drawn = [_curve(ax, trial, measure, k, colors[k], own) for k, trial in enumerate(comparison)]
    lines = [line for _, line in sorted(drawn, key=lambda each: -each[0])]
    if comparison.validated:
        lines.append(Line2D([], [], color=muted(), lw=THIN, label="validation (thin)"))
    _scale(ax, measure, max(1, *(len(trial.training[measure]) - 1 for trial in comparison)))
    legend(
        ax, handles=lines, title=title, loc="center left", bbox_to_anchor=(1, 0.5), handlelength=4,
        alignment="left",
    )  # fmt: skip
    return ax


def _curve(ax: Axes, trial: Curves, measure: str, k: int, color: Any, rated: bool) -> tuple[float, Any]:
    """Draw the k-th training, named with its rate if asked for; gives the value with which it ends, and its line."""
    look: dict[str, Any] = {"color": color, "ls": DASHES[k % len(DASHES)]}
    values, label = _finite(trial.training[measure]), clip(trial.name, 28)
    label = _rated(label, [trial.rate]) if rated else label
    every = max(1, len(values) // MARKS)
    line, *_ = ax.plot(
        values, **look, lw=THICK + 0.4, marker=MARKERS[k % len(MARKERS)], ms=7, markevery=(k % every, every),
        label=label + (" (diverged)" if trial.diverged else ""),
    )  # fmt: skip
    if trial.validation:
        ax.plot(_finite(trial.validation[measure]), **look, lw=THIN)
    if trial.diverged:
        ax.plot([len(values) - 1], values[-1:], "x", color=color, ms=10, mew=2.5)
    return -np.inf if trial.diverged else np.nan_to_num(values[-1], nan=np.inf), line


def _rated(name: str, rates: Sequence[Any]) -> str:
    """A name with the learning rate that training began with, where it is the same in all, and not in the name."""
    if not rates or any(rate is None or rate != rates[0] for rate in rates):
        return name
    if isinstance(rates[0], int | float) and f"{rates[0]:g}" in re.findall(r"\d[\w.+-]*", name):
        return name
    return f"{name}, η = {rates[0]:g}" if isinstance(rates[0], int | float) else f"{name}, η: {rates[0]}"


def _scale(ax: Axes, measure: str, epochs: int) -> None:
    """The axes: epochs in whole numbers, and values far apart by their powers."""
    from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

    ax.set(xlabel="epoch", ylabel=measure, xlim=(-0.04 * epochs, 1.04 * epochs))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    shown = np.concatenate([line.get_ydata() for line in ax.lines])
    shown = shown[np.isfinite(shown)]
    if len(shown) and shown.min() > 0 and shown.max() > LOG_RANGE * shown.min():
        ax.set_yscale("log")
        # 1, 2 and 5 of each power as long as there is room for all: the locator gives none otherwise
        near = shown.max() < 1000 * shown.min()
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if near else (1,)))
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        ax.yaxis.set_minor_formatter(NullFormatter())


def _finite(values: Sequence[float]) -> Any:
    array = np.asarray(values, np.float64)
    return np.where(np.isfinite(array), array, np.nan)
