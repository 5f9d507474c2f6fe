"""A network, its training, and what both are on, as settings make them: all that a page is about."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from chainrule.engines.batches import Batches
from chainrule.errors import ChainruleError
from chainrule.explain.images import image_shape
from chainrule.model.model import Model
from chainrule.model.samples import check
from chainrule.page.course import Course
from chainrule.page.samples import Samples, made
from chainrule.page.settings import LIMITS, SettingError, Settings, choices, model_of, optimizer_of
from chainrule.page.stretches import HeldOut
from chainrule.page.structure import described
from chainrule.parts.contract import Loss
from chainrule.training.data import training_data


@dataclass(frozen=True, eq=False)
class Given:
    """What a page is opened on: samples, and perhaps a network that is there already."""

    samples: Samples | None = None
    model: Model | None = None


@dataclass(eq=False)
class World:
    """All that a page is about.

    Parameters
    ----------
    settings : by which it was made
    samples : what is trained on
    course : the training
    table : the bytes of a CSV that was dropped on the page
    versions : the samples as they were, by the identity of the batches that were made of them
    """

    settings: Settings
    samples: Samples
    course: Course
    table: bytes | None = None
    versions: dict[int, Samples] = field(default_factory=dict)
    image: tuple[int, int] | None = field(init=False)
    first: Samples = field(init=False)  # as they were at the start

    def __post_init__(self) -> None:
        X = self.samples.X
        self.versions[id(self.course.data)] = self.first = self.samples
        self.image = image_shape(None if _numbered(self.samples.features) else self.samples.features, X)

    def header(self) -> dict[str, Any]:
        """What the page gets of it."""
        model, samples, optimizer = self.course.model, self.samples, self.course.optimizer
        held = 0 if samples.held is None else len(samples.held[0])
        return {
            "settings": self.settings, "choices": choices(), "structure": described(model), "title": model.title(),
            "training": f"{optimizer.label()}, η = {self._rate():g}", "limits": LIMITS,
            "data": {
                "title": samples.title, "train": len(samples.X), "held": held, "features": list(samples.features),
                "classes": None if samples.classes is None else list(samples.classes), "plane": samples.plane,
                "image": None if self.image is None else list(self.image),
                "bounds": list(samples.bounds()) if samples.plane else None,
            },
        }  # fmt: skip

    def _rate(self) -> float:
        rate = getattr(self.course.optimizer, "learning_rate", 0.0)
        return float(getattr(rate, "learning_rate", rate))

    def change_points(self, changes: Any) -> None:
        """Change samples by hand, from here on."""
        samples = self.samples.edited(changes)
        batches = data_of(self.course.model, samples, self.settings, self.course.data)
        self.course.change(data=batches, held_out=held_of(self.course.model, samples))
        self.samples = self.versions[id(self.course.data)] = samples


def make(settings: Settings, given: Given, table: bytes | None) -> World:
    """The network and training that settings describe, at their start.

    Raises
    ------
    SettingError : for what does not fit, with its place
    """
    try:
        samples = made(settings["data"], given.samples, table)
    except SettingError:
        raise
    except ChainruleError as error:
        raise SettingError(str(error), "data") from None
    settings = _suiting(settings, samples)
    model = given.model if settings["network"]["given"] else None
    return with_model(settings, samples, model or model_of(settings, samples), table)


def _suiting(settings: Settings, samples: Samples) -> Settings:
    """Settings whose output and loss are for what the samples ask: classes, or numbers."""
    network = settings["network"]
    of_classes = Loss.of(network["loss"]).is_classification if network["loss"] in Loss.registry() else None
    if samples.classes is None and of_classes:
        return {**settings, "network": {**network, "output": "identity", "loss": "half_squared_error"}}
    if samples.classes is not None and of_classes is False and network["output"] == "identity":
        return {**settings, "network": {**network, "output": "softmax", "loss": "cross_entropy"}}
    return settings


def with_model(settings: Settings, samples: Samples, model: Model, table: bytes | None = None) -> World:
    """A world whose network is there already."""
    optimizer = optimizer_of(settings)
    try:
        batches, held = data_of(model, samples, settings), held_of(model, samples)
        return World(copy.deepcopy(settings), samples, Course(model, optimizer, batches, held), table)
    except SettingError:
        raise
    except ChainruleError as error:
        raise SettingError(str(error), "training" if "batch" in str(error) else "network") from None


def data_of(
    model: Model, samples: Samples, settings: Mapping[str, Any], before: Batches | None = None
) -> Batches:
    """What an engine trains on; chance goes on where it stood before."""
    training = settings["training"]
    made = training_data(
        model, samples.X, _targets(model, samples.y, samples), epochs=1, batch_size=training["batch"],
        shuffle=training["shuffle"], seed=training["seed"], transform=None, sample_weight=None, class_weight=None,
    )  # fmt: skip
    return made if before is None else replace(made, streams=before.streams)


def held_of(model: Model, samples: Samples) -> HeldOut | None:
    """What is held out, checked."""
    if samples.held is None:
        return None
    return check(model, samples.held[0], _targets(model, samples.held[1], samples))


def _targets(model: Model, y: Any, samples: Samples) -> Any:
    """Class codes as a loss of numbers takes them: -1 and 1 for margins of one output, say, are the loss's own."""
    if samples.classes is not None and not model.answers.of_classes and model.outputs > 1:
        return np.eye(model.outputs)[np.asarray(y, int)]
    return y


def _numbered(features: tuple[str, ...]) -> bool:
    return features == tuple(f"x{i}" for i in range(len(features)))
