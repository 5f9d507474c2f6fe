"""Activation functions with their derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InputError
from chainrule.model.leaves import leaves
from chainrule.model.model import Model
from chainrule.parts.contract import Activation, Array
from chainrule.plots.canvas import DASHES, THICK, THIN, above, axes_for, clip, muted, palette, shade

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS = 801  # of a curve


def activation_functions(*functions: Any, span: float = 4.0, ax: Axes | None = None) -> Axes:
    """Activations f(z) as thick lines and their derivatives f′(z) as thin ones, for z from -span to span.

    Both are what a training step computes: a = f(z) forward, and dz where da is 1 backward. A part with numbers that
    it learns, such as PReLU, is drawn as it starts.

    Parameters
    ----------
    functions : names, parts or plain functions of z; at least one
    span : how far z goes to both sides, above 0
    ax : where to draw; a new figure unless given

    Returns
    -------
    the Axes

    Raises
    ------
    InputError, KindError, UnknownName : for no activation; for one that mixes the values of a sample, such as softmax
    MissingPackage : without matplotlib
    """
    if not functions:
        raise InputError('activation_functions draws what is named: give at least one, such as "tanh".')
    if not isinstance(span, int | float) or not 0 < span < np.inf:
        raise InputError(f"span = {span!r} is out of range: it must be above 0.")
    parts = [Activation.of(function) for function in functions]
    z = np.linspace(-span, span, POINTS)
    curves = [_curves(part, z) for part in parts]
    ax = axes_for(ax, (7, 4.6))
    ax.axhline(0, color=muted(), lw=0.8, zorder=0)
    ax.axvline(0, color=muted(), lw=0.8, zorder=0)
    colors, handles = palette(len(parts)), []
    for k, (part, (a, slope)) in enumerate(zip(parts, curves, strict=True)):
        name, look = clip(part.label(), 24), {"color": colors[k], "ls": DASHES[k % len(DASHES)]}
        handles += ax.plot(z, a, lw=THICK + 0.6, label=name, **look)
        ax.plot(z, slope, lw=THIN, label=f"{name}′", **look)
    from matplotlib.lines import Line2D

    handles.append(Line2D([], [], color=shade(1), lw=THIN, label="derivative (thin)"))
    ax.set(xlabel="z", ylabel="f(z) and f′(z)", xlim=(-span, span))
    above(ax, handles, columns=3)
    return ax


def _curves(part: Activation, z: Array) -> tuple[Array, Array]:
    """f and f′ at each z: one hidden unit whose sum is its input, and the step's own rules with 1 for da."""
    if part.couples_outputs:
        raise InputError(
            f"{part.label()} mixes the values of a sample, so it has no curve over one z: leave it out."
        )
    net = Model([1, 1, 2], hidden=part)
    net.parameters["W1"] = [[1.0]]
    program = net.program()
    given = leaves(net, program, z[:, None], np.zeros((len(z), 2)))
    values = program.run(given, {"da1": np.ones_like}, wanted=["a1", "dz1"])
    return values["a1"][:, 0], values["dz1"][:, 0]
