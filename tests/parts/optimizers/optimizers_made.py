"""What the tests of optimizers share: each of them made, the same of PyTorch, data, and 200 steps of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

import chainrule as cr
from chainrule.parts import UpdateFunction
from chainrule.parts.contract import Array, Optimizer

torch.set_num_threads(1)

OWN: dict[str, Callable[[], Optimizer]] = {
    "sgd": lambda: cr.SGD(0.3),
    "momentum": lambda: cr.Momentum(0.05, 0.9),
    "momentum of 0": lambda: cr.Momentum(0.05, 0.0),
    "nesterov": lambda: cr.Nesterov(0.05, 0.8),
    "adam": lambda: cr.Adam(0.01),
    "adam, all set": lambda: cr.Adam(0.02, 0.8, 0.95, 1e-4),
    "amsgrad": lambda: cr.AMSGrad(0.02, 0.8, 0.9, 1e-5),
    "adamw": lambda: cr.AdamW(0.02, weight_decay=0.1),
    "nadam": lambda: cr.NAdam(0.02, 0.8, 0.95, 1e-5, 0.1),
    "radam": lambda: cr.RAdam(0.02, 0.8, 0.95, 1e-5),
    "radam, remembering long": lambda: cr.RAdam(0.02),
    "radam, never rectified": lambda: cr.RAdam(0.02, 0.9, 0.6),
    "adamax": lambda: cr.Adamax(0.02, 0.8, 0.95, 1e-5),
    "rmsprop": lambda: cr.RMSprop(0.02, 0.9, 1e-5),
    "rmsprop, centered": lambda: cr.RMSprop(0.002, centered=True),
    "rmsprop with momentum": lambda: cr.RMSprop(0.002, momentum=0.9),
    "rmsprop with both": lambda: cr.RMSprop(0.002, momentum=0.9, centered=True),
    "adagrad": lambda: cr.Adagrad(0.1, 1e-5),
    "adadelta": lambda: cr.Adadelta(0.8, 0.95, 1e-5),
}
TORCHS: dict[str, Callable[[Any, float], torch.optim.Optimizer]] = {
    "sgd": lambda p, w: torch.optim.SGD(p, 0.3, weight_decay=w),
    "momentum": lambda p, w: torch.optim.SGD(p, 0.05, 0.9, weight_decay=w),
    "momentum of 0": lambda p, w: torch.optim.SGD(p, 0.05, weight_decay=w),
    "nesterov": lambda p, w: torch.optim.SGD(p, 0.05, 0.8, nesterov=True, weight_decay=w),
    "adam": lambda p, w: torch.optim.Adam(p, 0.01, weight_decay=w),
    "adam, all set": lambda p, w: torch.optim.Adam(p, 0.02, (0.8, 0.95), 1e-4, w),
    "amsgrad": lambda p, w: torch.optim.Adam(p, 0.02, (0.8, 0.9), 1e-5, w, amsgrad=True),
    "adamw": lambda p, w: torch.optim.AdamW(p, 0.02, weight_decay=0.1),
    "nadam": lambda p, w: torch.optim.NAdam(p, 0.02, (0.8, 0.95), 1e-5, w, 0.1),
    "radam": lambda p, w: torch.optim.RAdam(p, 0.02, (0.8, 0.95), 1e-5, w),
    "radam, remembering long": lambda p, w: torch.optim.RAdam(p, 0.02, weight_decay=w),
    "radam, never rectified": lambda p, w: torch.optim.RAdam(p, 0.02, (0.9, 0.6), weight_decay=w),
    "adamax": lambda p, w: torch.optim.Adamax(p, 0.02, (0.8, 0.95), 1e-5, w),
    "rmsprop": lambda p, w: torch.optim.RMSprop(p, 0.02, 0.9, 1e-5, w),
    "rmsprop, centered": lambda p, w: torch.optim.RMSprop(p, 0.002, weight_decay=w, centered=True),
    "rmsprop with momentum": lambda p, w: torch.optim.RMSprop(p, 0.002, weight_decay=w, momentum=0.9),
    "rmsprop with both": lambda p, w: torch.optim.RMSprop(p, 0.002, 0.99, 1e-8, w, 0.9, True),
    "adagrad": lambda p, w: torch.optim.Adagrad(p, 0.1, weight_decay=w, eps=1e-5),
    "adadelta": lambda p, w: torch.optim.Adadelta(p, 0.8, 0.95, 1e-5, w),
}
EVERY: dict[str, Callable[[], Optimizer]] = {
    **OWN,
    "lion": lambda: cr.Lion(0.002, weight_decay=0.1),
    "lookahead": lambda: cr.Lookahead(cr.NAdam(0.01), k=3),
    "lookahead, all set": lambda: cr.Lookahead(
        cr.RMSprop(cr.Cosine(0.02, 9), momentum=0.9, clip=cr.ClipNorm(0.5)), k=2, alpha=0.8
    ),
    "own": lambda: UpdateFunction(lambda w, dw: w - 0.1 * np.sign(dw) * np.abs(dw) ** 0.8),
}
RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((50, 4)), RNG.integers(0, 3, 50)


def network(dtype: str = "float64", **more: Any) -> cr.Network:
    return cr.Network([4, 8, 3], hidden="tanh", seed=1, dtype=dtype, **more)


def torch_steps(net: cr.Network, make: Callable[[Any], Any], steps: int = 200) -> list[Array]:
    """The parameters after steps by an optimizer of PyTorch, over the samples in fives of ten; `make` may give a pair
    with a schedule."""
    tensors = [torch.from_numpy(a.copy()).requires_grad_() for a in net.parameters.values()]
    made = make(tensors)
    optimizer, schedule = made if isinstance(made, tuple) else (made, None)
    for step in range(steps):
        rows = slice(10 * (step % 5), 10 * (step % 5) + 10)
        W1, b1, W2, b2 = tensors
        z2 = torch.tanh(torch.from_numpy(X[rows]) @ W1 + b1) @ W2 + b2
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(z2, torch.from_numpy(Y[rows])).backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
    return [tensor.detach().numpy() for tensor in tensors]


def check_200_steps(net: cr.Network, optimizer: Optimizer, expected: list[Array], engine: str) -> None:
    start = net.parameters.flat.copy()
    net.fit(X, Y, epochs=40, batch_size=10, shuffle=False, optimizer=optimizer, engine=engine)
    assert optimizer.t == 200
    assert np.abs(net.parameters.flat - start).max() > 0.1
    for array, other in zip(net.parameters.values(), expected, strict=True):
        np.testing.assert_allclose(array, other, rtol=0, atol=1e-9)
