"""chainrule compare: the same training once for each of several optimizers, activations, losses and the like."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.cli import options as o
from chainrule.cli import sources as s
from chainrule.cli import train
from chainrule.errors import InputError

VARIED = ("optimizers", "activations", "losses", "initializers", "regularizers")
SIZE = (8.0, 4.5)  # of the picture, in inches


def _names(option: str, example: str) -> Any:
    return typer.Option(option, metavar="NAMES", help=f"Such as {example}.", show_default=False)


def _one(option: str, text: str) -> Any:
    return typer.Option(option, metavar="NAME", help=text, show_default=False)


def command(
    optimizers: Annotated[str | None, _names("--optimizers", "sgd,sgd:0.1,adam,rmsprop")] = None,
    activations: Annotated[str | None, _names("--activations", "relu,tanh,elu:0.5")] = None,
    losses: Annotated[str | None, _names("--losses", "cross_entropy,focal,hinge")] = None,
    initializers: Annotated[str | None, _names("--initializers", "glorot,he,normal:1,zeros")] = None,
    regularizers: Annotated[str | None, _names("--regularizers", "none,l2:0.01,dropout:0.3")] = None,
    data: Annotated[str, typer.Option("--data", metavar="DATA", help=f"Samples: {o.SAMPLES}.")] = "spiral",
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
    ] = "32,32",
    activation: Annotated[
        str | None, _one("--activation", "Of the hidden layers; relu unless given.")
    ] = None,
    loss: Annotated[
        str | None,
        _one("--loss", "cross_entropy for classes, half_squared_error for numbers unless given."),
    ] = None,
    optimizer: Annotated[str | None, _one("--optimizer", "Of all; adam unless given.")] = None,
    lr: Annotated[
        float | None,
        typer.Option(
            "--lr",
            metavar="NUMBER",
            parser=o.number,
            help="Learning rate of all; unless given, each optimizer's own.",
            show_default=False,
        ),
    ] = None,
    epochs: o.Epochs = 50,
    batch_size: Annotated[
        int, typer.Option("--batch-size", metavar="N", parser=o.whole(1), help="Samples a step.")
    ] = 32,
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
    standardize: Annotated[
        bool, typer.Option("--standardize", help="Scale each feature to mean 0 and standard deviation 1.")
    ] = False,
    dtype: Annotated[str, typer.Option("--dtype", metavar="DTYPE", help="float32 or float64.")] = "float32",
    seed: o.Seed = 0,
    plot: Annotated[
        str | None,
        typer.Option("--plot", metavar="FILE", help="Save the curves as this .png.", show_default=False),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
    data_dir: o.DataDir = None,
) -> None:
    """Train the same network once for each choice: same start, same batches, one table.

    \b
    Give one of --optimizers, --activations, --losses, --initializers and
    --regularizers: names with commas between them. A name may carry a number,
    its first setting: sgd:0.1, l2:0.01, dropout:0.3.

    \b
    Look at several seeds before you believe in a small difference. Ctrl-C ends
    the trainings, and shows what there is.

    \b
    Examples:
      chainrule compare --optimizers sgd,adam,rmsprop --data spiral
      chainrule compare --regularizers none,l2:0.01,dropout:0.2 --data moons
      chainrule compare --losses cross_entropy,hinge --plot losses.png
    """
    from chainrule.cli.output import show
    from chainrule.experiments import compare

    varied = dict(zip(VARIED, (optimizers, activations, losses, initializers, regularizers), strict=True))
    name, choices = _choices(varied)
    for option, value in {"activations": activation, "losses": loss, "optimizers": optimizer}.items():
        if option == name and value is not None:
            one = "loss" if option == "losses" else option[:-1]
            raise InputError(f"there is --{option}, and --{one} {value}: give one of them.")
    loaded = s.load_data(data, target=target, kind=kind, seed=seed, data_dir=data_dir)
    (X, y), held_out = train.split(loaded, validation, seed)
    if name == "regularizers" and held_out is None:
        raise InputError(
            "--regularizers are compared by the gap between training and validation, and no samples are held out: "
            "give another --validation."
        )
    like = train.fresh_network(loaded, X, hidden, activation, loss, standardize, dtype, seed)
    others: dict[str, Any] = {"dtype": dtype, "features": like.features, "classes": like.classes}
    others |= {"scaling": like.layers[0]} if standardize else {}
    others |= {} if activation is None else {"hidden": activation}
    others |= {} if optimizer is None else {"optimizer": optimizer}
    others |= {} if name == "losses" else {"loss": like.loss_part, "output": like.layers[-1]}
    if plot is not None:
        _check_place(plot)
    sizes = [like.inputs, *(s.sizes(hidden, "--hidden") if hidden else []), like.outputs]
    found = compare(
        sizes, X, y, **{name: choices}, learning_rate=lr, epochs=epochs, batch_size=batch_size,
        validation_data=held_out, seed=seed, progress=not quiet, **others,
    )  # fmt: skip
    show(f"{train.described(data, loaded, len(X), held_out)}\n{found}")
    if plot is not None:
        from chainrule.cli.pictures import save_picture
        from chainrule.plots import comparison

        path = Path(plot)
        made = save_picture(str(path.parent), path.name, lambda ax: comparison(found, ax=ax), SIZE)
        show(f"picture: {made}")
    if any(trial.history.interrupted for trial in found):
        raise typer.Exit(130)


def _choices(varied: dict[str, str | None]) -> tuple[str, list[str]]:
    """What is varied, and the choices."""
    given = {name: text for name, text in varied.items() if text is not None}
    if len(given) != 1:
        options = [f"--{name}" for name in varied]
        what = "nothing is compared" if not given else f"--{' and --'.join(given)} are compared together"
        raise InputError(f"{what}: give one of {', '.join(options[:-1])} and {options[-1]}.")
    ((name, text),) = given.items()
    choices = [word.strip() for word in text.split(",")]
    if not all(choices):
        raise InputError(f"--{name} {text!r}: it is names with commas between them, such as a,b,c.")
    for choice in choices:
        if choices.count(choice) > 1:
            raise InputError(f"--{name} {text}: {choice} is there twice; give it once.")
    return name, choices


def _check_place(plot: str) -> None:
    """Find out before the trainings whether the picture can be saved."""
    from chainrule.cli.output import check_writable
    from chainrule.cli.pictures import make_folder

    if Path(plot).suffix.lower() != ".png":
        raise InputError(f"--plot {plot}: a picture is saved as a .png; give a name that ends so.")
    if not (folder := Path(plot).parent).is_dir():
        make_folder(str(folder))
    check_writable(plot)
