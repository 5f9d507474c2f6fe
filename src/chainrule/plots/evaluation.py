"""How good a network is: what it takes for what, whether probabilities keep what they say, numbers met or missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.model.model import Model
from chainrule.parts.contract import Array
from chainrule.plots import read
from chainrule.plots.canvas import (
    BLUE,
    THICK,
    THIN,
    above,
    axes_for,
    blue,
    check_network,
    clip,
    muted,
    points,
    shade,
)
from chainrule.utils import checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_NUMBERED = 20  # classes up to which each field has its number


class Bin(Protocol):
    """What is drawn of answers that were said with about the same probability."""

    @property
    def said(self) -> float: ...

    @property
    def true(self) -> float: ...

    @property
    def samples(self) -> int: ...


@runtime_checkable
class Evaluated(Protocol):
    """What is drawn of an evaluation."""

    @property
    def kind(self) -> str: ...

    @property
    def samples(self) -> int: ...

    @property
    def each(self) -> Mapping[str, Any]: ...

    @property
    def confusion(self) -> Array | None: ...

    @property
    def calibration(self) -> Sequence[Bin]: ...


def confusion(evaluation: Evaluated, *, ax: Axes | None = None) -> Axes:
    """How many samples of each class (rows) are said to be of each (columns); the shade is the share of the row.

    Parameters
    ----------
    evaluation : of classes, what `net.evaluate(X, y)` returned
    ax : where to draw; a new figure unless given

    Returns
    -------
    the Axes

    Raises
    ------
    InputError, KindError : for an evaluation of something else
    MissingPackage : without matplotlib
    """
    table = _checked(evaluation).confusion
    if table is None:
        raise InputError(f"confusion draws classes, and this is an evaluation of {evaluation.kind}.")
    ax = axes_for(ax, (5.6, 5))
    names = [clip(name, 14) for name in evaluation.each]
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    ax.imshow(shares, cmap=_clear_to_blue(), vmin=0, vmax=1)
    if len(names) <= MOST_NUMBERED:
        size = points(ax) * min(1.1, 8 / len(names))
        for (i, j), count in np.ndenumerate(table):
            color = "white" if shares[i, j] > 0.5 else shade(1)
            ax.text(j, i, f"{count:,}", ha="center", va="center", color=color, fontsize=size)
        places = range(len(names))
        ax.set_xticks(places, names, rotation=45 if max(map(len, names)) > 4 else 0, ha="center")
        ax.set_yticks(places, names)
    ax.set(xlabel="said", ylabel="true")
    return ax


def _clear_to_blue() -> Any:
    """From nothing, which shows the ground, to blue."""
    from matplotlib.colors import LinearSegmentedColormap, to_rgb

    return LinearSegmentedColormap.from_list("clear_to_blue", [(*to_rgb(BLUE), 0), (*to_rgb(BLUE), 1)])


def calibration(evaluation: Evaluated, *, ax: Axes | None = None) -> Axes:
    """Whether probabilities keep what they say: of answers said with about p, the share that is true should be p.

    Of two classes it is the probability of the second one, of more that of the answer. A larger dot stands for more
    samples.

    Parameters
    ----------
    evaluation : of classes with probabilities, what `net.evaluate(X, y)` returned
    ax : where to draw; a new figure unless given

    Returns
    -------
    the Axes

    Raises
    ------
    InputError, KindError : for an evaluation of something else
    MissingPackage : without matplotlib
    """
    bins = _checked(evaluation).calibration
    if not bins:
        raise InputError("calibration draws the probabilities of classes, and this evaluation has none.")
    ax = axes_for(ax, (5, 5))
    ax.plot([0, 1], [0, 1], color=muted(), ls="--", lw=THIN, label="as said")
    said, true = [each.said for each in bins], [each.true for each in bins]
    sizes = 20 + 180 * np.array([each.samples for each in bins]) / evaluation.samples
    ax.plot(said, true, color=blue(), lw=THICK)
    ax.scatter(said, true, s=sizes, color=blue(), label="samples (larger: more)", zorder=3)
    what = f"of {clip(list(evaluation.each)[1], 14)}" if len(evaluation.each) == 2 else "of the answer"
    ax.set(xlabel=f"probability {what}", ylabel="share that is true", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    above(ax, ax.get_legend_handles_labels()[0], columns=2)
    return ax


def predicted(net: Model, X: Any, y: Any, *, ax: Axes | None = None) -> Axes:
    """The number that a network predicts of each sample, over its target; on the line they are the same.

    Parameters
    ----------
    net : with one output, a number
    X, y : samples (m, inputs) and their targets (m,)
    ax : where to draw; a new figure unless given

    Returns
    -------
    the Axes

    Raises
    ------
    InputError, KindError : for another network, or bad data
    MissingPackage : without matplotlib
    """
    check_network(net)
    if net.outputs != 1 or net.answers.of_classes:
        raise InputError("predicted draws one number a sample, and this network gives something else.")
    said, true = read.outputs(net, X)[:, 0], np.ravel(checks.numbers(y, "y").astype(np.float64))
    if said.shape != true.shape:
        raise InputError(f"y has {len(true)} numbers for {len(said)} samples: give one for each.")
    ax = axes_for(ax, (5, 5))
    low, high = float(min(said.min(), true.min())), float(max(said.max(), true.max()))
    ax.plot([low, high], [low, high], color=muted(), ls="--", lw=THIN)
    ax.scatter(true, said, s=24, color=blue(), alpha=0.6, edgecolors="none")
    name = clip(net.metadata.get("target", "y"), 30)
    ax.set(xlabel=f"{name}, true", ylabel=f"{name}, predicted")
    return ax


def _checked(evaluation: Any) -> Evaluated:
    if not isinstance(evaluation, Evaluated):
        raise KindError(
            f"{checks.short(evaluation)} is no Evaluation: give what net.evaluate(X, y) returned."
        )
    return evaluation
