import numpy as np

houses = np.array([[50, 1, 20], [65, 2, 15], [80, 3, 30], [45, 1, 5], [120, 4, 40], [95, 3, 10], [70, 2, 8], [110, 4, 25.]])
price = np.array([110, 160, 185, 120, 270, 260, 190, 280.])

X = (houses - houses.mean(axis=0)) / houses.std(axis=0)
y = (price - price.mean()) / price.std()


def mse(pred, true):
    return np.mean((pred - true) ** 2)


rs = np.random.RandomState(4)
w1 = rs.uniform(-.5, .5, (3, 6)); c1 = rs.uniform(-.1, .1, 6)
w2 = rs.uniform(-.5, .5, (6, 1)); c2 = rs.uniform(-.1, .1, 1)

for epoch in range(1000):
    u = X @ w1 + c1
    h = np.tanh(u)
    pred = h @ w2 + c2
    loss = mse(pred, y)
    g = 2 * (pred - y.reshape(-1, 1)) / len(y)
    gw2, gc2 = h.T @ g, g.sum(0)
    gu = g @ w2.T * (1 - h ** 2)
    gw1, gc1 = X.T @ gu, gu.sum(0)
    w1 -= 0.05 * gw1; c1 -= 0.05 * gc1
    w2 -= 0.05 * gw2; c2 -= 0.05 * gc2
    if epoch in (0, 10, 100, 999):
        print("epoch", epoch, "mse", loss)
for p, t in zip(pred[:, 0] * price.std() + price.mean(), price):
    print(round(p), t)
