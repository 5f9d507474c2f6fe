import numpy as np
import nnhelp as nn
from nnhelp import relu, softmax

np.random.seed(21)
flowers = np.array([
    [5.1, 3.5, 1.4, 0.2], [4.9, 3.0, 1.4, 0.2], [4.7, 3.2, 1.3, 0.2], [5.4, 3.9, 1.7, 0.4],
    [7.0, 3.2, 4.7, 1.4], [6.4, 3.2, 4.5, 1.5], [5.5, 2.3, 4.0, 1.3], [5.7, 2.8, 4.5, 1.3],
    [6.3, 3.3, 6.0, 2.5], [5.8, 2.7, 5.1, 1.9], [7.1, 3.0, 5.9, 2.1], [6.5, 3.0, 5.8, 2.2],
])
kinds = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]
X = (flowers - flowers.mean(0)) / flowers.std(0)
Y = np.eye(3)[kinds]

w1, b1 = np.random.randn(4, 6) * 0.5, np.zeros(6)
w2, b2 = np.random.randn(6, 5) * 0.5, np.zeros(5)
w3, b3 = np.random.randn(5, 3) * 0.5, np.zeros(3)
lr = 0.1

for i in range(300):
    z1 = X @ w1 + b1
    a1 = relu(z1)
    z2 = a1 @ w2 + b2
    a2 = relu(z2)
    p = softmax(a2 @ w3 + b3)
    if i % 50 == 0:
        print(i, nn.cross_entropy(p, Y))
    g = (p - Y) / len(X)
    g, dw3, db3 = nn.dense_backward(g, a2, w3)
    g = g * nn.relu_grad(z2)
    g, dw2, db2 = nn.dense_backward(g, a1, w2)
    g = g * nn.relu_grad(z1)
    g, dw1, db1 = nn.dense_backward(g, X, w1)
    w3 -= lr * dw3; b3 -= lr * db3
    w2 -= lr * dw2; b2 -= lr * db2
    w1 -= lr * dw1; b1 -= lr * db1
print("predicted", p.argmax(1), "true", kinds)
