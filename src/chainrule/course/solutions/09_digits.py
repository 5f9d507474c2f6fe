# chainrule course: digits
"""Everything together: a network of your own that reads digits, 8 by 8 pixels each, from 0 to 1.

The first lines take what you wrote before from the files beside this one. `python 09_digits.py` tries it.
"""

from importlib import import_module

import numpy as np

z1, a1, z2 = (getattr(import_module("01_forward"), name) for name in ("z1", "a1", "z2"))
softmax, classify = (getattr(import_module("02_softmax"), name) for name in ("softmax", "classify"))
one_hot, loss = (getattr(import_module("03_loss"), name) for name in ("one_hot", "loss"))
gradients = import_module("04_gradients")
train = import_module("06_training").train


def step(x, y, parameters):
    """One step for train: L, and a dict of the gradients by the names of the parameters, W1, b1, W2 and b2.

    x (m, 64), y (m, 10); the gradients have the shapes of the parameters.
    """
    W1, b1, W2, b2 = (parameters[name] for name in ("W1", "b1", "W2", "b2"))
    z = z1(x, W1, b1)
    a = a1(z)
    p = softmax(z2(a, W2, b2))
    dz2 = gradients.dz2(p, y)
    dz1 = gradients.dz1(gradients.da1(dz2, W2), z)
    return loss(p, y), {
        "W1": gradients.dW1(x, dz1),
        "b1": gradients.db1(dz1),
        "W2": gradients.dW2(a, dz2),
        "b2": gradients.db2(dz2),
    }


def fit(X, labels):
    """Train a network on images X (m, 64) with their digits (m,), and give its parameters.

    How many hidden units, epochs and so on is yours to choose. Weights begin at random and small: at 0, all hidden
    units would stay the same. Take at most half a minute.
    """
    rng = np.random.default_rng(0)
    parameters = {
        "W1": rng.normal(size=(64, 32)) * np.sqrt(2 / 64),
        "b1": np.zeros(32),
        "W2": rng.normal(size=(32, 10)) * np.sqrt(2 / 32),
        "b2": np.zeros(10),
    }
    trained, _ = train(X, one_hot(labels, 10), parameters, step, epochs=40, batch_size=32, lr=0.2, seed=0)
    return trained


def predict(X, parameters):
    """The digit of each image: X (m, 64); gives (m,), whole numbers from 0 to 9."""
    W1, b1, W2, b2 = (parameters[name] for name in ("W1", "b1", "W2", "b2"))
    return classify(softmax(z2(a1(z1(X, W1, b1)), W2, b2)))


if __name__ == "__main__":
    from chainrule.data import load

    (X, labels), (X_test, labels_test) = load("digits")
    accuracy = (predict(X_test, fit(X, labels)) == labels_test).mean()
    print(f"{accuracy:.1%} of digits that it has never seen are right")
