import numpy as np


class Dense:
    def __init__(self, d_in, d_out, activation=None):
        self.weights = np.random.randn(d_in, d_out) * np.sqrt(2 / d_in)
        self.biases = np.zeros(d_out)
        self.activation = activation

    def __call__(self, inputs):
        self.inputs = inputs
        self.z = inputs @ self.weights + self.biases
        if self.activation == "relu":
            return np.maximum(self.z, 0)
        return self.z

    def backprop(self, upstream):
        if self.activation == "relu":
            upstream = upstream * (self.z > 0)
        self.d_weights = self.inputs.T @ upstream
        self.d_biases = np.sum(upstream)
        return upstream @ self.weights.T

    def descend(self, lr):
        self.weights -= lr * self.d_weights
        self.biases -= lr * self.d_biases


class Network:
    def __init__(self, *layers):
        self.layers = layers

    def predict(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def fit(self, x, y, epochs, lr):
        for epoch in range(epochs):
            out = self.predict(x)
            loss = ((out - y) ** 2).sum(axis=1).mean()
            grad = 2 * (out - y) / len(x)
            for layer in self.layers[::-1]:
                grad = layer.backprop(grad)
            for layer in self.layers:
                layer.descend(lr)
            if epoch % 100 == 0:
                print(f"Epoch {epoch}, loss {loss:.4f}")


np.random.seed(17)
x = np.random.uniform(-1, 1, (64, 2))
y = np.column_stack([x[:, 0] ** 2, x[:, 0] * x[:, 1], np.abs(x[:, 1])])
Network(Dense(2, 12, "relu"), Dense(12, 12, "relu"), Dense(12, 3)).fit(x, y, 500, 0.05)
