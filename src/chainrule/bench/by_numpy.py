"""NumPy: the matrix products alone, and a training as a person would write it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np

from chainrule.bench.workloads import DECAY, IMAGE_SHAPE, Array, Task


class Limit:
    """The matrix products of a step and nothing else, into buffers made once: it learns nothing.

    Five of them in a network of two layers; the gradient of the inputs is not among them, for nobody needs it.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        size, dtype = task.workload.batch_size, task.workload.dtype
        self.W = task.weights[::2]
        self.z = [np.ones((size, W.shape[1]), dtype) for W in self.W]
        self.da = [np.ones((size, W.shape[0]), dtype) for W in self.W]
        self.dW = [np.empty_like(W) for W in self.W]

    def start(self, amount: int) -> None:
        pass

    def run(self, epochs: int) -> Sequence[float]:
        batches = [self.task.X[rows] for rows in self.task.rows()]
        W, z, da, dW = self.W, self.z, self.da, self.dW
        last = len(W) - 1
        for _ in range(epochs):
            for x in batches:
                np.matmul(x, W[0], out=z[0])
                for i in range(1, last + 1):
                    np.matmul(z[i - 1], W[i], out=z[i])
                for i in range(last, 0, -1):
                    np.matmul(z[i - 1].T, z[i], out=dW[i])
                    np.matmul(z[i], W[i].T, out=da[i])
                np.matmul(x.T, z[0], out=dW[0])
        return []

    def result(self) -> list[Array]:
        return self.task.weights


class Plain:
    """A multilayer perceptron in NumPy as a person would write it."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.seed = 0
        self.start()

    def start(self, amount: int = 1) -> None:
        workload, weights = self.task.workload, self.task.weights
        self.rng = np.random.default_rng(self.seed)
        self.seed += 1
        self.W, self.b = ([w.copy() for w in weights[first::2]] for first in (0, 1))
        hidden = self.b[:-1] if workload.batch_norm else []
        self.gamma, self.var = ([np.ones_like(b) for b in hidden] for _ in range(2))
        self.beta, self.mu = ([np.zeros_like(b) for b in hidden] for _ in range(2))
        self.parameters = [*self.W, *self.b, *self.gamma, *self.beta]
        self.m = [np.zeros_like(w) for w in self.parameters]
        self.v = [np.zeros_like(w) for w in self.parameters]
        self.t, self.steps = 0, amount * workload.batches

    def run(self, epochs: int) -> Sequence[float]:
        return [self.epoch() for _ in range(epochs)]

    def epoch(self) -> float:
        task = self.task
        if not task.workload.by_chance:
            return float(np.mean([self.step(task.X[rows], task.y[rows]) for rows in task.rows()]))
        order = self.rng.permutation(len(task.X))
        return float(np.mean([self.step(task.X[order[rows]], task.y[order[rows]]) for rows in task.rows()]))

    def result(self) -> list[Array]:
        each = [self.W, self.b, self.gamma, self.beta, self.mu, self.var]
        return [a for layer in itertools.zip_longest(*each) for a in layer if a is not None]

    def step(self, x: Array, y: Array) -> float:
        workload = self.task.workload
        if workload.moves:
            x = moved(x, self.rng, workload.shift, workload.rotation)
        loss, gradients = self.gradients(x, y)
        rate = workload.learning_rate
        if workload.cosine:
            rate *= (1 + np.cos(np.pi * self.t / self.steps)) / 2
        if workload.optimizer == "sgd":
            for w, dw in zip(self.parameters, gradients, strict=True):
                w -= rate * dw
            return loss
        self.t += 1
        for w, dw, m, v in zip(self.parameters, gradients, self.m, self.v, strict=True):
            if workload.optimizer == "adamw":
                w *= 1 - rate * DECAY
            m *= 0.9
            m += 0.1 * dw
            v *= 0.999
            v += 0.001 * dw**2
            w -= rate * (m / (1 - 0.9**self.t)) / (np.sqrt(v / (1 - 0.999**self.t)) + 1e-8)
        return loss

    def gradients(self, x: Array, y: Array) -> tuple[float, list[Array]]:
        W, b, workload = self.W, self.b, self.task.workload
        a, norms = [x], []
        for i in range(len(W) - 1):
            z = a[-1] @ W[i] + b[i]
            if workload.batch_norm:
                z, norm = self.normalized(i, z)
                norms.append(norm)
            z = np.maximum(z, 0)
            if workload.dropout:
                z *= (self.rng.random(z.shape, z.dtype) >= workload.dropout) / z.dtype.type(
                    1 - workload.dropout
                )
            a.append(z)
        loss, dz = self.compared(a[-1] @ W[-1] + b[-1], y)
        dW, db, dgamma, dbeta = [], [], [], []
        for i in range(len(W) - 1, -1, -1):
            dW.append(a[i].T @ dz)
            db.append(dz.sum(axis=0))
            if i:
                dz = (dz @ W[i].T) * (a[i] > 0)
                if workload.dropout:
                    dz /= 1 - workload.dropout
                if workload.batch_norm:
                    zhat, sd = norms[i - 1]
                    dgamma.append((dz * zhat).sum(axis=0))
                    dbeta.append(dz.sum(axis=0))
                    dz = self.gamma[i - 1] / sd * (dz - (dbeta[-1] + zhat * dgamma[-1]) / len(dz))
        return loss, [*dW[::-1], *db[::-1], *dgamma[::-1], *dbeta[::-1]]

    def normalized(self, i: int, z: Array) -> tuple[Array, tuple[Array, Array]]:
        """Batch normalization, and what its gradient takes."""
        mu, var, m = z.mean(axis=0), z.var(axis=0), len(z)
        self.mu[i] += 0.1 * (mu - self.mu[i])
        self.var[i] += 0.1 * (var * (m / (m - 1)) - self.var[i])
        sd = np.sqrt(var + 1e-5)
        zhat = (z - mu) / sd
        return self.gamma[i] * zhat + self.beta[i], (zhat, sd)

    def compared(self, z: Array, y: Array) -> tuple[float, Array]:
        """The loss of what the last layer says, and its gradient."""
        if self.task.workload.regression:
            return float(np.mean((z - y) ** 2)), 2 * (z - y) / z.size
        z = z - z.max(axis=1, keepdims=True)
        e = np.exp(z)
        s = e.sum(axis=1, keepdims=True)
        dz = (e / s - y) / len(y)
        losses = ((z - np.log(s)) * y).sum(axis=1)
        if self.task.workload.balanced:
            each = y @ self.task.class_weights
            losses *= each
            dz *= each[:, None]
        return float(-np.mean(losses)), dz


def evaluated(task: Task, result: Sequence[Array]) -> float:
    """The loss of a result on the task's samples as they are, without chance."""
    plain, x = Plain(task), task.X
    per_layer = 6 if task.workload.batch_norm else 2
    *layers, W, b = result
    for first in range(0, len(layers), per_layer):
        V, c, *norm = layers[first : first + per_layer]
        x = x @ V + c
        if norm:
            gamma, beta, mu, var = norm
            x = gamma * (x - mu) / np.sqrt(var + 1e-5) + beta
        x = np.maximum(x, 0)
    return plain.compared(x @ W + b, task.y)[0]


