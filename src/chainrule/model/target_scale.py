"""What scales the targets of a network, checked."""

from __future__ import annotations

from typing import Any

from chainrule.errors import InputError, KindError
from chainrule.parts.contract import Layer, Loss


def as_target_scale(given: Any, loss: Loss, outputs: int) -> Layer | None:
    """The layer by which targets are scaled, and outputs taken back; raises where it can't, or where none fits."""
    if given is None:
        return None
    if not isinstance(given, Layer) or type(given).restore is Layer.restore:
        raise KindError(
            f"scale_target = {given!r} is no layer that can be taken back: give Standardize.fitted(y), of the targets "
            "that are trained with."
        )
    if loss.is_classification or not (loss.reads_targets and loss.real_targets):
        what = "classes" if loss.is_classification else "counts" if loss.reads_targets else "no targets"
        raise InputError(
            f"scale_target scales targets that are numbers, and {loss.title()} takes {what}: leave it out."
        )
    width = given.width(outputs)
    if width != outputs or given.width(None) not in (None, outputs):
        raise InputError(
            f"scale_target scales {width} targets, and the network has {outputs}: give one for each."
        )
    return given
