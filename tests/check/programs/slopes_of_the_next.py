import numpy as np

np.random.seed(77)


def squash(v):
    return 1.0 / (1.0 + np.exp(-v))


def slope(v):
    return squash(v) * (1.0 - squash(v))


widths = [3, 5, 5, 2]
weights = [np.random.normal(0, 1, (b, a)) for a, b in zip(widths, widths[1:])]
biases = [np.random.normal(0, 1, b) for b in widths[1:]]

cases = []
for _ in range(30):
    case = np.random.uniform(0, 1, 3)
    cases.append((case, np.array([case.max(), case.min()])))


def single(case, goal):
    """The gradients of one case."""
    outs, sums = [case], []
    for w, b in zip(weights, biases):
        sums.append(w.dot(outs[-1]) + b)
        outs.append(squash(sums[-1]))
    d3 = (outs[3] - goal) * slope(sums[2])
    d2 = weights[2].T.dot(d3) * slope(sums[1])
    d1 = weights[1].T.dot(d2) * slope(sums[1])
    ds = (d1, d2, d3)
    return [np.outer(d, out) for d, out in zip(ds, outs)], ds


def batch(group, rate):
    all_w = [np.zeros(w.shape) for w in weights]
    all_b = [np.zeros(b.shape) for b in biases]
    for case, goal in group:
        dw, db = single(case, goal)
        all_w = [total + one for total, one in zip(all_w, dw)]
        all_b = [total + one for total, one in zip(all_b, db)]
    for n in range(3):
        weights[n] = weights[n] - rate / len(group) * all_w[n]
        biases[n] = biases[n] - rate / len(group) * all_b[n]


def miss():
    total = 0.0
    for case, goal in cases:
        for w, b in zip(weights, biases):
            case = squash(w.dot(case) + b)
        total += ((case - goal) ** 2).sum()
    return total


for round_ in range(60):
    for start in range(0, 30, 6):
        batch(cases[start:start + 6], 2.0)
    if round_ % 20 == 0:
        print("round", round_, "missed by", miss())
