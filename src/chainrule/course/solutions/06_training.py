# chainrule course: training
"""The loop around the steps: which samples each step takes, and how often."""

import numpy as np


def batches(order, batch_size):
    """The rows of each step of an epoch: the first batch_size of order, the next ones, and so on to the end.

    order (m,), row numbers; gives a list of arrays. The last one has fewer, where m is not divisible.

    >>> batches(np.array([4, 0, 3, 1, 2]), 2)
    [array([4, 0]), array([3, 1]), array([2])]
    """
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def train(x, y, parameters, step, epochs, batch_size, lr, seed):
    """Train by mini-batches, and give the trained parameters, and the loss of each epoch.

    x (m, inputs), y (m, classes), parameters a dict of arrays: {"W1": …, "b1": …, …}.
    step(x, y, parameters) is there for you: it gives L, and a dict of gradients by the names of the parameters, of the
    samples that it is called with.

    rng = np.random.default_rng(seed) once; then in each epoch order = rng.permutation(m), and for each batch of it one
    step, after which every w becomes w - lr · dw. The loss of an epoch is the mean over its samples: each batch's L
    counts as often as the batch has samples.

    >>> def step(x, y, parameters):  # L = Σ (w - x)² / m
    ...     return np.mean((parameters["w"] - x) ** 2), {"w": 2 * np.mean(parameters["w"] - x)}
    >>> x = y = np.array([[1.0], [3.0]])
    >>> trained, losses = train(x, y, {"w": np.array(0.0)}, step, epochs=2, batch_size=2, lr=0.5, seed=0)
    >>> float(trained["w"]), [float(L) for L in losses]
    (2.0, [5.0, 1.0])
    """
    rng = np.random.default_rng(seed)
    parameters = dict(parameters)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for rows in batches(rng.permutation(len(x)), batch_size):
            L, gradients = step(x[rows], y[rows], parameters)
            total += L * len(rows)
            for name, dw in gradients.items():
                parameters[name] = parameters[name] - lr * dw
        losses.append(total / len(x))
    return parameters, losses
