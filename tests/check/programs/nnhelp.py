"""Things that train_two_files.py needs."""
import numpy as np


def relu(x):
    return x * (x > 0)


def relu_grad(x):
    return 1.0 * (x > 0)


def softmax(x):
    ex = np.exp(x - x.max(axis=-1, keepdims=True))
    return ex / ex.sum(axis=-1, keepdims=True)


def cross_entropy(p, y):
    return -np.mean(np.sum(y * np.log(p + 1e-9), axis=1))


def dense_backward(grad, inputs, weights):
    """Returns gradients of the inputs, the weights and the bias."""
    return grad @ weights.T, inputs.T @ grad, grad.sum(axis=0)
