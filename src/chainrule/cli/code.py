"""chainrule code: the training as a script of plain NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainrule.cli.options as o
from chainrule.cli.datasets import Reading, load_for
from chainrule.cli.networks import NetworkOptions, make_optimizer
from chainrule.cli.output import deliver
from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.network import Network


def command(
    model: o.OptionalModel = None,
    layers: o.Layers = None,
    activation: o.Activation = None,
    output: o.Output = None,
    loss: o.Loss = None,
    freeze: o.Freeze = None,
    optimizer: o.Optimizer = "sgd",
    lr: o.LearningRate = None,
    epochs: o.Epochs = 1000,
    batch_size: o.ScriptBatchSize = None,
    seed: o.Seed = 0,
    with_data: o.WithData = False,
    data: o.Data = None,
    data_dir: o.DataDir = None,
    delimiter: o.Delimiter = None,
    decimal: o.Decimal = None,
    encoding: o.Encoding = None,
    header: o.Header = None,
    out: o.Out = None,
) -> None:
    """Write the network's training as one standalone script that imports NumPy alone.

    \b
    Examples:
      chainrule code
      chainrule code --layers 4,8,3 --optimizer adam --out iris_network.py
      chainrule code model.safetensors --batch-size 32 --epochs 20
      chainrule code --with-data --epochs 2
      chainrule code model.safetensors --with-data --data iris.csv
    """
    named = NetworkOptions(model, layers, activation, output, loss, seed, freeze)
    network = named.network()
    script = network.code(
        optimizer=make_optimizer(optimizer, lr),
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        data=_samples(
            network, named, with_data, data, data_dir, Reading(delimiter, decimal, encoding, header)
        ),
    )
    deliver(script.rstrip("\n"), out)


def _samples(
    network: Network,
    named: NetworkOptions,
    with_data: bool,
    data: str | None,
    data_dir: str | None,
    reading: Reading,
) -> tuple[Any, Any] | None:
    """The samples that the script is to hold: those of a data set, or the worked example's own."""
    if not with_data:
        if data is not None:
            raise InputError(f"--data {data} is what a script may hold: add --with-data.")
        return None
    if data is not None:
        return load_for(network, data, seed=named.seed, data_dir=data_dir, reading=reading).train
    if named.worked_example:
        from chainrule.examples import worked_example

        example = worked_example()
        return example.x, example.y
    raise InputError("which samples is the script to hold? Add --data, such as --data moons.")
