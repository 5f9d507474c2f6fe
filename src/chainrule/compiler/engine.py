"""Compiled steps and predictions over the network's own buffers, and the frames that they work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.compiler.frame import Compiled, Entry, Frame, Leaf, Own, State
from chainrule.compiler.functions import EMIT
from chainrule.compiler.jit import Code, host
from chainrule.compiler.schedule import M, NotCompiled
from chainrule.compiler.step import Step
from chainrule.compiler.task import SOURCES, Source, Task
from chainrule.compiler.team import Team, give_back, lease
from chainrule.engines.batches import FEW, Batches, gather, shares
from chainrule.errors import InputError
from chainrule.expressions import Expr, Name, names, nodes
from chainrule.expressions.operations import CAST
from chainrule.model.arguments import Labels, Targets
from chainrule.network import Network
from chainrule.parts.contract import Array, Optimizer
from chainrule.program.program import Program, Quantity

KEPT = 16  # frames of a predictor that wait for their next call
CHUNK = 256  # rows that are looked at together, so that what is made of them stays in the second cache


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
        state: dict[Entry, Array] = {
            State(local): array for local, array in optimizer.memory(network.parameters).items()
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
            kept = {name: State(local) for name, (local, of) in program.state.items() if of == first}
            task = replace(
                task,
                update=[*program.shared, *program.update_of(first)],
                gradients=program.gradients,
                moving={first: Own.PARAMETERS, program.gradients[first]: Own.GRADIENTS, **kept},
            )
        shuffled = data.shuffled and self._rows is None
        self._task = replace(task, shuffled=shuffled, counts=bool(data.counts), rows=data.size)
        arrays = {**state, Own.GRADIENTS: np.zeros_like(network.parameters.flat)}
        if self._rows is not None:
            arrays |= {Leaf(name): array for name, array in self._rows.leaves.items()}
        self._frame = Frame(_compiled(self._task, network), _own(network) | arrays, data.size, network.dtype)
        self._frame.read(Own.X, X)
        self._frame.read(Own.Y, _targets(y))
        self._frame.set(Own.SAMPLES, len(X))
        self._frame.set(Own.BATCH, data.size)
        self._look: tuple[Any, Frame] | None = None
        # A training keeps its team: once it has begun, no thread can be missing.
        self._team = lease(threads - 1) if threads > 1 else None

    def run(self, order: Array | None, position: int, steps: int) -> tuple[Array, Array]:
        """Take steps from a position in an epoch on; see `NumpyEngine.run`."""
        losses, right = np.zeros(steps), np.zeros((steps, self.threads), np.int64)
        values = {"k": self.network.outputs, **self._program.numbers(self.optimizer)}
        self._frame.numbers[:] = [values[name] for name in self._task.scalars]
        if self._rows is None:
            self._frame.point(Own.ORDER, order)
            self._steps(position, losses, right, None)
            return losses, right.sum(axis=1)
        for step, rows, count in self.data.walk(order, position, steps):
            self._rows.load(rows, count)
            self._frame.set(Own.SAMPLES, count)
            self._steps(0, losses[step : step + 1], right[step : step + 1], rows)
        return losses, right.sum(axis=1)

    def _steps(self, position: int, losses: Array, right: Array, rows: Array | slice | None) -> None:
        """One call; `rows` are those of the samples, where the batch was made before it."""
        frame = self._frame
        frame.point(Own.LOSSES, losses)
        frame.point(Own.RIGHT, right)
        frame.set(Own.POSITION, position)
        frame.set(Own.STEPS, len(losses))
        frame.set(Own.T, self.optimizer.t)
        frame(self._team)
        _check_indices(frame, self.data.y, rows)
        self.optimizer.t += len(losses)

    def measure(self, X: Array, y: Targets, counts: int) -> tuple[float, float | None]:
        """The loss, and for targets that name classes the accuracy, over checked samples."""
        program = self.network.program(training=False)
        wanted = ["L", *([program.output] if counts else [])]
        task = replace(_task(self.network, program, wanted, X, y, self.threads), counts=bool(counts))
        chunk = CHUNK * self.threads
        if self._look is None or self._look[0] != _kind(task):
            compiled = _compiled(task, self.network)
            self._look = _kind(task), Frame(compiled, _own(self.network), chunk, self.network.dtype)
        frame, steps = self._look[1], -(-len(X) // chunk)
        losses, right = np.zeros(steps), np.zeros((steps, self.threads), np.int64)
        frame.numbers[:] = self.network.outputs
        frame.read(Own.X, X)
        frame.read(Own.Y, _targets(y))
        frame.point(Own.LOSSES, losses)
        frame.point(Own.RIGHT, right)
        frame.set(Own.SAMPLES, len(X))
        frame.set(Own.BATCH, chunk)
        frame.set(Own.STEPS, steps)
        frame(self._team)
        _check_indices(frame, y, None)
        loss = float(losses @ shares(len(X), chunk))
        return loss, int(right.sum()) / (counts * len(X)) if counts else None

    def close(self) -> None:
        """Let others have the threads."""
        if self._team is not None:
            give_back(self._team)
            self._team = None


class _Rows:
    """A batch that is made in Python before its step: its samples, its weights, and what chance brings to it.

    `leaves` are the arrays of all but samples and targets, by name.
    """

    def __init__(self, network: Network, data: Batches) -> None:
        self.network, self.data = network, data
        self._noise = network.noise(data.size)
        self._weight = np.zeros(data.size, network.dtype)
        changed = data.transform is not None
        self._x = np.zeros((data.size, network.inputs), network.input_dtype if changed else data.X.dtype)
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
    """The network's output for rows of one kind of array, for any number of callers at once.

    Each call takes a frame that no one uses, and puts it back; what was compiled is shared.
    """

    def __init__(self, network: Network, X: Array, threads: int) -> None:
        """Compile the forward lines for arrays like X."""
        program = network.program(targets=False)
        self._rows = CHUNK * threads
        task = replace(_task(network, program, [program.output], X, None, threads), rows=self._rows)
        self._compiled, self._arrays, self._others = _compiled(task, network), _own(network), threads - 1
        self._widths, self._dtypes = (network.inputs, network.outputs), (X.dtype, network.dtype)
        # Taken and put back by `pop` and `append`, which are whole. A child process finds those that were free.
        self._free: list[_Asking] = [self._asking()]

    def __call__(self, X: Array) -> tuple[Array, bool]:
        """The outputs (m, outputs); and whether samples and parameters were finite: if not told so, they may still be.

        Raises
        ------
        NoThreads : if the threads that share the work can't be started
        """
        try:
            asking = self._free.pop()
        except IndexError:
            asking = self._asking()
        if self._others:
            team = lease(self._others)
            answer = asking(X, team)
            give_back(team)
        else:
            answer = asking(X, None)
        if len(self._free) < KEPT:
            self._free.append(asking)  # after an error it is not: its frame may be half set
        return answer

    def _asking(self) -> _Asking:
        frame = Frame(self._compiled, self._arrays, self._rows, self._dtypes[1])
        few = [np.zeros((FEW, width), dtype) for width, dtype in zip(self._widths, self._dtypes, strict=True)]
        return _Asking(frame, self._rows, few[0], few[1], np.zeros(self._others + 1))


class _Asking:
    """A frame for predictions, and room for a few rows: to copy them takes less time than to point elsewhere."""

    def __init__(self, frame: Frame, rows: int, x: Array, outputs: Array, sound: Array) -> None:
        self._frame, self._rows, self._x, self._outputs, self._sound = frame, rows, x, outputs, sound
        self._look = sound.item if len(sound) == 1 else sound.any
        self._count = 0  # the rows that the frame is set to, if they are few
        frame.set(Own.BATCH, rows)
        frame.point(Own.SOUND, self._sound)

    def __call__(self, X: Array, team: Team | None) -> tuple[Array, bool]:
        count, frame = len(X), self._frame
        if count <= FEW:
            self._x[:count] = X
            if count != self._count:
                self._point(self._x, self._outputs, count)
                self._count = count
            frame(team)
            return self._outputs[:count].copy(), not self._look()
        result = np.empty((count, self._outputs.shape[1]), self._outputs.dtype)
        self._count = 0
        self._point(X, result, count)
        frame(team)
        return result, not self._look()

    def _point(self, x: Array, outputs: Array, count: int) -> None:
        self._frame.read(Own.X, x)
        self._frame.point(Own.RESULT, outputs)
        self._frame.set(Own.SAMPLES, count)
        self._frame.set(Own.STEPS, -(-count // self._rows))


def _own(network: Network) -> dict[Entry, Array]:
    """A network's arrays."""
    named = network.constants | network.memory
    return {Own.PARAMETERS: network.parameters.flat, **{Leaf(name): array for name, array in named.items()}}


