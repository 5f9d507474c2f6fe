"""A method or an attribute that would be passed over without a word is told where its class is defined."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import KindError, LanguageError
from chainrule.parts.contract import Initializer


def rule(self: Any, *_: Any) -> None:
    pass


@pytest.mark.parametrize(
    ("base", "name", "right"),
    [
        (cr.Activation, "foward", "forward"),
        (cr.Activation, "forwards", "forward"),
        (cr.Activation, "__call__", "forward"),
        (cr.Activation, "backwards", "backward"),
        (cr.Activation, "backwrad", "backward"),
        (cr.Activation, "grad", "backward"),
        (cr.Activation, "derivative", "backward"),
        (cr.Layer, "evalute", "evaluate"),
        (cr.Layer, "eval", "evaluate"),
        (cr.Layer, "parameter", "parameters"),
        (cr.Layer, "build", "parameters"),
        (cr.Layer, "constant", "constants"),
        (cr.Dense, "call", "forward"),
        (cr.Loss, "check_target", "check_targets"),
        (cr.Loss, "gradient", "backward"),
        (cr.Penalty, "__call__", "forward"),
        (cr.Clipping, "__call__", "clip"),
        (cr.Clipping, "mesure", "measure"),
        (cr.Schedule, "rates", "rate"),
        (cr.Schedule, "get_lr", "rate"),
        (cr.Optimizer, "step", "update"),
        (cr.Optimizer, "updates", "update"),
        (cr.Optimizer, "prepares", "prepare"),
        (Initializer, "__call__", "draw"),
        (cr.Callback, "on_epoch_end", "epoch"),
        (cr.Callback, "on_train_begin", "start"),
        (cr.Callback, "on_batch_end", "batch"),
        (cr.Callback, "on_train_batch_end", "batch"),
        (cr.Callback, "on_fit_end", "end"),
        *((cr.Callback, name, "start") for name in ("on_train_start", "on_fit_start")),
        *((cr.Callback, name, "end") for name in ("on_train_end", "on_fit_end")),
        *(
            (cr.Callback, f"on_{name}_end", "epoch")
            for name in ("train_epoch", "validation_epoch", "validation")
        ),
        (cr.Callback, "on_step_end", "batch"),
        (cr.Callback, "state_dict", "remembered"),
        (cr.Callback, "load_state_dict", "resume"),
        (cr.Activation, "prime", "backward"),
        (cr.Layer, "predict", "evaluate"),
        (cr.Loss, "__call__", "forward"),
        (cr.Optimizer, "__call__", "update"),
        (cr.Optimizer, "call", "update"),
        (cr.Schedule, "__call__", "rate"),
        (cr.Callback, "epochs", "epoch"),
        (cr.Callback, "start_", "start"),
        (cr.MetricMonitor, "on_epoch_end", "epoch"),
        (cr.MetricMonitor, "improve", "improved"),
    ],
)
def test_a_method_that_nothing_calls(base: type, name: str, right: str) -> None:
    with pytest.raises(KindError) as caught:
        type("Mine", (base,), {name: rule})
    assert str(caught.value) == (
        f"Mine.{name} would be passed over: did you mean {right}? If it is a helper of yours, call it "
        f"_{name.strip('_')}."
    )


@pytest.mark.parametrize(
    ("base", "name", "right"),
    [
        (cr.Layer, "weight", "weights"),
        (cr.Layer, "take", "takes"),
        (cr.Loss, "is_clasification", "is_classification"),
        (cr.Optimizer, "states", "state"),
        (cr.Activation, "note", "notes"),
    ],
)
def test_an_attribute_that_nothing_reads(base: type, name: str, right: str) -> None:
    with pytest.raises(KindError, match=f"^Mine.{name} would be passed over: did you mean {right}\\?"):
        type("Mine", (base,), {name: ("W",)})


@pytest.mark.parametrize("name", ["on_epoch_begin", "on_batch_begin", "on_predict_end", "on_epoch"])
def test_what_callbacks_have_not(name: str) -> None:
    with pytest.raises(KindError) as caught:
        type("Mine", (cr.Callback,), {name: rule})
    assert str(caught.value) == (
        f"Mine.{name} would be passed over: a callback has the methods start, batch, epoch and end."
    )


def test_a_name_beside_the_right_one_is_a_helper() -> None:
    class Both(cr.Callback):
        epochs = 0

        def epoch(self, run: cr.Run) -> None:
            self.epochs += 1

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            """For the other library that this class serves."""

    both = Both()
    cr.Network([2, 2]).fit(np.ones((4, 2)), [0, 1, 0, 1], epochs=2, callbacks=[both])
    assert both.epochs == 2

    class Fine(cr.Activation):
        step: float = 0.5  # a field may be called as it likes
        scale = 3

        def forward(self, q: Any) -> None:
            q.a = self.scaled(q.z)

        def scaled(self, z: Any) -> Any:
            return self.scale * z

        def __call__(self, z: Any) -> Any:
            return self.scaled(z)

    assert cr.Network([2, 3, 2], hidden=Fine()).title() == "2 → 3 fine → 2 softmax"


@pytest.mark.parametrize(
    ("base", "make", "message"),
    [
        (
            cr.Activation,
            lambda part: cr.Network([2, 3, 2], hidden=part),
            "forward(q), which states its output",
        ),
        (cr.Loss, lambda part: cr.Network([2, 3, 2], loss=part), "forward(q), which states q.l"),
        (cr.Penalty, lambda part: cr.Network([2, 3, 2], penalty=part), "forward(q), which states q.penalty"),
        (cr.Optimizer, lambda part: cr.Network([2, 2]).program(part), "update(q), which states q.w_new"),
        (
            cr.Clipping,
            lambda part: cr.Network([2, 2]).program(cr.SGD(clip=part)),
            "clip(q), which states q.dw_clipped",
        ),
        (
            Initializer,
            lambda part: cr.Network([2, 2], initializer=part),
            "draw(rng, inputs, outputs), which gives a matrix",
        ),
    ],
)
def test_a_part_without_its_rule(base: type, make: Any, message: str) -> None:
    part = type("Mine", (base,), {})()
    with pytest.raises(LanguageError) as caught:
        make(part)
    assert str(caught.value) == f"Mine has no {message}: write one."


def test_what_belongs_to_the_class_is_looked_at_and_a_field_may_be_called_anything() -> None:
    for annotation in (ClassVar[tuple[str, ...]], "ClassVar[tuple[str, ...]]", ClassVar):
        with pytest.raises(KindError, match=r"^Mine.weight would be passed over: did you mean weights\?"):
            type("Mine", (cr.Layer,), {"__annotations__": {"weight": annotation}, "weight": ("W",)})
    field: Any = type("Mine", (cr.Layer,), {"__annotations__": {"weight": float}, "weight": 0.5})
    assert field().weight == 0.5


@pytest.mark.parametrize("base", [cr.Callback, cr.MetricMonitor, cr.Activation, cr.Optimizer])
def test_what_is_nearly_called_as_the_packages_own_ways_to_a_part_is_a_helper(base: type) -> None:
    made = type("Mine", (base,), {"kinds": ("steep",), "off": rule, "names": ("a",), "titles": ("b",)})
    assert made.kinds == ("steep",)
