import numpy as np


def make_data(n=150, seed=4):
    r = np.random.RandomState(seed)
    angle = r.rand(n) * 2 * np.pi
    ring = r.randint(0, 2, n)
    radius = 1 + ring + 0.15 * r.randn(n)
    return np.c_[radius * np.cos(angle), radius * np.sin(angle)], ring


class DropNet:
    keep_prob = 0.8

    def __init__(self):
        self.w1 = np.random.randn(2, 24) * np.sqrt(2.0 / 2)
        self.b1 = np.zeros((1, 24))
        self.w2 = np.random.randn(24, 2) * np.sqrt(2.0 / 24)
        self.b2 = np.zeros((1, 2))

    def forward(self, X, training=True):
        self.X = X
        self.z1 = np.dot(X, self.w1) + self.b1
        self.a1 = np.maximum(self.z1, 0)
        if training:
            self.mask = (np.random.rand(*self.a1.shape) < self.keep_prob) / self.keep_prob
        else:
            self.mask = np.ones_like(self.a1)
        self.d1 = self.a1 * self.mask
        z2 = np.dot(self.d1, self.w2) + self.b2
        e = np.exp(z2 - z2.max())
        self.probs = e / e.sum(axis=1).reshape(-1, 1)
        return self.probs

    def backward(self, onehot, lr):
        m = onehot.shape[0]
        dz2 = self.probs - onehot
        dw2 = np.dot(self.d1.T, dz2) / m
        db2 = dz2.mean(axis=0, keepdims=True)
        dd1 = np.dot(dz2, self.w2.T)
        da1 = dd1 * self.mask
        dz1 = da1 * (self.z1 > 0)
        dw1 = np.dot(self.X.T, dz1) / m
        db1 = dz1.mean(axis=0, keepdims=True)
        for p, g in ((self.w1, dw1), (self.b1, db1), (self.w2, dw2), (self.b2, db2)):
            p -= lr * g


X, c = make_data()
onehot = np.eye(2)[c]
net = DropNet()
for epoch in range(60):
    idx = np.arange(len(X))
    np.random.shuffle(idx)
    for s in range(0, len(X), 30):
        b = idx[s:s + 30]
        net.forward(X[b])
        net.backward(onehot[b], 0.3)
    if epoch % 10 == 9:
        probs = net.forward(X, training=False)
        print(epoch + 1, -np.log(probs[np.arange(len(c)), c]).mean(), (probs.argmax(1) == c).mean())
