# chainrule course: update
"""One step downhill, for any parameter w with its gradient dw: a matrix of weights, or a row of biases.

Give new arrays: the old ones are still read elsewhere.
"""

import numpy as np


def sgd(w, dw, lr):
    """Gradient descent: w_new = w - η dw, with the learning rate η.

    w, dw of one shape, lr a number; gives the new w.

    >>> sgd(np.array([0.3, 0.5, 0.3]), np.array([0, 1.371084, 0.856927]), 0.01).round(6)
    array([0.3     , 0.486289, 0.291431])
    """
    return w - lr * dw


def velocity(v, dw, mu):
    """What momentum keeps: v_new = μ v + dw.

    v, dw of one shape, mu a number; gives the new v.

    >>> velocity(np.array([1.0, -2.0]), np.array([0.5, 0.5]), 0.9)
    array([ 1.4, -1.3])
    """
    return mu * v + dw


def momentum(w, v_new, lr):
    """A step along the new velocity: w_new = w - η v_new.

    w, v_new of one shape, lr a number; gives the new w.

    >>> momentum(np.array([1.0, 1.0]), np.array([1.4, -1.3]), 0.1)
    array([0.86, 1.13])
    """
    return w - lr * v_new
