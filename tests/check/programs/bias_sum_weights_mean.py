import numpy as np
from collections import OrderedDict

def build(*dims):
    net = OrderedDict()
    for i in range(1, len(dims)):
        net[f"W{i}"] = np.random.normal(0, np.sqrt(2 / dims[i-1]), (dims[i], dims[i-1]))
        net[f"b{i}"] = np.random.normal(0, .1, (dims[i], 1))
    return net

def loop(net, X, Y, lr, n):
    depth = len(net) // 2
    N = X.shape[1]
    for it in range(n):
        A = {0: X}
        Z = {}
        for i in range(1, depth + 1):
            Z[i] = net[f"W{i}"] @ A[i-1] + net[f"b{i}"]
            A[i] = Z[i] if i == depth else np.maximum(0, Z[i])
        E = A[depth] - Y
        loss = np.sum(E ** 2) / (2 * N)

        G = {}
        dZ = E
        for i in range(depth, 0, -1):
            G[f"W{i}"] = dZ @ A[i-1].T / N
            G[f"b{i}"] = np.sum(dZ, axis=1, keepdims=True)
            if i > 1:
                dZ = (net[f"W{i}"].T @ dZ) * (Z[i-1] > 0)
        for key in net:
            net[key] -= lr * G[key]
        if it % 100 == 0:
            print(it, loss)

np.random.seed(5)
X = np.random.uniform(-1, 1, (3, 30))
Y = np.array([X[0] * X[1], X[1] - X[2]])
loop(build(3, 9, 6, 2), X, Y, 0.01, 600)
