# XOR with numpy, my first network!!
import numpy as np

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [1], [1], [0]])

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

np.random.seed(3)
w_hidden = np.random.uniform(-1, 1, (2, 4))
w_output = np.random.uniform(-1, 1, (4, 1))
learning_rate = 0.8

for epoch in range(6000):
    hidden = sigmoid(np.dot(X, w_hidden))
    output = sigmoid(np.dot(hidden, w_output))

    error = y - output
    if epoch % 1000 == 0:
        print("Error after", epoch, "epochs:", np.mean(np.abs(error)))

    d_output = error * output * (1 - output)
    d_hidden = d_output.dot(w_output.T) * hidden * (1 - hidden)

    w_output += learning_rate * hidden.T.dot(d_output)
    w_hidden += learning_rate * X.T.dot(d_hidden)

print("Final:")
print(output.round(3))
