import numpy as np

def one_hot(labels, k):
    return np.array([[1.0 if j == l else 0.0 for j in range(k)] for l in labels])

rng = np.random.default_rng(123)
n_samples, n_features, n_classes = 45, 4, 3
X = rng.normal(size=(n_samples, n_features))
labels = np.argmax(X[:, :3] - X[:, 3:] * X[:, :1], axis=1)
y_true = one_hot(labels, n_classes)

weights1 = rng.normal(0, 0.5, (n_features, 7))
bias1 = np.zeros((1, 7))
weights2 = rng.normal(0, 0.5, (7, n_classes))
bias2 = np.zeros((1, n_classes))

def forward_pass(X):
    hidden_in = np.dot(X, weights1) + bias1
    hidden_out = 1 / (1 + np.exp(-hidden_in))
    logits = np.dot(hidden_out, weights2) + bias2
    exps = np.exp(logits)
    return hidden_out, exps / np.sum(exps, axis=1, keepdims=True)

for epoch in range(1, 1001):
    hidden_out, y_hat = forward_pass(X)
    loss = -np.sum(y_true * np.log(y_hat)) / n_samples
    d_logits = (y_hat - y_true) / n_samples
    d_weights2 = np.dot(hidden_out.T, d_logits)
    d_bias2 = np.sum(d_logits, axis=0, keepdims=True)
    d_hidden = np.dot(d_logits, weights2.T)
    d_hidden_in = d_hidden * hidden_out * (1 - hidden_out) / n_samples
    d_weights1 = np.dot(X.T, d_hidden_in)
    d_bias1 = np.sum(d_hidden_in, axis=0, keepdims=True)
    weights1 -= 0.8 * d_weights1
    bias1 -= 0.8 * d_bias1
    weights2 -= 0.8 * d_weights2
    bias2 -= 0.8 * d_bias2
    if epoch % 200 == 0:
        print("Epoch", epoch, "Loss", round(loss, 4))
