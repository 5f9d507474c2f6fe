import numpy as np

rng = np.random.RandomState(45)
lam = 0.02
X = rng.randn(5, 70)  # a sample in each column
T = np.vstack([X[0] + X[1] > 0, X[2] * X[3] > 0]).astype(float)
W1, b1 = rng.randn(8, 5) * 0.5, np.zeros((8, 1))
W2, b2 = rng.randn(2, 8) * 0.5, np.zeros((2, 1))


def sigm(z):
    return 1 / (1 + np.exp(-z))


def cost(P, T, m):
    fit = -(T * np.log(P) + (1 - T) * np.log(1 - P)).sum() / m
    return fit + lam / 2 * ((W1 ** 2).sum() + (W2 ** 2).sum())


for i in range(120):
    m = X.shape[1]
    H = np.maximum(W1 @ X + b1, 0)
    P = sigm(W2 @ H + b2)
    if i % 40 == 0:
        print(i, cost(P, T, m))
    G2 = (P - T) / m
    G1 = (W2.T @ G2) * (H > 0)
    W2 = W2 - 0.5 * (G2 @ H.T + lam * W2)
    W1 = W1 - 0.5 * (G1 @ X.T - lam * W1)
    b2 = b2 - 0.5 * G2.sum(axis=1, keepdims=True)
    b1 = b1 - 0.5 * G1.sum(axis=1, keepdims=True)
