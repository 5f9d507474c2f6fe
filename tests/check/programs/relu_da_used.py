import numpy as np


def relu(z):
    out = z.copy()
    out[out < 0] = 0
    return out


def backward(batch, cache, model, y):
    """Return a dictionary of gradients (mean over the batch)."""
    hid, probs = cache["hid"], cache["probs"]
    n = batch.shape[0]
    grads = {}
    dscore = (probs - y) / n
    grads["W2"] = hid.T @ dscore
    grads["b2"] = dscore.sum(axis=0)
    dhid = dscore @ model["W2"].T
    dpre = dhid * (hid > 0)
    grads["W1"] = batch.T @ dhid
    grads["b1"] = dpre.sum(axis=0)
    return grads


def forward(batch, model):
    hid = relu(batch @ model["W1"] + model["b1"])
    score = hid @ model["W2"] + model["b2"]
    probs = 1 / (1 + np.exp(-score))
    return {"hid": hid, "probs": probs}


np.random.seed(77)
model = {
    "W1": np.random.randn(5, 10) * 0.4,
    "b1": np.random.randn(10) * 0.1,
    "W2": np.random.randn(10, 2) * 0.4,
    "b2": np.zeros(2),
}
X = np.random.randn(96, 5)
truth = np.stack([X[:, 0] > X[:, 1], X[:, 2] + X[:, 3] > 0.3], axis=1).astype(float)

for epoch in range(40):
    for k in range(0, 96, 24):
        batch, y = X[k:k + 24], truth[k:k + 24]
        cache = forward(batch, model)
        grads = backward(batch, cache, model, y)
        for name in model:
            model[name] -= 0.5 * grads[name]
    if epoch % 8 == 0:
        p = forward(X, model)["probs"]
        print(epoch, "bce", -(truth * np.log(p) + (1 - truth) * np.log(1 - p)).sum(1).mean())
