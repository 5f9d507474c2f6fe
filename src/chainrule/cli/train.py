"""chainrule train: from a file of data to a trained model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainrule.cli import sources as s
from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.data import DataSet
    from chainrule.network import Network
    from chainrule.training import History


def command(
    data: Annotated[
        str,
        typer.Argument(
            help="A .csv, .npz or IDX folder; mnist, digits; blobs, moons, circles, xor, spiral.",
            show_default=False,
        ),
    ],
    target: Annotated[
        str | None, typer.Option("--target", help="The column to predict; the last one.", show_default=False)
    ] = None,
    hidden: Annotated[
        str, typer.Option("--hidden", help="Units of the hidden layers, such as 128,64.")
    ] = "32",
    activation: s.Hidden = "relu",
    optimizer: s.OptimizerName = "adam",
    lr: s.Lr = None,
    epochs: Annotated[int, typer.Option("--epochs", help="How often to go through the samples.")] = 20,
    batch_size: Annotated[int, typer.Option("--batch-size", help="Samples a step.")] = 32,
    seed: s.Seed = 0,
    validation: Annotated[
        float,
        typer.Option("--validation", help="Part of the samples to hold out, where there is no test set."),
    ] = 0.2,
    standardize: Annotated[
        bool, typer.Option("--standardize", help="Scale each feature to mean 0 and standard deviation 1.")
    ] = False,
    loss: Annotated[
        str | None, typer.Option("--loss", help="Of a regression: half_squared_error.", show_default=False)
    ] = None,
    dtype: Annotated[str, typer.Option("--dtype", help="float32 or float64.")] = "float32",
    out: Annotated[str | None, typer.Option("--out", help="Save the model here.", show_default=False)] = None,
    plots: Annotated[
        str | None, typer.Option("--plots", help="Save pictures here.", show_default=False)
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
    data_dir: s.DataDir = None,
) -> None:
    """Train a network on data, and save it with its scaling and its names.

    Example: chainrule train iris.csv --hidden 16 --standardize --out iris.safetensors --plots pictures

    Example: chainrule train mnist --hidden 128 --batch-size 100 --epochs 5 --out mnist.safetensors
    """
    from chainrule.cli.output import show

    loaded = s.load_data(data, target=target, seed=seed, data_dir=data_dir)
    (X, y), held_out = _split(loaded, validation, seed)
    network = _network(loaded, X, hidden, activation, loss, standardize, dtype, seed)
    show(str(network))
    history = network.fit(
        X, y, epochs=epochs, batch_size=batch_size, optimizer=s.optimizer(optimizer, lr), seed=seed,
        validation_data=held_out, progress=not quiet,
    )  # fmt: skip
    show(_result(history, held_out))
    if out is not None:
        network.save(out)
        show(f"saved to {out}    see it: chainrule explain {out} --data {data} --sample 0")
    if plots is not None:
        for line in _pictures(plots, network, history, *(held_out or (X, y))):
            show(line)
    if history.stopped:
        raise typer.Exit(130)


def _split(loaded: DataSet, validation: float, seed: int) -> tuple[tuple[Any, Any], tuple[Any, Any] | None]:
    """The samples to train with, and those held out: the set's own test samples, or a random part."""
    import numpy as np

    if not 0 <= validation < 1:
        raise InputError(
            f"--validation {validation} is out of range: it is a part of the samples, 0 to below 1."
        )
    if loaded.test is not None:
        return loaded.train, loaded.test
    X, y = loaded.train
    count = round(validation * len(X))
    if count == 0:
        return (X, y), None
    if count >= len(X):
        raise InputError(f"--validation {validation} leaves none of {len(X)} samples to train with.")
    order = np.random.default_rng(seed).permutation(len(X))
    held, kept = order[:count], order[count:]
    return (X[kept], y[kept]), (X[held], y[held])


def _network(
    loaded: DataSet,
    X: Any,
    hidden: str,
    activation: str,
    loss: str | None,
    standardize: bool,
    dtype: str,
    seed: int,
) -> Network:
    from chainrule.network import Network
    from chainrule.parts import Standardize

    classes = None if loaded.classes is None else list(loaded.classes)
    if classes is not None and len(classes) < 2:
        raise InputError(
            f"the target {loaded.target!r} has one class, {classes[0]!r}: there is nothing to tell apart."
        )
    between = s.sizes(hidden, "--hidden") if hidden else []
    width = 1 if classes is None else len(classes)
    scaling = Standardize.fitted(X) if standardize else None
    network = Network(
        [len(loaded.features), *between, width],
        hidden=activation,
        output="identity" if classes is None else "softmax",
        loss=loss or ("half_squared_error" if classes is None else "cross_entropy"),
        seed=seed,
        dtype=dtype,
        scaling=scaling,
        features=loaded.features,
        classes=classes,
    )
    network.about = {"target": loaded.target, "kind": loaded.kind}
    return network


def _result(history: History, held_out: tuple[Any, Any] | None) -> str:
    lines = [str(history)]
    if history.validation_accuracy:
        assert held_out is not None
        right = round(history.validation_accuracy[-1] * len(held_out[0]))
        lines.append(
            f"{right} of {len(held_out[0])} held-out samples right: {history.validation_accuracy[-1]:.2%}"
        )
    return "\n".join(lines)


def _pictures(folder: str, network: Network, history: History, X: Any, y: Any) -> list[str]:
    """Draw what there is to see, and say where."""
    from chainrule.cli.pictures import save_pictures

    if not history.loss:
        return []
    return [f"picture: {path}" for path in save_pictures(folder, network, history, X, y)]