def _compiled(task: Task, network: Network) -> Compiled:
    """A task's machine code, which the network keeps: a second fit needs no compiling."""
    lines = {"preparation": task.preparation, "quantities": task.quantities, "update": task.update}
    made = {name: value for name, value in vars(task).items() if name not in lines}
    # The quantities stay with what is found.
    key = (*(tuple(map(id, each)) for each in lines.values()), repr(made))
    found: Compiled | None = network.compiled.get(key)
    if found is None:
        step = Step(task)
        found = Compiled(Code(step.text), step.frame, step.buffers, task.threads, task)
        network.compiled[key] = found
    return found


def _check_indices(frame: Frame, y: Targets, rows: Array | slice | None) -> None:
    """Raise InputError where a label, or a place of the order, is not what it was when it was checked."""
    if (place := frame.wrong(Own.WRONG_ORDER)) >= 0:
        raise InputError(f"order[{place}] names no sample: an order holds the numbers of rows, from 0.")
    if (row := frame.wrong(Own.WRONG_LABEL)) >= 0:
        assert isinstance(y, Labels)
        raise y.changed(row if rows is None else int(np.arange(len(y))[rows][row]))


def _kind(task: Task) -> Any:
    """What tells one compiled look from another, for one network."""
    return task.x, task.y, task.counts


