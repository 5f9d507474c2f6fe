"""Binary classification; everything of the output is one-dimensional, training is a generator."""
import numpy as np


def data(n, rng):
    x = rng.normal(size=(n, 2))
    return x, np.logical_xor(x[:, 0] > 0, x[:, 1] > 0).astype(float)


def train(x, y, rng, hidden=8, rate=0.5):
    w, b = rng.normal(size=(2, hidden)), np.zeros(hidden)
    v, c = rng.normal(size=hidden), 0.0
    while True:
        pre = x @ w + b
        h = np.maximum(pre, 0.0)
        logit = h @ v + c
        p = 1.0 / (1.0 + np.exp(-logit))
        loss = np.mean(np.logaddexp(0, logit) - y * logit)
        yield loss, (w, b, v, c), p
        d = (p - y) / y.size
        d_pre = np.outer(d, v) * (pre > 0)
        v, c = v - rate * (h.T @ d), c - rate * d.sum()
        w, b = w - rate * (x.T @ d_pre), b - rate * d_pre.sum(axis=0)


rng = np.random.default_rng()
x, y = data(100, rng)
for n, (loss, params, p) in enumerate(train(x, y, rng)):
    if n % 200 == 0:
        print(n, round(float(loss), 4), "right:", np.mean((p > 0.5) == (y == 1)))
    if n == 1000:
        break
