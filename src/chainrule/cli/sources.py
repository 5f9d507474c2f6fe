"""The options that several commands share, and the network and samples that they name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.data import DataSet
    from chainrule.network import Network
    from chainrule.parts.contract import Optimizer

GENERATED = ("blobs", "moons", "circles", "xor", "spiral")
GENERATED_SAMPLES = 400
FEW = 8  # samples that are explained together when none is picked

X = Annotated[
    str | None, typer.Option("--x", help="Inputs of your own sample, such as 1,2.", show_default=False)
]
Y = Annotated[str | None, typer.Option("--y", help="Its label, or its target numbers.", show_default=False)]
Data = Annotated[
    str | None,
    typer.Option("--data", help="Samples: a .csv, .npz, IDX folder, mnist, digits.", show_default=False),
]
Sample = Annotated[
    str | None, typer.Option("--sample", help="Which of them: 3, or 0,1,2, or 0:4.", show_default=False)
]
Lr = Annotated[float | None, typer.Option("--lr", help="Learning rate.", show_default=False)]
OptimizerName = Annotated[str, typer.Option("--optimizer", help="sgd, momentum or adam.")]
Layers = Annotated[
    str | None,
    typer.Option("--layers", help="A fresh network of these sizes, such as 2,4,3.", show_default=False),
]
Hidden = Annotated[
    str, typer.Option("--activation", help="Of hidden layers: relu, sigmoid, tanh, identity, softmax.")
]
Output = Annotated[str, typer.Option("--output", help="The output's activation.")]
LossName = Annotated[
    str, typer.Option("--loss", help="cross_entropy, mean_squared_error, half_squared_error.")
]
Seed = Annotated[int, typer.Option("--seed", help="Of random numbers.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", help="Numbers of your own: --set 'W1=[[1,2],[3,4]]'.", show_default=False),
]
DataDir = Annotated[
    str | None, typer.Option("--data-dir", help="Where MNIST's files are.", show_default=False)
]
Out = Annotated[str | None, typer.Option("--out", help="Write to this file instead.", show_default=False)]


def optimizer(name: str, lr: float | None) -> Optimizer:
    """The optimizer of that name with that learning rate."""
    from chainrule.parts.contract import Optimizer

    made = Optimizer.of(name)
    return made if lr is None else type(made)(learning_rate=lr)  # type: ignore[call-arg]


def is_model(word: str) -> bool:
    """Whether a word on the command line means a file, not a quantity."""
    return word.endswith(".safetensors") or "/" in word or Path(word).is_file()


def numbers(text: str, what: str) -> list[float]:
    """``"1,2"`` as numbers."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"{what} = {text!r}: it is numbers with commas between them, such as 1,2.") from None


def sizes(text: str, what: str) -> list[int]:
    """``"2,4,3"`` as whole numbers."""
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise InputError(
            f"{what} = {text!r}: it is whole numbers with commas between them, such as 2,4,3."
        ) from None


@dataclass
class Source:
    """A network and the samples to look at.

    Parameters
    ----------
    network : a trained model's, a fresh one's or the worked example's
    x, y : the samples; y is None for a forward pass alone
    told : which samples these are, to be said beside the page; empty if that is plain
    """

    network: Network
    x: Any
    y: Any
    told: str = ""


