"""chainrule train: from a file of data to a trained model."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import typer

import chainrule.cli.options as o
from chainrule.cli.config import write as write_config
from chainrule.cli.continuing import Checkpoints, SavedNetwork
from chainrule.cli.datasets import GENERATED, Reading, load_data, read_groups
from chainrule.cli.ending import BEST, Place, check_best, choose_threshold, give_threshold, left, result
from chainrule.cli.groups import grouped
from chainrule.cli.networks import make_optimizer
from chainrule.cli.output import check_writable, show
from chainrule.cli.parts import Parts, Samples, Splitting, described, prepared
from chainrule.cli.pictures import check_format, make_folder, save_pictures
from chainrule.cli.preparing import FreshNetwork, seen, usual_epochs
from chainrule.cli.toolkit import Toolkit
from chainrule.cli.words import listed, names
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
    features: o.Features = None,
    ignore: o.Ignore = None,
    numeric: o.Numeric = None,
    categorical: o.Categorical = None,
    hidden: o.TrainingSizes = None,
    activation: o.Activation = None,
    loss: o.TrainingLoss = None,
    freeze: o.Freeze = None,
    optimizer: o.Optimizer = "adam",
    lr: o.LearningRate = None,
    epochs: o.TrainingEpochs = None,
    batch_size: o.TrainingBatchSize = None,
    validation: o.Validation = None,
    test: o.Test = None,
    last: o.Last = None,
    group: o.Group = None,
    from_: o.From = None,
    checkpoint: o.Checkpoint = None,
    resume: o.Resume = False,
    patience: o.Patience = None,
    threshold: o.Threshold = None,
    standardize: o.Standardized = None,
    scale_target: o.ScaleTarget = None,
    dtype: o.Dtype = "float32",
    seed: o.Seed = 0,
    seeds: o.Seeds = 1,
    ensemble: o.Ensemble = None,
    engine: o.Engine = "auto",
    threads: o.Threads = None,
    out: o.ModelOut = None,
    plots: o.Plots = None,
    plots_format: o.PlotsFormat = None,
    log: o.Log = None,
    config: o.Config = None,
    quiet: o.Quiet = False,
    data_dir: o.DataDir = None,
    delimiter: o.Delimiter = None,
    decimal: o.Decimal = None,
    encoding: o.Encoding = None,
    header: o.Header = None,
    *,
    toolkit: Toolkit,
) -> None:
    """Train a network on data, and save it with its scaling and its names.

    It ends with a report on samples that were held out; where the best epoch or a threshold is chosen, on others than
    those that chose. Ctrl-C ends the training, and saves what was trained so far, beside a file that is there.

    \b
    Examples:
      chainrule train iris.csv --hidden 16 --out iris.safetensors
      chainrule train iris.csv --patience 5 --epochs 200 --out iris.safetensors
      chainrule train digits --hidden 64,32 --dropout 0.2 --schedule cosine
      chainrule train mnist --batch-size 100 --epochs 1 --out mnist.safetensors
      chainrule train mnist --epochs 50 --checkpoint run --resume
    """
    single = {"out": out, "plots": plots, "log": log, "threshold": threshold, "checkpoint": checkpoint}
    _check_seeds(seeds, ensemble, **single, **{"from": from_})
    checkpoints = Checkpoints(checkpoint, resume)
    made, told = make_optimizer(optimizer, lr), (features, ignore, numeric, categorical)
    reading = Reading(delimiter, decimal, encoding, header, *told, prepares=True)
    groups = read_groups(data, group, target, reading)
    base = None if from_ is None else SavedNetwork.of(from_, context)
    asked = {"target": target, "kind": kind, "group": group}
    loaded = (base.load if base else load_data)(data, seed=seed, data_dir=data_dir, reading=reading, **asked)
    chooses = patience is not None or threshold == BEST
    parts = Splitting(validation, test, last, group, groups, chooses).split(loaded, seed)
    parts, columns = prepared(parts, reading)
    fresh = FreshNetwork(hidden, activation, loss, standardize, dtype, seed, scale_target)
    setup = (base or fresh).setup(loaded, parts.train, made, columns)
    size = batch_size or (None if made.full_batch else 32)
    setup.fitting = {
        "batch_size": size, "epochs": epochs or usual_epochs(len(parts.train[0]), size), "seed": seed,
        "validation_data": parts.watched, "progress": not quiet, "engine": engine, "threads": threads,
        "callbacks": [*checkpoints.callbacks(), *_callbacks(patience, log, parts)], **checkpoints.fitting,
    }  # fmt: skip
    toolkit.apply(setup, loaded)
    setup.frozen, setup.about = names(freeze), _about(loaded, group, numeric)
    network = setup.make()
    _check_threshold(network, threshold, parts)
    _check_places(out, plots_format, plots, ensemble, seeds)
    show("\n".join([described(data, loaded, parts), *seen(data, loaded), str(network)]))
    if seeds > 1:
        _repeat(setup, range(seed, seed + seeds), parts, ensemble)
        return
    history = _fit(network, parts, setup, place := Place(out))
    earlier = from_ if loaded.test is None else None
    report = _report(network, parts, threshold, chooses, place, earlier) if history.epochs else ""
    saved = place.save(network, history.interrupted)
    show("\n".join([result(history, parts), *([report] if report else [])]))
    if saved is not None:
        show(("\n" if report else "") + _saved(context, saved, place, data, reading, seed))
    if plots is not None and history.epochs:
        _save_pictures(plots, plots_format, network, history, parts.held_out or parts.train)
    if history.interrupted:
        raise checkpoints.left(history)


def _about(loaded: Any, group: str | None, numeric: list[str] | None) -> dict[str, str]:
    """What a model's file remembers of its samples: a column of groups is left out, text in columns of numbers, too."""
    target = listed(loaded.targets) if len(loaded.targets) > 1 else loaded.target
    about = {"target": target, "kind": loaded.kind}
    about |= {} if group is None else {"group": group}
    return about if numeric is None else {**about, "numeric": ",".join(numeric)}


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


