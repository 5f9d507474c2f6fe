"""The task of a run: what is to be computed for a network, and how the user's arrays are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from chainrule.compiler.entries import Own, State
from chainrule.compiler.functions import EMIT
from chainrule.compiler.jit import host
from chainrule.compiler.schedule import M, NotCompiled, Shape
from chainrule.compiler.task import SOURCES, Source, Task
from chainrule.engines.batches import Batches
from chainrule.expressions import Expr, Name, names, nodes
from chainrule.expressions.operations import CAST
from chainrule.model.labels import Labels, Targets
from chainrule.model.model import Model
from chainrule.parts.contract import Array
from chainrule.program.program import Program, Quantity


def training_task(
    network: Model, program: Program, data: Batches, X: Array, y: Targets, in_order: bool, threads: int
) -> Task:
    """A task that trains.

    Parameters
    ----------
    network, program : what is trained, and its step
    data : the batches
    X, y : where a step reads them, if not from `data`
    in_order : whether rows are read as they come, even where batches are shuffled
    threads : how many share the work
    """
    output = [program.output] if data.counts else []
    wanted = ["L", *output, *program.gradients.values(), *program.buffers.values()]
    task = forward_task(network, program, wanted, X, y, threads)
    if network.trained:
        first = network.trained[0]
        states = {name: State(local) for name, (local, of) in program.state.items() if of == first}
        task = replace(
            task,
            update=[*program.shared, *program.update_of(first)],
            gradients=program.gradients,
            update_buffers={first: Own.PARAMETERS, program.gradients[first]: Own.GRADIENTS, **states},
        )
    return replace(task, shuffled=data.shuffled and not in_order, counts=bool(data.counts), rows=data.size)


def forward_task(
    network: Model, program: Program, wanted: Sequence[str], X: Array, y: Targets | None, threads: int,
    counts: bool = False,
) -> Task:  # fmt: skip
    """A task that computes some quantities, and updates nothing; with `counts`, right answers are counted."""
    target, preparation = host(), _preparation(network, program)
    read = {name.name for name in _read([quantity.rule for quantity in preparation])}
    prepare = {name: constant.size for name, constant in network.constants.items() if name in read}
    scalars = [name for name, kind in program.leaves.items() if kind == "scalar" and name not in ("m", "t")]
    data = program.prepared if preparation else program.data
    return Task(
        preparation=preparation,
        quantities=[quantity for quantity in program.needed(wanted) if quantity not in preparation],
        update=[],
        shapes=_shapes(network, program, data, y is not None, prepare),
        constants=prepare,
        raw=program.data,
        data=data,
        output=program.output,
        spans=network.parameters.spans,
        gradients={},
        buffers=program.buffers,
        answers=network.answers,
        update_buffers={},
        scalars=scalars,
        dtype=network.dtype.name,
        x=_source(X, "X"),
        y=None if y is None else _source(targets_array(y), "y", isinstance(y, Labels)),
        shuffled=False,
        counts=counts,
        rows=0,
        threads=threads,
        register=target.register,
        registers=target.registers,
        x86=target.x86,
    )


def targets_array(y: Targets) -> Array:
    """The array behind targets: rows, or the codes of labels."""
    return y.codes if isinstance(y, Labels) else y


def _shapes(
    network: Model, program: Program, data: str, targets: bool, prepare: Mapping[str, int]
) -> dict[str, Shape]:
    """The shapes of all leaves but what the preparation of inputs reads."""
    shapes: dict[str, Shape] = {data: (M, network.inputs)}
    if targets:
        shapes["y"] = (M, network.outputs)
    shapes |= network.parameters.layout
    arrays = network.constants | network.buffers
    shapes |= {name: array.shape for name, array in arrays.items() if name not in prepare}
    shapes |= {name: (M, width) for name, (_, width) in program.noise.items()}
    if "weight" in program.leaves:
        shapes["weight"] = (M,)
    return shapes


def _preparation(network: Model, program: Program) -> list[Quantity]:
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


def _source(array: Array, what: str, labels: bool = False) -> Source:
    whole = all(stride % array.itemsize == 0 for stride in array.strides)
    if array.dtype.name not in SOURCES or not (array.dtype.isnative and array.flags.aligned and whole):
        raise NotCompiled(f"{what} as an array of {array.dtype.str} in this layout")
    packed = array.ndim == 2 and (array.shape[1] == 1 or array.strides[1] == array.itemsize)
    return Source(array.dtype.name, labels, packed, packed and array.flags.c_contiguous)
