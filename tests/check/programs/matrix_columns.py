# uses np.matrix so that * is the matrix product
import warnings

import numpy as np

warnings.simplefilter("ignore", PendingDeprecationWarning)


def g(z):
    return 1 / (1 + np.exp(-z))


class Perceptron:
    def __init__(self, sizes, eta):
        self.eta = eta
        self.w = [np.matrix(np.random.normal(0, 1, (o, i))) for i, o in zip(sizes[:-1], sizes[1:])]
        self.b = [np.matrix(np.random.normal(0, 1, (o, 1))) for o in sizes[1:]]

    def forward(self, v):
        self.a = [v]
        for w, b in zip(self.w, self.b):
            v = g(w * v + b)
            self.a.append(v)
        return v

    def backward(self, target):
        delta = np.multiply(self.a[-1] - target, np.multiply(self.a[-1], 1 - self.a[-1]))
        steps = []
        for i in range(len(self.w) - 1, -1, -1):
            steps.append((delta * self.a[i].T, delta))
            if i:
                delta = np.multiply(self.w[i].T * delta, np.multiply(self.a[i], 1 - self.a[i]))
        for i, (dw, db) in enumerate(reversed(steps)):
            self.w[i] = self.w[i] - self.eta * dw
            self.b[i] = self.b[i] - self.eta * db


truth = {(0, 0): (0, 0), (0, 1): (1, 0), (1, 0): (1, 0), (1, 1): (0, 1)}   # half adder
p = Perceptron([2, 4, 2], eta=0.7)
for run in range(1500):
    sq = 0
    for bits, target in truth.items():
        x = np.matrix(bits, dtype=float).T
        t = np.matrix(target, dtype=float).T
        o = p.forward(x)
        sq += float(np.sum(np.square(o - t)))
        p.backward(t)
    if run % 300 == 0:
        print("run", run, "squared error", sq)
for bits in truth:
    print(bits, p.forward(np.matrix(bits, dtype=float).T).T.round(2))
