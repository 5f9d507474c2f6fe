"""chainrule train: from a file of data to a trained model."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainrule.cli import options as o
from chainrule.cli import sources as s
from chainrule.errors import Diverged, InputError

if TYPE_CHECKING:
    from chainrule.data import DataSet
    from chainrule.network import Network
    from chainrule.training.fit import History

HELD_OUT = 0.2  # of a set without test samples
Samples = tuple[Any, Any]


def command(
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA",
            help="A .csv, an .npz or a folder of IDX files; mnist, digits; blobs, moons, circles, xor, spiral.",
            show_default=False,
        ),
    ],
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            metavar="COLUMN",
            help="The column to predict; the last one unless given.",
            show_default=False,
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="classification or regression; seen from the target unless given.",
            show_default=False,
        ),
    ] = None,
    hidden: Annotated[
        str, typer.Option("--hidden", metavar="SIZES", help="Units of the hidden layers, such as 128,64.")
    ] = "32",
    activation: o.Hidden = None,
    loss: Annotated[
        str | None,
        typer.Option(
            "--loss",
            metavar="NAME",
            help="cross_entropy for classes, half_squared_error for numbers unless given; mean_squared_error.",
            show_default=False,
        ),
    ] = None,
    optimizer: o.OptimizerName = "adam",
    lr: o.Lr = None,
    epochs: o.Epochs = 20,
    batch_size: Annotated[
        int | None,
        typer.Option(
            "--batch-size",
            metavar="N",
            parser=o.whole(1),
            show_default="32, or all where the optimizer takes all",
            help="Samples a step.",
        ),
    ] = None,
    validation: Annotated[
        float | None,
        typer.Option(
            "--validation",
            metavar="PART",
            parser=o.number,
            help="Part of the samples to hold out; unless given, the test samples, or 0.2 if there are none.",
            show_default=False,
        ),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(
            "--patience",
            metavar="N",
            parser=o.whole(1),
            help="End after N epochs in which the validation loss did not improve, with the weights of the best one.",
            show_default=False,
        ),
    ] = None,
    standardize: Annotated[
        bool, typer.Option("--standardize", help="Scale each feature to mean 0 and standard deviation 1.")
    ] = False,
    dtype: Annotated[str, typer.Option("--dtype", metavar="DTYPE", help="float32 or float64.")] = "float32",
    seed: o.Seed = 0,
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            metavar="ENGINE",
            help="numpy; compiled, as machine code; auto, which compiles long runs.",
        ),
    ] = "auto",
    threads: Annotated[
        int | None,
        typer.Option(
            "--threads",
            metavar="N",
            parser=o.whole(1),
            help="Threads of the compiled engine; as many as a step can use unless given.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Save the model here.", show_default=False)
    ] = None,
    plots: Annotated[
        str | None,
        typer.Option("--plots", metavar="FOLDER", help="Save pictures here.", show_default=False),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
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
    from chainrule.cli.output import show
    from chainrule.training.callbacks import EarlyStopping

    made = s.optimizer(optimizer, lr)
    loaded = s.load_data(data, target=target, kind=kind, seed=seed, data_dir=data_dir)
    (X, y), held_out = split(loaded, validation, seed)
    if patience is not None and held_out is None:
        raise InputError(
            "--patience waits for the validation loss, and no samples are held out: give --validation."
        )
    network = fresh_network(loaded, X, hidden, activation, loss, standardize, dtype, seed)
    _check_places(out, plots)
    show(f"{described(data, loaded, len(X), held_out)}\n{network}")
    try:
        history = network.fit(
            X, y, epochs=epochs, batch_size=batch_size or (None if made.full_batch else 32), optimizer=made, seed=seed,
            validation_data=held_out, progress=not quiet, engine=engine, threads=threads,
            callbacks=[] if patience is None else [EarlyStopping(patience=patience)],
        )  # fmt: skip
    except Diverged as error:
        if out is None:
            raise
        network.save(out)
        raise Diverged(f"{error} Like that they were saved to {out}.") from error
    if out is not None:
        network.save(out)
    show(_result(history, held_out))
    if out is not None:
        seen = ["chainrule", "explain", out, "--data", data, *(["--data-dir", data_dir] if data_dir else [])]
        seen += ["--seed", str(seed)] if seed and data in s.GENERATED else []
        show(f"saved to {out}\nsee it: {shlex.join([*seen, '--sample', '0'])}")
    if plots is not None and history.epochs:
        from chainrule.cli.pictures import save_pictures

        for path in save_pictures(plots, network, history, *(held_out or (X, y))):
            show(f"picture: {path}")
    if history.interrupted:
        raise typer.Exit(130)


def split(loaded: DataSet, validation: float | None, seed: int) -> tuple[Samples, Samples | None]:
    """The samples to train with, and those held out: the set's own test samples, or a random part."""
    import numpy as np

    if validation is None:
        if loaded.test is not None:
            return loaded.train, loaded.test
        validation = HELD_OUT
    if not 0 <= validation < 1:
        raise InputError(
            f"--validation {validation:g} is out of range: it is a part of the samples, 0 to below 1."
        )
    X, y = loaded.train
    count = round(validation * len(X))
    if count == 0:
        return (X, y), None
    if count >= len(X):
        raise InputError(f"--validation {validation:g} leaves none of {len(X)} samples to train with.")
    order = np.random.default_rng(seed).permutation(len(X))
    held, kept = order[:count], order[count:]
    return (X[kept], y[kept]), (X[held], y[held])


