# chainrule course: batch normalization
"""Batch normalization of z (m, units): each unit gets mean 0 and variance 1 over the batch, then a scale and a shift.

mu, var, gamma, beta and their gradients are (units,): one number a unit.
"""

import numpy as np


def mu(z):
    """The mean of each unit over the samples: μ = Σ z / m.

    >>> mu(np.array([[1.0, 2.0], [3.0, 6.0]]))
    array([2., 4.])
    """
    return z.mean(axis=0)


def var(z, mu):
    """The variance of each unit over the samples: σ² = Σ (z - μ)² / m.

    >>> var(np.array([[1.0, 2.0], [3.0, 6.0]]), np.array([2.0, 4.0]))
    array([1., 4.])
    """
    return ((z - mu) ** 2).mean(axis=0)


def zhat(z, mu, var):
    """What is normalized: zhat = (z - μ) / √(σ² + 0.00001).

    >>> zhat(np.array([[1.0, 2.0], [3.0, 6.0]]), np.array([2.0, 4.0]), np.array([1.0, 4.0])).round(3)
    array([[-1., -1.],
           [ 1.,  1.]])
    """
    return (z - mu) / np.sqrt(var + 0.00001)


def n(zhat, gamma, beta):
    """Scaled and shifted: n = γ ⊙ zhat + β.

    >>> n(np.array([[-1.0, -1.0], [1.0, 1.0]]), np.array([2.0, 3.0]), np.array([0.0, 1.0]))
    array([[-2., -2.],
           [ 2.,  4.]])
    """
    return gamma * zhat + beta


def dgamma(dn, zhat):
    """The gradient of the scale: dγ = Σ dn ⊙ zhat, over the samples.

    >>> dgamma(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[-1.0, -1.0], [1.0, 1.0]]))
    array([2., 2.])
    """
    return (dn * zhat).sum(axis=0)


def dbeta(dn):
    """The gradient of the shift: dβ = Σ dn, over the samples.

    >>> dbeta(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([4., 6.])
    """
    return dn.sum(axis=0)


def dzhat(dn, gamma):
    """Back through the scale: dzhat = dn ⊙ γ.

    >>> dzhat(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([2.0, 3.0]))
    array([[ 2.,  6.],
           [ 6., 12.]])
    """
    return dn * gamma


def dz(dzhat, zhat, var):
    """Back through the mean and the variance, which depend on every sample of the batch.

    dz = (dzhat - Σ dzhat / m - zhat ⊙ (Σ dzhat ⊙ zhat / m)) / √(σ² + 0.00001), with sums over the samples.

    >>> dz(np.array([[1.0, 2.0], [0.0, 0.0], [2.0, 1.0]]), np.array([[-1.0, 0.5], [0.0, -1.0], [1.0, 0.5]]),
    ...    np.array([1.0, 4.0])).round(3)
    array([[ 0.333,  0.375],
           [-1.   , -0.25 ],
           [ 0.667, -0.125]])
    """
    m = len(zhat)
    return (dzhat - dzhat.sum(axis=0) / m - zhat * ((dzhat * zhat).sum(axis=0) / m)) / np.sqrt(var + 0.00001)


def mu_run_new(mu_run, mu):
    """What is kept of the means, to predict with: 0.9 of what was kept, and 0.1 of this batch's.

    >>> mu_run_new(np.array([1.0, 2.0]), np.array([2.0, 4.0])).round(6)
    array([1.1, 2.2])
    """
    return 0.9 * mu_run + 0.1 * mu


def var_run_new(var_run, var, m):
    """What is kept of the variances: 0.9 of what was kept, and 0.1 of this batch's, times m / (m - 1).

    m is the number of samples. A batch's variance is too small by that factor, as its mean is made of the same samples.

    >>> var_run_new(np.array([1.0, 2.0]), np.array([2.0, 4.0]), 5).round(6)
    array([1.15, 2.3 ])
    """
    return 0.9 * var_run + 0.1 * m / (m - 1) * var


def n_predicted(z, gamma, beta, mu_run, var_run):
    """When predicting, one sample may come alone: n = γ ⊙ (z - μ_run) / √(σ²_run + 0.00001) + β.

    >>> n_predicted(np.array([[3.0]]), np.array([2.0]), np.array([1.0]), np.array([1.0]), np.array([4.0])).round(3)
    array([[3.]])
    """
    return gamma * (z - mu_run) / np.sqrt(var_run + 0.00001) + beta
