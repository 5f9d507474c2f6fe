import numpy as np

# logistic output + cross entropy, hand made batch generator
def generator(X, y, size):
    while True:
        pick = np.random.choice(len(X), size, replace=False)
        yield X[pick], y[pick]

sigmoid = lambda z: 1 / (1 + np.exp(-z))
dsigmoid = lambda s: s * (1 - s)
bce = lambda t, p: -(t * np.log(p) + (1 - t) * np.log(1 - p)).mean()

X = np.random.uniform(-3, 3, (200, 2))
y = (np.sin(X[:, 0]) > X[:, 1]).reshape(-1, 1).astype(np.float64)

net = {"w": [np.random.randn(2, 9), np.random.randn(9, 1)], "b": [np.random.randn(1, 9), np.random.randn(1, 1)]}
lr, batch_size = 0.5, 20

for step, (xb, yb) in enumerate(generator(X, y, batch_size)):
    a = [xb]
    for w, b in zip(net["w"], net["b"]):
        a.append(sigmoid(a[-1] @ w + b))
    loss = bce(yb, a[2])

    d2 = (a[2] - yb) * dsigmoid(a[2])
    d1 = d2 @ net["w"][1].T * dsigmoid(a[1])
    for layer, d in ((1, d2), (0, d1)):
        net["w"][layer] -= lr * a[layer].T @ d / batch_size
        net["b"][layer] -= lr * d.sum(axis=0, keepdims=True) / batch_size

    if step % 400 == 0:
        print("step", step, "loss", loss)
    if step >= 2000:
        break
