# chainrule course: forward
"""From the inputs to the sums of the last layer: z1, a1, z2.

Samples are rows: x is (m, inputs), W1 (inputs, hidden), b1 (hidden,), W2 (hidden, outputs), b2 (outputs,).
The examples are one sample with two inputs, three hidden units and two outputs.
"""

import numpy as np


def z1(x, W1, b1):
    """The sums of the hidden layer: z1 = x · W1 + b1.

    x (m, inputs), W1 (inputs, hidden), b1 (hidden,); gives (m, hidden).

    >>> x = np.array([[0.5, 0.5]])
    >>> W1 = np.array([[-0.6, 0.6, 0.4], [-0.6, 0.7, 0.5]])
    >>> z1(x, W1, np.array([0.3, 0.5, 0.3])).round(6)
    array([[-0.3 ,  1.15,  0.75]])
    """
    return x @ W1 + b1


def a1(z1):
    """What the hidden units give, by ReLU: a1 = max(0, z1), entry by entry.

    z1 (m, hidden); gives (m, hidden).

    >>> a1(np.array([[-0.3, 1.15, 0.75]]))
    array([[0.  , 1.15, 0.75]])
    """
    return np.maximum(0, z1)


def z2(a1, W2, b2):
    """The sums of the output layer: z2 = a1 · W2 + b2.

    a1 (m, hidden), W2 (hidden, outputs), b2 (outputs,); gives (m, outputs).

    >>> W2 = np.array([[-0.7, 0.7], [0.8, -0.8], [0.5, -0.5]])
    >>> z2(np.array([[0, 1.15, 0.75]]), W2, np.array([-0.4, 0.4])).round(6)
    array([[ 0.895, -0.895]])
    """
    return a1 @ W2 + b2
