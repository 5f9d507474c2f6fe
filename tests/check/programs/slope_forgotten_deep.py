import numpy as np

class MLP:
    def __init__(self, layer_sizes, lr=0.1):
        self.lr = lr
        self.weights = []
        self.biases = []
        for n_in, n_out in zip(layer_sizes[:-1], layer_sizes[1:]):
            self.weights.append(np.random.randn(n_in, n_out) * np.sqrt(1 / n_in))
            self.biases.append(np.random.randn(1, n_out) * 0.1)

    def forward(self, X):
        self.activations = [X]
        for i, (W, b) in enumerate(zip(self.weights, self.biases)):
            z = self.activations[-1] @ W + b
            if i < len(self.weights) - 1:
                a = np.tanh(z)
            else:
                e = np.exp(z - np.max(z, axis=1, keepdims=True))
                a = e / np.sum(e, axis=1, keepdims=True)
            self.activations.append(a)
        return self.activations[-1]

    def backward(self, y):
        m = y.shape[0]
        deltas = [self.activations[-1] - y]
        # hidden layers
        for i in range(len(self.weights) - 1, 0, -1):
            delta = deltas[0] @ self.weights[i].T
            deltas.insert(0, delta)
        for i in range(len(self.weights)):
            self.weights[i] -= self.lr * self.activations[i].T @ deltas[i] / m
            self.biases[i] -= self.lr * deltas[i].sum(axis=0, keepdims=True) / m

    def loss(self, y):
        return -np.mean(np.sum(y * np.log(self.activations[-1] + 1e-15), axis=1))

np.random.seed(14)
angles = np.random.rand(120) * 6
cls = (np.arange(120) % 3)
X = np.c_[np.cos(angles + 2 * cls) * angles, np.sin(angles + 2 * cls) * angles] / 3
y = np.zeros((120, 3)); y[np.arange(120), cls] = 1
mlp = MLP([2, 10, 8, 3])
for epoch in range(500):
    mlp.forward(X)
    mlp.backward(y)
    if epoch % 100 == 0:
        print(f'Epoch {epoch}: loss = {mlp.loss(y):.4f}')
