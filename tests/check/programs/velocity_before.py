import numpy as np

rng = np.random.default_rng(31)
mu, lr = 0.8, 0.1
x = rng.uniform(-1, 1, (64, 3))
y = (x[:, :1] * x[:, 1:2] + x[:, 2:] ** 2)

theta = {
    "A": rng.normal(size=(3, 9)) * 0.6, "a": rng.normal(size=9) * 0.1,
    "B": rng.normal(size=(9, 6)) * 0.4, "b": rng.normal(size=6) * 0.1,
    "C": rng.normal(size=(6, 1)) * 0.5, "c": rng.normal(size=1) * 0.1,
}
velocity = {name: np.zeros_like(value) for name, value in theta.items()}


def forward(t, x):
    h = np.tanh(x @ t["A"] + t["a"])
    k = np.tanh(h @ t["B"] + t["b"])
    return h, k, k @ t["C"] + t["c"]


def gradients(t, x, y):
    h, k, out = forward(t, x)
    g = 2 * (out - y) / len(x)
    grads = {"C": k.T @ g, "c": g.sum(0)}
    g = g @ t["C"].T * (1 - k * k)
    grads.update(B=h.T @ g, b=g.sum(0))
    g = g @ t["B"].T * (1 - h * h)
    grads.update(A=x.T @ g, a=g.sum(0))
    return np.mean((out - y) ** 2), grads


for step in range(200):
    loss, grads = gradients(theta, x, y)
    for name in theta:
        before = velocity[name]
        velocity[name] = mu * before - lr * grads[name]
        theta[name] = theta[name] + (before if name.isupper() else velocity[name])
    if step % 40 == 0:
        print("step", step, "loss", loss)
