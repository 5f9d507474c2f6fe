"""Trains the same network once for each choice, and compares what became of it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError, InputError, KindError, UnknownName
from chainrule.experiments import choices
from chainrule.experiments.comparison import Comparison
from chainrule.experiments.results import Trial
from chainrule.experiments.setups import Setup, are_sizes
from chainrule.experiments.training import Training, check
from chainrule.network import Network
from chainrule.parts.contract import Activation, Loss, Optimizer
from chainrule.parts.named import takes_rate, with_setting
from chainrule.utils import checks, notebooks
from chainrule.utils.counts import counted


def compare(
    layers: Any,
    X: Any,
    y: Any,
    *,
    optimizers: Any = None,
    activations: Any = None,
    losses: Any = None,
    initializers: Any = None,
    regularizers: Any = None,
    learning_rate: float | None = None,
    epochs: int = 20,
    batch_size: int | None = None,
    validation_data: tuple[Any, Any] | None = None,
    seed: int | None = 0,
    progress: bool = True,
    **others: Any,
) -> Comparison:
    """Train the same network once for each choice: same start, same batches.

    One of `optimizers`, `activations`, `losses`, `initializers` and `regularizers` is a list of choices, or a dict of
    them by names of one's own. A choice is a part, or a name, or a name with a number for its first setting:
    ``"sgd:0.1"``, ``"l2:0.01"``, ``"dropout:0.3"``. All trials have the same seed, so the same initial weights (unless
    initializers are compared), and the same samples in the same order. A training that diverges is told as such.

    One start says little about small differences: look at several seeds before you believe in one.

    Parameters
    ----------
    layers : as for `Network`: sizes, or layers
    X, y : inputs and targets
    optimizers : with their own learning rates
    activations : of the hidden layers
    losses : compared by accuracy for classes, by the squared and the absolute error for numbers, since their values
        can't be compared; each with the first output that suits it, unless output=… is given
    initializers : of the weights
    regularizers : penalties, layers (dropout, normalization) at each hidden activation, clipping, early stopping,
        "label_smoothing:0.1", "weight_decay:0.01", or "none"; they need validation_data
    learning_rate : of all optimizers that are named without a number; their defaults, unless given
    epochs, batch_size, validation_data, seed, progress : as for `Network.fit`
    others : whatever else `Network` and `fit` take, by name: output=…, loss=…, optimizer=…, class_weight=…

    Returns
    -------
    the Comparison: printed, a table; ``.plot()``, its curves; ``["adam"]``, the Trial of a choice, with its network

    Raises
    ------
    InputError, KindError, UnknownName : for bad arguments, before anything is trained

    >>> import chainrule as cr
    >>> X, y = cr.data.moons(100, seed=0)
    >>> found = cr.compare([2, 8, 2], X, y, activations=["relu", "tanh"], epochs=5, batch_size=20, progress=False)
    >>> [trial.name for trial in found]
    ['relu', 'tanh']
    """
    given = {
        "optimizers": optimizers, "activations": activations, "losses": losses, "initializers": initializers,
        "regularizers": regularizers,
    }  # fmt: skip
    progress = checks.truth(progress, "progress")
    kind = _kind({name: choice for name, choice in given.items() if choice is not None})
    names = choices.named(kind, given[kind])
    if learning_rate is not None and kind == "optimizers":
        _check_rate(learning_rate, names)
    if seed is None:
        seed = int(np.random.default_rng().integers(2**32))
    base = _base(kind, layers, others, learning_rate, seed)
    if kind == "regularizers" and validation_data is None:
        raise InputError(
            "regularizers are compared by the gap between training and validation: give validation_data=(X, y)."
        )
    fitting = {"epochs": epochs, "batch_size": batch_size, "validation_data": validation_data, "seed": seed}
    if kind != "losses":
        check(base.make(), Setup(base.network, base.optimizer, base.fitting | fitting), X, y)
    trainings = {}
    for name, choice in names.items():
        with _naming(name):
            setup = choices.setup_for(kind, choice, base, learning_rate)
            setup.fitting |= fitting
            trainings[name] = Training(setup, base.network.get("loss"), X, y)
    trials = _run_all(trainings, progress)
    about = _about(kind, next(iter(trainings.values())), seed)
    measured = tuple(next(iter(trials.values())).training)
    left = tuple(name for name in trainings if name not in trials)
    found = Comparison(choices.KINDS[kind], about, trials, measured, left)
    if progress and notebooks.shows_over():
        found._show_over()
    return found


def _run_all(trainings: dict[str, Training], progress: bool) -> dict[str, Trial]:
    """Run one after the other, until Ctrl-C ends one of them; or where joblib was told, by `joblib.parallel_config`."""
    if "joblib" in sys.modules and _jobs() > 1:
        return _run_elsewhere(trainings)
    trials: dict[str, Trial] = {}
    for name, training in trainings.items():
        if progress and len(trainings) > 1 and sys.stderr.isatty():
            print(name, file=sys.stderr)
        with _naming(name), notebooks.titled(name):
            trials[name] = training.run(name, progress)
        if trials[name].history.interrupted:
            break
    return trials


def _jobs() -> int:
    """How many trainings run at a time."""
    from joblib import effective_n_jobs

    return int(effective_n_jobs(None))


def _run_elsewhere(trainings: dict[str, Training]) -> dict[str, Trial]:
    """Run by joblib's workers: other processes, or those of a cluster."""
    from joblib import Parallel, delayed

    found = Parallel()(delayed(_run)(name, training) for name, training in trainings.items())
    return dict(zip(trainings, found, strict=True))


