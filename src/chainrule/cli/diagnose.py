"""chainrule diagnose: why a training isn't learning."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import typer

import chainrule.cli.options as o
from chainrule.cli.datasets import Reading, load_data, load_for
from chainrule.cli.groups import grouped
from chainrule.cli.models import MODELS, read_model
from chainrule.cli.networks import make_optimizer
from chainrule.cli.output import deliver, note, speaks_unicode, width
from chainrule.cli.parts import Splitting, described, prepared
from chainrule.cli.preparing import FreshNetwork, usual_epochs
from chainrule.cli.toolkit import Toolkit
from chainrule.cli.wording import in_options
from chainrule.cli.words import names
from chainrule.errors import InputError, UnknownName

if TYPE_CHECKING:
    from chainrule.diagnosis import Diagnosis
    from chainrule.network import Network

FORMATS = ("text", "json")
WRONG = 1  # how the command ends where something is found that is more than a warning


@grouped
def command(
    what: o.Diagnosed,
    data: o.Data = None,
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
    standardize: o.Standardized = None,
    scale_target: o.ScaleTarget = None,
    dtype: o.Dtype = "float32",
    seed: o.Seed = 0,
    no_trials: o.NoTrials = False,
    format: o.ReportFormat = None,
    out: o.Out = None,
    data_dir: o.DataDir = None,
    delimiter: o.Delimiter = None,
    decimal: o.Decimal = None,
    encoding: o.Encoding = None,
    header: o.Header = None,
    *,
    toolkit: Toolkit,
) -> None:
    """Say why a training isn't learning: what is wrong, by a number, and what helped when it was tried.

    The options are those of train: it looks at the training that they describe, or at a model's with --data, and
    saves nothing. It ends with 0 where nothing is found, or a warning alone, and with 1 where something is wrong.

    \b
    Examples:
      chainrule diagnose moons --lr 0.01
      chainrule diagnose iris.csv --hidden 16 --lr 0.02 --epochs 30
      chainrule diagnose model.safetensors --data iris.csv
    """
    if format not in (None, *FORMATS):
        raise UnknownName("format", format, FORMATS)
    reading = Reading(
        delimiter, decimal, encoding, header, features, ignore, numeric, categorical, prepares=True
    )
    steps = Steps(optimizer, lr, epochs, batch_size, validation, seed, not no_trials, data_dir)
    if what.lower().endswith(MODELS):
        belonging = {
            "target": target, "kind": kind, "hidden": hidden, "activation": activation, "loss": loss,
            "standardize": standardize, "scale_target": scale_target,
            **{each.name: getattr(toolkit, each.name) for each in fields(Toolkit) if each.name not in STEERING},
        }  # fmt: skip
        found = steps.of_model(what, data, belonging, names(freeze), toolkit, reading)
    elif data is not None:
        raise InputError(
            f"--data {data} belongs to a model: give its file too, as chainrule diagnose model.safetensors --data "
            f"{data}; or the data alone, as chainrule diagnose {data}"
        )
    else:
        fresh = FreshNetwork(hidden, activation, loss, standardize, dtype, seed, scale_target)
        found = steps.of_data(what, target, kind, names(freeze), fresh, toolkit, reading)
    deliver(_written(found, format, out), out)
    raise typer.Exit(WRONG if any(not finding.warning for finding in found) else 0)


STEERING = ("schedule", "warmup")  # options of the toolkit that go with any network


@dataclass(frozen=True)
class Steps:
    """The options that say how steps are taken, and how they are looked at."""

    optimizer: str
    lr: float | None
    epochs: int | None
    batch_size: int | None
    validation: float | None
    seed: int
    trials: bool
    data_dir: str | None

    def _fitting(self, samples: int, full_batch: bool) -> dict[str, Any]:
        size = self.batch_size or (None if full_batch else 32)
        epochs = self.epochs or usual_epochs(samples, size)
        return {"batch_size": size, "epochs": epochs, "seed": self.seed}

    def of_data(
        self, data: str, target: str | None, kind: str | None, frozen: tuple[str, ...], fresh: FreshNetwork,
        toolkit: Toolkit, reading: Reading,
    ) -> Diagnosis:  # fmt: skip
        """Of a fresh network for a data set, as `train` makes it."""
        made = make_optimizer(self.optimizer, self.lr)
        loaded = load_data(
            data, target=target, kind=kind, seed=self.seed, data_dir=self.data_dir, reading=reading
        )
        parts, columns = prepared(Splitting(self.validation).split(loaded, self.seed), reading)
        setup = fresh.setup(loaded, parts.train, made, columns)
        setup.fitting = self._fitting(len(parts.train[0]), made.full_batch)
        setup.fitting["validation_data"] = parts.watched
        toolkit.apply(setup, loaded)
        setup.frozen = frozen
        network = setup.make()
        note(f"{described(data, loaded, parts)}\n{network!r}, {setup.optimizer}")
        return network.diagnose(*parts.train, optimizer=setup.optimizer, trials=self.trials, **setup.fitting)

    def of_model(
        self, file: str, data: str | None, belonging: dict[str, Any], frozen: tuple[str, ...], toolkit: Toolkit,
        reading: Reading,
    ) -> Diagnosis:  # fmt: skip
        """Of a model that goes on from the weights in its file."""
        if data is None:
            raise InputError(
                f"on which samples? Give {file} the data that it is for: chainrule diagnose {file} --data DATA"
            )
        for option, value in belonging.items():
            if value not in (None, False):
                name = f"--{option.replace('_', '-')}"
                shown = "" if value is True else f" {value}"
                raise InputError(f"{name}{shown}: the model {file} has its own; leave {name} out.")
        network: Network = read_model(file)
        loaded = load_for(network, data, seed=self.seed, data_dir=self.data_dir, reading=reading)
        parts = Splitting(self.validation).split(loaded, self.seed)
        made = toolkit.steered(make_optimizer(self.optimizer, self.lr))
        fitting = self._fitting(len(parts.train[0]), made.full_batch)
        network.freeze(*frozen)
        note(f"{described(data, loaded, parts)}\n{network!r}, {made}")
        return network.diagnose(
            *parts.train, optimizer=made, validation_data=parts.watched, trials=self.trials, **fitting
        )


def _written(found: Diagnosis, format: str | None, out: str | None) -> str:
    if format == "json" or (format is None and (out or "").lower().endswith(".json")):
        return json.dumps(found.to_dict(), indent=1, ensure_ascii=True, allow_nan=False)
    return in_options(found.to_text(width=width(), ascii=out is None and not speaks_unicode(sys.stdout)))
