import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
x = digits.data[:600] / 16.0
t = np.zeros((600, 10))
t[np.arange(600), digits.target[:600]] = 1

np.random.seed(0)
n_hid = 20
params = [np.random.randn(64, n_hid) * 0.1, np.zeros((1, n_hid)), np.random.randn(n_hid, 10) * 0.1, np.zeros((1, 10))]
velocity = [np.zeros_like(p) for p in params]
mu, lr, batch = 0.9, 0.1, 50


def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


for epoch in range(12):
    perm = np.random.permutation(len(x))
    x, t = x[perm], t[perm]
    total = 0.0
    for i in range(len(x) // batch):
        xb = x[i * batch:(i + 1) * batch]
        tb = t[i * batch:(i + 1) * batch]
        W1, b1, W2, b2 = params
        h = np.tanh(xb.dot(W1) + b1)
        p = softmax(h.dot(W2) + b2)
        total += -np.sum(tb * np.log(p + 1e-12))

        dlogits = (p - tb) / batch
        dpre = dlogits.dot(W2.T) * (1 - h * h)
        grads = [
            xb.T.dot(dpre),
            dpre.sum(axis=0, keepdims=True),
            h.T.dot(dlogits),
            dlogits.sum(axis=0, keepdims=True),
        ]
        for j in range(4):
            velocity[j] = mu * velocity[j] - lr * grads[j]
            params[j] = params[j] + velocity[j]
    print("epoch %2d  loss %.4f" % (epoch, total / len(x)))
