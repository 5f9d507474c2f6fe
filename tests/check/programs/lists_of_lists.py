# No libraries! Just lists.
from math import exp
from random import random, seed

def matmul(A, B):
    return [[sum(A[i][k] * B[k][j] for k in range(len(B))) for j in range(len(B[0]))] for i in range(len(A))]

def transpose(A):
    return [list(row) for row in zip(*A)]

def add_row(A, b):
    return [[v + b[j] for j, v in enumerate(row)] for row in A]

def minus(A, B):
    return [[a - b for a, b in zip(r, s)] for r, s in zip(A, B)]

def times(A, B):
    return [[a * b for a, b in zip(r, s)] for r, s in zip(A, B)]

def apply(f, A):
    return [[f(v) for v in row] for row in A]

def sig(v):
    return 1 / (1 + exp(-v))

def colsum(A):
    return [sum(c) for c in zip(*A)]

seed(7)
X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
T = [[0.0], [1.0], [1.0], [0.0]]
W1 = [[random() * 2 - 1 for _ in range(3)] for _ in range(2)]
B1 = [random() * 2 - 1 for _ in range(3)]
W2 = [[random() * 2 - 1] for _ in range(3)]
B2 = [random() * 2 - 1]
eta = 1.0

for n in range(3001):
    H = apply(sig, add_row(matmul(X, W1), B1))
    O = apply(sig, add_row(matmul(H, W2), B2))
    E = minus(O, T)
    DO = times(E, apply(lambda v: v * (1 - v), O))
    DH = times(matmul(DO, transpose(W2)), apply(lambda v: v * (1 - v), H))
    GW2 = matmul(transpose(H), DO)
    GW1 = matmul(transpose(X), DH)
    gb2, gb1 = colsum(DO), colsum(DH)
    W2 = minus(W2, apply(lambda g: eta * g, GW2))
    W1 = minus(W1, apply(lambda g: eta * g, GW1))
    B2 = [b - eta * g for b, g in zip(B2, gb2)]
    B1 = [b - eta * g for b, g in zip(B1, gb1)]
    if n % 500 == 0:
        print(n, sum(e[0] ** 2 for e in E))
for x, o in zip(X, O):
    print(x, "->", round(o[0], 3))
