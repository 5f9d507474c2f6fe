# chainrule course: softmax
"""From the sums of the last layer to probabilities, and to the class that is said."""

import numpy as np


def softmax(z2):
    """The probability of each class: a2 = e^z2 / Σ e^z2, where the sum goes over the classes of a sample.

    z2 (m, classes); gives (m, classes), and each row sums to 1. Take the largest of a row off first: that changes
    no probability, and without it e^1000 is infinite.

    >>> softmax(np.array([[0.895, -0.895]])).round(6)
    array([[0.856927, 0.143073]])
    """
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def classify(a2):
    """The number of the most probable class of each sample, from 0.

    a2 (m, classes); gives (m,).

    >>> classify(np.array([[0.856927, 0.143073], [0.2, 0.8]]))
    array([0, 1])
    """
    return a2.argmax(axis=1)
