# chainrule course: loss
"""How wrong the network is, as one number: cross-entropy."""

import numpy as np


def one_hot(labels, classes):
    """Labels as rows with a single 1: y[i, labels[i]] = 1, and 0 elsewhere.

    labels (m,), whole numbers from 0; classes says how many there are; gives (m, classes).

    >>> one_hot(np.array([1, 0]), 3)
    array([[0., 1., 0.],
           [1., 0., 0.]])
    """
    y = np.zeros((len(labels), classes))
    y[np.arange(len(labels)), labels] = 1
    return y


def loss(a2, y):
    """Cross-entropy, a mean over the m samples: L = -Σ y log a2 / m.

    a2 (m, classes), y (m, classes) with a single 1 in each row; gives one number.

    >>> round(float(loss(np.array([[0.856927, 0.143073]]), np.array([[0, 1]]))), 4)
    1.9444
    """
    return -np.sum(y * np.log(a2)) / len(y)