def source(
    model: str | None,
    *,
    x: str | None = None,
    y: str | None = None,
    data: str | None = None,
    sample: str | None = None,
    layers: str | None = None,
    activation: str = "relu",
    output: str = "softmax",
    loss: str = "cross_entropy",
    seed: int = 0,
    put: list[str] | None = None,
    data_dir: str | None = None,
) -> Source:
    """Find the network and the samples that the options name.

    Without a model and layers it is the worked example; without data and x it is the worked example's sample.

    Raises
    ------
    ChainruleError : where options contradict each other or name nothing
    """
    from chainrule import worked_example

    if model is not None and layers is not None:
        raise InputError(f"there is a model, {model}, and --layers {layers}: give one of them.")
    if data is not None and (x is not None or y is not None):
        raise InputError("there is --data, and --x or --y: give samples in one way.")
    if sample is not None and data is None:
        raise InputError(f"--sample {sample} picks from --data, and there is none.")
    if (x is None) != (y is None) and x is None:
        raise InputError("there is --y without --x: give the inputs too, such as --x 1,2 --y 0.")
    network: Network
    if model is not None:
        from chainrule.files import load

        network = load(model)
    elif layers is not None:
        from chainrule.network import Network as Fresh

        network = Fresh(sizes(layers, "--layers"), hidden=activation, output=output, loss=loss, seed=seed)
    else:
        network = worked_example()
    for assignment in put or []:
        _put(network, assignment)
    if data is not None:
        return _from_data(network, data, sample, data_dir)
    if x is not None:
        return Source(network, numbers(x, "--x"), None if y is None else _target(network, y))
    if model is None and layers is None:
        example = worked_example()
        return Source(network, example.x, example.y)
    raise InputError(
        f"which sample? Give --data with --sample, or --x with {network.inputs} numbers and --y."
    )


def _target(network: Network, text: str) -> Any:
    import numpy as np

    if network.classes and text in network.classes:
        return np.array([network.classes.index(text)])
    values = numbers(text, "--y")
    if len(values) == 1:
        return np.array(values)
    return np.array([values])


def _put(network: Network, assignment: str) -> None:
    name, sign, value = assignment.partition("=")
    if not sign:
        raise InputError(f"--set {assignment}: write a name, = and numbers, such as W1=[[1,2],[3,4]].")
    try:
        network.parameters[name.strip()] = json.loads(value)
    except json.JSONDecodeError:
        raise InputError(
            f"--set {assignment}: {value!r} is no list of numbers, such as [[1,2],[3,4]]."
        ) from None


def load_data(
    data: str, *, target: str | None = None, kind: Any = None, seed: int = 0, data_dir: str | None = None
) -> DataSet:
    """A data set by name or path; of the generated ones 400 samples."""
    from chainrule import data as sets

    if data not in GENERATED:
        return sets.load(data, target=target, kind=kind, data_dir=data_dir)
    if target is not None or data_dir is not None:
        raise InputError(f"{data} is generated: --target and --data-dir don't go with it.")
    X, y = getattr(sets, data)(GENERATED_SAMPLES, seed=seed)
    return sets.DataSet((X, y), None, ("x0", "x1"), ("0", "1"), "class")


def load_for(network: Network, data: str, data_dir: str | None = None) -> DataSet:
    """A data set with the features and classes that a network was trained with."""
    target = network.about.get("target") if data.endswith((".csv", ".tsv")) else None
    kind: Any = network.about.get("kind") if data.endswith((".csv", ".tsv", ".npz")) else None
    loaded = load_data(data, target=target, kind=kind, data_dir=data_dir)
    if network.features is None:
        return loaded
    return loaded.matching(network.features, network.classes)


def _from_data(network: Network, data: str, sample: str | None, data_dir: str | None) -> Source:
    loaded = load_for(network, data, data_dir)
    X, y = loaded.train if loaded.test is None else loaded.test
    which = "" if loaded.test is None else " of the test samples"
    rows = _rows(sample, len(X))
    return Source(network, X[rows], y[rows], f"sample {', '.join(map(str, rows))}{which} of {data}")


def _rows(sample: str | None, count: int) -> list[int]:
    if sample is None:
        return list(range(count)) if count <= FEW else [0]
    try:
        if ":" in sample:
            start, _, stop = sample.partition(":")
            rows = list(range(int(start or 0), min(int(stop or count), count)))
        else:
            rows = [int(part) for part in sample.split(",")]
    except ValueError:
        raise InputError(
            f"--sample {sample}: it is a row, such as 3, or several, such as 0,1,2 or 0:4."
        ) from None
    for row in rows:
        if not 0 <= row < count:
            raise InputError(
                f"--sample {sample}: there are {count} samples, so rows go from 0 to {count - 1}."
            )
    if not rows:
        raise InputError(f"--sample {sample} picks no sample; there are {count}.")
    return rows
