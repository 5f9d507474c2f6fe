"""The program as a standalone script of plain NumPy: the same lines, written for a person."""

from __future__ import annotations

from chainrule.errors import InputError
from chainrule.export.functions import (
    definitions,
    write_backward,
    write_forward,
    write_loss,
    write_predict,
    write_update,
)
from chainrule.export.lines import cut
from chainrule.export.literals import literal
from chainrule.export.minimizing import write_minimizing
from chainrule.export.reads import DTYPE, Reads
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
) -> str:
    """Write the script; see `Network.code`. The parameters themselves are not written down."""
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
        *definitions(reads.program),
        write_forward(reads),
        write_loss(reads),
        write_backward(reads),
        *training,
        *([write_predict(reads)] if reads.buffers or reads.program.noise else []),
        _trial(network),
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
        dtype = DTYPE if array.dtype == network.dtype else reads.inputs_dtype
        lines += literal(reads.names[name], array, dtype)
    return "\n".join(lines)


def _trial(network: Model) -> str:
    """What the script does when it is run: a training on random numbers."""
    rows = 200 - 200 % network.paired_loss.group
    shapes = ", ".join(f'"{name}": {shape}' for name, shape in network.parameters.layout.items())
    if network.loss_part.is_classification:
        targets = f"rng.integers(0, {max(network.outputs, 2)}, {rows})"
    else:
        targets = f"rng.standard_normal(({rows}, {network.outputs}))"
    return "\n".join(
        [
            'if __name__ == "__main__":  # a trial on random numbers',
            "    rng = np.random.default_rng(0)",
            cut(f"    shapes = {{{shapes}}}"),
            "    start = {name: 0.1 * rng.standard_normal(shape) for name, shape in shapes.items()}",
            f"    X, y = rng.standard_normal(({rows}, {network.inputs})), {targets}",
            "    trained, losses = train(X, y, start)",
            '    print(f"loss {losses[0]:.6f} in the first epoch, {losses[-1]:.6f} in the last")',
        ]
    )
