"""Keras on JAX, compiled: `fit`, as its users train."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"  # its backend that compiles, beside TensorFlow

import jax
import keras
import numpy as np

from chainrule.bench.worker import ContestantError
from chainrule.bench.workloads import DECAY, Array, Task

AT_ONCE = 32  # steps in one call of compiled code


class Keras:
    """`fit`; between two the weights and the optimizer's state are laid back, for a new optimizer is traced anew."""

    def __init__(self, task: Task) -> None:
        workload = task.workload
        if workload.moves:
            raise ContestantError("its layers that move images take forty times as long as JAX here")
        jax.config.update("jax_enable_x64", workload.dtype == "float64")
        keras.config.set_floatx(workload.dtype)
        self.task = task
        self.models: dict[int, Any] = {}  # by the number of epochs, over which the learning rate falls
        self.seed = 0
        self.start()

    def start(self, amount: int = 1) -> None:
        keras.utils.set_random_seed(self.seed)
        self.seed += 1
        workload = self.task.workload
        amount = amount if workload.cosine else 0
        if amount not in self.models:
            model = _model(self.task)
            rate = workload.learning_rate
            if workload.cosine:
                rate = keras.optimizers.schedules.CosineDecay(rate, amount * workload.batches)
            model.compile(
                _optimizer(workload.optimizer, rate), _loss(workload.regression), jit_compile=True,
                steps_per_execution=1 if workload.streamed else AT_ONCE,
            )  # fmt: skip
            model.optimizer.build(model.trainable_variables)
            self.models[amount] = model, [np.array(v) for v in [*model.variables, *model.optimizer.variables]]
        self.model, first = self.models[amount]
        for variable, value in zip(
            [*self.model.variables, *self.model.optimizer.variables], first, strict=True
        ):
            variable.assign(value)

    def run(self, epochs: int) -> Sequence[float]:
        task, workload = self.task, self.task.workload
        if workload.streamed:
            losses = [
                self.model.train_on_batch(task.X[rows], task.y[rows])
                for _ in range(epochs)
                for rows in task.rows()
            ]
            means: list[float] = np.reshape(losses, (epochs, -1)).mean(axis=1).tolist()
            return means
        history = self.model.fit(
            task.X, task.y, batch_size=workload.batch_size, epochs=epochs, shuffle=workload.by_chance, verbose=0,
            class_weight=dict(enumerate(task.class_weights.tolist())) if workload.balanced else None,
        )  # fmt: skip
        found: list[float] = history.history["loss"]
        return found

    def result(self) -> list[Array]:
        learned = (keras.layers.Dense, keras.layers.BatchNormalization)
        return [w for layer in self.model.layers if isinstance(layer, learned) for w in layer.get_weights()]


def _model(task: Task) -> Any:
    workload, layers = task.workload, keras.layers
    stack: list[Any] = [keras.Input((workload.sizes[0],))]
    for width in workload.sizes[1:-1]:
        stack.append(layers.Dense(width))
        stack += [layers.BatchNormalization(momentum=0.9, epsilon=1e-5)] if workload.batch_norm else []
        stack.append(layers.ReLU())
        stack += [layers.Dropout(workload.dropout)] if workload.dropout else []
    model = keras.Sequential([*stack, layers.Dense(workload.sizes[-1])])
    dense = [layer for layer in model.layers if isinstance(layer, layers.Dense)]
    for layer, pair in zip(dense, task.layers, strict=True):
        layer.set_weights(pair)
    return model


def _optimizer(name: str, rate: Any) -> Any:
    if name == "adamw":
        return keras.optimizers.AdamW(rate, weight_decay=DECAY, epsilon=1e-8)
    return keras.optimizers.Adam(rate, epsilon=1e-8) if name == "adam" else keras.optimizers.SGD(rate)


def _loss(regression: bool) -> Any:
    kind = keras.losses
    return kind.MeanSquaredError() if regression else kind.CategoricalCrossentropy(from_logits=True)


def predictor(task: Task) -> Callable[[Array], Array]:
    """The model and a softmax, as a function that is jitted, for `predict` takes milliseconds for one row."""
    model = keras.Sequential([_model(task), keras.layers.Softmax()])
    variables = [v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables]
    forward = jax.jit(lambda x: model.stateless_call(*variables, x)[0])
    return lambda X: np.asarray(forward(X))
