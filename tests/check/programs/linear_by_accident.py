import numpy as np

def predict(x, p):
    """tanh hidden layer, linear output"""
    hidden = x @ p['hidden_w'] + p['hidden_b']
    return hidden, hidden @ p['out_w'] + p['out_b']

def train(x, y, units=10, rate=0.05, rounds=1000):
    r = np.random.RandomState(31)
    p = {
        'hidden_w': r.randn(x.shape[1], units) * 0.3,
        'hidden_b': r.randn(units) * 0.1,
        'out_w': r.randn(units, y.shape[1]) * 0.3,
        'out_b': r.randn(y.shape[1]) * 0.1,
    }
    for i in range(rounds):
        hidden, out = predict(x, p)
        diff = out - y
        loss = 0.5 * (diff ** 2).sum(axis=1).mean()
        delta_out = diff / len(x)
        delta_hidden = (delta_out @ p['out_w'].T) * (1 - hidden ** 2)
        p['out_w'] -= rate * hidden.T @ delta_out
        p['out_b'] -= rate * delta_out.sum(axis=0)
        p['hidden_w'] -= rate * x.T @ delta_hidden
        p['hidden_b'] -= rate * delta_hidden.sum(axis=0)
        if i % 200 == 0:
            print('round', i, 'loss', round(loss, 5))
    return p

angle = np.linspace(0, 2 * np.pi, 36, endpoint=False)
x = np.column_stack((np.cos(angle), np.sin(angle)))
y = np.column_stack((np.cos(2 * angle), np.sin(3 * angle), np.cos(angle)))
train(x, y)
