import math
import random


class Neuron:
    def __init__(self, n_inputs):
        self.weights = [random.uniform(-1, 1) for _ in range(n_inputs)]
        self.bias = random.uniform(-1, 1)

    def fire(self, inputs):
        self.inputs = inputs
        total = self.bias
        for w, i in zip(self.weights, inputs):
            total += w * i
        self.output = 1.0 / (1.0 + math.exp(-total))
        return self.output

    def learn(self, rate):
        for j in range(len(self.weights)):
            self.weights[j] -= rate * self.delta * self.inputs[j]
        self.bias -= rate * self.delta


class Net:
    def __init__(self):
        self.hidden = [Neuron(2), Neuron(2), Neuron(2)]
        self.out = [Neuron(3), Neuron(3)]

    def predict(self, x):
        h = [n.fire(x) for n in self.hidden]
        return [n.fire(h) for n in self.out]

    def train_one(self, x, target, rate):
        guess = self.predict(x)
        for neuron, g, t in zip(self.out, guess, target):
            neuron.delta = (g - t) * g * (1 - g)
        for k, neuron in enumerate(self.hidden):
            blame = sum(o.delta * o.weights[k] for o in self.out)
            neuron.delta = blame * neuron.output * (1 - neuron.output)
        for neuron in self.hidden + self.out:
            neuron.learn(rate)
        return sum((g - t) ** 2 for g, t in zip(guess, target)) / 2


# is it inside the circle / is it above the line
def sample():
    a, b = random.uniform(-1, 1), random.uniform(-1, 1)
    return [a, b], [1.0 if a * a + b * b < 0.5 else 0.0, 1.0 if a > b else 0.0]


net = Net()
data = [sample() for _ in range(50)]
for epoch in range(200):
    loss = 0
    for x, t in data:
        loss += net.train_one(x, t, 0.5)
    if epoch % 40 == 0:
        print("epoch", epoch, "loss", loss / len(data))
