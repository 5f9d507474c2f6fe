"""The use of a program, and its task: what is to be computed, and how the user's arrays are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.compiler.entries import Own, State
from chainrule.compiler.functions import EMIT
from chainrule.compiler.jit import host
from chainrule.compiler.schedule import M, NotCompiled, Shape
from chainrule.compiler.task import FEW_SAMPLES, SOURCES, Source, Task, Use
from chainrule.engines.batches import Batches
from chainrule.expressions import Expr, Name, names, nodes
from chainrule.expressions.operations import CAST
from chainrule.model.labels import Labels, Targets
from chainrule.model.model import Model, prepared_inputs
from chainrule.parts.contract import Array
from chainrule.program.program import Program, Quantity

if TYPE_CHECKING:
    from chainrule.data.moving import Move, Moving


def training_use(
    program: Program, data: Batches, X: Array, threads: int, moves: Move | None = None, prepared: bool = False
) -> Use:
    """To train, by a program, with samples that come like those of X; several threads may share the work."""
    output = [program.activation] if data.counts else []
    wanted = ("L", *output, *program.gradients.values(), *program.buffers.values())
    use = forward_use(wanted, X, data.y, threads, bool(data.counts), prepared)
    made, few = data.transform is not None and moves is None, data.size <= FEW_SAMPLES
    return replace(use, updates=True, made=made, moves=moves, shuffled=data.shuffled, few=few)


def moved_in_steps(data: Batches) -> Moving | None:
    """What moves images within the steps; None where the transform is to be called, or steps can't read them."""
    found = data.moving
    if found is None or found.how.entries >= 2**31:  # the places of entries are counted with 32 bits
        return None
    try:
        _source(data.X, "X")
    except NotCompiled:
        return None
    return found


def forward_use(
    wanted: Sequence[str],
    X: Array,
    y: Targets | None,
    threads: int,
    counts: bool = False,
    prepared: bool = False,
) -> Use:
    """To compute some quantities, and update nothing; with `counts`, right answers are counted."""
    targets = None if y is None else _source(targets_array(y), "y", isinstance(y, Labels))
    return Use(
        tuple(wanted), False, _source(X, "X"), targets, counts=counts, threads=threads, prepared=prepared
    )


def task_of(network: Model, program: Program, use: Use) -> Task:
    """What is to be compiled of a network's program."""
    target, in_double = host(), _in_double(network, program, use.prepared)
    apart = [line for lines in in_double.values() for line in lines]
    read = {name.name for name in _read([quantity.rule for quantity in apart])}
    prepare = {name: constant.size for name, constant in network.constants.items() if name in read}
    data = program.prepared if in_double["preparation"] or use.prepared else program.data
    ready = program.preparation if use.prepared else []
    return Task(
        quantities=[line for line in program.needed(use.wanted) if line not in (*apart, *ready)],
        shapes=_shapes(network, program, data, use.y is not None, prepare),
        noise={name: i for i, (name, (spread, _)) in enumerate(program.noise.items()) if spread == "uniform"},
        constants=prepare,
        raw=data if use.prepared else program.data,
        data=data,
        target=program.target,
        output=program.activation,
        restored=program.output,
        told_by=[] if use.y is not None else [name for name in use.wanted if name != program.output],
        spans=network.parameters.spans,
        buffers=program.buffers,
        answers=network.answers,
        scalars=[
            name for name, kind in program.leaves.items() if kind == "scalar" and name not in ("m", "t")
        ],
        dtype=network.dtype.name,
        x=use.x,
        y=use.y,
        made=use.made,
        moves=use.moves,
        shuffled=use.shuffled,
        counts=use.counts,
        few=use.few,
        threads=use.threads,
        register=target.register,
        registers=target.registers,
        x86=target.x86,
        **in_double,
        **_update(network, program, use.updates),
    )


