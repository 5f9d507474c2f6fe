import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split


def relu(x):
    return np.maximum(0, x)


def sigmoid_derivative(a):
    return a * (1 - a)


def softmax(x):
    exp = np.exp(x - np.max(x, axis=1, keepdims=True))
    return exp / np.sum(exp, axis=1, keepdims=True)


class NeuralNetwork:
    def __init__(self, input_size, hidden_size, output_size):
        self.weights_ih = np.random.randn(input_size, hidden_size) * 0.3
        self.weights_ho = np.random.randn(hidden_size, output_size) * 0.3
        self.bias_h = np.zeros((1, hidden_size))
        self.bias_o = np.zeros((1, output_size))

    def forward(self, X):
        self.hidden = relu(np.dot(X, self.weights_ih) + self.bias_h)
        self.output = softmax(np.dot(self.hidden, self.weights_ho) + self.bias_o)
        return self.output

    def backward(self, X, y, learning_rate):
        output_error = y - self.output
        hidden_error = np.dot(output_error, self.weights_ho.T)
        hidden_delta = hidden_error * sigmoid_derivative(self.hidden)
        m = X.shape[0]
        self.weights_ho += learning_rate * np.dot(self.hidden.T, output_error) / m
        self.bias_o += learning_rate * np.sum(output_error, axis=0, keepdims=True) / m
        self.weights_ih += learning_rate * np.dot(X.T, hidden_delta) / m
        self.bias_h += learning_rate * np.sum(hidden_delta, axis=0, keepdims=True) / m


iris = load_iris()
X = (iris.data - iris.data.mean(axis=0)) / iris.data.std(axis=0)
Y = np.eye(3)[iris.target]
X_train, X_test, Y_train, Y_test = train_test_split(X, Y, test_size=0.2, random_state=42)
np.random.seed(42)
nn = NeuralNetwork(4, 8, 3)
for epoch in range(500):
    out = nn.forward(X_train)
    nn.backward(X_train, Y_train, 0.1)
    if epoch % 100 == 0:
        print(f"Epoch {epoch}, loss {-np.mean(np.sum(Y_train * np.log(out), axis=1)):.4f}")
print("Test accuracy:", np.mean(nn.forward(X_test).argmax(1) == Y_test.argmax(1)))
