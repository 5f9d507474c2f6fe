"""Trainings that go on: from checkpoints of their own, or from the weights of a saved model."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from chainrule.cli.ending import left
from chainrule.cli.models import read_model
from chainrule.cli.output import show
from chainrule.cli.preparing import FreshNetwork
from chainrule.cli.toolkit import Toolkit
from chainrule.errors import InputError

if TYPE_CHECKING:
    import typer

    from chainrule.cli.datasets import Reading
    from chainrule.data import DataSet
    from chainrule.experiments import Setup
    from chainrule.network import Network
    from chainrule.parts.contract import Optimizer
    from chainrule.training.callbacks import Run
    from chainrule.training.history import History

OF_TRAINING = (
    "clip",
    "schedule",
    "warmup",
    "class_weight",
    "augment",
)  # of the toolkit; the rest is of networks
OF_DATA = ("features", "ignore", "numeric", "categorical")  # which a model's file knows


def of_fresh() -> list[str]:
    """The options that say how a fresh network is made, and of which of its data."""
    fresh = [each.name for each in fields(FreshNetwork) if each.name not in ("dtype", "seed")]
    return [*fresh, *(each.name for each in fields(Toolkit) if each.name not in OF_TRAINING), *OF_DATA]


@dataclass(frozen=True)
class Checkpoints:
    """The options that keep a training in a folder."""

    folder: str | None
    resume: bool

    def __post_init__(self) -> None:
        if self.resume and self.folder is None:
            raise InputError("--resume goes on from a checkpoint: give --checkpoint FOLDER too.")

    @property
    def fitting(self) -> dict[str, Any]:
        """What `fit` is told."""
        return {} if self.folder is None else {"checkpoint": self.folder, "resume": self.resume}

    def callbacks(self) -> list[Any]:
        """What says where the training stands that is gone on with, once nothing is against that."""
        if self.folder is None:
            return []
        from chainrule.training.callbacks import Callback

        folder, resume = self.folder, self.resume

        class Standing(Callback):
            def start(self, run: Run) -> None:
                if resume:
                    show(f"{folder}: {_standing(run)}")

        return [Standing()]

    def left(self, history: History) -> typer.Exit:
        """Say what to do after an end by a signal, and give what leaves the command."""
        if self.folder is not None:
            show("go on with it: the same command with --resume")
        return left(history)


@dataclass(frozen=True)
class SavedNetwork:
    """A network with its weights, to be trained on."""

    path: str
    network: Network

    @classmethod
    def of(cls, path: str, context: typer.Context) -> SavedNetwork:
        """The network of a model's file; options that make a fresh one are refused."""
        network, given = read_model(path), context.params
        for name in of_fresh():
            value = given.get(name)
            if value not in (None, [], ()) and not (value is False and name.endswith("_norm")):
                _refuse(path, f"{'no-' if value is False else ''}{name.replace('_', '-')}", value)
        for name, own in (("target", network.metadata.get("target")), ("kind", network.metadata.get("kind"))):
            if given[name] not in (None, own):
                _refuse(path, name, given[name])
        if given["dtype"] != network.dtype.name and _said(context, "dtype"):
            _refuse(path, "dtype", given["dtype"])
        given["dtype"] = network.dtype.name  # in the file that repeats the training
        return cls(path, network)

    def load(
        self, data: str, *, seed: int, data_dir: str | None, reading: Reading, **asked: str | None
    ) -> DataSet:
        """Samples as the network takes them, whatever else was asked for: it is what its file says."""
        from chainrule.cli.datasets import load_for

        reading = replace(reading, prepares=False)
        return load_for(self.network, data, seed=seed, data_dir=data_dir, reading=reading)

    def setup(self, loaded: DataSet, samples: tuple[Any, Any], optimizer: Optimizer, columns: Any) -> Setup:
        """How the network is trained; it is as it was saved."""
        from chainrule.experiments import Setup

        network = self.network

        class Saved(Setup):
            def make(self, **instead: Any) -> Network:
                return network.freeze(*self.frozen)

        return Saved({}, optimizer)


def _standing(run: Run) -> str:
    """Where a training stands that is gone on with."""
    if run.history.stopped:
        return f"nothing is left to do, it ended after epoch {run.epoch}: {run.history.stopped}"
    where = f"after epoch {run.epoch} of {run.epochs}"
    if run.epoch == run.epochs:
        return f"nothing is left to do {where}"
    if not run.step:
        return "nothing to go on with yet, so the training begins"
    if run.step % run.batches:
        where = f"after step {run.step:,}, in epoch {run.epoch + 1} of {run.epochs}"
    return f"the training goes on {where}"


def _refuse(path: str, option: str, value: Any) -> None:
    several = value if isinstance(value, list | tuple) else [value]  # a tuple by older versions of Typer
    words = "" if isinstance(value, bool) else " " + ",".join(map(str, several))
    raise InputError(
        f"--{option}{words} belongs to a fresh network, and {path} has its own: leave --{option} out."
    )


def _said(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name in ("COMMANDLINE", "DEFAULT_MAP")
