import numpy as np


class Adam:
    def __init__(self, params, lr=0.02, b1=0.9, b2=0.99, eps=1e-8):
        self.params = params
        self.lr, self.b1, self.b2, self.eps = lr, b1, b2, eps
        self.m = [np.zeros(p.shape) for p in params]
        self.v = [np.zeros(p.shape) for p in params]
        self.t = 0

    def step(self, grads):
        self.t += 1
        for i, (p, g) in enumerate(zip(self.params, grads)):
            self.m[i] = self.b1 * self.m[i] + (1 - self.b1) * g
            self.v[i] = self.b2 * self.v[i] + (1 - self.b2) * g * g
            m_hat = self.m[i] / (1 - self.b1)
            v_hat = self.v[i] / (1 - self.b2 ** self.t)
            p -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


np.random.seed(50)
spots = np.random.randn(80, 2)
inside = (np.linalg.norm(spots, axis=1) < 1).astype(float).reshape(-1, 1)
W1, b1 = np.random.randn(2, 10), np.zeros((1, 10))
W2, b2 = np.random.randn(10, 1), np.zeros((1, 1))
adam = Adam([W1, b1, W2, b2])

for epoch in range(200):
    h = sigmoid(spots @ W1 + b1)
    p = sigmoid(h @ W2 + b2)
    loss = -np.mean(inside * np.log(p) + (1 - inside) * np.log(1 - p))
    d2 = (p - inside) / len(spots)
    d1 = d2 @ W2.T * h * (1 - h)
    adam.step([spots.T @ d1, d1.sum(axis=0, keepdims=True), h.T @ d2, d2.sum(axis=0, keepdims=True)])
    if epoch % 40 == 0:
        print(epoch, loss)
