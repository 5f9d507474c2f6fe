"""Where each array of a step is: in the network's flat buffers, in the user's memory, or in the step's own."""

from __future__ import annotations

from chainrule.compiler.assembly import BYTES, Value, integer
from chainrule.compiler.context import StepContext
from chainrule.compiler.entries import Leaf, Own
from chainrule.compiler.loops import Place
from chainrule.compiler.matmul import FAR
from chainrule.compiler.rows import crossing
from chainrule.compiler.schedule import M, Shape, width_of
from chainrule.expressions import Expr, Name
from chainrule.model.streams import padded


def find_places(context: StepContext) -> dict[Expr, list[Place]]:
    """The places of each array; it is read from the first of them, and written to all."""
    task, plan = context.task, context.plan
    places = _leaves(context)
    for name in task.trained:
        gradient = plan.results[task.gradients[name]]
        places.setdefault(gradient, []).append(_parameter(context, Own.GRADIENTS, name))
    for name, new in task.buffers.items():
        places.setdefault(plan.results[new], []).append(places[Name(name)][0])
    kernels = [item for item in plan.items if item.what == "kernel"]
    crossed = [node for item in kernels for node in crossing(plan, item, context.lanes)]
    stored = [node for node in plan.lines() if node in plan.stored]
    for node in dict.fromkeys([*stored, *crossed]):
        if node not in places:
            places[node] = [_buffer(context, plan.shape(node))]
    return places


def _leaves(context: StepContext) -> dict[Expr, list[Place]]:
    """What the step reads from outside."""
    task = context.task
    places: dict[Expr, list[Place]] = {}
    for own in (Own.PARAMETERS, Own.GRADIENTS):
        context.entry(own)
    for name, shape in task.shapes.items():
        if name in task.spans:
            places[Name(name)] = [_parameter(context, Own.PARAMETERS, name)]
        elif name in task.noise:
            places[Name(name)] = [_drawn(context, shape)]
        elif name in (task.data, "y", "weight"):
            by_column = context.small is not None
            places[Name(name)] = _columns(context, shape) if by_column else [_buffer(context, shape)]
        else:
            places[Name(name)] = [_unpadded(context.entry(Leaf(name)), shape)]
    return places


def _parameter(context: StepContext, flat: Own, name: str) -> Place:
    """A parameter, or its gradient, in a flat buffer."""
    start = integer(context.task.spans[name].start)
    return _unpadded(context.f.gep(context.entry(flat), start, context.element), context.task.shapes[name])


def _buffer(context: StepContext, shape: Shape) -> Place:
    """An array of the step's own; where samples are rows, they are padded to whole registers."""
    rows = shape[0] if shape else 1
    width = width_of(shape)
    padded = rows == M and width > 1
    stride = context.padded(width) if padded else width
    if padded and stride * BYTES[context.element] % FAR == 0:
        # Rows that lie a power of two apart would push each other out of the first cache.
        stride += context.lanes
    return Place(context.buffer(stride, rows), stride, padded)


def _drawn(context: StepContext, shape: Shape) -> Place:
    """Uniform noise: rows in whole blocks, one after the other."""
    stride = padded(int(shape[1]), context.task.dtype)
    return Place(context.buffer(stride, M), stride, stride % context.lanes == 0)


def _columns(context: StepContext, shape: Shape) -> list[Place]:
    """Where the columns of an array begin that is kept column by column."""
    f, width = context.f, width_of(shape)
    base = context.buffer(width, M)
    with f.entry_block():
        batch = context.entry(Own.BATCH, "i64")
        length = f.op("and", f.add(batch, integer(context.lanes - 1)), integer(-context.lanes))
        return [Place(f.gep(base, f.op("mul", length, integer(j)), context.element), 1) for j in range(width)]


def _unpadded(base: Value, shape: Shape) -> Place:
    return Place(base, width_of(shape))
