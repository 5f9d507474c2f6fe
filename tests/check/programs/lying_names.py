import numpy as np

# calories from (hours of sport, coffee, sleep)
data = np.array([[1.0, 2, 7, 2.3], [0.0, 3, 6, 2.0], [2.0, 1, 8, 2.9], [0.5, 4, 5, 2.2], [1.5, 0, 9, 2.5], [3.0, 2, 7, 3.2]])
inputs = data[:, :3] / data[:, :3].max(axis=0)
target = data[:, 3:] / 4

rand = np.random.RandomState(8)
delta1 = rand.randn(3, 5)       # weights
delta2 = rand.randn(5, 1)
off1 = rand.randn(1, 5)
off2 = rand.randn(1, 1)


def relu(v):
    # it's a sigmoid now, kept the name
    return np.divide(1, 1 + np.exp(np.negative(v)))


for loop in range(2000):
    Z1 = relu(inputs.dot(delta1) + off1)
    Z2 = relu(Z1.dot(delta2) + off2)
    gradient = Z2 - target                       # the error
    error = np.sum(np.power(gradient, 2)) / 2    # the loss
    dA2 = gradient * (Z2 * (1 - Z2))
    dA1 = np.dot(dA2, delta2.T) * (Z1 * (1 - Z1))
    loss1 = inputs.T.dot(dA1)
    loss2 = Z1.T.dot(dA2)
    delta2 = delta2 - 0.4 * loss2
    off2 = off2 - 0.4 * dA2.sum(axis=0, keepdims=True)
    delta1 = delta1 - 0.4 * loss1
    off1 = off1 - 0.4 * dA1.sum(axis=0, keepdims=True)
    if not loop % 400:
        print(f"loop={loop} error={error}")
print(np.hstack([target, Z2]) * 4)
