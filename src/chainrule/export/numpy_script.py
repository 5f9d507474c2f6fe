"""The program as a standalone script of plain NumPy: the same lines, written for a person."""

from __future__ import annotations

from typing import Any

from chainrule.errors import InputError
from chainrule.export.functions import (
    definitions,
    write_backward,
    write_forward,
    write_loss,
    write_predict,
    write_update,
)
from chainrule.export.literals import shaped
from chainrule.export.minimizing import write_minimizing
from chainrule.export.reads import DTYPE, Reads
from chainrule.export.runs import given_run, random_run
from chainrule.export.training_loop import write_draws, write_training_loop
from chainrule.model import arguments
from chainrule.model.model import Model
from chainrule.parts.contract import Optimizer
from chainrule.utils import checks


def script(
    network: Model,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int | None,
    shuffle: bool,
    seed: int | None,
    data: Any = None,
) -> str:
    """Write the script; see `Network.code`. Only with data are the parameters themselves written down."""
    epochs, batch_size, seed = arguments.schedule(epochs, batch_size, seed)
    shuffle = checks.truth(shuffle, "shuffle")
    if optimizer.full_batch:
        from chainrule.engines.lbfgs import check

        check(network, optimizer)
        if batch_size is not None:
            raise InputError(f"{type(optimizer).__name__} takes all samples at once: leave batch_size out.")
    reads = Reads(network, optimizer)
    if optimizer.full_batch:
        training = [write_minimizing(reads, epochs)]
    else:
        training = [
            write_update(reads),
            *write_draws(reads),
            write_training_loop(reads, epochs, batch_size, shuffle, seed),
        ]
    blocks = [
        _head(reads),
        *definitions(reads.program.quantities.values()),
        write_forward(reads),
        write_loss(reads),
        write_backward(reads),
        *training,
        *([write_predict(reads)] if reads.buffers or reads.program.noise else []),
        random_run(network) if data is None else given_run(network, data),
    ]
    return "\n\n\n".join(blocks) + "\n"


def _head(reads: Reads) -> str:
    """What the script is, its imports, and its constants."""
    network, optimizer = reads.network, reads.optimizer
    lines = [
        f'"""{network.title()}, {network.loss_part.label()}, trained by {optimizer}.',
        "",
        "Written by chainrule. Samples are rows; dW1 is short for the derivative of the loss L by W1.",
        '"""',
        "",
        "import numpy as np",
        *(["from scipy.optimize import minimize"] if optimizer.full_batch else []),
        "",
        f"DTYPE = np.{network.dtype}",
    ]
    numbers = reads.program.numbers(optimizer, network.penalty)
    lines += [f"{reads.names[name]} = {numbers[name]!r}" for name in reads.program.scalars]
    for name, array in (network.constants | network.buffers).items():
        dtype = DTYPE if array.dtype == network.dtype else "np.float64"
        lines += shaped(reads.names[name], array, dtype)
    return "\n".join(lines)
