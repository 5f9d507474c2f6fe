import numpy as np

def leaky(z):  return np.where(z >= 0, z, 0.1 * z)
def dleaky(z): return np.where(z >= 0, 1.0, 0.1)
def elu(z):    return np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)
def delu(z):   return np.where(z > 0, 1.0, np.exp(np.minimum(z, 0)))
def lin(z):    return z
def dlin(z):   return np.ones_like(z)
def tanh(z):   return np.tanh(z)
def dtanh(z):  return 1 / np.cosh(z) ** 2

sizes = [2, 8, 7, 6, 2]
f  = [leaky, elu, tanh, lin]
df = [dleaky, delu, dtanh, dlin]
np.random.seed(99)
Ws = [np.random.randn(a, b) / np.sqrt(a) for a, b in zip(sizes, sizes[1:])]
bs = [np.random.randn(b) * 0.01 for b in sizes[1:]]

# polar -> cartesian
R = np.random.uniform(0.2, 1, 80)
PHI = np.random.uniform(-np.pi, np.pi, 80)
X = np.stack([R, PHI], axis=1)
T = np.stack([R * np.cos(PHI), R * np.sin(PHI)], axis=1)
eta = 0.1 / len(X)

for epoch in range(1200):
    a, zs = [X], []
    for l in range(4):
        zs.append(a[l] @ Ws[l] + bs[l])
        a.append(f[l](zs[l]))
    loss = 0.5 * np.sum((T - a[-1]) ** 2)
    dz = (a[-1] - T) * df[3](zs[3])
    dWs, dbs = [None] * 4, [None] * 4
    for l in range(3, -1, -1):
        dWs[l] = a[l].T @ dz
        dbs[l] = np.sum(dz, 0)
        if l > 0:
            dz = (dz @ Ws[l].T) * df[l - 1](zs[l - 1])
    for l in range(4):
        Ws[l] -= eta * dWs[l]
        bs[l] -= eta * dbs[l]
    if epoch % 200 == 0: print(epoch, loss / len(X))
