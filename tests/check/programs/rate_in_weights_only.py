import numpy as np

RATE = 0.05
chance = np.random.RandomState(12)


def init(widths):
    return [
        dict(weights=chance.normal(size=(a, b)) / np.sqrt(a), bias=chance.normal(size=(1, b)) / 4)
        for a, b in zip(widths[:-1], widths[1:])
    ]


def run(layers, signal):
    seen = [signal]
    for layer in layers:
        signal = np.tanh(signal @ layer["weights"] + layer["bias"])
        seen.append(signal)
    return seen


def learn(layers, seen, target):
    grad = (seen[-1] - target) * (1 - seen[-1] ** 2) / len(target)
    for layer, inputs in zip(reversed(layers), reversed(seen[:-1])):
        layer["grad_w"] = inputs.T @ grad
        layer["grad_b"] = grad.sum(axis=0, keepdims=True)
        grad = grad @ layer["weights"].T * (1 - inputs ** 2)
    for layer in layers:
        layer["weights"] -= RATE * layer["grad_w"]
        layer["bias"] -= layer["grad_b"]


xs = chance.uniform(-2, 2, (40, 2))
ys = np.stack([np.sin(xs[:, 0]), np.cos(xs[:, 1])], axis=1) * 0.8
layers = init([2, 8, 2])
for turn in range(120):
    seen = run(layers, xs)
    error = 0.5 * np.sum((seen[-1] - ys) ** 2) / len(xs)
    learn(layers, seen, ys)
    if turn % 20 == 0:
        print(turn, "error", error)
