"""chainrule code: the training as a script of plain NumPy."""

from __future__ import annotations

from typing import Annotated

import typer

from chainrule.cli import sources as s


def command(
    model: Annotated[
        str | None,
        typer.Argument(metavar="MODEL", help="A model's file; can be left out.", show_default=False),
    ] = None,
    layers: s.Layers = None,
    activation: s.Hidden = None,
    output: s.Output = None,
    loss: s.LossName = None,
    optimizer: s.OptimizerName = "sgd",
    lr: s.Lr = None,
    epochs: s.Epochs = 1000,
    batch_size: Annotated[
        int | None,
        typer.Option(
            "--batch-size",
            metavar="N",
            parser=s.whole(1),
            help="Samples a step; all at once unless given.",
            show_default=False,
        ),
    ] = None,
    seed: s.Seed = 0,
    out: s.Out = None,
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
