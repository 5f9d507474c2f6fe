"""Trains the same network once for each choice, and measures each after every epoch."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError, Diverged, InputError, KindError, UnknownName
from chainrule.experiments import choices, measures
from chainrule.experiments.choices import Setup
from chainrule.experiments.comparison import Comparison, Series, Trial
from chainrule.network import Network
from chainrule.parts.contract import Activation, Loss, Optimizer
from chainrule.training.callbacks import Callback, Run
from chainrule.utils import checks


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
    if (
        learning_rate is not None
        and kind == "optimizers"
        and not any(map(choices.takes_rate, names.values()))
    ):
        raise InputError(
            f"learning_rate = {learning_rate} is given, and none of the optimizers is a name without a number: leave "
            "it out."
        )
    if seed is None:
        seed = int(np.random.default_rng().integers(2**32))
    base = _base(kind, layers, others, learning_rate, seed)
    if kind == "regularizers" and validation_data is None:
        raise InputError(
            "regularizers are compared by the gap between training and validation: give validation_data=(X, y)."
        )
    fitting = {"epochs": epochs, "batch_size": batch_size, "validation_data": validation_data, "seed": seed}
    if kind != "losses":
        _check(base.make(), Setup(base.network, base.optimizer, base.fitting | fitting), X, y)
    trainings = []
    for name, choice in names.items():
        with _about(name):
            setup = choices.setup(kind, choice, base, learning_rate)
            setup.fitting |= fitting
            trainings.append((name, _Training(kind, setup, base.network.get("loss"), X, y)))
    trials: dict[str, Trial] = {}
    left = list(names)
    for name, training in trainings:
        if progress and len(names) > 1 and sys.stderr.isatty():
            print(name, file=sys.stderr)
        with _about(name):
            trials[name] = training.run(name, progress)
        left.remove(name)
        if trials[name].history.interrupted:
            break
    one = trainings[0][1]
    measured = tuple(next(iter(trials.values())).training)
    return Comparison(choices.KINDS[kind], _about_all(kind, one, seed), trials, measured, tuple(left))


def _kind(given: dict[str, Any]) -> str:
    """What is varied."""
    if len(given) != 1:
        what = "nothing is varied" if not given else f"{' and '.join(given)} are varied together"
        raise InputError(f"{what}: give one of {', '.join(choices.KINDS)}.")
    return next(iter(given))


def _base(kind: str, layers: Any, others: dict[str, Any], rate: float | None, seed: int) -> Setup:
    """What all trials have in common."""
    takes = {what: inspect.signature(what).parameters for what in (Network, Network.fit)}
    known = {name for each in takes.values() for name in each} - {"self", "X", "y", "layers"}
    for name in others:
        if name not in known:
            raise UnknownName("argument", name, [*choices.KINDS, "learning_rate", *sorted(known)])
    if (twice := choices.ARGUMENTS.get(kind)) in others:
        raise InputError(f"{kind} are varied, and {twice} is given too: leave {twice} out.")
    if kind == "activations" and not choices.are_sizes(layers):
        raise InputError("activations are varied: give the network as sizes, such as [2, 8, 2].")
    network = {name: value for name, value in others.items() if name in takes[Network]}
    fitting = {
        name: value
        for name, value in others.items()
        if name in takes[Network.fit] and name not in ("optimizer", "seed")
    }
    if not isinstance(given := fitting.get("callbacks", ()), list | tuple):
        raise KindError(f"callbacks = {given!r} is no list: write callbacks=[…].")
    network |= {"layers": layers, "seed": seed}
    optimizer = others.get("optimizer", _default(takes[Network.fit], "optimizer"))
    part = choices.part(Optimizer, optimizer)
    if rate is not None and kind != "optimizers" and choices.takes_rate(optimizer):
        part = choices.with_setting(part, "learning_rate", rate)
    elif rate is not None and kind != "optimizers":
        raise InputError(
            f"learning_rate = {rate} is given, and {optimizer} has a learning rate of its own: leave one of them out."
        )
    if kind != "losses":
        network["loss"] = choices.part(Loss, others.get("loss", _default(takes[Network], "loss")))
    return Setup(network, part, fitting)


def _default(parameters: Any, name: str) -> Any:
    return parameters[name].default


@contextmanager
def _about(name: str) -> Iterator[None]:
    """Name the choice in what is raised; an unknown name says itself what it is about."""
    try:
        yield
    except UnknownName:
        raise
    except ChainruleError as error:
        if not str(error).startswith((f"'{name}'", f"{name.partition(':')[0]} ")):
            error.args = (f"{name}: {error}", *error.args[1:])
        raise


class _AllRight(Exception):
    """Training could begin."""


class _Halt(Callback):
    def start(self, run: Run) -> None:
        raise _AllRight


def _check(network: Network, setup: Setup, X: Any, y: Any) -> None:
    """Raise what training would raise before its first step."""
    with suppress(_AllRight):
        fitting = {**setup.fitting, "callbacks": [_Halt()], "progress": False}
        network.fit(X, y, optimizer=setup.optimizer, **fitting)


class _Training:
    """A network ready to be trained and measured; what can be wrong is found here, before any is trained."""

    def __init__(self, kind: str, setup: Setup, loss: Loss | None, X: Any, y: Any) -> None:
        """Take what to train.

        Parameters
        ----------
        kind : what is varied
        setup : of this choice
        loss : what all are measured by; None where the losses differ
        X, y : what it is trained on
        """
        self.setup, self.X, self.y = setup, X, y
        self.network = network = measures.comparable(setup, y) if loss is None else setup.make()
        _check(network, setup, X, y)
        held_out = setup.fitting["validation_data"]
        samples = {"training": (X, y)} | ({} if held_out is None else {"validation": tuple(held_out)})
        self.measured = {
            name: measures.of_outputs(network, *each)
            if loss is None
            else measures.of_loss(network, loss, *each)
            for name, each in samples.items()
        }

    def run(self, name: str, progress: bool) -> Trial:
        """Train it."""
        watch = _Watch(self.measured)
        rate = self.setup.optimizer.schedule or self.setup.optimizer.scalars().get("eta")
        fitting = {**self.setup.fitting, "progress": progress}
        fitting["callbacks"] = [*fitting.get("callbacks", ()), watch]
        diverged = ""
        try:
            self.network.fit(self.X, self.y, optimizer=self.setup.optimizer, **fitting)
        except Diverged as error:
            diverged = str(error)
        result = {} if diverged else {name: measure(self.network) for name, measure in self.measured.items()}
        return Trial(
            name, self.network, rate, watch.history, watch.series["training"], watch.series.get("validation", {}),
            result.get("training", {}), result.get("validation", {}), diverged,
        )  # fmt: skip


class _Watch(Callback):
    """Measures before the first epoch and after each."""

    def __init__(self, measured: Mapping[str, measures.Measure]) -> None:
        self.measured = measured
        self.series: dict[str, Series] = {name: {} for name in measured}

    def start(self, run: Run) -> None:
        self.history = run.history
        self.epoch(run)

    def epoch(self, run: Run) -> None:
        for name, measure in self.measured.items():
            for what, value in measure(run.network).items():
                self.series[name].setdefault(what, []).append(value)


def _about_all(kind: str, one: _Training, seed: int) -> str:
    """What all trials share, in two lines."""
    fitting, samples = one.setup.fitting, len(one.X)
    epochs, size = fitting["epochs"], fitting["batch_size"]
    batches = "all at once" if size is None or size >= samples else f"{size:,} at a time"
    words = [_title(kind, one.network)]
    words += [] if kind == "losses" else [one.setup.network["loss"].title()]
    words += [] if kind == "optimizers" else [str(one.setup.optimizer)]
    many = f"{epochs:,} epoch{'' if epochs == 1 else 's'} of {samples:,} samples, {batches}"
    return f"{'   '.join(words)}\nsame start, same batches (seed {seed})   {many}"


def _title(kind: str, network: Network) -> str:
    """The network in a line, as it is before anything was varied."""
    *hidden, last = [layer for layer in network.layers if isinstance(layer, Activation)]
    words = [str(network.inputs)]
    for layer in network.layers:
        if layer.counts:
            words.append(f"→ {layer.width(None)}")
        elif (layer is last and kind != "losses") or (layer in hidden and kind != "activations"):
            words.append(layer.label())
    return " ".join(words)
