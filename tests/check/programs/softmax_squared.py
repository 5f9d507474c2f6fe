from abc import ABC, abstractmethod

import numpy as np


class Activation(ABC):
    @abstractmethod
    def f(self, z): ...

    @abstractmethod
    def df(self, z, grad): ...


class Sigmoid(Activation):
    def f(self, z):
        return 1 / (1 + np.exp(-z))

    def df(self, z, grad):
        s = self.f(z)
        return grad * s * (1 - s)


class Softmax(Activation):
    def f(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def df(self, z, grad):
        s = self.f(z)
        return grad * s * (1 - s)  # softmax


class FullyConnected:
    def __init__(self, n, k, act):
        self.w, self.b, self.act = np.random.randn(n, k) * 0.8, np.random.randn(k) * 0.1, act

    def forward(self, a):
        self.a_prev = a
        self.z = a @ self.w + self.b
        return self.act.f(self.z)

    def backward(self, grad, eta):
        dz = self.act.df(self.z, grad)
        da = dz @ self.w.T
        self.w = self.w - eta * self.a_prev.T @ dz
        self.b = self.b - eta * dz.sum(axis=0)
        return da


np.random.seed(33)
kind = np.arange(75) % 4
pos = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])[kind] + np.random.randn(75, 2) * 0.5
target = np.eye(4)[kind]
one, two = FullyConnected(2, 6, Sigmoid()), FullyConnected(6, 4, Softmax())
for epoch in range(600):
    p = two.forward(one.forward(pos))
    mse = np.mean(np.sum((p - target) ** 2, axis=1))
    one.backward(two.backward(2 * (p - target) / len(pos), 0.5), 0.5)
    if epoch % 150 == 0:
        print("mse", mse, "hit rate", np.mean(p.argmax(1) == kind))