def fresh_network(
    loaded: DataSet,
    X: Any,
    hidden: str,
    activation: str | None,
    loss: str | None,
    standardize: bool,
    dtype: str,
    seed: int,
) -> Network:
    from chainrule.network import Network
    from chainrule.parts import Standardize
    from chainrule.parts.contract import Loss

    classes = None if loaded.classes is None else list(loaded.classes)
    if classes is not None and len(classes) < 2:
        raise InputError(
            f"the target {loaded.target!r} has one class, {classes[0]!r}: there is nothing to tell apart."
        )
    part = Loss.of(loss or ("half_squared_error" if classes is None else "cross_entropy"))
    if classes is None and part.compares_classes:
        raise InputError(
            f"--loss {loss} is for classes, and the target {loaded.target!r} is numbers: take "
            "half_squared_error or mean_squared_error, or --kind classification."
        )
    between = s.sizes(hidden, "--hidden") if hidden else []
    network = Network(
        [len(loaded.features), *between, 1 if classes is None else len(classes)],
        hidden=activation or "relu",
        output="identity" if classes is None else "softmax",
        loss=part,
        seed=seed,
        dtype=dtype,
        scaling=Standardize.fitted(X) if standardize else None,
        features=loaded.features,
        classes=classes,
    )
    network.about = {"target": loaded.target, "kind": loaded.kind}
    return network


def _check_places(out: str | None, plots: str | None) -> None:
    """Find out before the training whether its results can be saved."""
    from chainrule.cli.output import check_writable
    from chainrule.cli.pictures import make_folder

    if out is not None:
        check_writable(out)
    if plots is not None:
        make_folder(plots)


def described(data: str, loaded: DataSet, count: int, held_out: Samples | None) -> str:
    features = len(loaded.features)
    if loaded.classes is None:
        asked = f"regression of {loaded.target}"
    else:
        of = "" if data in s.GENERATED else f" of {loaded.target}"
        asked = f"{len(loaded.classes)} classes{of}"
    held = f", {len(held_out[0]):,} for validation" if held_out else ""
    return f"{data}: {count:,} samples{held}, {features} feature{'s' if features > 1 else ''}, {asked}"


def _result(history: History, held_out: Samples | None) -> str:
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
        lines.append(line)
    return "\n".join(lines)


def _figures(name: str, at: int, loss: list[float], accuracy: list[float]) -> str:
    return f"  {name}   loss {loss[at]:.6g}" + (f"   accuracy {accuracy[at]:.2%}" if accuracy else "")
