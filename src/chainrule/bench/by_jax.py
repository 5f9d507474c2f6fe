"""JAX: one jitted step a call, and any number of epochs in one call."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from chainrule.bench.workloads import Array, Task

State = tuple[Any, ...]


class Step:
    """One jitted step a call; the state is donated, so that it is updated in place."""

    def __init__(self, task: Task) -> None:
        jax.config.update("jax_enable_x64", task.workload.dtype == "float64")
        self.task = task
        batches = (-1, task.workload.batch_size)
        self.X = jnp.asarray(task.X.reshape(*batches, task.X.shape[1]))
        self.y = jnp.asarray(
            task.y.reshape(*batches, task.y.shape[1])
        )  # rows: faster than gathering by label
        self.build(_step(task))
        self.start()

    def build(self, step: Callable[..., Any]) -> None:
        self.step = jax.jit(step, donate_argnums=0)
        self.batches = list(zip(self.X, self.y, strict=True))

    def start(self, amount: int = 0) -> None:
        parameters = _parameters(self.task)
        self.state: State = (parameters,)
        if self.task.workload.optimizer == "adam":
            m, v = (jax.tree.map(jnp.zeros_like, parameters) for _ in range(2))
            self.state = (parameters, m, v, jnp.zeros((), self.task.workload.dtype))
        jax.block_until_ready(self.state)

    def run(self, epochs: int) -> Sequence[float]:
        losses = []
        for _ in range(epochs):
            for x, y in self.batches:
                self.state, loss = self.step(self.state, x, y)
                losses.append(loss)
        jax.block_until_ready(self.state)
        return self.means(jax.device_get(losses))

    def means(self, losses: Any) -> list[float]:
        means: list[float] = np.reshape(losses, (-1, len(self.X))).mean(axis=1).tolist()
        return means

    def result(self) -> list[Array]:
        return [np.asarray(w) for pair in self.state[0] for w in pair]


class Scan(Step):
    """All epochs in one call: a scan over the epochs of a scan over the batches."""

    def build(self, step: Callable[..., Any]) -> None:
        @functools.partial(jax.jit, donate_argnums=0, static_argnums=3)
        def run(state: State, X: Any, y: Any, epochs: int) -> Any:
            def epoch(state: State, _: None) -> Any:
                return jax.lax.scan(lambda state, batch: step(state, *batch), state, (X, y))

            return jax.lax.scan(epoch, state, None, length=epochs)

        self.epochs = run
        self.compiled = {0}

    def start(self, amount: int = 0) -> None:
        super().start()
        if amount not in self.compiled:  # it is compiled for a number of epochs
            self.run(amount)
            self.compiled.add(amount)
            super().start()

    def run(self, epochs: int) -> Sequence[float]:
        self.state, losses = self.epochs(self.state, self.X, self.y, epochs)
        jax.block_until_ready(self.state)
        return self.means(losses)


def _parameters(task: Task) -> Any:
    return [(jnp.array(W), jnp.array(b)) for W, b in task.layers]


def _forward(parameters: Any, x: Any) -> Any:
    for W, b in parameters[:-1]:
        x = jax.nn.relu(x @ W + b)
    W, b = parameters[-1]
    return x @ W + b


def _step(task: Task) -> Callable[..., Any]:
    rate, regression, adam = (
        task.workload.learning_rate,
        task.workload.regression,
        task.workload.optimizer == "adam",
    )

    def loss_of(parameters: Any, x: Any, y: Any) -> Any:
        z = _forward(parameters, x)
        if regression:
            return jnp.mean((z - y) ** 2)
        return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(z), axis=1))

    def step(state: State, x: Any, y: Any) -> Any:
        loss, gradients = jax.value_and_grad(loss_of)(state[0], x, y)
        if not adam:
            return (jax.tree.map(lambda w, dw: w - rate * dw, state[0], gradients),), loss
        w, m, v, t = state
        t = t + 1
        m = jax.tree.map(lambda m, dw: 0.9 * m + 0.1 * dw, m, gradients)
        v = jax.tree.map(lambda v, dw: 0.999 * v + 0.001 * dw * dw, v, gradients)
        scale, correction = rate / -jnp.expm1(t * np.log(0.9)), 1 / -jnp.expm1(t * np.log(0.999))
        w = jax.tree.map(lambda w, m, v: w - scale * m / (jnp.sqrt(v * correction) + 1e-8), w, m, v)
        return (w, m, v, t), loss

    return step


def predictor(task: Task) -> Callable[[Array], Array]:
    """The forward pass and a softmax, jitted."""
    parameters = _parameters(task)
    forward = jax.jit(lambda parameters, x: jax.nn.softmax(_forward(parameters, x)))
    return lambda X: np.asarray(forward(parameters, X))
