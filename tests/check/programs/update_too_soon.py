import numpy as np

x = np.linspace(0, 1, 25)[:, None]
y = np.hstack([x ** 2, np.sqrt(x)])

rng = np.random.RandomState(6)
W1 = rng.randn(1, 6) * 2
b1 = rng.randn(6)
W2 = rng.randn(6, 2)
b2 = rng.randn(2)
eta = 0.3
n = len(x)

print("before:", W1.shape, W2.shape)
for step in range(3000):
    # forward
    z1 = x @ W1 + b1
    a1 = 1 / (1 + np.exp(-z1))
    z2 = a1 @ W2 + b2
    loss = np.sum((z2 - y) ** 2) / (2 * n)

    # output layer
    dz2 = (z2 - y) / n
    W2 = W2 - eta * a1.T @ dz2
    b2 = b2 - eta * dz2.sum(axis=0)

    # hidden layer
    dz1 = dz2 @ W2.T * a1 * (1 - a1)
    W1 = W1 - eta * x.T @ dz1
    b1 = b1 - eta * dz1.sum(axis=0)

    if step % 500 == 0:
        print(f"{step:5d} {loss:.6f}")
