"""chainrule compare: the same training once for each of several optimizers, activations, losses and the like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

import chainrule.cli.options as o
from chainrule.cli.datasets import load_data
from chainrule.cli.output import check_writable, show
from chainrule.cli.preparing import FreshNetwork, described, split
from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.experiments import Comparison
    from chainrule.network import Network

VARIED = ("optimizers", "activations", "losses", "initializers", "regularizers")
SIZE = (8.0, 4.5)  # of the picture, in inches


def command(
    optimizers: o.Optimizers = None,
    activations: o.Activations = None,
    losses: o.Losses = None,
    initializers: o.Initializers = None,
    regularizers: o.Regularizers = None,
    data: o.ComparedData = "spiral",
    target: o.Target = None,
    kind: o.Kind = None,
    hidden: o.HiddenSizes = "32,32",
    activation: o.ComparedActivation = None,
    loss: o.ComparedLoss = None,
    optimizer: o.ComparedOptimizer = None,
    lr: o.ComparedLearningRate = None,
    epochs: o.Epochs = 50,
    batch_size: o.BatchSize = 32,
    validation: o.Validation = None,
    standardize: o.Standardized = False,
    dtype: o.Dtype = "float32",
    seed: o.Seed = 0,
    plot: o.Plot = None,
    quiet: o.Quiet = False,
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
    from chainrule.experiments import compare

    varied = dict(zip(VARIED, (optimizers, activations, losses, initializers, regularizers), strict=True))
    name, choices = _choices(varied)
    _check_fixed(name, {"activations": activation, "losses": loss, "optimizers": optimizer})
    loaded = load_data(data, target=target, kind=kind, seed=seed, data_dir=data_dir)
    (X, y), held_out = split(loaded, validation, seed)
    if name == "regularizers" and held_out is None:
        raise InputError(
            "--regularizers are compared by the gap between training and validation, and no samples are held out: "
            "give another --validation."
        )
    fresh = FreshNetwork(hidden, activation, loss, standardize, dtype, seed)
    network = fresh.make(loaded, X)
    if plot is not None:
        _check_place(plot)
    found = compare(
        [network.inputs, *fresh.between, network.outputs], X, y, **{name: choices}, learning_rate=lr,
        epochs=epochs, batch_size=batch_size, validation_data=held_out, seed=seed, progress=not quiet,
        **_shared(name, network, fresh, optimizer),
    )  # fmt: skip
    show(f"{described(data, loaded, len(X), held_out)}\n{found}")
    if plot is not None:
        _save_picture(Path(plot), found)
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


def _check_fixed(name: str, fixed: dict[str, str | None]) -> None:
    """Refuse to vary what is also given as the one for all."""
    if (value := fixed.get(name)) is not None:
        one = "loss" if name == "losses" else name[:-1]
        raise InputError(f"there is --{name}, and --{one} {value}: give one of them.")


def _shared(name: str, network: Network, fresh: FreshNetwork, optimizer: str | None) -> dict[str, Any]:
    """What all trainings have in common, as `chainrule.compare` takes it; what is varied is left out."""
    shared: dict[str, Any] = {
        "dtype": fresh.dtype,
        "features": network.features,
        "classes": network.classes,
    }
    if fresh.standardize:
        shared["scaling"] = network.layers[0]
    if fresh.activation is not None:
        shared["hidden"] = fresh.activation
    if optimizer is not None:
        shared["optimizer"] = optimizer
    if name != "losses":
        shared |= {"loss": network.loss_part, "output": network.layers[-1]}
    return shared


def _check_place(plot: str) -> None:
    """Find out before the trainings whether the picture can be saved."""
    from chainrule.cli.pictures import make_folder

    if Path(plot).suffix.lower() != ".png":
        raise InputError(f"--plot {plot}: a picture is saved as a .png; give a name that ends so.")
    if not (folder := Path(plot).parent).is_dir():
        make_folder(str(folder))
    check_writable(plot)


def _save_picture(path: Path, found: Comparison) -> None:
    from chainrule.cli.pictures import save_picture
    from chainrule.plots import comparison

    made = save_picture(str(path.parent), path.name, lambda ax: comparison(found, ax=ax), SIZE)
    show(f"picture: {made}")
