import numpy as np

def with_ones(M):
    return np.hstack([np.ones((M.shape[0], 1)), M])

def logistic(t):
    return 0.5 * (1 + np.tanh(t / 2))

rs = np.random.RandomState(42)
X = rs.normal(size=(60, 3))
labels = (X.sum(axis=1) > 0).astype(int) + (X[:, 0] > 1).astype(int)
Y = np.eye(3)[labels]

Theta1 = rs.normal(scale=0.4, size=(4, 5))   # first row: bias
Theta2 = rs.normal(scale=0.4, size=(6, 3))
alpha = 1.5
m = X.shape[0]

history = []
for it in range(800):
    A0 = with_ones(X)
    A1 = with_ones(logistic(A0 @ Theta1))
    A2 = logistic(A1 @ Theta2)
    J = -(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)).sum() / m
    history.append(J)

    D2 = A2 - Y
    D1 = (D2 @ Theta2.T * A1 * (1 - A1))[:, 1:]
    Theta2 = Theta2 - alpha / m * A1.T @ D2
    Theta1 = Theta1 - alpha / m * A0.T @ D1

print("J first/last:", history[0], history[-1])
print("correct:", np.mean(np.argmax(A2, axis=1) == labels))