def _callbacks(patience: int | None, log: str | None, parts: Parts) -> list[Any]:
    from chainrule.training.callbacks import CSVLog, EarlyStopping

    found: list[Any] = [] if log is None else [CSVLog(log)]
    if patience is None:
        return found
    if parts.validation is None:
        raise InputError(
            "--patience waits for the validation loss, and no samples are held out: give --validation."
        )
    return [*found, EarlyStopping(patience=patience)]


def _check_threshold(network: Network, threshold: str | None, parts: Parts) -> None:
    if threshold == BEST:
        check_best(network, parts)
    elif threshold is not None:
        give_threshold(network, threshold)


def _check_places(
    out: str | None, format: str | None, plots: str | None, ensemble: str | None, count: int
) -> None:
    """Find out before the training whether its results can be saved."""
    from chainrule.ensemble import check_folder

    check_format(format)
    if out is not None:
        check_writable(out)
    for folder in (plots, ensemble):
        if folder is not None:
            make_folder(folder)
    if ensemble is not None:
        check_folder(ensemble, count)


def _repeat(setup: Setup, seeds: range, parts: Parts, folder: str | None) -> None:
    """Train from several seeds; saved are the networks alone, whose mean `predict` takes."""
    from chainrule.cli.repeated import from_seeds, table
    from chainrule.ensemble import Ensemble

    networks, histories = from_seeds(setup, seeds, *parts.train)
    show(table(seeds, histories))
    if folder is not None:
        Ensemble(networks).save(folder)
        show(
            f"saved in {folder}: {len(networks)} networks, asked together by: chainrule predict {folder} DATA"
        )
    if histories[-1].interrupted:
        raise left(histories[-1])


def _fit(network: Network, parts: Parts, setup: Setup, place: Place) -> History:
    """Train it; the weights before a number stopped being finite are saved, too, beside the model's place."""
    try:
        return network.fit(*parts.train, optimizer=setup.optimizer, **setup.fitting)
    except Diverged as error:
        if (saved := place.save_diverged(network)) is None:
            raise
        raise Diverged(f"{error} Like that they were saved to {saved}.") from error


def _report(
    network: Network, parts: Parts, threshold: str | None, chooses: bool, place: Place, earlier: str | None
) -> str:
    """How good the network is on what was held out; one that gives no numbers takes no place of another.

    `earlier` is the model with whose weights it began, where these samples were parted since.
    """
    held_out = parts.held_out
    if held_out is None:
        return ""
    try:
        if threshold == BEST:
            choose_threshold(network, parts)
        lines = ["", str(network.evaluate(*held_out))]
    except InputError as error:
        if (saved := place.save_diverged(network)) is None:
            raise
        raise InputError(f"{error} The weights were saved to {saved}.") from error
    if chooses and parts.test is None:
        what = "the threshold" if threshold == BEST else "the best epoch"
        lines.append(
            f"These samples have chosen {what}, so they make the network look better than it is: take --test."
        )
    if earlier is not None:
        lines.append(
            f"Unless the same samples were held out when {earlier} was trained (the same data, --seed and parts), it "
            "may know these, and then they make it look better than it is."
        )
    return "\n".join(lines)


def _saved(context: typer.Context, saved: str, place: Place, data: str, reading: Reading, seed: int) -> str:
    """Where the model is, the command that repeats the training, and the one that shows it."""
    folder = context.params["data_dir"]
    words = [*(["--data-dir", folder] if folder else []), *reading.words]  # which the data needs
    repeats = write_config(context, saved)
    again = (
        "" if repeats is None else f"\nrepeat it: {shlex.join(['chainrule', 'train', '--config', repeats])}"
    )
    see = ["chainrule", "explain", saved, "--data", data, *words]
    see += ["--seed", str(seed)] if seed and data in GENERATED else []
    kept = "" if saved == place.out else f"{place.out} is as it was: this training did not come to its end\n"
    return f"{kept}saved to {saved}{again}\nsee it: {shlex.join([*see, '--sample', '0'])}"


def _save_pictures(
    folder: str, format: str | None, network: Network, history: History, samples: Samples
) -> None:
    for path in save_pictures(folder, network, history, *samples, format):
        show(f"picture: {path}")
