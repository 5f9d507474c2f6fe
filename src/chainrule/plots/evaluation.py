"""How good a network is: what it takes for what, whether probabilities keep what they say, numbers met or missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.evaluation import Evaluation
from chainrule.network import Network
from chainrule.plots.canvas import BLUE, INK, MUTED, axes_for, check_network, clip
from chainrule.utils import checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_NUMBERED = 20  # classes up to which each field has its number


def confusion(evaluation: Evaluation, *, ax: Axes | None = None) -> Axes:
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
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if len(names) <= MOST_NUMBERED:
        for (i, j), count in np.ndenumerate(table):
            ax.text(
                j, i, f"{count:,}", ha="center", va="center", color="white" if shares[i, j] > 0.5 else INK
            )
        places = range(len(names))
        ax.set_xticks(places, names, rotation=45 if max(map(len, names)) > 4 else 0, ha="center")
        ax.set_yticks(places, names)
    ax.set(xlabel="said", ylabel="true")
    return ax


def calibration(evaluation: Evaluation, *, ax: Axes | None = None) -> Axes:
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
    ax.plot([0, 1], [0, 1], color=MUTED, ls="--", lw=1, label="as said")
    said, true = [each.said for each in bins], [each.true for each in bins]
    sizes = 20 + 180 * np.array([each.samples for each in bins]) / evaluation.samples
    ax.plot(said, true, color=BLUE, lw=1.2)
    ax.scatter(said, true, s=sizes, color=BLUE, label="samples", zorder=3)
    what = f"of {clip(list(evaluation.each)[1], 14)}" if len(evaluation.each) == 2 else "of the answer"
    ax.set(xlabel=f"probability {what}", ylabel="share that is true", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    ax.legend(loc="upper left", frameon=False)
    return ax


def predicted(net: Network, X: Any, y: Any, *, ax: Axes | None = None) -> Axes:
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
    said, true = net.predict(X)[:, 0], np.ravel(checks.numbers(y, "y").astype(np.float64))
    if said.shape != true.shape:
        raise InputError(f"y has {len(true)} numbers for {len(said)} samples: give one for each.")
    ax = axes_for(ax, (5, 5))
    low, high = float(min(said.min(), true.min())), float(max(said.max(), true.max()))
    ax.plot([low, high], [low, high], color=MUTED, ls="--", lw=1)
    ax.scatter(true, said, s=14, color=BLUE, alpha=0.6, edgecolors="none")
    name = clip(net.metadata.get("target", "y"), 30)
    ax.set(xlabel=f"{name}, true", ylabel=f"{name}, predicted")
    return ax


def _checked(evaluation: Any) -> Evaluation:
    if not isinstance(evaluation, Evaluation):
        raise KindError(f"{evaluation!r} is no Evaluation: give what net.evaluate(X, y) returned.")
    return evaluation
