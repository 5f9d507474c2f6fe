"""chainrule code: the training as a script of plain NumPy."""

from __future__ import annotations

import chainrule.cli.options as o
from chainrule.cli.networks import NetworkOptions, make_optimizer
from chainrule.cli.output import deliver


def command(
    model: o.OptionalModel = None,
    layers: o.Layers = None,
    activation: o.Activation = None,
    output: o.Output = None,
    loss: o.Loss = None,
    optimizer: o.Optimizer = "sgd",
    lr: o.LearningRate = None,
    epochs: o.Epochs = 1000,
    batch_size: o.ScriptBatchSize = None,
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
    network = NetworkOptions(model, layers, activation, output, loss, seed).network()
    script = network.code(
        optimizer=make_optimizer(optimizer, lr), epochs=epochs, batch_size=batch_size, seed=seed
    )
    deliver(script.rstrip("\n"), out)
