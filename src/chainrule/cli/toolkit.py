"""The options that regularize, steer and begin a training, which train and compare share."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any

import chainrule.cli.options as o
from chainrule.cli.words import assignments
from chainrule.errors import InputError, UnknownName

if TYPE_CHECKING:
    from chainrule.data import DataSet
    from chainrule.experiments import Setup
    from chainrule.parts.contract import Clipping, Optimizer

MOVES = {"shift": "pixels", "rotation": "degrees", "scaling": "a part, such as 0.1", "noise": "a deviation"}


@dataclass(frozen=True)
class Toolkit:
    """What a training is given beside its network, its optimizer and its samples."""

    dropout: o.DropoutRate = None
    batch_norm: o.WithBatchNorm = False
    layer_norm: o.WithLayerNorm = False
    l1: o.L1Strength = None
    l2: o.L2Strength = None
    clip: o.Clip = None
    label_smoothing: o.LabelSmoothing = None
    schedule: o.Schedule = None
    warmup: o.WarmUpSteps = None
    class_weight: o.ClassWeight = None
    initializer: o.Initializer = None
    augment: o.Augment = None

    def given(self, *names: str) -> list[str]:
        """Which of these options are given."""
        return [name for name in names if getattr(self, name) not in (None, False)]

    def apply(self, setup: Setup, loaded: DataSet) -> None:
        """Change a training as the options say.

        Raises
        ------
        InputError, UnknownName : for what does not go with the network, the optimizer or the samples
        """
        from chainrule.experiments import regularize

        if self.initializer is not None:
            setup.network["initializer"] = self.initializer
        setup.optimizer = self.steered(setup.optimizer)
        for regularizer in self._regularizers():
            regularize(regularizer, setup)
        if self.class_weight is not None:
            setup.fitting["class_weight"] = self._class_weight(loaded)
        if self.augment is not None:
            setup.fitting["transform"] = self._augment(loaded)

    def _regularizers(self) -> list[Any]:
        """By their names, or as parts."""
        from chainrule.parts import ElasticNet

        if self.batch_norm and self.layer_norm:
            raise InputError("there is --batch-norm, and --layer-norm: give one of them.")
        found: list[Any] = [name for name in ("batch_norm", "layer_norm") if getattr(self, name)]
        numbers = {name: getattr(self, name) for name in ("dropout", "l1", "l2", "label_smoothing")}
        if self.l1 is not None and self.l2 is not None:
            found.append(ElasticNet(l1=numbers.pop("l1"), l2=numbers.pop("l2")))
        found += [f"{name}:{value!r}" for name, value in numbers.items() if value is not None]
        if self.clip is not None:
            found.append(self._clipping(self.clip))
        return found

    def _clipping(self, text: str) -> Clipping:
        from chainrule.parts import ClipNorm
        from chainrule.parts.contract import Clipping

        try:
            limit = float(text)
        except ValueError:
            return Clipping.of(text)
        return ClipNorm(limit)

    def steered(self, optimizer: Optimizer) -> Optimizer:
        """The optimizer with the schedule of its learning rate that the options name."""
        from chainrule.experiments import with_setting
        from chainrule.parts import WarmUp
        from chainrule.parts.contract import Schedule
        from chainrule.parts.contract.written import split_number

        if self.schedule is None and self.warmup is None:
            return optimizer
        options = "--schedule" if self.schedule is not None else "--warmup"
        if not hasattr(optimizer, "learning_rate"):
            raise InputError(f"{options}: {optimizer.name()} has no learning rate; leave {options} out.")
        rate = optimizer.learning_rate
        if self.schedule is None:
            assert self.warmup is not None
            return with_setting(optimizer, "learning_rate", WarmUp(rate, self.warmup))
        name, number = split_number(self.schedule)
        known: dict[str, Any] = Schedule.registry()
        if name not in known:
            raise UnknownName(Schedule.kind, name, known)
        needed = [each.name for each in fields(known[name]) if each.init and each.default is MISSING][1:]
        if number is None and needed:
            raise InputError(
                f"--schedule {name}: its {needed[0]} is missing; write it behind a colon, such as exponential:0.999 or "
                "step_decay:500."
            )
        numbers = () if number is None else (int(number) if number.is_integer() else number,)
        more = {} if self.warmup is None else {"warmup": self.warmup}
        return with_setting(optimizer, "learning_rate", known[name](rate, *numbers, **more))

    def _class_weight(self, loaded: DataSet) -> Any:
        if loaded.classes is None:
            raise InputError(
                f"--class-weight {self.class_weight}: the target {loaded.target!r} is numbers, which have no classes; "
                "leave --class-weight out, or give --kind classification."
            )
        if loaded.several:
            raise InputError(
                f"--class-weight {self.class_weight} weighs samples by the one class that each has, and "
                f"{loaded.target} are labels, each yes or no: leave it out."
            )
        if self.class_weight == "balanced":
            return "balanced"
        assert self.class_weight is not None
        return assignments(self.class_weight, "--class-weight", "balanced, or no=1,yes=5")

    def _augment(self, loaded: DataSet) -> Any:
        from chainrule.data import Augment
        from chainrule.explain.images import image_shape

        assert self.augment is not None
        moves = assignments(self.augment, "--augment", "shift=2,rotation=10")
        for move in moves:
            if move not in MOVES:
                raise UnknownName("setting of --augment", move, list(MOVES))
        shape = image_shape(tuple(loaded.features), None)
        if shape is None:
            raise InputError(
                f"--augment {self.augment} moves images, and the inputs are none: leave --augment out."
            )
        return Augment(shape, **moves)
