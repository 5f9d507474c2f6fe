"""PyTorch: as its tutorials train, with the fused optimizer; and the whole step compiled."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from chainrule.bench.workloads import DECAY, IMAGE_SHAPE, Array, Task, Workload

Tensors = list[torch.Tensor]


class Eager:
    """A module, a loss and a fused optimizer, which is faster here than the foreach and the single one."""

    def __init__(self, task: Task) -> None:
        torch.set_num_threads(task.threads)
        self.task = task
        self.y_given = task.y if task.workload.regression else task.labels
        self.X, self.y = torch.tensor(task.X), torch.tensor(self.y_given)
        size = task.workload.batch_size
        self.batches = list(zip(self.X.split(size), self.y.split(size), strict=True))
        self.seed = 0
        self.start()

    def start(self, amount: int = 1) -> None:
        workload = self.task.workload
        torch.manual_seed(self.seed)
        self.seed += 1
        self.model = _model(self.task)
        self.compare = _loss(self.task)
        kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}[
            workload.optimizer
        ]
        self.optimizer = kind(self.model.parameters(), lr=workload.learning_rate, fused=True)
        self.schedule = None
        if workload.cosine:
            steps = amount * workload.batches
            self.schedule = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, steps)

    def run(self, epochs: int) -> Sequence[float]:
        if self.task.workload.streamed:
            return [float(np.mean(self.streamed())) for _ in range(epochs)]
        return [
            torch.stack([self.step(*batch) for batch in self.epoch()]).mean().item() for _ in range(epochs)
        ]

    def epoch(self) -> Iterable[tuple[torch.Tensor, torch.Tensor]]:
        """The batches of an epoch, shuffled where chance is at work."""
        workload = self.task.workload
        if not workload.by_chance:
            return self.batches
        rows = torch.randperm(len(self.X)).split(workload.batch_size)
        batches = ((self.X[each], self.y[each]) for each in rows)
        return ((moved(x, workload), y) for x, y in batches) if workload.moves else batches

    def streamed(self) -> list[float]:
        """The loss of each batch of an epoch, that comes as arrays."""
        X, y = self.task.X, self.y_given
        return [
            self.step(torch.from_numpy(X[rows]), torch.from_numpy(y[rows])).item()
            for rows in self.task.rows()
        ]

    def step(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        loss = self.compare(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        if self.schedule:
            self.schedule.step()
        self.optimizer.zero_grad()
        return loss.detach()

    def result(self) -> list[Array]:
        found = []
        for layer in self.model:
            arrays = [*layer.parameters(), *layer.buffers()]
            found += [
                a.detach().numpy().T for a in arrays if a.dim()
            ]  # less how many batches a norm has seen
        return found


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

    def start(self, amount: int = 1) -> None:
        torch.manual_seed(self.seed)
        self.seed += 1
        self.layers: list[Tensors] = [
            [torch.tensor(np.ascontiguousarray(w.T)) for w in pair] for pair in self.task.layers
        ]
        self.running: list[Tensors] = []
        if self.task.workload.batch_norm:
            for layer in self.layers[:-1]:
                layer += [torch.ones_like(layer[1]), torch.zeros_like(layer[1])]
                self.running.append([torch.zeros_like(layer[1]), torch.ones_like(layer[1])])
        each = [p for layer in self.layers for p in layer]
        self.m = [torch.zeros_like(p) for p in each]
        self.v = [torch.zeros_like(p) for p in each]
        self.t, self.steps = 0, amount * self.task.workload.batches

    def step(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        workload = self.task.workload
        scalars: list[float] = []
        if workload.optimizer != "sgd":
            # Made from t in the compiled step, they were made again for every entry: c took 1.6 times as long.
            rate = workload.learning_rate
            if workload.cosine:
                rate *= (1 + math.cos(math.pi * self.t / self.steps)) / 2
            self.t += 1
            scalars = [rate / (1 - 0.9**self.t), (1 - 0.999**self.t) ** -0.5]
            if workload.optimizer == "adamw":
                scalars.append(1 - rate * DECAY)
        tensors = [torch.tensor(each, dtype=x.dtype) for each in scalars]
        loss: torch.Tensor = self.compiled(self.layers, self.running, self.m, self.v, tensors, x, y)
        return loss

    def result(self) -> list[Array]:
        layers: Any = itertools.zip_longest(self.layers, self.running, fillvalue=[])
        return [p.numpy().T for layer, running in layers for p in (*layer, *running)]


def _step(task: Task) -> Callable[..., torch.Tensor]:
    workload, compare = task.workload, _loss(task)
    rate, optimizer = workload.learning_rate, workload.optimizer

    def forward(
        layers: list[Tensors], x: torch.Tensor, y: torch.Tensor
    ) -> tuple[torch.Tensor, list[Tensors]]:
        *hidden, (W, b) = layers
        moments = []
        for V, c, *norm in hidden:
            x = nn.functional.linear(x, V, c)
            if norm:
                variance, mean = torch.var_mean(x, 0, correction=0)
                moments.append([mean, variance * (len(x) / (len(x) - 1))])
                x = (x - mean) * torch.rsqrt(variance + 1e-5) * norm[0] + norm[1]
            x = nn.functional.dropout(torch.relu(x), workload.dropout)
        return compare(nn.functional.linear(x, W, b), y), moments

    def step(
        layers: list[Tensors], running: list[Tensors], ms: Tensors, vs: Tensors, scalars: Tensors,
        x: torch.Tensor, y: torch.Tensor,
    ) -> torch.Tensor:  # fmt: skip
        gradients, (loss, moments) = torch.func.grad_and_value(forward, has_aux=True)(layers, x, y)
        for averages, each in zip(running, moments, strict=True):
            for average, moment in zip(averages, each, strict=True):
                average.lerp_(moment, 0.1)
        pairs = zip(itertools.chain(*layers), itertools.chain(*gradients), strict=True)
        if optimizer == "sgd":
            for w, dw in pairs:
                w.sub_(dw, alpha=rate)
            return loss
        scale, correction, *kept = scalars
        for (w, dw), m, v in zip(pairs, ms, vs, strict=True):
            m.lerp_(dw, 0.1)
            v.mul_(0.999).addcmul_(dw, dw, value=0.001)
            change = scale * m / (v.sqrt() * correction + 1e-8)
            w.copy_(w * kept[0] - change) if kept else w.sub_(change)
        return loss

    return step


def _loss(task: Task) -> Callable[..., Any]:
    known: Callable[..., Any] = (
        nn.functional.mse_loss if task.workload.regression else nn.functional.cross_entropy
    )
    if not task.workload.balanced:
        return known
    weights = torch.tensor(task.class_weights)  # torch would divide by the sum of a batch's

    def weighed(z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return nn.functional.cross_entropy(z, y, weights, reduction="sum") / len(y)

    return weighed


def _model(task: Task) -> nn.Sequential:
    layers: list[nn.Module] = []
    workload = task.workload
    dtype = getattr(torch, workload.dtype)
    for W, b in task.layers:
        layer = nn.Linear(*W.shape, dtype=dtype)
        layer.load_state_dict({"weight": torch.tensor(W.T), "bias": torch.tensor(b)})
        norm = [nn.BatchNorm1d(len(b), dtype=dtype)] if workload.batch_norm else []
        layers += [layer, *norm, nn.ReLU(), *([nn.Dropout(workload.dropout)] if workload.dropout else [])]
    last = max(i for i, layer in enumerate(layers) if isinstance(layer, nn.Linear))
    return nn.Sequential(*layers[: last + 1])


def moved(x: torch.Tensor, workload: Workload) -> torch.Tensor:
    """Images, each turned around its centre and shifted by chance: an affine grid, read between four neighbours."""
    n, side = len(x), IMAGE_SHAPE[0]
    down, right = workload.shift * (2 * torch.rand(2, n) - 1)
    angle = math.radians(workload.rotation) * (2 * torch.rand(n) - 1)
    cos, sin = torch.cos(angle), torch.sin(angle)
    across = torch.stack([cos, -sin, (sin * down - cos * right) * (2 / side)], 1)
    along = torch.stack([sin, cos, (-cos * down - sin * right) * (2 / side)], 1)
    grid = nn.functional.affine_grid(
        torch.stack([across, along], 1), [n, 1, *IMAGE_SHAPE], align_corners=False
    )
    return nn.functional.grid_sample(x.view(n, 1, *IMAGE_SHAPE), grid, align_corners=False).view(n, -1)


def predictor(task: Task) -> Callable[[Array], Array]:
    """The module and a softmax in inference mode."""
    torch.set_num_threads(task.threads)
    model = nn.Sequential(_model(task), nn.Softmax(dim=1)).eval()

    def predict(X: Array) -> Array:
        with torch.inference_mode():
            found: Array = model(torch.from_numpy(X)).numpy()
            return found

    return predict
