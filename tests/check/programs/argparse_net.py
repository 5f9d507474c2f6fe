#!/usr/bin/env python3
"""Train a tiny network for the parity of three bits."""
import argparse
import itertools

import numpy as np


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=2000)
    parser.add_argument("--hidden", type=int, default=6)
    parser.add_argument("--rate", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("-v", "--verbose", action="store_true")
    return parser.parse_args()


def feed(x, net):
    (w, b), (v, c) = net
    h = np.tanh(x @ w + b)
    return h, 1 / (1 + np.exp(-(h @ v + c)))


def train(x, y, hidden, epochs, rate, rng, verbose=False):
    net = [[rng.normal(size=(3, hidden)), rng.normal(size=hidden)], [rng.normal(size=(hidden, 1)), rng.normal(size=1)]]
    step = -rate / len(x)            # downhill
    for epoch in range(epochs):
        h, o = feed(x, net)
        d_o = o - y
        d_h = d_o @ net[1][0].T * (1 - h * h)
        net[1][0] += step * (h.T @ d_o)
        net[1][1] += step * d_o.sum(axis=0)
        net[0][0] += step * (x.T @ d_h)
        net[0][1] += step * d_h.sum(axis=0)
        if verbose or epoch % 500 == 0:
            print(epoch, float(-(y * np.log(o) + (1 - y) * np.log(1 - o)).mean()))
    return net


def main():
    args = parse()
    rng = np.random.default_rng(args.seed)
    x = np.array(list(itertools.product([-1.0, 1.0], repeat=3)))
    y = (x.prod(axis=1, keepdims=True) > 0).astype(float)
    net = train(x, y, args.hidden, args.epochs, args.rate, rng, args.verbose)
    for row, out in zip(x, feed(x, net)[1]):
        print(row, out.round(3))


if __name__ == "__main__":
    main()
