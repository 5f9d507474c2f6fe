import numpy as np


class TwoLayerNet:
    """Three blobs, softmax on top. Labels are integers."""

    def __init__(self, n_in, n_hidden, n_out, reg=1e-2):
        self.W1 = np.random.randn(n_in, n_hidden) / np.sqrt(n_in)
        self.b1 = np.zeros(n_hidden)
        self.W2 = np.random.randn(n_hidden, n_out) / np.sqrt(n_hidden)
        self.b2 = np.zeros(n_out)
        self.reg = reg

    def scores(self, X):
        self.h = np.maximum(0, X @ self.W1 + self.b1)
        return self.h @ self.W2 + self.b2

    def step(self, X, y, lr):
        n = len(X)
        s = self.scores(X)
        s = s - s.max(axis=1, keepdims=True)
        p = np.exp(s)
        p /= p.sum(axis=1, keepdims=True)
        data_loss = -np.log(p[np.arange(n), y]).mean()
        loss = data_loss + 0.5 * self.reg * ((self.W1**2).sum() + (self.W2**2).sum())

        ds = p.copy()
        ds[range(n), y] -= 1
        ds /= n
        gW2 = self.h.T @ ds + self.reg * self.W2
        gb2 = ds.sum(axis=0)
        dh = ds @ self.W2.T
        dh[self.h <= 0] = 0
        gW1 = X.T @ dh + self.reg * self.W1
        gb1 = dh.sum(axis=0)

        self.W1 -= lr * gW1
        self.b1 -= lr * gb1
        self.W2 -= lr * gW2
        self.b2 -= lr * gb2
        return loss


centers = np.array([[0, 2], [-2, -1], [2, -1]])
labels = np.repeat([0, 1, 2], 30)
points = centers[labels] + 0.7 * np.random.randn(90, 2)

net = TwoLayerNet(2, 8, 3)
for it in range(400):
    l = net.step(points, labels, lr=0.5)
    if it % 50 == 0:
        print(f"iter {it:4d}   loss {l:.4f}")
print("accuracy:", (net.scores(points).argmax(axis=1) == labels).mean())