def moved(X: Array, rng: np.random.Generator, shift: float, rotation: float) -> Array:
    """Images, each turned around its centre and shifted by chance, read between four neighbours; outside is 0."""
    images = X.reshape(-1, *IMAGE_SHAPE)
    centre, side = (IMAGE_SHAPE[0] - 1) / 2, IMAGE_SHAPE[0]
    angle = np.deg2rad(rng.uniform(-rotation, rotation, (len(X), 1, 1)))
    down, right = rng.uniform(-shift, shift, (2, len(X), 1, 1))
    i, j = np.arange(side)[:, None] - centre - down, np.arange(side) - centre - right
    row = np.clip(np.cos(angle) * i + np.sin(angle) * j + centre, -1, side)
    column = np.clip(np.cos(angle) * j - np.sin(angle) * i + centre, -1, side)
    r, c = (np.floor(place).astype(int) for place in (row, column))
    down, right = ((place - whole).astype(X.dtype) for place, whole in ((row, r), (column, c)))
    padded, n = np.pad(images, ((0, 0), (1, 2), (1, 2))), np.arange(len(X))[:, None, None]
    above, below = (padded[n, r + k, c + 1] * (1 - right) + padded[n, r + k, c + 2] * right for k in (1, 2))
    made: Array = (above * (1 - down) + below * down).reshape(X.shape)
    return made


def products(task: Task) -> Callable[[Array], Array]:
    """The matrix products of a prediction and nothing else, into buffers made once."""
    W = task.weights[::2]
    z = [np.empty((len(task.X), V.shape[1]), task.workload.dtype) for V in W]

    def predict(X: Array) -> Array:
        for V, out in zip(W, z, strict=True):
            X = np.matmul(X, V, out=out)
        return X

    return predict


def predictor(task: Task) -> Callable[[Array], Array]:
    """The output as a person would write it."""
    *hidden, (W, b) = task.layers

    def predict(X: Array) -> Array:
        for V, c in hidden:
            X = np.maximum(X @ V + c, 0)
        z = X @ W + b
        e = np.exp(z - z.max(axis=1, keepdims=True))
        a: Array = e / e.sum(axis=1, keepdims=True)
        return a

    return predict
