import numpy as np

class Net:
    def __init__(s, i, h, o):
        s.w1, s.b1 = np.random.randn(h, i), np.random.randn(h)
        s.w2, s.b2 = np.random.randn(o, h), np.random.randn(o)

    def fwd(s, x):
        s.x = x
        s.a1 = np.tanh(s.w1.dot(x) + s.b1)
        s.a2 = 1 / (1 + np.exp(-(s.w2.dot(s.a1) + s.b2)))
        return s.a2

    def bwd(s, t, eta):
        s.d2 = (s.a2 - t) * s.a2 * (1 - s.a2)
        s.d1 = s.w2.T.dot(s.d2) * (1 - s.a1 ** 2)
        s.w2 += eta * np.outer(s.d2, s.a1)
        s.b2 -= eta * s.d2
        s.w1 -= eta * np.outer(s.d1, s.x)
        s.b1 -= eta * s.d1

# seven segments -> is it even? is it prime?
segments = {0: "1110111", 1: "0010010", 2: "1011101", 3: "1011011", 4: "0111010",
            5: "1101011", 6: "1101111", 7: "1010010", 8: "1111111", 9: "1111011"}
net = Net(7, 6, 2)
for epoch in range(300):
    e = 0
    for digit, seg in segments.items():
        x = np.array([int(c) for c in seg])
        t = np.array([digit % 2 == 0, digit in (2, 3, 5, 7)], dtype=float)
        e += 0.5 * np.sum((net.fwd(x) - t) ** 2)
        net.bwd(t, 0.2)
    if epoch % 50 == 0:
        print(epoch, e)
