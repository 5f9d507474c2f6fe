"""The update of the parameters: its lines as one loop over the flat buffers."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.compiler.assembly import ONE, ZERO, Value, integer
from chainrule.compiler.context import StepContext
from chainrule.compiler.entries import Own
from chainrule.compiler.flat import write_flat
from chainrule.compiler.fused import FusedUpdates
from chainrule.compiler.loops import LoopWriter, Place, Range, scalars
from chainrule.compiler.schedule import Item, KernelSchedule, M, NotCompiled, Shape, width_of
from chainrule.expressions import Expr, Name, Node
from chainrule.model.arrays import runs


class Updates:
    """Writes the updates of all parameters, each thread its part. Those of `fused` follow on their gradients."""

    def __init__(self, context: StepContext) -> None:
        """Write the function `move`."""
        self.context, self.task, self.f = context, context.task, context.f
        self.fused = FusedUpdates(context)
        self._write_move()

    def _write_move(self) -> None:
        """One fused loop over a range of the flat buffers, as an inner function."""
        given, element = self.task.update_buffers, self.context.element
        shapes: dict[str, Shape] = dict.fromkeys(given, (M,))
        updated = {f"{name}_new": buffer for name, buffer in given.items() if buffer is not Own.GRADIENTS}
        plan = KernelSchedule(self.task.update, shapes, updated, False)
        if len(plan.items) != 1:
            raise NotCompiled("an update that is more than one loop")
        lines = plan.items[0].nodes
        buffers = {buffer: f"p{i}" for i, buffer in enumerate(dict.fromkeys(given.values()))}
        self._operands = scalars(plan, lines)
        parameters = {"start": "i64", "stop": "i64", **dict.fromkeys(buffers.values(), "ptr")}
        parameters |= {f"s{i}": element for i in range(len(self._operands))}
        f = self.context.module.function("move", parameters, inner=True)
        p = f.parameters
        places: dict[Expr, list[Place]] = {
            Name(name): [Place(p[buffers[buffer]], 1)] for name, buffer in given.items()
        }
        for name, buffer in updated.items():
            places.setdefault(plan.results[name], []).append(Place(p[buffers[buffer]], 1))
        values = {key: p[f"s{i}"] for i, key in enumerate(self._operands)}
        loops = LoopWriter(f, plan, element, self.context.lanes, places, lambda *key: values[key], ONE)
        write_flat(loops, lines, p["start"], p["stop"])

    def write(self, size: Value) -> None:
        """Every parameter is updated: this thread's part of it."""
        context = self.context
        buffers = [context.entry(buffer) for buffer in dict.fromkeys(self.task.update_buffers.values())]
        operands = [context.scalars.value(*key) for key in self._operands]
        for name in self.fused.items:
            self.fused.write(name, self._rows_of(name, size), size, buffers, operands)
        for start, stop in self._ranges(size):
            self.f.call("move", start, stop, *buffers, *operands)

    def _rows_of(self, name: str, size: Value) -> Range:
        """This thread's rows of a parameter."""
        lead = self.task.shapes[name][0]
        first, after = self.context.share(lead, size)
        if self.task.threads > 1 and lead == 1:
            after = self.f.select(self.f.compare("eq", self.context.thread, ZERO), ONE, ZERO)
        return first, after

    def _ranges(self, size: Value) -> Iterator[Range]:
        """This thread's ranges of the flat buffers: alone, whole runs; otherwise its rows of each parameter."""
        task, f = self.task, self.f
        left = [name for name in task.trained if name not in self.fused.items]
        if task.threads == 1:
            for _, run in runs(task.spans, left):
                yield integer(run.start), integer(run.stop)
            return
        for name in left:
            width = width_of(task.shapes[name])
            first, after = self._rows_of(name, size)
            begin = integer(task.spans[name].start)
            yield f.add(begin, f.times(first, width)), f.add(begin, f.times(after, width))

    def read_late(self, phase: int) -> bool:
        """Whether, in the last phase, one thread may still read what another one is about to change."""
        plan, fused = self.context.plan, list(self.fused.items.values())
        leads: dict[Item, int | str] = {}
        for name in self.task.trained:
            node = plan.results[self.task.gradients[name]]
            assert isinstance(node, Node)
            leads[plan.maker[node]] = self.task.shapes[name][0]
        if any(item.phase > phase for item in fused):
            return True
        last = [item for item in plan.items if item.phase == phase and item not in fused]
        return any(leads.get(item, item.lead) != item.lead or self._reads_parameter(item) for item in last)

    def _reads_parameter(self, item: Item) -> bool:
        return any(isinstance(read, Name) and read.name in self.task.spans for read in item.reads)
