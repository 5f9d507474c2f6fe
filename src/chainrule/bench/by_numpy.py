"""NumPy: the matrix products alone, and a training as a person would write it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from chainrule.bench.workloads import Array, Task


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
        self.start()

    def start(self, amount: int = 0) -> None:
        self.parameters = [w.copy() for w in self.task.weights]
        self.m = [np.zeros_like(w) for w in self.parameters]
        self.v = [np.zeros_like(w) for w in self.parameters]
        self.t = 0

    def run(self, epochs: int) -> Sequence[float]:
        return [
            float(np.mean([self.step(self.task.X[rows], self.task.y[rows]) for rows in self.task.rows()]))
            for _ in range(epochs)
        ]

    def result(self) -> list[Array]:
        return self.parameters

    def step(self, x: Array, y: Array) -> float:
        loss, gradients = self.gradients(x, y)
        rate = self.task.workload.learning_rate
        if self.task.workload.optimizer == "sgd":
            for w, dw in zip(self.parameters, gradients, strict=True):
                w -= rate * dw
            return loss
        self.t += 1
        for w, dw, m, v in zip(self.parameters, gradients, self.m, self.v, strict=True):
            m *= 0.9
            m += 0.1 * dw
            v *= 0.999
            v += 0.001 * dw**2
            w -= rate * (m / (1 - 0.9**self.t)) / (np.sqrt(v / (1 - 0.999**self.t)) + 1e-8)
        return loss

    def gradients(self, x: Array, y: Array) -> tuple[float, list[Array]]:
        W, b = self.parameters[::2], self.parameters[1::2]
        a = [x]
        for i in range(len(W) - 1):
            a.append(np.maximum(a[-1] @ W[i] + b[i], 0))
        z = a[-1] @ W[-1] + b[-1]
        if self.task.workload.regression:
            loss = np.mean((z - y) ** 2)
            dz = 2 * (z - y) / z.size
        else:
            z = z - z.max(axis=1, keepdims=True)
            e = np.exp(z)
            s = e.sum(axis=1, keepdims=True)
            loss = -np.mean(((z - np.log(s)) * y).sum(axis=1))
            dz = (e / s - y) / len(y)
        found: list[Array] = []
        for i in range(len(W) - 1, -1, -1):
            found += [dz.sum(axis=0), a[i].T @ dz]
            if i:
                dz = (dz @ W[i].T) * (a[i] > 0)
        return float(loss), found[::-1]


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
