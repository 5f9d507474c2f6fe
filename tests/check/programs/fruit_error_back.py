import numpy as np

def sigmoid(x):
    return 1.0/(1.0+np.exp(-x))

def dsigmoid(y):
    return y*(1.0-y)

# weight, smoothness  ->  apple, orange, pear
X = np.array([[.9,.1],[.8,.2],[.7,.3],[.3,.9],[.2,.7],[.4,.8],[.5,.5],[.6,.4]])
Y = np.array([[1,0,0],[1,0,0],[1,0,0],[0,1,0],[0,1,0],[0,1,0],[0,0,1],[0,0,1]])

np.random.seed(1)
W1 = np.random.randn(2,5)
b1 = np.random.randn(5)
W2 = np.random.randn(5,3)
b2 = np.random.randn(3)
lr = 0.3

for i in range(2000):
    layer1 = sigmoid(X@W1+b1)
    layer2 = sigmoid(layer1@W2+b2)

    layer2_error = Y-layer2
    layer2_delta = layer2_error*dsigmoid(layer2)
    layer1_error = layer2_error@W2.T
    layer1_delta = layer1_error*dsigmoid(layer1)

    W2 += lr*layer1.T@layer2_delta
    b2 += lr*layer2_delta.sum(axis=0)
    W1 += lr*X.T@layer1_delta
    b1 += lr*layer1_delta.sum(axis=0)
    if i%200==0:
        print("loss:",np.sum(layer2_error**2)/2)
print(layer2.round(2))
