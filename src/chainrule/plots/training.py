"""The curves of a training, or of several by name."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from chainrule.errors import InputError, KindError
from chainrule.plots.canvas import (
    DASHES,
    ORANGE,
    THICK,
    THIN,
    above,
    axes_for,
    blue,
    clip,
    muted,
    palette,
    points,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@runtime_checkable
class Trained(Protocol):
    """What is drawn of a training: its series by epoch, and how they are called."""

    @property
    def epochs(self) -> int: ...

    @property
    def loss(self) -> Sequence[float]: ...

    @property
    def validation_loss(self) -> Sequence[float]: ...

    def shares(self) -> Mapping[str, Sequence[float]]: ...

    def words(self, name: str) -> str: ...


def curves(history: Trained | Mapping[str, Trained], *, ax: Axes | None = None) -> Axes:
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
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if all(one.epochs == 1 for one in histories.values()):
        ax.set(xlim=(0.5, 1.5), xticks=[1])
    above(ax, lines, columns=2)
    return ax


def _check_history(name: str, history: Any) -> None:
    of = f" of {name!r}" if name else ""
    if not isinstance(history, Trained):
        raise KindError(f"the history{of} is {history!r}: give what net.fit(…) returned.")
    if history.epochs == 0:
        raise InputError(f"the history{of} has no finished epoch: there is nothing to draw.")


def _curve(ax: Axes, values: Sequence[float], color: Any, style: str, **more: Any) -> list[Any]:
    """A line over the epochs, from 1, with a dot for each where they are few; none without values."""
    marker = "o" if len(values) <= 20 else ""
    epochs = range(1, len(values) + 1)
    return (
        ax.plot(epochs, values, color=color, ls=style, marker=marker, ms=5, **{"lw": THICK, **more})
        if values
        else []
    )


def _one_history(ax: Axes, history: Trained) -> list[Any]:
    lines = _curve(ax, history.loss, blue(), "-", label="loss")
    lines += _curve(ax, history.validation_loss, blue(), "--", label="validation loss")
    if shares := history.shares():
        ax.yaxis.label.set_color(blue())
        right: Any = ax.twinx()
        right.yaxis.label.set_size(points(ax))
        right.tick_params(labelsize=ax.yaxis.get_ticklabels()[0].get_fontsize())
        looks = {"accuracy": (ORANGE, "-."), "validation_accuracy": (ORANGE, ":")}
        others = zip(palette(len(shares)), itertools.cycle(DASHES), strict=False)
        for name, values in shares.items():
            lines += _curve(right, values, *(looks.get(name) or next(others)), label=history.words(name))
        right.set_ylabel(history.words("accuracy") if "accuracy" in shares else "metrics", color=ORANGE)
        right.set_ylim(top=min(right.get_ylim()[1], 1.01))
    return lines


def _compare(ax: Axes, histories: Mapping[str, Trained]) -> list[Any]:
    from matplotlib.lines import Line2D

    lines = []
    for k, (name, history) in enumerate(histories.items()):
        look = palette(len(histories))[k], DASHES[k % len(DASHES)]
        lines += _curve(ax, history.loss, *look, lw=THICK + 0.4, label=clip(name, 28))
        _curve(ax, history.validation_loss, *look, lw=THIN)
    if any(history.validation_loss for history in histories.values()):
        lines.append(Line2D([], [], color=muted(), lw=THIN, label="validation (thin)"))
    return lines
