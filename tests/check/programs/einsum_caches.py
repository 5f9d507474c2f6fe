from typing import NamedTuple

import numpy as np
from numpy import einsum


class Cache(NamedTuple):
    inp: np.ndarray
    pre: np.ndarray
    act: np.ndarray


def swish(u):
    return u / (1 + np.exp(-u))


def swish_prime(u):
    s = 1 / (1 + np.exp(-u))
    return s + u * s * (1 - s)


def layer(inp, w, b):
    pre = einsum("ni,io->no", inp, w) + b
    return Cache(inp, pre, swish(pre))


def model(x, P):
    c = layer(x, P[0], P[1])
    yhat = einsum("nh,h->n", c.act, P[2]) + P[3]
    return yhat, c


def gradients(y, yhat, c, P):
    r = 2 * (yhat - y) / y.shape[0]
    d_v = einsum("n,nh->h", r, c.act)
    d_c = r.sum()
    back = einsum("n,h->nh", r, P[2]) * swish_prime(c.pre)
    return einsum("ni,no->io", c.inp, back), einsum("no->o", back), d_v, d_c


gen = np.random.default_rng(11)
x = gen.standard_normal((50, 3))
y = x[:, 0] * x[:, 1] - x[:, 2]
P = [gen.standard_normal((3, 7)) * 0.5, gen.standard_normal(7) * 0.1, gen.standard_normal(7) * 0.5, 0.0]

for k in range(500):
    yhat, c = model(x, P)
    G = gradients(y, yhat, c, P)
    P = [p - 0.05 * q for p, q in zip(P, G)]
    if k % 100 == 0:
        print(f"{k:>4} {((yhat - y) ** 2).mean():.5f}")
