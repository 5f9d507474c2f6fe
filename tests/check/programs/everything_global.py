import numpy as np

W1 = W2 = B1 = B2 = None
x = y = None
h = out = None
gW1 = gW2 = gB1 = gB2 = None
LR = 0.2


def setup():
    global W1, W2, B1, B2, x, y
    np.random.seed(12)
    x = np.random.rand(3, 40) * 2 - 1
    y = np.vstack([x[0] > x[1], x[1] > x[2], x.sum(axis=0) > 0]).astype(float)
    W1 = np.random.randn(5, 3)
    B1 = np.random.randn(5, 1) * 0.1
    W2 = np.random.randn(3, 5)
    B2 = np.random.randn(3, 1) * 0.1


def go_forward():
    global h, out
    h = np.tanh(np.matmul(W1, x) + B1)
    out = 1 / (1 + np.exp(-(np.matmul(W2, h) + B2)))


def go_backward():
    global gW1, gW2, gB1, gB2
    d = y - out                      # cross entropy
    gW2 = np.matmul(d, h.T)
    gB2 = d.sum(axis=1, keepdims=True)
    dd = np.matmul(W2.T, d) * (1 - h ** 2)
    gW1 = np.matmul(dd, x.T)
    gB1 = dd.sum(axis=1, keepdims=True)


def change():
    global W1, W2, B1, B2
    n = x.shape[1]
    W1 = W1 + LR / n * gW1
    W2 = W2 + LR / n * gW2
    B1 = B1 + LR / n * gB1
    B2 = B2 + LR / n * gB2


setup()
for count in range(1000):
    go_forward()
    go_backward()
    change()
    if count % 250 == 0:
        print("hits", ((out > 0.5) == y).all(axis=0).mean())
