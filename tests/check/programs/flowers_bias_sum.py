import numpy as np

gen = np.random.RandomState(8)
petals = gen.uniform(0.5, 6.0, size=(90, 4))
kind = np.digitize(petals[:, 0] * petals[:, 1], [6.0, 14.0])
petals = (petals - petals.mean(axis=0)) / petals.std(axis=0)
wanted = np.zeros((90, 3))
wanted[range(90), kind] = 1.0


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


class Flowers:
    def __init__(self, hidden):
        self.w_in, self.b_in = gen.normal(0, 0.6, (4, hidden)), gen.normal(0, 0.2, hidden)
        self.w_out, self.b_out = gen.normal(0, 0.6, (hidden, 3)), gen.normal(0, 0.2, 3)

    def predict(self, x):
        self.x = x
        self.h = np.tanh(x @ self.w_in + self.b_in)
        self.p = softmax(self.h @ self.w_out + self.b_out)
        return self.p

    def learn(self, t, rate):
        n = len(t)
        e = self.p - t
        eh = e @ self.w_out.T * (1 - self.h ** 2)
        self.w_out -= rate * self.h.T @ e / n
        self.b_out -= rate * np.sum(e) / n
        self.w_in -= rate * self.x.T @ eh / n
        self.b_in -= rate * eh.sum(axis=0) / n


net = Flowers(7)
for epoch in range(150):
    p = net.predict(petals)
    loss = -np.mean(np.log(p[range(90), kind]))
    net.learn(wanted, 0.4)
    if epoch % 30 == 0:
        print("epoch", epoch, "loss", loss)
