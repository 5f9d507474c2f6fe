import numpy as np

class Relu:
    def apply(self, z):
        self.z = z
        return np.maximum(z, 0)
    def gradient(self):
        return np.maximum(self.z, 0)

class Identity:
    def apply(self, z):
        return z
    def gradient(self):
        return 1

class Layer:
    def __init__(self, rows, cols, fn):
        self.W = np.random.normal(scale=(2 / cols) ** 0.5, size=(rows, cols))
        self.b = np.full((rows, 1), 0.1)
        self.fn = fn
    def forward(self, x):
        self.x = x
        return self.fn.apply(self.W @ x + self.b)
    def backward(self, da):
        dz = da * self.fn.gradient()
        self.dW = dz @ self.x.T
        self.db = dz @ np.ones((dz.shape[1], 1))
        return self.W.T @ dz

if __name__ == '__main__':
    np.random.seed(1234)
    X = np.random.randn(2, 100)
    T = np.abs(X[:1]) - np.abs(X[1:])
    stack = [Layer(12, 2, Relu()), Layer(1, 12, Identity())]
    for epoch in range(401):
        out = X
        for layer in stack:
            out = layer.forward(out)
        grad = (out - T) / X.shape[1]
        for layer in reversed(stack):
            grad = layer.backward(grad)
        for layer in stack:
            layer.W -= 0.05 * layer.dW
            layer.b -= 0.05 * layer.db
        if epoch % 100 == 0:
            print('Epoch', epoch, 'loss', float(((out - T) ** 2).sum() / 2 / X.shape[1]))
