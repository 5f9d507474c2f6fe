"""The way forward in NumPy: a network's outputs, and whether all that they are made of was finite."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextvars import Context

import numpy as np

from chainrule.engines.batches import FEW
from chainrule.engines.executor import Executor
from chainrule.expressions import Expr, Name, names, nodes
from chainrule.model.leaves import leaves
from chainrule.model.model import Model
from chainrule.model.samples import check_outputs, check_parameters, check_raw
from chainrule.parts.contract import Array
from chainrule.program.program import Program

PREDICT_ROWS = 4096  # at once, so that predicting many samples needs little memory
MAX_FREE_FRAMES = 16  # of as many rows, that wait for their next call


class Forward:
    """A network's output for any number of callers at once; a few rows go through buffers made once.

    Each call takes a frame of buffers that no one uses, and puts it back.
    """

    def __init__(self, program: Program) -> None:
        self._program, self._told_by = program, told_by(program)
        # Taken and put back by `pop` and `append`, which are whole. A child process finds those that were free.
        self._free: list[list[Frame]] = [[] for _ in range(FEW + 1)]

    def __call__(self, model: Model, X: Array) -> tuple[Array, bool]:
        """The outputs (m, outputs); and whether all that went in was finite: if not told so, it may still be."""
        if len(X) > FEW:
            return self._many(model, X)
        free = self._free[len(X)]
        try:
            frame = free.pop()
        except IndexError:
            frame = Frame(model, self._program, self._told_by, len(X))
        answer = frame(X)
        if len(free) < MAX_FREE_FRAMES:
            free.append(frame)
        return answer

    def _many(self, model: Model, X: Array) -> tuple[Array, bool]:
        program = self._program
        outputs, sound = np.empty((len(X), model.outputs), model.dtype), True
        for start in range(0, len(X), PREDICT_ROWS):
            rows = slice(start, start + PREDICT_ROWS)
            values = program.run(leaves(model, program, X[rows]), wanted=[program.output, *self._told_by])
            outputs[rows] = values[program.output]
            with np.errstate(all="ignore"):
                sound = sound and all(is_finite(values[name]) for name in self._told_by)
            del values  # before the next ones are made
        return outputs, sound


def forward(model: Model) -> Forward:
    """What predicts for a model in NumPy, made at the first prediction."""
    if model._forward is None:
        model._forward = Forward(model.program(targets=False))
    made: Forward = model._forward
    return made


class Frame:
    """Buffers for the way forward of so many rows, for one caller at a time."""

    def __init__(self, model: Model, program: Program, told_by: list[str], rows: int) -> None:
        tape = program.tape([program.output, *told_by])
        self._x = np.zeros((rows, model.inputs), model.input_dtype)
        given = leaves(model, program, self._x)
        shapes = program.run(given, wanted=told_by)
        # What tells whether all was finite lies side by side, to be looked at in one go.
        own = [name for name in told_by if name in tape.places]
        room = np.zeros(sum(shapes[name].size for name in own), model.dtype)
        parts = np.split(room, np.cumsum([shapes[name].size for name in own])[:-1])
        outputs = [
            (tape.places[name], part.reshape(shapes[name].shape))
            for name, part in zip(own, parts, strict=False)
        ]
        line = Executor(tape, given, {}, outputs)
        self._calls, self._output = line.calls, line.values[program.output]
        self._room, self._others = room, [given[name] for name in told_by if name not in own]
        # NumPy's warnings are off in a context of its own, since to switch them off takes as long as two lines.
        self._context = Context()
        self._context.run(np.seterr, all="ignore")

    def __call__(self, X: Array) -> tuple[Array, bool]:
        """See `Forward`."""
        return self._context.run(self._answer, X)

    def _answer(self, X: Array) -> tuple[Array, bool]:
        self._x[...] = X
        for call in self._calls:
            call()
        sound = self._room.dot(self._room) < math.inf and all(map(is_finite, self._others))
        return self._output.copy(), sound


def is_finite(array: Array) -> bool:
    """Whether all numbers of an array are finite, by the sum of their squares, which takes least time.

    If not told so, they may still be.
    """
    flat = array.reshape(-1)
    return bool(flat.dot(flat) < math.inf)


def checked(model: Model, X: Array, outputs: Array, sound: bool) -> Array:
    """Outputs as they are, if all that went in was finite too, as `sound` says of some of it.

    Raises
    ------
    InputError : for samples, parameters or outputs that are not finite
    """
    if not (sound and is_finite(outputs)):  # something is not, or was too large for a sum of squares
        check_raw(model, X)
        check_parameters(model)
        check_outputs(outputs)
    return outputs


def told_by(program: Program) -> list[str]:
    """Quantities of a prediction that are finite only if the samples and all parameters that it reads are.

    A sum, a difference, a product keeps what is not finite: times 0 it is NaN. e^z and max(z, 0) may make a number of
    it, so what they read is looked at. Of what is prepared both ends are: it may have become too large on the way.
    """
    asked = {program.data, *(name for name, kind in program.leaves.items() if kind == "parameter")}
    lines = program.needed([program.output])
    read = {name.name for line in lines for name in names(line.rule)} | {program.output}
    open_ = {name: None for name in asked if name in read}  # what nothing tells of yet
    for line in lines:
        shown = _shown(line.rule, open_)
        for name in shown:
            del open_[name]
        if shown or line.name == program.prepared:
            open_[line.name] = None
    return list(open_)


def _shown(rule: Expr, of: Mapping[str, None]) -> set[str]:
    """Those of some quantities that can't be infinite or NaN unless what the rule gives is, too."""
    shown: dict[Expr, set[str]] = {}

    def at(item: Expr) -> set[str]:
        return {item.name} & of.keys() if isinstance(item, Name) else shown.get(item, set())

    for node in nodes(rule):
        shown[node] = set().union(*map(at, node.args)) if node.op.keeps_not_finite else set()
    return at(rule)
