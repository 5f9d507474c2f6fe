"""chainrule train: from a file of data to a trained model."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import typer

import chainrule.cli.options as o
from chainrule.cli.config import write as write_config
from chainrule.cli.datasets import GENERATED, load_data
from chainrule.cli.groups import grouped
from chainrule.cli.networks import make_optimizer
from chainrule.cli.output import check_writable, show
from chainrule.cli.preparing import FreshNetwork, Samples, described, split
from chainrule.cli.toolkit import Toolkit
from chainrule.cli.words import names
from chainrule.errors import Diverged, InputError

if TYPE_CHECKING:
    from chainrule.experiments import Setup
    from chainrule.network import Network
    from chainrule.training.history import History


@grouped
def command(
    context: typer.Context,
    data: o.TrainingData,
    target: o.Target = None,
    kind: o.Kind = None,
    hidden: o.HiddenSizes = "32",
    activation: o.Activation = None,
    loss: o.TrainingLoss = None,
    freeze: o.Freeze = None,
    optimizer: o.Optimizer = "adam",
    lr: o.LearningRate = None,
    epochs: o.Epochs = 20,
    batch_size: o.TrainingBatchSize = None,
    validation: o.Validation = None,
    patience: o.Patience = None,
    standardize: o.Standardized = False,
    dtype: o.Dtype = "float32",
    seed: o.Seed = 0,
    seeds: o.Seeds = 1,
    ensemble: o.Ensemble = None,
    engine: o.Engine = "auto",
    threads: o.Threads = None,
    out: o.ModelOut = None,
    plots: o.Plots = None,
    log: o.Log = None,
    config: o.Config = None,
    quiet: o.Quiet = False,
    data_dir: o.DataDir = None,
    *,
    toolkit: Toolkit,
) -> None:
    """Train a network on data, and save it with its scaling and its names.

    Ctrl-C ends the training, and keeps and saves what was trained so far.

    \b
    Examples:
      chainrule train iris.csv --hidden 16 --standardize --out iris.safetensors
      chainrule train digits --hidden 64,32 --dropout 0.2 --schedule cosine
      chainrule train mnist --batch-size 100 --epochs 1 --out mnist.safetensors
    """
    _check_seeds(seeds, ensemble, out=out, plots=plots, log=log)
    made = make_optimizer(optimizer, lr)
    loaded = load_data(data, target=target, kind=kind, seed=seed, data_dir=data_dir)
    (X, y), held_out = split(loaded, validation, seed)
    setup = FreshNetwork(hidden, activation, loss, standardize, dtype, seed).setup(loaded, X, made)
    setup.fitting = {
        "batch_size": batch_size or (None if made.full_batch else 32), "epochs": epochs, "seed": seed,
        "validation_data": held_out, "progress": not quiet, "engine": engine, "threads": threads,
        "callbacks": _callbacks(patience, log, held_out),
    }  # fmt: skip
    toolkit.apply(setup, loaded)
    setup.frozen = names(freeze)
    network = setup.make()
    about = {"target": loaded.target, "kind": loaded.kind}
    _check_places(out, plots, ensemble)
    show(f"{described(data, loaded, len(X), held_out)}\n{network}")
    if seeds > 1:
        _repeat(setup, range(seed, seed + seeds), X, y, about, ensemble)
        return
    network.metadata = about
    history = _fit(network, X, y, setup, out)
    if out is not None:
        network.save(out)
    show(_result(history, held_out))
    if out is not None:
        show(_saved(context, out, data, data_dir, seed))
    if plots is not None and history.epochs:
        _save_pictures(plots, network, history, *(held_out or (X, y)))
    if history.interrupted:
        raise typer.Exit(130)


def _check_seeds(seeds: int, ensemble: str | None, **single: str | None) -> None:
    """Refuse what belongs to one training where there are several, and the other way round."""
    if seeds == 1 and ensemble is not None:
        raise InputError(
            f"--ensemble {ensemble} saves the networks of several seeds: give --seeds too, such as 5."
        )
    for name, value in single.items():
        if seeds > 1 and value is not None:
            more = "; --ensemble FOLDER saves the networks" if name == "out" else ""
            raise InputError(
                f"--{name} {value} is for one training, and --seeds {seeds} makes several: leave one out{more}."
            )


def _repeat(setup: Setup, seeds: range, X: Any, y: Any, about: dict[str, str], folder: str | None) -> None:
    from chainrule.cli.repeated import from_seeds, table
    from chainrule.ensemble import Ensemble

    networks, histories = from_seeds(setup, seeds, X, y)
    show(table(seeds, histories))
    if folder is not None:
        for network in networks:
            network.metadata = about
        Ensemble(networks).save(folder)
        show(
            f"saved in {folder}: {len(networks)} networks, asked together by: chainrule predict {folder} DATA"
        )
    if histories[-1].interrupted:
        raise typer.Exit(130)


def _callbacks(patience: int | None, log: str | None, held_out: Samples | None) -> list[Any]:
    from chainrule.training.callbacks import CSVLog, EarlyStopping

    found: list[Any] = [] if log is None else [CSVLog(log)]
    if patience is None:
        return found
    if held_out is None:
        raise InputError(
            "--patience waits for the validation loss, and no samples are held out: give --validation."
        )
    return [*found, EarlyStopping(patience=patience)]


def _check_places(out: str | None, *folders: str | None) -> None:
    """Find out before the training whether its results can be saved."""
    from chainrule.cli.pictures import make_folder

    if out is not None:
        check_writable(out)
    for folder in folders:
        if folder is not None:
            make_folder(folder)


def _fit(network: Network, X: Any, y: Any, setup: Setup, out: str | None) -> History:
    """Train it; the weights before a number stopped being finite are saved, too."""
    try:
        return network.fit(X, y, optimizer=setup.optimizer, **setup.fitting)
    except Diverged as error:
        if out is None:
            raise
        network.save(out)
        raise Diverged(f"{error} Like that they were saved to {out}.") from error


def _saved(context: typer.Context, out: str, data: str, data_dir: str | None, seed: int) -> str:
    """Where the model is, the command that repeats the training, and the one that shows it."""
    see = ["chainrule", "explain", out, "--data", data, *(["--data-dir", data_dir] if data_dir else [])]
    see += ["--seed", str(seed)] if seed and data in GENERATED else []
    repeats = write_config(context, out)
    again = (
        "" if repeats is None else f"\nrepeat it: {shlex.join(['chainrule', 'train', '--config', repeats])}"
    )
    return f"saved to {out}{again}\nsee it: {shlex.join([*see, '--sample', '0'])}"


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
