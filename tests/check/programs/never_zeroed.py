# stochastic: one sample, then "optimizer.step()" as in pytorch
import numpy as np

class Param:
    def __init__(self, value):
        self.value = value
        self.grad = np.zeros_like(value)

class Dense:
    def __init__(self, i, o):
        self.w = Param(np.random.randn(i, o) * 0.7)
        self.b = Param(np.zeros(o))
    def forward(self, x):
        self.x = x
        return x @ self.w.value + self.b.value
    def backward(self, g):
        self.w.grad += self.x.T @ g
        self.b.grad += g.sum(axis=0)
        return g @ self.w.value.T
    def params(self):
        return [self.w, self.b]

class Sigmoid:
    def forward(self, x):
        self.s = 1 / (1 + np.exp(-x))
        return self.s
    def backward(self, g):
        return g * self.s * (1 - self.s)
    def params(self):
        return []

class SGD:
    def __init__(self, params, lr):
        self.params, self.lr = params, lr
    def step(self):
        for p in self.params:
            p.value = p.value - self.lr * p.grad
    def zero_grad(self):
        for p in self.params:
            p.grad = np.zeros_like(p.value)

np.random.seed(9)
net = [Dense(3, 5), Sigmoid(), Dense(5, 2)]
opt = SGD([p for layer in net for p in layer.params()], lr=0.01)
X = np.random.rand(40, 3)
Y = np.stack([X.sum(1), X[:, 0] * X[:, 2]], axis=1)
opt.zero_grad()
for epoch in range(5):
    total = 0
    for i in range(0, 40, 8):
        out = X[i:i+8]
        for layer in net:
            out = layer.forward(out)
        diff = out - Y[i:i+8]
        total += (diff ** 2).sum() / 2
        for layer in reversed(net):
            diff = layer.backward(diff)
        opt.step()
    print(epoch, total / 40)
