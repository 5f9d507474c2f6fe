"""Fit sin(x) with small layer objects."""
import numpy as np

rng = np.random.default_rng()


class Linear:
    def __init__(self, fan_in, fan_out):
        bound = np.sqrt(6 / (fan_in + fan_out))
        self.W = rng.uniform(-bound, bound, size=(fan_in, fan_out))
        self.b = np.zeros((1, fan_out))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0, keepdims=True)
        return grad @ self.W.T


class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad):
        return grad * (1 - self.out**2)


class MSE:
    def forward(self, pred, target):
        self.diff = pred - target
        return np.mean(self.diff**2)

    def backward(self):
        return 2 * self.diff / self.diff.size


def batches(X, Y, size):
    order = rng.permutation(len(X))
    for start in range(0, len(X), size):
        pick = order[start:start + size]
        yield X[pick], Y[pick]


layers = [Linear(1, 16), Tanh(), Linear(16, 8), Tanh(), Linear(8, 1)]
criterion = MSE()
X = np.linspace(-np.pi, np.pi, 128).reshape(-1, 1)
Y = np.sin(X)

for epoch in range(300):
    running = []
    for xb, yb in batches(X, Y, 16):
        out = xb
        for layer in layers:
            out = layer.forward(out)
        running.append(criterion.forward(out, yb))
        grad = criterion.backward()
        for layer in reversed(layers):
            grad = layer.backward(grad)
        for layer in layers:
            if isinstance(layer, Linear):
                layer.W -= 0.05 * layer.dW
                layer.b -= 0.05 * layer.db
    if (epoch + 1) % 100 == 0:
        print(f"epoch {epoch + 1}: mse {np.mean(running):.5f}")
