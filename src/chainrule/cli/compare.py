"""chainrule compare: the same training once for each of several optimizers, activations, losses and the like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import chainrule.cli.options as o
from chainrule.cli.datasets import Reading, load_data
from chainrule.cli.ending import left
from chainrule.cli.groups import grouped
from chainrule.cli.networks import make_optimizer
from chainrule.cli.output import show
from chainrule.cli.parts import Splitting, described, prepared
from chainrule.cli.pictures import check_place
from chainrule.cli.preparing import FreshNetwork
from chainrule.cli.toolkit import Toolkit
from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.experiments import Comparison, Setup

# What may be varied, and the arguments that each choice then has for itself.
OWN: dict[str, tuple[str, ...]] = {
    "optimizers": ("optimizer",),
    "activations": ("hidden",),
    "losses": ("loss", "output"),
    "initializers": ("initializer",),
    "regularizers": (),
}
# What the options of the toolkit change in these, which would then be compared without it.
CHANGES = {
    "optimizers": ("schedule", "warmup", "clip"),
    "activations": ("dropout", "batch_norm", "layer_norm"),
    "losses": ("dropout", "batch_norm", "layer_norm", "label_smoothing"),
    "initializers": ("initializer",),
    "regularizers": (),
}


@grouped
def command(
    optimizers: o.Optimizers = None,
    activations: o.Activations = None,
    losses: o.Losses = None,
    initializers: o.Initializers = None,
    regularizers: o.Regularizers = None,
    data: o.ComparedData = "spiral",
    target: o.Target = None,
    kind: o.Kind = None,
    features: o.Features = None,
    ignore: o.Ignore = None,
    numeric: o.Numeric = None,
    categorical: o.Categorical = None,
    hidden: o.HiddenSizes = "32,32",
    activation: o.ComparedActivation = None,
    loss: o.ComparedLoss = None,
    optimizer: o.ComparedOptimizer = None,
    lr: o.ComparedLearningRate = None,
    epochs: o.Epochs = 50,
    batch_size: o.BatchSize = 32,
    validation: o.Validation = None,
    standardize: o.Standardized = None,
    dtype: o.Dtype = "float32",
    seed: o.Seed = 0,
    seeds: o.Seeds = 1,
    plot: o.Plot = None,
    quiet: o.Quiet = False,
    data_dir: o.DataDir = None,
    delimiter: o.Delimiter = None,
    decimal: o.Decimal = None,
    encoding: o.Encoding = None,
    header: o.Header = None,
    *,
    toolkit: Toolkit,
) -> None:
    """Train the same network once for each choice: same start, same batches, one table.

    \b
    Give one of --optimizers, --activations, --losses, --initializers and
    --regularizers: names with commas between them. A name may carry a number,
    its first setting: sgd:0.1, l2:0.01, dropout:0.3.

    \b
    Look at several seeds (--seeds 5) before you believe in a small difference.
    Ctrl-C ends the trainings, and shows what there is.

    \b
    Examples:
      chainrule compare --optimizers sgd,adam,rmsprop --data spiral
      chainrule compare --regularizers none,l2:0.01,dropout:0.2 --data moons
      chainrule compare --losses cross_entropy,hinge --plot losses.png
    """
    from chainrule.experiments.seeds import over_seeds

    varied = dict(zip(OWN, (optimizers, activations, losses, initializers, regularizers), strict=True))
    name, choices = _choices(varied)
    _check_fixed(name, {"activations": activation, "losses": loss, "optimizers": optimizer}, toolkit)
    reading = Reading(
        delimiter, decimal, encoding, header, features, ignore, numeric, categorical, prepares=True
    )
    loaded = load_data(data, target=target, kind=kind, seed=seed, data_dir=data_dir, reading=reading)
    parts, columns = prepared(Splitting(validation).split(loaded, seed).without_end(), reading)
    (X, y), held_out = parts.train, parts.watched
    if name == "regularizers" and held_out is None:
        raise InputError(
            "--regularizers are compared by the gap between training and validation, and no samples are held out: "
            "give another --validation."
        )
    # Of several optimizers each has its own learning rate, or the one that is given for all of them.
    one = make_optimizer(optimizer or "adam", None if name == "optimizers" else lr)
    setup = FreshNetwork(
        hidden, activation, loss, standardize, dtype, seed, False if name == "losses" else None
    ).setup(loaded, (X, y), one, columns)
    toolkit.apply(setup, loaded)
    setup.make()  # what does not fit is said here, in the words of the options
    if plot is not None:
        check_place("--plot", plot)
    training = {
        "X": X, "y": y, name: choices, "epochs": epochs, "batch_size": batch_size, "validation_data": held_out,
        "progress": not quiet, **_shared(name, setup, lr),
    }  # fmt: skip
    each = range(seed, seed + seeds)
    found = _from_seeds(training, each)
    about = described(data, loaded, parts)
    show(f"{about}\n{found[0] if seeds == 1 else over_seeds(found, each[: len(found)])}")
    if plot is not None:
        _save_picture(Path(plot), found[0])
    for trial in found[-1]:
        if trial.history.interrupted:
            raise left(trial.history)


def _from_seeds(training: dict[str, Any], seeds: range) -> list[Comparison]:
    """The comparison from each seed, until Ctrl-C ends one."""
    from chainrule.experiments import compare

    found: list[Comparison] = []
    for seed in seeds:
        found.append(compare(**{**training, "seed": seed}))
        if _interrupted(found[-1]):
            break
    return found


def _interrupted(comparison: Comparison) -> bool:
    return any(trial.history.interrupted for trial in comparison)


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


def _check_fixed(name: str, fixed: dict[str, str | None], toolkit: Toolkit) -> None:
    """Refuse to vary what is also given as the one for all, or what an option would change in each."""
    if (value := fixed.get(name)) is not None:
        one = "loss" if name == "losses" else name[:-1]
        raise InputError(f"there is --{name}, and --{one} {value}: give one of them.")
    for option in toolkit.given(*CHANGES[name]):
        raise InputError(f"there is --{name}, and --{option.replace('_', '-')}: give one of them.")


def _shared(name: str, setup: Setup, lr: float | None) -> dict[str, Any]:
    """What all trainings have in common, as `chainrule.compare` takes it; what is varied is left out."""
    given = {**setup.network, **setup.fitting}
    if name == "optimizers":
        given["learning_rate"] = lr
    else:
        given["optimizer"] = setup.optimizer
    for own in OWN[name]:
        given.pop(own, None)
    return {argument: value for argument, value in given.items() if value is not None}


def _save_picture(path: Path, found: Comparison) -> None:
    from chainrule.cli.pictures import save_picture
    from chainrule.plots import comparison

    made = save_picture(path, lambda: comparison(found))
    show(f"picture: {made}")