def _update(network: Model, program: Program, wanted: bool) -> dict[str, Any]:
    """What of a task has to do with the update: the lines of the first parameter serve all."""
    if not (wanted and network.trained):
        return {"update": [], "gradients": {}, "update_buffers": {}}
    first = network.trained[0]
    states = {name: State(local) for name, (local, of) in program.state.items() if of == first}
    gradient = program.gradients[first]
    return {
        "update": [*program.shared, *program.update_of(first)],
        "gradients": program.gradients,
        "update_buffers": {first: Own.PARAMETERS, gradient: Own.GRADIENTS, **states},
    }


def targets_array(y: Targets) -> Array:
    """The array behind targets: rows, or the codes of labels."""
    return y.codes if isinstance(y, Labels) else y


def _shapes(
    network: Model, program: Program, data: str, targets: bool, prepare: Mapping[str, int]
) -> dict[str, Shape]:
    """The shapes of all leaves but what the preparation of inputs reads."""
    width = network.inputs if data == program.data else prepared_inputs(network)
    shapes: dict[str, Shape] = {data: (M, width)}
    if targets:
        shapes["y"] = (M, network.outputs)
    shapes |= network.parameters.layout
    arrays = network.constants | network.buffers
    shapes |= {name: array.shape for name, array in arrays.items() if name not in prepare}
    shapes |= {name: (M, width) for name, (_, width) in program.noise.items()}
    if "weight" in program.leaves:
        shapes["weight"] = (M,)
    return shapes


def _in_double(network: Model, program: Program, prepared: bool) -> dict[str, Any]:
    """The lines of a task that are computed entry by entry in double precision, by its names for them."""
    return {
        "preparation": [] if prepared else _preparation(network, program),
        "scaling": _of_targets(network, program.scaling_of_targets, program.target),
        "restoring": _of_targets(network, program.restoring, program.activation),
    }


def _preparation(network: Model, program: Program) -> list[Quantity]:
    """The lines that prepare inputs, which are computed where rows are read.

    Lines that need more than an entry's own column are steps like any other in a float64 network; in a float32 one
    there are no steps in double precision.
    """
    lines = program.preparation
    if _entry_by_entry(network, lines, program.data, network.inputs):
        return lines
    if network.dtype == np.float64:
        return []
    part = lines[-1].part
    raise NotCompiled(f"{part.title()} prepares the inputs in double precision, and not entry by entry")


def _of_targets(network: Model, lines: list[Quantity], given: str) -> list[Quantity]:
    """The lines that scale targets or take outputs back, which are computed where rows are read or given."""
    if not _entry_by_entry(network, lines, given, network.outputs):
        raise NotCompiled(
            f"{lines[-1].part.title()} scales targets in double precision, and not entry by entry"
        )
    return lines


def _entry_by_entry(network: Model, lines: list[Quantity], given: str, width: int) -> bool:
    """Whether lines need no more of a row than the entry's own column."""
    made = {given, *(quantity.name for quantity in lines)}
    entries = {(), (1,), (1, 1), (width,), (1, width)}

    def known(name: Name) -> bool:
        constant = network.constants.get(name.name)
        if name.scalar:
            return not name.computed
        return name.name in made or (constant is not None and constant.shape in entries)

    rules = [quantity.rule for quantity in lines]
    written = all(node.scalar or node.op in EMIT or node.op is CAST for rule in rules for node in nodes(rule))
    return written and all(map(known, _read(rules))) and not any(rule.scalar for rule in rules)


def _read(rules: Sequence[Expr]) -> list[Name]:
    """What some rules read."""
    return list({name: None for rule in rules for name in names(rule)})


def _source(array: Array, what: str, labels: bool = False) -> Source:
    if not isinstance(array, np.ndarray):
        raise NotCompiled(f"{what} as a sparse matrix")
    whole = all(stride % array.itemsize == 0 for stride in array.strides)
    name = _name(array.dtype)
    if name not in SOURCES or not (array.dtype.isnative and array.flags.aligned and whole):
        raise NotCompiled(f"{what} as an array of {array.dtype.str} in this layout")
    packed = array.ndim == 2 and (array.shape[1] == 1 or array.strides[1] == array.itemsize)
    return Source(name, labels, packed, packed and array.flags.c_contiguous)


@lru_cache(32)  # which NumPy puts together anew each time
def _name(dtype: Any) -> str:
    return str(dtype.name)