def _run(name: str, training: Training) -> Trial:
    with _naming(name):
        return training.run(name, progress=False)


def _check_rate(rate: float, names: dict[str, Any]) -> None:
    """Refuse a learning rate that would be no optimizer's."""
    if not any(map(takes_rate, names.values())):
        raise InputError(
            f"learning_rate = {rate} is given, and none of the optimizers is a name without a number: leave it out."
        )


def _kind(given: dict[str, Any]) -> str:
    """What is varied."""
    if len(given) != 1:
        what = "nothing is varied" if not given else f"{' and '.join(given)} are varied together"
        raise InputError(f"{what}: give one of {', '.join(choices.KINDS)}.")
    return next(iter(given))


def _base(kind: str, layers: Any, others: dict[str, Any], rate: float | None, seed: int) -> Setup:
    """What all trials have in common."""
    of_network, of_fit = (inspect.signature(what).parameters for what in (Network, Network.fit))
    known = {*of_network, *of_fit} - {"self", "X", "y", "layers"}
    _check_others(kind, layers, others, known)
    network = {name: value for name, value in others.items() if name in of_network}
    network |= {"layers": layers, "seed": seed}
    fitting = {
        name: value for name, value in others.items() if name in of_fit and name not in ("optimizer", "seed")
    }
    if not isinstance(given := fitting.get("callbacks", ()), list | tuple):
        raise KindError(f"callbacks = {given!r} is no list: write callbacks=[…].")
    optimizer = others.get("optimizer", of_fit["optimizer"].default)
    made = Optimizer.of(optimizer)
    if rate is not None and kind != "optimizers":
        if not takes_rate(optimizer):
            raise InputError(
                f"learning_rate = {rate} is given, and {optimizer} has a learning rate of its own: leave one of them "
                "out."
            )
        made = with_setting(made, "learning_rate", rate)
    if kind != "losses":
        network["loss"] = Loss.of(others.get("loss", of_network["loss"].default))
    return Setup(network, made, fitting)


def _check_others(kind: str, layers: Any, others: dict[str, Any], known: set[str]) -> None:
    """Refuse arguments that neither `Network` nor `fit` takes, and those that don't go with what is varied."""
    for name in others:
        if name not in known:
            raise UnknownName("argument", name, [*choices.KINDS, "learning_rate", *sorted(known)])
    if (twice := choices.ARGUMENTS.get(kind)) in others:
        raise InputError(f"{kind} are varied, and {twice} is given too: leave {twice} out.")
    if kind == "activations" and not are_sizes(layers):
        raise InputError("activations are varied: give the network as sizes, such as [2, 8, 2].")


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Name the choice in what is raised; an unknown name says itself what it is about."""
    try:
        yield
    except UnknownName:
        raise
    except ChainruleError as error:
        if not str(error).startswith((f"'{name}'", f"{name.partition(':')[0]} ")):
            error.args = (f"{name}: {error}", *error.args[1:])
        raise


def _about(kind: str, one: Training, seed: int) -> str:
    """What all trials share, in two lines."""
    fitting, samples = one.setup.fitting, len(one.X)
    epochs, size = fitting["epochs"], fitting["batch_size"]
    batches = "all at once" if size is None or size >= samples else f"{size:,} at a time"
    words = [_title(kind, one.network)]
    words += [] if kind == "losses" else [one.setup.network["loss"].title()]
    words += [] if kind == "optimizers" else [str(one.setup.optimizer)]
    many = f"{epochs:,} epoch{'' if epochs == 1 else 's'} of {counted(samples, 'sample')}, {batches}"
    return f"{'   '.join(words)}\nsame start, same batches (seed {seed})   {many}"


def _title(kind: str, network: Network) -> str:
    """The network in a line, as it is before anything was varied."""
    *hidden, last = [layer for layer in network.layers if isinstance(layer, Activation)]
    words = [str(network.inputs)]
    for layer in network.layers:
        if layer.has_weights:
            words.append(f"→ {layer.width(None)}")
        elif not isinstance(layer, Activation):
            words += [layer.label()] if layer.gives != "x" else []
        elif (layer is last and kind != "losses") or (layer in hidden and kind != "activations"):
            words.append(layer.label())
    return " ".join(words)
