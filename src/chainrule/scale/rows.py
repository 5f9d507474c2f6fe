"""Whether each sample goes its own way through a step, so that gradients of some may be added to those of others."""

from __future__ import annotations

import numpy as np

from chainrule.errors import InputError
from chainrule.model.model import Model, prepared_inputs
from chainrule.model.noise import drawn_noise
from chainrule.model.streams import NoiseStream

SAMPLES = 3


def check_rowwise(model: Model) -> None:
    """Raise where a sample's loss depends on the other samples of its step.

    It is tried: what a sample that holds no numbers, or another number of samples, leaves of the losses of the others.
    """
    group = model.paired_loss.group
    if group > 1:
        raise InputError(
            f"{model.loss_part.title()} compares samples in groups of {group}, which chunks and their orders would "
            "part: take another loss, or train without client."
        )
    for layer, width in zip(model.layers, _widths(model), strict=True):
        if layer.min_samples > 1 or layer.buffers(width):
            raise InputError(
                f"{layer.title()} looks at all samples of a step together, or remembers them, and each worker sees "
                "its own alone: with client it would be another network. Take a layer that looks at each sample, "
                "such as layer normalization, or train without client."
            )
    losses = _losses(model, 0.5, SAMPLES)[:-1]
    others = _losses(model, np.nan, SAMPLES)[:-1], _losses(model, 0.5, SAMPLES + 1)[:-1]
    if not all(np.array_equal(losses, other, equal_nan=True) for other in others):
        raise InputError(
            "the loss of a sample depends on other samples of its step, and each worker sees its own alone: with "
            "client it would be another training. Take rules that look at each sample, or train without client."
        )


def _widths(model: Model) -> list[int]:
    """Of what each layer gets."""
    widths = [model.inputs]
    for layer in model.layers:
        widths.append(layer.width(widths[-1]) or widths[-1])
    return widths[:-1]


def _losses(model: Model, last: float, m: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The losses of some samples, of which the last one is full of a number; they are told that they are m."""
    program = model.program()
    x = np.linspace(-1, 1, SAMPLES * prepared_inputs(model)).reshape(SAMPLES, -1).astype(model.dtype)
    x[-1] = last
    y = np.zeros((SAMPLES, model.outputs), model.dtype)
    y[:, 0] = 1
    given = {
        program.prepared: x, "y": y, **model.parameters, **model.constants, **model.buffers,
        **drawn_noise(model, NoiseStream(0), SAMPLES), **program.numbers(None, model.penalty), "m": m,
        "k": model.outputs,
    }  # fmt: skip
    with np.errstate(all="ignore"):
        found = program.tape(["l"], given=[program.prepared, "y"]).run(given)["l"]
    return np.asarray(found, np.float64)
