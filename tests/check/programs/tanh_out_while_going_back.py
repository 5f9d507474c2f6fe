import numpy as np
import matplotlib.pyplot as plt

# Regression of a wave, output is tanh so targets are in -1..1
# each layer is updated as soon as the error has passed through it

class Layer:
    def __init__(self, n, k):
        self.w = np.random.randn(k, n) * np.sqrt(1 / n)
        self.b = np.random.randn(k, 1) * 0.1

    def run(self, x):
        self.x = x
        self.y = np.tanh(self.w @ x + self.b)
        return self.y

    def back(self, dy, rate):
        dz = dy * (1 - np.square(self.y))
        dx = self.w.T @ dz
        self.w -= rate * (dz @ self.x.T)
        self.b -= rate * dz.sum(axis=1, keepdims=True)
        return dx


t = np.arange(-30, 31).reshape(1, -1) / 20
wave = np.concatenate([0.8 * np.cos(3 * t), 0.8 * np.sin(2 * t)])
net = [Layer(1, 10), Layer(10, 10), Layer(10, 2)]
losses = []
for epoch in range(800):
    o = t
    for part in net:
        o = part.run(o)
    losses.append(np.mean((o - wave) ** 2))
    err = 2 * (o - wave) / o.size
    for part in net[::-1]:
        err = part.back(err, 0.3)
print("from", losses[0], "to", losses[-1])

plt.figure(figsize=(5, 3))
plt.plot(losses)
plt.xlabel("epoch")
plt.ylabel("mse")
plt.show()
