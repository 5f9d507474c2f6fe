"""chainrule train: from a file of data to a trained model."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import typer

import chainrule.cli.options as o
from chainrule.cli.datasets import GENERATED, load_data
from chainrule.cli.networks import make_optimizer
from chainrule.cli.output import check_writable, show
from chainrule.cli.preparing import FreshNetwork, Samples, described, split
from chainrule.errors import Diverged, InputError

if TYPE_CHECKING:
    from chainrule.network import Network
    from chainrule.parts.contract import Optimizer
    from chainrule.training.history import History


def command(
    data: o.TrainingData,
    target: o.Target = None,
    kind: o.Kind = None,
    hidden: o.HiddenSizes = "32",
    activation: o.Activation = None,
    loss: o.TrainingLoss = None,
    optimizer: o.Optimizer = "adam",
    lr: o.LearningRate = None,
    epochs: o.Epochs = 20,
    batch_size: o.TrainingBatchSize = None,
    validation: o.Validation = None,
    patience: o.Patience = None,
    standardize: o.Standardized = False,
    dtype: o.Dtype = "float32",
    seed: o.Seed = 0,
    engine: o.Engine = "auto",
    threads: o.Threads = None,
    out: o.ModelOut = None,
    plots: o.Plots = None,
    quiet: o.Quiet = False,
    data_dir: o.DataDir = None,
) -> None:
    """Train a network on data, and save it with its scaling and its names.

    Ctrl-C ends the training, and keeps and saves what was trained so far.

    \b
    Examples:
      chainrule train iris.csv --hidden 16 --standardize --out iris.safetensors
      chainrule train digits --hidden 64,32 --epochs 5 --plots pictures
      chainrule train mnist --batch-size 100 --epochs 1 --out mnist.safetensors
    """
    made = make_optimizer(optimizer, lr)
    loaded = load_data(data, target=target, kind=kind, seed=seed, data_dir=data_dir)
    (X, y), held_out = split(loaded, validation, seed)
    callbacks = _callbacks(patience, held_out)
    network = FreshNetwork(hidden, activation, loss, standardize, dtype, seed).make(loaded, X)
    _check_places(out, plots)
    show(f"{described(data, loaded, len(X), held_out)}\n{network}")
    history = _fit(
        network, X, y, made, batch_size, out, epochs=epochs, seed=seed, validation_data=held_out,
        progress=not quiet, engine=engine, threads=threads, callbacks=callbacks,
    )  # fmt: skip
    if out is not None:
        network.save(out)
    show(_result(history, held_out))
    if out is not None:
        show(_saved(out, data, data_dir, seed))
    if plots is not None and history.epochs:
        _save_pictures(plots, network, history, *(held_out or (X, y)))
    if history.interrupted:
        raise typer.Exit(130)


def _callbacks(patience: int | None, held_out: Samples | None) -> list[Any]:
    from chainrule.training.callbacks import EarlyStopping

    if patience is None:
        return []
    if held_out is None:
        raise InputError(
            "--patience waits for the validation loss, and no samples are held out: give --validation."
        )
    return [EarlyStopping(patience=patience)]


def _check_places(out: str | None, plots: str | None) -> None:
    """Find out before the training whether its results can be saved."""
    from chainrule.cli.pictures import make_folder

    if out is not None:
        check_writable(out)
    if plots is not None:
        make_folder(plots)


def _fit(
    network: Network,
    X: Any,
    y: Any,
    optimizer: Optimizer,
    batch_size: int | None,
    out: str | None,
    **settings: Any,
) -> History:
    """Train it; the weights before a number stopped being finite are saved, too."""
    size = batch_size or (None if optimizer.full_batch else 32)
    try:
        return network.fit(X, y, optimizer=optimizer, batch_size=size, **settings)
    except Diverged as error:
        if out is None:
            raise
        network.save(out)
        raise Diverged(f"{error} Like that they were saved to {out}.") from error


def _saved(out: str, data: str, data_dir: str | None, seed: int) -> str:
    """Where the model is, and the command that shows it."""
    see = ["chainrule", "explain", out, "--data", data, *(["--data-dir", data_dir] if data_dir else [])]
    see += ["--seed", str(seed)] if seed and data in GENERATED else []
    return f"saved to {out}\nsee it: {shlex.join([*see, '--sample', '0'])}"


def _save_pictures(folder: str, network: Network, history: History, X: Any, y: Any) -> None:
    from chainrule.cli.pictures import save_pictures

    for path in save_pictures(folder, network, history, X, y):
        show(f"picture: {path}")


def _result(history: History, held_out: Samples | None) -> str:
    """How the training ended, how long it took, and its figures."""
    lines = []
    if history.interrupted and not history.restored:
        lines.append(f"{history.stopped}: the network is kept as it stands")
    elif history.stopped or history.restored:
        lines.append(history.stopped or f"the weights of epoch {history.restored} are restored")
    if history.epochs:
        at = (history.restored or history.epochs) - 1
        seconds = sum(history.seconds)
        rate = history.samples * history.epochs / max(seconds, 1e-9)
        epochs = f"{history.epochs} epoch{'s' if history.epochs > 1 else ''} of {history.samples:,} samples"
        lines.append(f"{epochs} in {seconds:.2f} s   {rate:,.0f} samples/s   {history.by()}")
        lines.append(_figures("training  ", at, history.loss, history.accuracy))
    if history.validation_loss and held_out is not None:
        line = _figures("validation", at, history.validation_loss, history.validation_accuracy)
        if history.validation_accuracy:
            count = len(held_out[0])
            line += f"   {round(history.validation_accuracy[at] * count):,} of {count:,} right"
        lines += [line, "  training is the mean over the epoch's steps, validation is measured after it"]
    return "\n".join(lines)


def _figures(name: str, at: int, loss: list[float], accuracy: list[float]) -> str:
    return f"  {name}   loss {loss[at]:.6g}" + (f"   accuracy {accuracy[at]:.2%}" if accuracy else "")
