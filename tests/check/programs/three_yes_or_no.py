from collections import namedtuple

import numpy as np

Net = namedtuple("Net", "V v U u")
rs = np.random.RandomState(6)


def logistic(s):
    return 1 / (1 + np.exp(-s))


def cost_of(guess, labels):
    return -np.sum(labels * np.log(guess)) / len(labels)


def improve(net, inputs, labels, alpha):
    hid = logistic(inputs.dot(net.V) + net.v)
    guess = logistic(hid.dot(net.U) + net.u)
    cost = cost_of(guess, labels)
    out_err = (guess - labels) / len(labels)
    hid_err = out_err.dot(net.U.T) * hid * (1 - hid)
    better = Net(
        net.V - alpha * inputs.T.dot(hid_err), net.v - alpha * hid_err.sum(axis=0),
        net.U - alpha * hid.T.dot(out_err), net.u - alpha * out_err.sum(axis=0),
    )
    return better, cost


inputs = rs.uniform(-1, 1, (50, 2))
which = np.argmax(np.c_[inputs, -inputs.sum(axis=1)], axis=1)
labels = np.eye(3)[which]
net = Net(rs.randn(2, 6), rs.randn(6) * 0.2, rs.randn(6, 3), rs.randn(3) * 0.2)
for n in range(160):
    net, cost = improve(net, inputs, labels, 1.5)
    if n % 40 == 0:
        print(n, cost)
