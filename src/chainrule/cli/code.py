"""chainrule code: the training as a script of plain NumPy."""

from __future__ import annotations

from typing import Annotated

import typer

from chainrule.cli import options as o
from chainrule.cli import sources as s


def command(
    model: Annotated[
        str | None,
        typer.Argument(metavar="MODEL", help="A model's file; can be left out.", show_default=False),
    ] = None,
    layers: o.Layers = None,
    activation: o.Hidden = None,
    output: o.Output = None,
    loss: o.LossName = None,
    optimizer: o.OptimizerName = "sgd",
    lr: o.Lr = None,
    epochs: o.Epochs = 1000,
    batch_size: Annotated[
        int | None,
        typer.Option(
            "--batch-size",
            metavar="N",
            parser=o.whole(1),
            help="Samples a step; all at once unless given.",
            show_default=False,
        ),
    ] = None,
    seed: o.Seed = 0,
    out: o.Out = None,
) -> None:
    """Write the network's training as one standalone script that imports NumPy alone.

    \b
    Examples:
      chainrule code
      chainrule code --layers 4,8,3 --optimizer adam --out iris_network.py
      chainrule code model.safetensors --batch-size 32 --epochs 20
    """
    from chainrule.cli.output import deliver

    network = s.network(model, layers, activation, output, loss, seed)
    made = s.optimizer(optimizer, lr)
    deliver(network.code(optimizer=made, epochs=epochs, batch_size=batch_size, seed=seed).rstrip("\n"), out)
