"""How numbers are spread, layer by layer: activations, weights, gradients; and how large gradients are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InputError, KindError
from chainrule.model import arguments
from chainrule.model.record import Record
from chainrule.parts.contract import Activation, Array
from chainrule.plots.canvas import (
    DASHES,
    MARKERS,
    THICK,
    axes_for,
    blue,
    check_network,
    legend,
    palette,
    points,
    short_number,
)
from chainrule.utils import checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 30
PER_ROW = 3


def activations(trace: Record, *, ax: Axes | None = None) -> Axes:
    """Histograms of what each activation gives, over all samples and units of a step, and how much of it is 0.

    Parameters
    ----------
    trace : what `net.trace(X, y)` returned, or `net.trace(X)`
    ax : where to draw, in which each layer has Axes of its own (``ax.child_axes``); a new figure unless given

    Returns
    -------
    the Axes

    Raises
    ------
    InputError, KindError : for something else; for numbers that are not finite
    MissingPackage : without matplotlib
    """
    program = _checked(trace).program
    names = [
        quantity.name
        for quantity in program.quantities.values()
        if quantity.section == "forward" and isinstance(quantity.part, Activation) and quantity.local == "a"
    ]
    return _histograms({name: trace.results[name] for name in names}, ax, zeros=True)


def weights(net: Any, *, ax: Axes | None = None) -> Axes:
    """Histograms of a network's weights, a matrix at a time; biases are left out.

    Parameters
    ----------
    net : a Network
    ax : where to draw, in which each matrix has Axes of its own (``ax.child_axes``); a new figure unless given

    Returns
    -------
    the Axes

    Raises
    ------
    InputError, KindError : for something else; for weights that are not finite
    MissingPackage : without matplotlib
    """
    check_network(net)
    return _histograms({name: array for name, array in net.parameters.items() if array.ndim == 2}, ax)


def gradients(trace: Record, *, ax: Axes | None = None) -> Axes:
    """Histograms of the gradients of a step, a matrix of weights at a time; biases are left out.

    Parameters
    ----------
    trace : what `net.trace(X, y)` returned
    ax : where to draw, in which each matrix has Axes of its own (``ax.child_axes``); a new figure unless given

    Returns
    -------
    the Axes

    Raises
    ------
    InputError, KindError : for something else; for a trace without gradients, or some that are not finite
    MissingPackage : without matplotlib
    """
    return _histograms(_gradients(trace), ax, zeros=True)


def gradient_flow(traces: Record | Iterable[Record], *, ax: Axes | None = None) -> Axes:
    """How large the gradient of each matrix of weights is, ‖dW‖: at a step as bars, over several as lines.

    The root of the sum of squares, on an axis of powers. Gradients that vanish fall from the last layer to the first.

    Parameters
    ----------
    traces : a trace, or several in order, such as ``net.steps(X, y)``, which are looked at one after the other
    ax : where to draw; a new figure unless given

    Returns
    -------
    the Axes

    Raises
    ------
    InputError, KindError : for something else; for a trace without gradients, or some that are not finite
    MissingPackage : without matplotlib
    """
    one = isinstance(traces, Record)
    norms: dict[str, list[float]] = {}
    for trace in [traces] if one else checks.one_by_one(traces, _no_trace):
        for name, array in _gradients(trace).items():
            norms.setdefault(name, []).append(float(np.linalg.norm(array.astype(np.float64))))
    if not norms:
        raise InputError("there is no step to draw: give at least one trace.")
    ax = axes_for(ax, (7, 4.4))
    ax.set_ylabel("size of the gradient, ‖dW‖")
    if one:
        ax.set_xlabel("from the first layer to the last")
        ax.bar(list(norms), [values[0] for values in norms.values()], color=blue(), width=0.6)
        for place, values in enumerate(norms.values()):
            at = (place, values[0])
            ax.annotate(
                short_number(values[0]), at, (0, 3), textcoords="offset points", ha="center",
                fontsize=points(ax) - 1,
            )  # fmt: skip
    else:
        _flow(ax, norms)
    sizes = [value for values in norms.values() for value in values]
    if min(sizes) > 0:
        ax.set_yscale("log")
    if one and min(sizes) > 0:  # a bar begins at a power of ten, for it has no 0 to begin at
        ax.set_ylim(10 ** np.floor(np.log10(min(sizes)) - 0.3), 2 * max(sizes))
    return ax


def _flow(ax: Axes, norms: Mapping[str, list[float]]) -> None:
    from matplotlib.ticker import MaxNLocator

    colors = palette(len(norms))
    for k, (name, values) in enumerate(norms.items()):
        look: dict[str, Any] = {"color": colors[k], "ls": DASHES[k % len(DASHES)], "lw": THICK}
        every = max(1, len(values) // 6)
        steps = range(1, len(values) + 1)
        ax.plot(steps, values, label=name, marker=MARKERS[k % len(MARKERS)], markevery=every, ms=7, **look)
    ax.set_xlabel("step")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend(ax, loc="center left", bbox_to_anchor=(1, 0.5), handlelength=3)


def _gradients(trace: Any) -> dict[str, Array]:
    """The gradients of the matrices of weights, by name; finite ones."""
    results = _checked(trace).results
    if "L" not in results:
        raise InputError("this trace is forward only, without gradients: give trace(…) the targets y.")
    names = [f"d{name}" for name, array in trace.network.parameters.items() if array.ndim == 2]
    return {name: arguments.finite(results[name], name) for name in names}


def _checked(trace: Any) -> Record:
    if not isinstance(trace, Record):
        raise _no_trace(trace)
    return trace


def _no_trace(given: Any) -> KindError:
    return KindError(f"{checks.short(given)} is no trace: give what net.trace(X, y) returned.")


def _histograms(arrays: Mapping[str, Array], ax: Axes | None, zeros: bool = False) -> Axes:
    """A histogram for each array, in Axes of its own."""
    for name, array in arrays.items():
        arguments.finite(array, name)
    across = min(PER_ROW, len(arrays))
    down = -(-len(arrays) // across)
    ax = axes_for(ax, (max(4.6, 4.1 * across), 3.3 * down))
    ax.set_axis_off()
    for place, (name, array) in zip(_places(across, down), arrays.items(), strict=False):
        child = ax.inset_axes(place)
        counts, edges = np.histogram(array.astype(np.float64), BINS)
        child.bar(edges[:-1], counts, np.diff(edges), align="edge", color=blue(), lw=0)
        off = int(np.count_nonzero(array == 0))
        told = f", {100 * off / array.size:.3g} % are 0" if zeros and off else ""
        size = points(ax)
        child.set_title(f"{name} {array.shape}{told}", fontsize=size - 0.5)
        child.tick_params(labelsize=size - 1)
        child.locator_params(axis="x", nbins=4)
        child.locator_params(axis="y", nbins=4)
    return ax


def _places(across: int, down: int) -> Iterator[tuple[float, float, float, float]]:
    """Left, bottom, width and height of Axes within others, row by row, with room for their numbers."""
    for row in range(down):
        for column in range(across):
            left, bottom = (column + 0.17) / across, 1 - (row + 0.86) / down
            yield left, bottom, 0.79 / across, 0.72 / down
