# Logic gates, one sample at a time, two loops over indices instead of numpy
import math, random

N_IN, N_HID, N_OUT = 2, 4, 3
gates = [((0, 0), (0, 0, 0)), ((0, 1), (1, 0, 1)), ((1, 0), (1, 0, 1)), ((1, 1), (1, 1, 0))]  # or, and, xor

wih = [[random.gauss(0, 1) for h in range(N_HID)] for i in range(N_IN)]
who = [[random.gauss(0, 1) for o in range(N_OUT)] for h in range(N_HID)]
bh = [0.1] * N_HID
bo = [0.1] * N_OUT
hid = [0.0] * N_HID
out = [0.0] * N_OUT
dh = [0.0] * N_HID
do = [0.0] * N_OUT
lr = 0.5

for epoch in range(1500):
    sse = 0.0
    for x, t in gates:
        for h in range(N_HID):
            s = bh[h]
            for i in range(N_IN):
                s += x[i] * wih[i][h]
            hid[h] = math.tanh(s)
        for o in range(N_OUT):
            s = bo[o]
            for h in range(N_HID):
                s += hid[h] * who[h][o]
            out[o] = 1 / (1 + math.exp(-s))
            sse += 0.5 * (t[o] - out[o]) ** 2
        for o in range(N_OUT):
            do[o] = (t[o] - out[o]) * out[o] * (1 - out[o])
        for h in range(N_HID):
            s = 0.0
            for o in range(N_OUT):
                s += do[o] * who[h][o]
            dh[h] = s * (1 - hid[h] * hid[h])
        for h in range(N_HID):
            for o in range(N_OUT):
                who[h][o] += lr * do[o] * hid[h]
        for o in range(N_OUT):
            bo[o] += lr * do[o]
        for i in range(N_IN):
            for h in range(N_HID):
                wih[i][h] += lr * dh[h] * x[i]
        for h in range(N_HID):
            bh[h] += lr * dh[h]
    if epoch % 300 == 0:
        print("epoch %d error %f" % (epoch, sse))
