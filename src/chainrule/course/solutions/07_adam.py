# chainrule course: adam
"""Adam: steps whose length goes by what the gradients were so far.

For each parameter w it keeps m, a mean of the gradients, and v, a mean of their squares. Both begin at 0, so they are
too small at first, which m_hat and v_hat set right. t counts the steps from 1.
"""

import numpy as np


def m_new(m, dw, beta1):
    """The mean of the gradients: m_new = β1 m + (1 - β1) dw.

    >>> m_new(np.array([0.0, 1.0]), np.array([2.0, 2.0]), 0.9).round(6)
    array([0.2, 1.1])
    """
    return beta1 * m + (1 - beta1) * dw


def v_new(v, dw, beta2):
    """The mean of their squares: v_new = β2 v + (1 - β2) dw².

    >>> v_new(np.array([0.0, 1.0]), np.array([2.0, 2.0]), 0.999).round(6)
    array([0.004, 1.003])
    """
    return beta2 * v + (1 - beta2) * dw**2


def m_hat(m_new, beta1, t):
    """What m_new is without the zeros that it began with: m_hat = m_new / (1 - β1^t).

    >>> m_hat(np.array([0.2]), 0.9, 1).round(6)
    array([2.])
    """
    return m_new / (1 - beta1**t)


def v_hat(v_new, beta2, t):
    """What v_new is without the zeros that it began with: v_hat = v_new / (1 - β2^t).

    >>> v_hat(np.array([0.004]), 0.999, 1).round(6)
    array([4.])
    """
    return v_new / (1 - beta2**t)


def w_new(w, m_hat, v_hat, lr, epsilon):
    """The step: w_new = w - η m_hat / (√v_hat + ε).

    >>> w_new(np.array([0.5]), np.array([2.0]), np.array([4.0]), 0.01, 1e-8).round(6)
    array([0.49])
    """
    return w - lr * m_hat / (np.sqrt(v_hat) + epsilon)


def adam(w, dw, m, v, t, lr, beta1, beta2, epsilon):
    """All of it: one step of Adam, the t-th one. Gives w_new, m_new, v_new: what the next step begins with.

    >>> w, m, v = adam(np.array([0.5]), np.array([2.0]), np.array([0.0]), np.array([0.0]), 1, 0.01, 0.9, 0.999, 1e-8)
    >>> w.round(6), m.round(6), v.round(6)
    (array([0.49]), array([0.2]), array([0.004]))
    """
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * dw**2
    w = w_new(w, m_hat(m, beta1, t), v_hat(v, beta2, t), lr, epsilon)
    return w, m, v
