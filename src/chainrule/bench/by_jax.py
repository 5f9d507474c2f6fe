"""JAX: one jitted step a call, and any number of epochs in one call."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from chainrule.bench.worker import ContestantError
from chainrule.bench.workloads import DECAY, IMAGE_SHAPE, Array, Task, Workload

State = tuple[Any, ...]


class Step:
    """One jitted step a call; the state is donated, so that it is updated in place."""

    def __init__(self, task: Task) -> None:
        jax.config.update("jax_enable_x64", task.workload.dtype == "float64")
        self.task = task
        self.X, self.y = jnp.asarray(task.X), jnp.asarray(task.y)  # rows: faster than gathering by label
        self.build(_step(task))
        self.seed = 0
        self.start()

    def build(self, step: Callable[..., Any]) -> None:
        workload = self.task.workload

        @functools.partial(jax.jit, donate_argnums=0)
        def gathering(state: State, rows: Any, X: Any, y: Any) -> Any:
            return step(state, X[rows], y[rows])

        self.gathering, self.step = gathering, jax.jit(step, donate_argnums=0)
        shape = (workload.batches, workload.batch_size)
        self.batches = list(zip(self.X.reshape(*shape, -1), self.y.reshape(*shape, -1), strict=True))

    def start(self, amount: int = 1) -> None:
        workload = self.task.workload
        parameters, running = _parameters(self.task)
        m, v = (jax.tree.map(jnp.zeros_like, parameters) for _ in range(2))
        moments = () if workload.optimizer == "sgd" else (m, v)
        t = jnp.zeros((), workload.dtype)
        steps = jnp.asarray(amount * workload.batches, workload.dtype)
        # JAX's usual generator: measured, XLA's own takes 1.4 times as long for a step of h.
        self.state: State = (
            parameters,
            running,
            moments,
            t,
            steps,
            jax.random.key(self.seed),
        )
        self.rng = np.random.default_rng(self.seed)
        self.seed += 1
        jax.block_until_ready(self.state)

    def run(self, epochs: int) -> Sequence[float]:
        losses = []
        for _ in range(epochs):
            for batch in self.epoch():
                self.state, loss = batch()
                losses.append(loss)
        jax.block_until_ready(self.state)
        return self.means(jax.device_get(losses))

    def epoch(self) -> Iterator[Callable[[], Any]]:
        """The calls that take the steps of an epoch."""
        workload, task = self.task.workload, self.task
        if workload.streamed:
            for rows in task.rows():
                yield functools.partial(self.streamed, task.X[rows], task.y[rows])
        elif workload.by_chance:
            for each in self.orders(1)[0]:
                yield functools.partial(self.gathering, self.state, each, self.X, self.y)
        else:
            for batch in self.batches:
                yield functools.partial(self.step, self.state, *batch)

    def streamed(self, x: Array, y: Array) -> tuple[State, float]:
        """A step on arrays that come, and its loss."""
        state, loss = self.step(self.state, x, y)
        return state, float(loss)

    def orders(self, epochs: int) -> Array:
        """The rows of each batch, (epochs, batches, samples): drawn by NumPy, so that no step sorts."""
        workload = self.task.workload
        orders = [self.rng.permutation(len(self.X)) for _ in range(epochs)]
        return np.reshape(orders, (epochs, workload.batches, workload.batch_size))

    def means(self, losses: Any) -> list[float]:
        means: list[float] = np.reshape(losses, (-1, self.task.workload.batches)).mean(axis=1).tolist()
        return means

    def result(self) -> list[Array]:
        parameters, running = self.state[:2]
        layers = itertools.zip_longest(parameters, running, fillvalue=())
        return [np.asarray(w) for layer, averages in layers for w in (*layer, *averages)]


class Scan(Step):
    """All epochs in one call: a scan over the epochs of a scan over the batches."""

    def build(self, step: Callable[..., Any]) -> None:
        if self.task.workload.streamed:
            raise ContestantError("batches come one by one")
        shape = (self.task.workload.batches, self.task.workload.batch_size)

        @functools.partial(jax.jit, donate_argnums=0, static_argnums=3)
        def run(state: State, X: Any, y: Any, epochs: int) -> Any:
            batches = X.reshape(*shape, -1), y.reshape(*shape, -1)

            def epoch(state: State, _: None) -> Any:
                return jax.lax.scan(lambda state, batch: step(state, *batch), state, batches)

            return jax.lax.scan(epoch, state, None, length=epochs)

        @functools.partial(jax.jit, donate_argnums=0)
        def shuffled(state: State, X: Any, y: Any, orders: Any) -> Any:
            def epoch(state: State, order: Any) -> Any:
                return jax.lax.scan(lambda state, rows: step(state, X[rows], y[rows]), state, order)

            return jax.lax.scan(epoch, state, orders)

        self.epochs, self.shuffled = run, shuffled
        self.compiled = {0}

    def start(self, amount: int = 1) -> None:
        super().start(amount)
        if amount not in self.compiled:  # it is compiled for a number of epochs
            self.run(amount)
            self.compiled.add(amount)
            super().start(amount)

    def run(self, epochs: int) -> Sequence[float]:
        if self.task.workload.by_chance:
            self.state, losses = self.shuffled(self.state, self.X, self.y, self.orders(epochs))
        else:
            self.state, losses = self.epochs(self.state, self.X, self.y, epochs)
        jax.block_until_ready(self.state)
        return self.means(losses)


def _parameters(task: Task) -> tuple[Any, Any]:
    """Of each layer W, b and what a norm learns; and what a norm remembers."""
    layers = [tuple(jnp.array(w) for w in pair) for pair in task.layers]
    if not task.workload.batch_norm:
        return layers, []
    hidden = [(W, b, jnp.ones_like(b), jnp.zeros_like(b)) for W, b in layers[:-1]]
    return [*hidden, layers[-1]], [(jnp.zeros_like(b), jnp.ones_like(b)) for _, b, *_ in hidden]


def _forward(parameters: Any, x: Any) -> Any:
    for W, b in parameters[:-1]:
        x = jax.nn.relu(x @ W + b)
    W, b = parameters[-1]
    return x @ W + b


def _training(workload: Workload, parameters: Any, x: Any, key: Any) -> tuple[Any, Any]:
    """The way forward by chance, and the mean and variance of each batch that was normalized."""
    moments = []
    if workload.moves:
        key, own = jax.random.split(key)
        x = _moved(workload, x, own)
    for W, b, *norm in parameters[:-1]:
        x = x @ W + b
        if norm:
            mean, variance = x.mean(axis=0), x.var(axis=0)
            moments.append((mean, variance * (len(x) / (len(x) - 1))))
            x = (x - mean) * jax.lax.rsqrt(variance + 1e-5) * norm[0] + norm[1]
        x = jax.nn.relu(x)
        if workload.dropout:
            key, own = jax.random.split(key)
            keep = jax.random.bernoulli(own, 1 - workload.dropout, x.shape)
            x = jnp.where(keep, x / (1 - workload.dropout), 0)
    W, b = parameters[-1]
    return x @ W + b, moments


def _moved(workload: Workload, X: Any, key: Any) -> Any:
    """Images moved by chance, each by itself, under vmap: read between four neighbours, and 0 outside.

    Those that are shifted alone are cut out of a larger one, which is faster than `map_coordinates`.
    """
    shift, side = workload.shift, IMAGE_SHAPE[0]
    border = math.ceil(shift) + 1
    centre = (side - 1) / 2

    def shifted(image: Any, by: Any) -> Any:
        whole = jnp.floor(by)
        down, right = by - whole
        padded = jnp.pad(image, border)
        start = border + whole.astype(jnp.int32)
        cut = jax.lax.dynamic_slice(padded, start, (side + 1, side + 1))
        cut = cut[:-1] * (1 - down) + cut[1:] * down
        return cut[:, :-1] * (1 - right) + cut[:, 1:] * right

    def turned(image: Any, by: Any, angle: Any) -> Any:
        i, j = jnp.arange(side)[:, None] - centre + by[0], jnp.arange(side) - centre + by[1]
        cos, sin = jnp.cos(angle), jnp.sin(angle)
        places = [cos * i + sin * j + centre, cos * j - sin * i + centre]
        return jax.scipy.ndimage.map_coordinates(image, places, order=1)

    images = X.reshape(-1, *IMAGE_SHAPE)
    by = jax.random.uniform(key, (len(X), 2), X.dtype, -shift, shift)
    if not workload.rotation:
        return jax.vmap(shifted)(images, by).reshape(X.shape)
    limit = math.radians(workload.rotation)
    angles = jax.random.uniform(jax.random.fold_in(key, 1), len(X), X.dtype, -limit, limit)
    return jax.vmap(turned)(images, by, angles).reshape(X.shape)


def _step(task: Task) -> Callable[..., Any]:
    workload = task.workload
    weights = jnp.asarray(task.class_weights)

    def loss_of(parameters: Any, x: Any, y: Any, key: Any) -> Any:
        z, moments = _training(workload, parameters, x, key)
        if workload.regression:
            return jnp.mean((z - y) ** 2), moments
        y = y * weights if workload.balanced else y
        return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(z), axis=1)), moments

    def step(state: State, x: Any, y: Any) -> Any:
        w, running, moments, t, steps, key = state
        key, own = jax.random.split(key) if workload.by_chance else (key, key)
        (loss, batch), gradients = jax.value_and_grad(loss_of, has_aux=True)(w, x, y, own)
        running = jax.tree.map(lambda average, new: average + 0.1 * (new - average), running, batch)
        rate = workload.learning_rate
        if workload.cosine:
            rate *= (1 + jnp.cos(jnp.pi * t / steps)) / 2
        t = t + 1
        if workload.optimizer == "sgd":
            w = jax.tree.map(lambda w, dw: w - rate * dw, w, gradients)
            return (w, running, moments, t, steps, key), loss
        m, v = moments
        m = jax.tree.map(lambda m, dw: 0.9 * m + 0.1 * dw, m, gradients)
        v = jax.tree.map(lambda v, dw: 0.999 * v + 0.001 * dw * dw, v, gradients)
        scale, correction = rate / -jnp.expm1(t * np.log(0.9)), 1 / -jnp.expm1(t * np.log(0.999))
        if workload.optimizer == "adamw":
            w = jax.tree.map(lambda w: w * (1 - rate * DECAY), w)
        w = jax.tree.map(lambda w, m, v: w - scale * m / (jnp.sqrt(v * correction) + 1e-8), w, m, v)
        return (w, running, (m, v), t, steps, key), loss

    return step


def predictor(task: Task) -> Callable[[Array], Array]:
    """The forward pass and a softmax, jitted."""
    parameters, _ = _parameters(task)
    forward = jax.jit(lambda parameters, x: jax.nn.softmax(_forward(parameters, x)))
    return lambda X: np.asarray(forward(parameters, X))
