import numpy as np
import matplotlib.pyplot as plt


class SGDMomentum:
    def __init__(self, lr=0.05, beta=0.8):
        self.lr, self.beta = lr, beta
        self.v = {}

    def update(self, params, grads):
        if not self.v:
            self.v = {k: np.zeros_like(p) for k, p in params.items()}
        for k in params:
            self.v[k] = self.beta * params[k] + grads[k]
            params[k] -= self.lr * self.v[k]


class Model:
    def __init__(self, rng):
        self.params = dict(
            W1=rng.normal(size=(1, 15)), b1=rng.normal(size=15),
            W2=rng.normal(size=(15, 1)) / 4, b2=np.zeros(1),
        )

    def __call__(self, x):
        p = self.params
        self.x = x
        self.h = np.tanh(x @ p["W1"] + p["b1"])
        return self.h @ p["W2"] + p["b2"]

    def grads(self, d):
        p = self.params
        dh = (d @ p["W2"].T) * (1 - self.h**2)
        return dict(W1=self.x.T @ dh, b1=dh.sum(0), W2=self.h.T @ d, b2=d.sum(0))


rng = np.random.default_rng(2)
x = np.linspace(-2, 2, 50)[:, None]
y = x**3 / 4 - x
model, opt, curve = Model(rng), SGDMomentum(), []
for epoch in range(400):
    out = model(x)
    curve.append(np.mean((out - y) ** 2))
    opt.update(model.params, model.grads(2 * (out - y) / len(x)))
print("loss", curve[0], "->", curve[-1])
plt.plot(x, y, label="true")
plt.plot(x, model(x), "--", label="net")
plt.legend()
plt.savefig("/dev/null", format="png")
