import numpy as np

# samples are columns, parameters in a dictionary

def init(dims):
    rng = np.random.RandomState(1)
    params = {}
    for l in range(1, len(dims)):
        params['W' + str(l)] = rng.randn(dims[l], dims[l - 1]) * np.sqrt(2 / dims[l - 1])
        params['b' + str(l)] = np.zeros((dims[l], 1))
    return params

def relu(Z):
    return np.maximum(Z, 0)

def sigmoid(Z):
    return 1. / (1. + np.exp(-Z))

def forward(X, params):
    L = len(params) // 2
    A = X
    cache = {'A0': X}
    for l in range(1, L + 1):
        Z = np.dot(params['W' + str(l)], A) + params['b' + str(l)]
        A = sigmoid(Z) if l == L else relu(Z)
        cache['Z' + str(l)] = Z
        cache['A' + str(l)] = A
    return A, cache

def cost(AL, Y):
    m = Y.shape[1]
    return float(np.squeeze(-np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m))

def backward(AL, Y, params, cache):
    grads = {}
    m = Y.shape[1]
    L = len(params) // 2
    dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    dZ = dAL * AL * (1 - AL)
    for l in reversed(range(1, L + 1)):
        grads['dW' + str(l)] = np.dot(dZ, cache['A' + str(l - 1)].T) / m
        grads['db' + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            dA = np.dot(params['W' + str(l)].T, dZ)
            dZ = np.array(dA, copy=True)
            dZ[cache['Z' + str(l - 1)] <= 0] = 0
    return grads

def update(params, grads, alpha):
    for key in params:
        params[key] = params[key] - alpha * grads['d' + key]
    return params

rng = np.random.RandomState(0)
X = rng.randn(2, 120)
Y = (X[0] * X[1] > 0).astype(float).reshape(1, -1)
params = init([2, 6, 4, 1])
for i in range(401):
    AL, cache = forward(X, params)
    if i % 100 == 0:
        print("Cost after iteration %i: %f" % (i, cost(AL, Y)))
    grads = backward(AL, Y, params, cache)
    params = update(params, grads, 0.1)
print("train accuracy", np.mean((AL > 0.5) == Y))
