import numpy as np

# two rings with gaps, one hidden layer, tanh + sigmoid, examples in columns
def rings(m=200):
    np.random.seed(1)
    inner = np.arange(m) % 2
    angle = np.random.uniform(0, 5, m)
    radius = np.where(inner, 1.0, 2.2) + np.random.randn(m) * 0.25
    return np.array([radius * np.cos(angle), radius * np.sin(angle)]), inner[None, :].astype(float)

def nn_model(X, Y, n_h, iterations, learning_rate=1.2):
    np.random.seed(2)
    m = X.shape[1]
    W1 = np.random.randn(n_h, X.shape[0]) * 0.1
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(Y.shape[0], n_h) * 0.1
    b2 = np.zeros((Y.shape[0], 1))
    for i in range(iterations):
        Z1 = np.dot(W1, X) + b1
        A1 = np.tanh(Z1)
        Z2 = np.dot(W2, A1) + b2
        A2 = 1 / (1 + np.exp(-Z2))
        logprobs = np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y)
        J = -np.sum(logprobs) / m

        dZ2 = A2 - Y
        dW2 = np.dot(dZ2, A1.T) / m
        db2 = np.sum(dZ2, axis=1, keepdims=True) / m
        dZ1 = np.multiply(np.dot(W2.T, dZ2), 1 - np.power(A1, 2))
        dW1 = np.dot(dZ1, X.T) / m
        db1 = np.mean(dZ1)

        W1 = W1 - learning_rate * dW1
        b1 = b1 - learning_rate * db1
        W2 = W2 - learning_rate * dW2
        b2 = b2 - learning_rate * db2
        if i % 500 == 0:
            print("Cost after iteration %d: %.6f" % (i, J))
    return A2

X, Y = rings()
A2 = nn_model(X, Y, 4, 2000)
print("Accuracy: %d %%" % (100 * np.mean((A2 > 0.5) == Y)))
