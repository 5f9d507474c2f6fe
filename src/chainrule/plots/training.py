"""The curves of a training, or of several by name."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chainrule.errors import InputError, KindError
from chainrule.evaluation.metrics import METRICS
from chainrule.plots.canvas import BLUE, DASHES, MUTED, ORANGE, axes_for, clip, palette
from chainrule.training.history import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def curves(history: History | Mapping[str, History], *, ax: Axes | None = None) -> Axes:
    """Loss and accuracy by epoch, of training and of validation where there was one.

    Accuracy has the axis on the right, with the metrics that are at most 1. Several histories by name are compared by
    their losses alone: a colour and line style each, validation in a thin line.

    Parameters
    ----------
    history : what `fit` returned, or several of them by name
    ax : where to draw; a new figure unless given

    Returns
    -------
    the Axes of the loss

    Raises
    ------
    InputError : if there is no finished epoch to draw
    KindError : if it is no History
    MissingPackage : without matplotlib
    """
    histories = history if isinstance(history, Mapping) else {"": history}
    if not histories:
        raise InputError("there is no history to draw: give at least one.")
    for name, one in histories.items():
        _check_history(name, one)
    ax = axes_for(ax, (6.4, 4.2))
    from matplotlib.ticker import MaxNLocator

    ax.set(xlabel="epoch", ylabel="loss")
    lines = _compare(ax, histories) if histories is history else _one_history(ax, histories[""])
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(handles=lines, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)
    return ax


def _check_history(name: str, history: Any) -> None:
    of = f" of {name!r}" if name else ""
    if not isinstance(history, History):
        raise KindError(f"the history{of} is {history!r}: give what net.fit(…) returned.")
    if history.epochs == 0:
        raise InputError(f"the history{of} has no finished epoch: there is nothing to draw.")


def _curve(ax: Axes, values: Sequence[float], color: Any, style: str, **more: Any) -> list[Any]:
    """A line over the epochs, from 1, with a dot for each where they are few; none without values."""
    marker = "o" if len(values) <= 20 else ""
    epochs = range(1, len(values) + 1)
    return ax.plot(epochs, values, color=color, ls=style, marker=marker, ms=3.5, **more) if values else []


def _one_history(ax: Axes, history: History) -> list[Any]:
    lines = _curve(ax, history.loss, BLUE, "-", label="loss")
    lines += _curve(ax, history.validation_loss, BLUE, "--", label="validation loss")
    shares = {name: values for name, values in history.series().items() if _is_share(name)}
    if shares:
        ax.yaxis.label.set_color(BLUE)
        right = ax.twinx()
        looks = {"accuracy": (ORANGE, "-."), "validation_accuracy": (ORANGE, ":")}
        others = zip(palette(len(shares)), itertools.cycle(DASHES), strict=False)
        for name, values in shares.items():
            lines += _curve(right, values, *(looks.get(name) or next(others)), label=history.words(name))
        right.set_ylabel(history.words("accuracy") if history.accuracy else "metrics", color=ORANGE)
        right.set_ylim(top=min(right.get_ylim()[1], 1.01))
    return lines


def _is_share(name: str) -> bool:
    """Whether a series of a History has numbers of at most 1, of which the largest is best."""
    metric = METRICS.get(name.removeprefix("validation_"))
    return metric is not None and metric.mode == "max"


def _compare(ax: Axes, histories: Mapping[str, History]) -> list[Any]:
    from matplotlib.lines import Line2D

    lines = []
    for k, (name, history) in enumerate(histories.items()):
        look = palette(len(histories))[k], DASHES[k % len(DASHES)]
        lines += _curve(ax, history.loss, *look, lw=2.2, label=clip(name, 28))
        _curve(ax, history.validation_loss, *look, lw=0.9)
    if any(history.validation_loss for history in histories.values()):
        lines.append(Line2D([], [], color=MUTED, lw=0.9, label="validation (thin)"))
    return lines
