import numpy as np

def activation(x, derivative=False):
    s = 1 / (1 + np.exp(-x))
    if derivative:
        return s * (1 - s)
    return s

class XorNetwork(object):
    def __init__(self):
        np.random.seed(10)
        self.w_input_hidden = np.random.randn(2, 3)
        self.b_hidden = np.random.randn(1, 3)
        self.w_hidden_output = np.random.randn(3, 1)
        self.b_output = np.random.randn(1, 1)

    def feedforward(self, data):
        self.hidden = activation(np.dot(data, self.w_input_hidden) + self.b_hidden)
        self.output = activation(np.dot(self.hidden, self.w_hidden_output) + self.b_output)
        return self.output

    def backpropagate(self, data, labels, lr):
        output_delta = self.output - labels      # binary cross entropy
        hidden_error = np.dot(output_delta, self.w_hidden_output.T)
        hidden_delta = hidden_error * activation(self.hidden, derivative=True)
        self.w_hidden_output -= lr * np.dot(self.hidden.T, output_delta)
        self.b_output -= lr * np.sum(output_delta, axis=0, keepdims=True)
        self.w_input_hidden -= lr * np.dot(data.T, hidden_delta)
        self.b_hidden -= lr * np.sum(hidden_delta, axis=0, keepdims=True)

    def train(self, data, labels, epochs, lr=0.2):
        for epoch in range(epochs):
            out = self.feedforward(data)
            self.backpropagate(data, labels, lr)
            if epoch % 1000 == 0:
                loss = -np.mean(labels * np.log(out) + (1 - labels) * np.log(1 - out))
                print(f"Epoch: {epoch}  Loss: {loss:.5f}")

inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
targets = np.array([[0], [1], [1], [0]])
nn = XorNetwork()
nn.train(inputs, targets, epochs=5000)
for i in inputs:
    print(i, nn.feedforward(i))
