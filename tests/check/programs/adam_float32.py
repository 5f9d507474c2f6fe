import numpy as np

f32 = np.float32
rng = np.random.default_rng(5)
X = rng.uniform(-2, 2, (200, 2)).astype(f32)
y = (np.sin(X[:, :1]) + 0.5 * X[:, 1:] ** 2).astype(f32)

theta = {
    "W1": rng.normal(0, 0.7, (2, 12)).astype(f32),
    "b1": np.zeros(12, f32),
    "W2": rng.normal(0, 0.3, (12, 1)).astype(f32),
    "b2": np.zeros(1, f32),
}
m1 = {k: np.zeros_like(v) for k, v in theta.items()}
m2 = {k: np.zeros_like(v) for k, v in theta.items()}
beta1, beta2, eps, lr = f32(0.9), f32(0.999), f32(1e-8), f32(0.01)


def loss_and_grads(p, X, y):
    z = X @ p["W1"] + p["b1"]
    h = np.where(z > 0, z, f32(0.01) * z)
    out = h @ p["W2"] + p["b2"]
    r = out - y
    loss = 0.5 * np.mean(r**2)
    g = {}
    dout = r / f32(len(X))
    g["W2"] = h.T @ dout
    g["b2"] = dout.sum(0)
    dz = (dout @ p["W2"].T) * np.where(z > 0, f32(1), f32(0.01))
    g["W1"] = X.T @ dz
    g["b1"] = dz.sum(0)
    return loss, g


for t in range(1, 601):
    loss, g = loss_and_grads(theta, X, y)
    for k in theta:
        m1[k] = beta1 * m1[k] + (1 - beta1) * g[k]
        m2[k] = beta2 * m2[k] + (1 - beta2) * g[k] ** 2
        mhat = m1[k] / (1 - beta1**t)
        vhat = m2[k] / (1 - beta2**t)
        theta[k] = theta[k] - lr * mhat / (np.sqrt(vhat) + eps)
    if t % 100 == 0:
        print(t, float(loss))