def _task(
    network: Network, program: Program, wanted: Sequence[str], X: Array, y: Targets | None, threads: int
) -> Task:
    """A task that computes some quantities, and moves nothing."""
    this, preparation = host(), _preparation(network, program)
    constants = network.constants
    prepare = [
        name for name in constants if name in {read.name for read in _read([q.rule for q in preparation])}
    ]
    data = program.prepared if preparation else program.data
    return Task(
        preparation=preparation,
        quantities=[quantity for quantity in program.needed(wanted) if quantity not in preparation],
        update=[],
        shapes={
            data: (M, network.inputs),
            **({} if y is None else {"y": (M, network.outputs)}),
            **network.parameters.layout,
            **{name: a.shape for name, a in (constants | network.memory).items() if name not in prepare},
            **{name: (M, width) for name, (_, width) in program.noise.items()},
            **({"weight": (M,)} if "weight" in program.leaves else {}),
        },
        constants={name: constants[name].size for name in prepare},
        raw=program.data,
        data=data,
        output=program.output,
        spans=network.parameters.spans,
        gradients={},
        remembered=program.remembered,
        answers=network.answers,
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


def _preparation(network: Network, program: Program) -> list[Quantity]:
    """The lines that prepare inputs, which are computed where rows are read.

    Lines that need more than an entry's own column are steps like any other in a float64 network; in a float32 one
    there are no steps in double precision.
    """
    lines = program.preparation
    made = {program.data, *(quantity.name for quantity in lines)}
    entries = {(), (1,), (1, 1), (network.inputs,), (1, network.inputs)}

    def known(name: Name) -> bool:
        constant = network.constants.get(name.name)
        if name.scalar:
            return not name.computed
        return name.name in made or (constant is not None and constant.shape in entries)

    rules = [quantity.rule for quantity in lines]
    written = all(node.scalar or node.op in EMIT or node.op is CAST for rule in rules for node in nodes(rule))
    if written and all(map(known, _read(rules))) and not any(rule.scalar for rule in rules):
        return lines
    if network.dtype == np.float64:
        return []
    part = lines[-1].part
    raise NotCompiled(f"{part.title()} prepares the inputs in double precision, and not entry by entry")


def _read(rules: Sequence[Expr]) -> list[Name]:
    """What some rules read."""
    return list({name: None for rule in rules for name in names(rule)})


def _targets(y: Targets) -> Array:
    return y.codes if isinstance(y, Labels) else y


def _source(array: Array, what: str, labels: bool = False) -> Source:
    whole = all(stride % array.itemsize == 0 for stride in array.strides)
    if array.dtype.name not in SOURCES or not (array.dtype.isnative and array.flags.aligned and whole):
        raise NotCompiled(f"{what} as an array of {array.dtype.str} in this layout")
    packed = array.ndim == 2 and (array.shape[1] == 1 or array.strides[1] == array.itemsize)
    return Source(array.dtype.name, labels, packed, packed and array.flags.c_contiguous)
