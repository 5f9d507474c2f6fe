"""Compiled steps over the network's own buffers: the arrays that they work on, and the threads that share them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.compiler.jit import Code, host
from chainrule.compiler.schedule import M, NotCompiled
from chainrule.compiler.step import Step
from chainrule.compiler.task import SOURCES, Source, Task
from chainrule.engines.batches import FEW, Batches, gather, shares
from chainrule.model.arguments import Labels, Targets
from chainrule.network import Network
from chainrule.parts.base import Array, Optimizer
from chainrule.program.program import Program

CHUNK = 256  # rows that are looked at together, so that what is made of them stays in the second cache


class _Frame:
    """A compiled task with its arrays; calling it runs it on all threads."""

    def __init__(self, task: Task, network: Network, memory: Mapping[str, Array], rows: int) -> None:
        step, self._code = _compiled(task, network)
        self._pool = ThreadPoolExecutor(task.threads - 1) if task.threads > 1 else None
        self.threads = task.threads
        self.counter, self.numbers = np.zeros(1, np.int64), np.zeros(len(task.scalars))
        self._entries = {name: place for place, name in enumerate(step.frame)}
        self._frame = np.zeros(len(step.frame), np.int64)
        self._address = self._frame.ctypes.data
        self._arrays: dict[str, Array | None] = {}  # so that what the frame points to stays
        self.point("parameters", network.parameters.flat)
        self.point("counter", self.counter)
        self.point("scalars", self.numbers)
        for name, array in {**network.constants, **network.memory, **memory}.items():
            self.point(name, array)
        for name, (stride, count) in step.buffers.items():
            spare = 64 // network.dtype.itemsize  # a register's worth of samples more
            self.point(name, _aligned(stride * (rows + spare if count == M else int(count)), network.dtype))

    def point(self, name: str, array: Array | None) -> None:
        """Let an entry point to an array."""
        if name in self._entries:
            self._arrays[name] = array
            self._frame[self._entries[name]] = 0 if array is None else array.__array_interface__["data"][0]

    def set(self, **numbers: int) -> None:
        """Whole numbers of the frame."""
        for name, value in numbers.items():
            if name in self._entries:
                self._frame[self._entries[name]] = value

    def read(self, name: str, array: Array) -> None:
        """Take rows from an array, wherever it is."""
        self.point(f"{name} source", array)
        self.set(**{f"{name}_stride": array.strides[0] // array.itemsize})
        if array.ndim == 2:
            self.set(**{f"{name}_skip": array.strides[1] // array.itemsize})

    def __call__(self) -> None:
        if self._pool is None:
            self._code.run(self._address, 0)
            return
        self.counter[:] = 0
        others = [self._pool.submit(self._code.run, self._address, n) for n in range(1, self.threads)]
        self._code.run(self._address, 0)
        for other in others:
            other.result()

    def close(self) -> None:
        """Let the other threads go."""
        if self._pool is not None:
            self._pool.shutdown()


class CompiledEngine:
    """Many steps a call; see `NumpyEngine`, which has the same methods.

    Raises
    ------
    NotCompiled : for a program or data outside the compiled language
    MissingPackage : without LLVM
    """

    name = "compiled"

    def __init__(self, network: Network, optimizer: Optimizer, data: Batches, threads: int) -> None:
        """Compile the steps for some data."""
        self.network, self.optimizer, self.data, self.threads = network, optimizer, data, threads
        self._memory = {
            f"memory {name}": array for name, array in optimizer.memory(network.parameters).items()
        }
        weighted = data.weight is not None
        program = self._program = network.program(optimizer, weighted=weighted)
        trained = network.trained
        wanted = ["L", *([program.output] if data.counts else []), *program.gradients.values(),
                  *program.remembered.values()]  # fmt: skip
        # What changes from step to step outside the program is made before each of them.
        self._rows = _Rows(network, data) if program.noise or weighted or data.transform is not None else None
        X, y = (data.X, data.y) if self._rows is None else self._rows.like()
        task = _task(network, program, wanted, X, y, threads)
        if trained:
            first = trained[0]
            state = {name: f"memory {local}" for name, (local, of) in program.state.items() if of == first}
            task = replace(
                task,
                update=[*program.shared, *program.update_of(first)],
                gradients=program.gradients,
                moving={first: "parameters", program.gradients[first]: "gradients", **state},
            )
        self._gradients = np.zeros_like(network.parameters.flat)
        memory = {**self._memory, "gradients": self._gradients}
        shuffled = data.shuffled and self._rows is None
        self._task = replace(task, shuffled=shuffled, counts=data.counts, rows=data.size)
        self._frame = _Frame(self._task, network, memory, data.size)
        self._frame.read("x", X)
        self._frame.read("y", _targets(y))
        self._frame.set(samples=len(X), batch=data.size)
        if self._rows is not None:
            for name, array in self._rows.leaves.items():
                self._frame.point(name, array)
        self._look: tuple[Any, _Frame] | None = None

    def run(self, order: Array | None, position: int, steps: int) -> tuple[Array, Array]:
        """Take steps from a position in an epoch on; see `NumpyEngine.run`."""
        losses, right = np.zeros(steps), np.zeros((steps, self.threads), np.int64)
        values = {"k": self.network.outputs, **self._program.numbers(self.optimizer)}
        self._frame.numbers[:] = [values[name] for name in self._task.scalars]
        if self._rows is None:
            self._frame.point("order", order)
            self._steps(position, losses, right)
            return losses, right.sum(axis=1)
        for step, rows, count in self.data.walk(order, position, steps):
            self._rows.load(rows, count)
            self._frame.set(samples=count)
            self._steps(0, losses[step : step + 1], right[step : step + 1])
        return losses, right.sum(axis=1)

    def _steps(self, position: int, losses: Array, right: Array) -> None:
        frame = self._frame
        frame.point("losses", losses)
        frame.point("right", right)
        frame.set(position=position, steps=len(losses), t=self.optimizer.t)
        frame()
        self.optimizer.t += len(losses)

    def measure(self, X: Array, y: Targets, classes: bool) -> tuple[float, float | None]:
        """The loss, and for class labels the accuracy, over checked samples."""
        program = self.network.program(training=False)
        wanted = ["L", *([program.output] if classes else [])]
        task = replace(_task(self.network, program, wanted, X, y, self.threads), counts=classes)
        if self._look is None or self._look[0] != _kind(task):
            if self._look is not None:
                self._look[1].close()
            self._look = _kind(task), _Frame(task, self.network, {}, CHUNK * self.threads)
        frame, steps = self._look[1], -(-len(X) // (CHUNK * self.threads))
        losses, right = np.zeros(steps), np.zeros((steps, self.threads), np.int64)
        frame.numbers[:] = self.network.outputs
        frame.read("x", X)
        frame.read("y", _targets(y))
        frame.point("losses", losses)
        frame.point("right", right)
        frame.set(samples=len(X), batch=CHUNK * self.threads, steps=steps, position=0)
        frame()
        return float(losses @ shares(len(X), CHUNK * self.threads)), int(right.sum()) / len(
            X
        ) if classes else None

    def close(self) -> None:
        """Let the other threads go."""
        self._frame.close()
        if self._look is not None:
            self._look[1].close()


class _Rows:
    """A batch that is made in Python before its step: its samples, its weights, and what chance brings to it.

    `leaves` are the arrays of all but samples and targets, by name.
    """

    def __init__(self, network: Network, data: Batches) -> None:
        self.network, self.data = network, data
        self._noise = network.noise(data.size)
        self._weight = np.zeros(data.size, network.dtype)
        changed = data.transform is not None
        self._x = np.zeros((data.size, network.inputs), network.dtype if changed else data.X.dtype)
        y = _targets(data.y)
        self._y = np.zeros((data.size, *y.shape[1:]), y.dtype)
        self.leaves = {**self._noise, **({} if data.weight is None else {"weight": self._weight})}

    def like(self) -> tuple[Array, Targets]:
        """Samples and targets, to be read anew in every step."""
        y = self.data.y
        return self._x, Labels(self._y, y.width) if isinstance(y, Labels) else self._y

    def load(self, rows: Array | slice, count: int) -> None:
        """Make the batch of these rows, so many."""
        data, y = self.data, _targets(self.data.y)
        if data.transform is None:
            gather(data.X, rows, self._x[:count])
        else:
            np.copyto(self._x[:count], data.transformed(rows))
        gather(y, rows, self._y[:count])
        if data.weight is not None:
            self._weight[:count] = data.weight[rows]
        if self._noise:
            noise = {name: array[:count] for name, array in self._noise.items()}
            self.network.draw(data.chance.noise, noise)


class Predictor:
    """The network's output for rows of one kind of array; `sound` tells whether all was finite in the last ones."""

    def __init__(self, network: Network, X: Array, threads: int) -> None:
        """Compile the forward lines for arrays like X."""
        program = network.program(targets=False)
        task = _task(network, program, [program.output], X, None, threads)
        self._chunk = CHUNK * threads
        self._frame = _Frame(replace(task, rows=self._chunk), network, {}, self._chunk)
        self._frame.set(batch=self._chunk, position=0)
        self._few = (
            np.zeros((FEW, network.inputs), X.dtype),
            np.zeros((FEW, network.outputs), network.dtype),
        )
        self._sound = np.zeros(threads)
        self._frame.point("sound", self._sound)
        self._count = 0  # the rows that the frame is set to, if they are few
        self._point(*self._few)

    @property
    def sound(self) -> bool:
        """Whether samples and parameters were finite; if not told so, they may still be."""
        return not self._sound.any()

    def __call__(self, X: Array) -> Array:
        """The outputs (m, outputs)."""
        count = len(X)
        if count <= FEW:  # a few rows are copied, which takes less time than to point elsewhere
            x, outputs = self._few
            if self._lent:
                self._point(x, outputs)
            x[:count] = X
            if count != self._count:
                self._count = count
                self._frame.set(samples=count, steps=1)
            self._frame()
            return outputs[:count].copy()
        result = np.empty((count, self._few[1].shape[1]), self._few[1].dtype)
        self._point(X, result)
        self._count = 0
        self._frame.set(samples=count, steps=-(-count // self._chunk))
        self._frame()
        return result

    def _point(self, x: Array, outputs: Array) -> None:
        self._frame.read("x", x)
        self._frame.point("result", outputs)
        self._lent = x is not self._few[0]  # to an array of the user's


def _compiled(task: Task, network: Network) -> tuple[Step, Code]:
    """A task's step and its machine code, which the network keeps: a second fit needs no compiling."""
    made = {name: value for name, value in vars(task).items() if name not in ("quantities", "update")}
    key = (*map(id, (*task.quantities, *task.update)), repr(made))  # its quantities stay with its programs
    if key not in network.compiled:
        step = Step(task)
        network.compiled[key] = step, Code(step.text)
    found: tuple[Step, Code] = network.compiled[key]
    return found


def _kind(task: Task) -> Any:
    """What tells one compiled look from another, for one network."""
    return task.x, task.y, task.counts


def _task(
    network: Network, program: Program, wanted: Sequence[str], X: Array, y: Targets | None, threads: int
) -> Task:
    """A task that computes some quantities, and moves nothing."""
    this = host()
    return Task(
        quantities=program.needed(wanted),
        update=[],
        shapes={
            program.data: (M, network.inputs),
            **({} if y is None else {"y": (M, network.outputs)}),
            **network.parameters.layout,
            **{name: array.shape for name, array in (network.constants | network.memory).items()},
            **{name: (M, width) for name, (_, width) in program.noise.items()},
            **({"weight": (M,)} if "weight" in program.leaves else {}),
        },
        data=program.data,
        output=program.output,
        spans=network.parameters.spans,
        gradients={},
        remembered=program.remembered,
        threshold=network.paired_loss.threshold,
        moving={},
        scalars=[
            name for name, kind in program.leaves.items() if kind == "scalar" and name not in ("m", "t")
        ],
        dtype=network.dtype.name,
        x=_source(X, "X"),
        y=None if y is None else _source(_targets(y), "y", isinstance(y, Labels)),
        shuffled=False,
        counts=False,
        rows=0,
        threads=threads,
        register=this.register,
        registers=this.registers,
        x86=this.x86,
    )


def _targets(y: Targets) -> Array:
    return y.codes if isinstance(y, Labels) else y


def _source(array: Array, what: str, labels: bool = False) -> Source:
    whole = all(stride % array.itemsize == 0 for stride in array.strides)
    if array.dtype.name not in SOURCES or not (array.dtype.isnative and array.flags.aligned and whole):
        raise NotCompiled(f"{what} as an array of {array.dtype.str} in this layout")
    packed = array.ndim == 2 and (array.shape[1] == 1 or array.strides[1] == array.itemsize)
    return Source(array.dtype.name, labels, packed, packed and array.flags.c_contiguous)


def _aligned(size: int, dtype: Any) -> Array:
    """Zeros that begin on a line of the processor's cache, with room for whole registers at the end."""
    line = 64 // dtype.itemsize
    space = np.zeros(size + 2 * line, dtype)
    skip = -(space.ctypes.data // dtype.itemsize) % line
    return space[skip : skip + size + line]
