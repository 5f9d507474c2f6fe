import numpy as np
from sklearn.datasets import load_digits

def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=0)

digits = load_digits(n_class=5)
X = digits.data[:300] / 16
y = digits.target[:300]
n, d = X.shape
K = 5
rng = np.random.default_rng(0)
W = [rng.normal(0, .1, (d, 16)), rng.normal(0, .1, (16, K))]
b = [np.zeros(16), np.zeros(K)]

for epoch in range(60):
    hidden = np.maximum(0, X.dot(W[0]) + b[0])
    probs = softmax(hidden.dot(W[1]) + b[1])
    loss = -np.log(probs[np.arange(n), y] + 1e-10).sum() / n
    dscores = probs
    dscores[np.arange(n), y] -= 1
    dscores = dscores / n
    dhidden = dscores.dot(W[1].T)
    dhidden[hidden <= 0] = 0
    W[1] = W[1] - 0.05 * hidden.T.dot(dscores)
    b[1] = b[1] - 0.05 * dscores.sum(axis=0)
    W[0] = W[0] - 0.05 * X.T.dot(dhidden)
    b[0] = b[0] - 0.05 * dhidden.sum(axis=0)
    if epoch % 10 == 0:
        guess = (np.maximum(0, X.dot(W[0]) + b[0]).dot(W[1]) + b[1]).argmax(axis=1)
        print("epoch %d: loss %.3f, accuracy %.2f" % (epoch, loss, np.mean(guess == y)))
