"""chainrule code: the training as a script of plain NumPy."""

from __future__ import annotations

from typing import Annotated

import typer

from chainrule.cli import sources as s


def command(
    model: Annotated[str | None, typer.Argument(help="A model's file.", show_default=False)] = None,
    optimizer: s.OptimizerName = "sgd",
    lr: s.Lr = None,
    epochs: Annotated[int, typer.Option("--epochs", help="How often to go through the samples.")] = 1000,
    batch_size: Annotated[
        int | None,
        typer.Option("--batch-size", help="Samples a step; all at once unless given.", show_default=False),
    ] = None,
    layers: s.Layers = None,
    activation: s.Hidden = "relu",
    output: s.Output = "softmax",
    loss: s.LossName = "cross_entropy",
    seed: s.Seed = 0,
    out: s.Out = None,
) -> None:
    """Write the network's training as one standalone script that imports NumPy alone.

    Example: chainrule code --layers 4,8,3 --optimizer adam --out iris_network.py
    """
    from chainrule import Network, worked_example
    from chainrule.cli.output import deliver
    from chainrule.errors import InputError
    from chainrule.files import load

    if model is not None and layers is not None:
        raise InputError(f"there is a model, {model}, and --layers {layers}: give one of them.")
    if model is not None:
        network = load(model)
    elif layers is not None:
        network = Network(s.sizes(layers, "--layers"), hidden=activation, output=output, loss=loss)
    else:
        network = worked_example()
    made = s.optimizer(optimizer, lr)
    deliver(network.code(optimizer=made, epochs=epochs, batch_size=batch_size, seed=seed).rstrip("\n"), out)
