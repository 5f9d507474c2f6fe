"""PyTorch: as its tutorials train, with the fused optimizer; and the whole step compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn

from chainrule.bench.workloads import Array, Task


class Eager:
    """A module, a loss and a fused optimizer, which is faster here than the foreach and the single one."""

    def __init__(self, task: Task) -> None:
        torch.set_num_threads(task.threads)
        self.task = task
        y = task.y if task.workload.regression else task.labels
        size = task.workload.batch_size
        self.batches = list(zip(torch.tensor(task.X).split(size), torch.tensor(y).split(size), strict=True))
        self.start()

    def start(self, amount: int = 0) -> None:
        workload = self.task.workload
        self.model = _model(self.task)
        self.loss = nn.MSELoss() if workload.regression else nn.CrossEntropyLoss()
        kind = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[workload.optimizer]
        self.optimizer = kind(self.model.parameters(), lr=workload.learning_rate, fused=True)

    def run(self, epochs: int) -> Sequence[float]:
        return [
            torch.stack([self.step(*batch) for batch in self.batches]).mean().item() for _ in range(epochs)
        ]

    def step(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        loss = self.loss(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss.detach()

    def result(self) -> list[Array]:
        return [p.detach().numpy().T for p in self.model.parameters()]


class Compiled(Eager):
    """The step as one function of tensors, gradients and optimizer in it, compiled with the C++ wrapper.

    Measured against compiling the loss alone, the module alone, the optimizer as well, and all of it by compiled
    autograd: on the small networks this takes half the time of the next best.
    """

    def __init__(self, task: Task) -> None:
        import torch._inductor.config as inductor

        torch._dynamo.reset()
        inductor.cpp_wrapper = True
        super().__init__(task)
        self.compiled = torch.compile(_step(task), fullgraph=True)

    def start(self, amount: int = 0) -> None:
        self.parameters = [torch.tensor(np.ascontiguousarray(w.T)) for w in self.task.weights]
        self.m = [torch.zeros_like(p) for p in self.parameters]
        self.v = [torch.zeros_like(p) for p in self.parameters]
        self.t = 0

    def step(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        scalars: Tensors = []
        if self.task.workload.optimizer == "adam":
            # Made from t in the compiled step, they were made again for every entry: c took 1.6 times as long.
            self.t += 1
            dtype = self.parameters[0].dtype
            scalars.append(torch.tensor(self.task.workload.learning_rate / (1 - 0.9**self.t), dtype=dtype))
            scalars.append(torch.tensor((1 - 0.999**self.t) ** -0.5, dtype=dtype))
        loss: torch.Tensor = self.compiled(self.parameters, self.m, self.v, scalars, x, y)
        return loss

    def result(self) -> list[Array]:
        return [p.numpy().T for p in self.parameters]


Tensors = list[torch.Tensor]


def _step(task: Task) -> Callable[..., torch.Tensor]:
    rate, adam = task.workload.learning_rate, task.workload.optimizer == "adam"
    compare = nn.functional.mse_loss if task.workload.regression else nn.functional.cross_entropy

    def forward(parameters: Tensors, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        *hidden, (W, b) = zip(parameters[::2], parameters[1::2], strict=True)
        for V, c in hidden:
            x = torch.relu(nn.functional.linear(x, V, c))
        return compare(nn.functional.linear(x, W, b), y)

    def step(
        parameters: Tensors, ms: Tensors, vs: Tensors, scalars: Tensors, x: torch.Tensor, y: torch.Tensor
    ) -> torch.Tensor:
        gradients, loss = torch.func.grad_and_value(forward)(parameters, x, y)
        if not adam:
            for w, dw in zip(parameters, gradients, strict=True):
                w.sub_(dw, alpha=rate)
            return loss
        scale, correction = scalars
        for w, dw, m, v in zip(parameters, gradients, ms, vs, strict=True):
            m.lerp_(dw, 0.1)
            v.mul_(0.999).addcmul_(dw, dw, value=0.001)
            w.sub_(scale * m / (v.sqrt() * correction + 1e-8))
        return loss

    return step


def _model(task: Task) -> nn.Sequential:
    layers: list[nn.Module] = []
    dtype = getattr(torch, task.workload.dtype)
    for W, b in task.layers:
        layer = nn.Linear(*W.shape, dtype=dtype)
        layer.load_state_dict({"weight": torch.tensor(W.T), "bias": torch.tensor(b)})
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def predictor(task: Task) -> Callable[[Array], Array]:
    """The module and a softmax in inference mode."""
    torch.set_num_threads(task.threads)
    model = nn.Sequential(_model(task), nn.Softmax(dim=1)).eval()

    def predict(X: Array) -> Array:
        with torch.inference_mode():
            found: Array = model(torch.from_numpy(X)).numpy()
            return found

    return predict
