# chainrule course: gradients
"""The eight gradients, from the loss back to the first weights. dq is short for ∂L/∂q, and has the shape of q.

L is the mean over the m samples, so 1/m stands in da2 and in dz2, and nowhere else.
"""

import numpy as np


def da2(a2, y):
    """How L changes with each probability: da2 = -y / a2 / m.

    a2, y (m, classes); gives (m, classes).

    >>> da2(np.array([[0.856927, 0.143073]]), np.array([[0, 1]])).round(3) + 0
    array([[ 0.   , -6.989]])
    """
    return -y / a2 / len(y)


def dz2(a2, y):
    """How L changes with each sum of the output: through softmax, all of it becomes dz2 = (a2 - y) / m.

    a2, y (m, classes); gives (m, classes).

    >>> dz2(np.array([[0.856927, 0.143073]]), np.array([[0, 1]])).round(6)
    array([[ 0.856927, -0.856927]])
    """
    return (a2 - y) / len(y)


def dW2(a1, dz2):
    """The gradient of the output's weights: dW2 = a1ᵀ · dz2.

    a1 (m, hidden), dz2 (m, classes); gives (hidden, classes), as W2 is.

    >>> dW2(np.array([[0, 1.15, 0.75]]), np.array([[0.856927, -0.856927]])).round(6) + 0
    array([[ 0.      ,  0.      ],
           [ 0.985466, -0.985466],
           [ 0.642695, -0.642695]])
    """
    return a1.T @ dz2


def db2(dz2):
    """The gradient of the output's biases: db2 = Σ dz2, over the samples.

    dz2 (m, classes); gives (classes,), as b2 is.

    >>> db2(np.array([[0.856927, -0.856927]]))
    array([ 0.856927, -0.856927])
    """
    return dz2.sum(axis=0)


def da1(dz2, W2):
    """How L changes with what the hidden units give: da1 = dz2 · W2ᵀ.

    dz2 (m, classes), W2 (hidden, classes); gives (m, hidden).

    >>> W2 = np.array([[-0.7, 0.7], [0.8, -0.8], [0.5, -0.5]])
    >>> da1(np.array([[0.856927, -0.856927]]), W2).round(6)
    array([[-1.199698,  1.371083,  0.856927]])
    """
    return dz2 @ W2.T


def dz1(da1, z1):
    """How L changes with the hidden sums: dz1 = da1 ⊙ 1{z1 > 0}, entry by entry. The slope of ReLU is 1 or 0.

    da1, z1 (m, hidden); gives (m, hidden).

    >>> dz1(np.array([[-1.1997, 1.3711, 0.8569]]), np.array([[-0.3, 1.15, 0.75]])) + 0
    array([[0.    , 1.3711, 0.8569]])
    """
    return da1 * (z1 > 0)


def dW1(x, dz1):
    """The gradient of the first weights: dW1 = xᵀ · dz1.

    x (m, inputs), dz1 (m, hidden); gives (inputs, hidden), as W1 is.

    >>> dW1(np.array([[0.5, 0.5]]), np.array([[0, 1.371084, 0.856928]]))
    array([[0.      , 0.685542, 0.428464],
           [0.      , 0.685542, 0.428464]])
    """
    return x.T @ dz1


def db1(dz1):
    """The gradient of the first biases: db1 = Σ dz1, over the samples.

    dz1 (m, hidden); gives (hidden,), as b1 is.

    >>> db1(np.array([[0, 1.371084, 0.856927]]))
    array([0.      , 1.371084, 0.856927])
    """
    return dz1.sum(axis=0)
