"""How the parameters move: the lines of an update as one loop over the flat buffers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chainrule.compiler import matmul as products
from chainrule.compiler.assembly import ONE, ZERO, Value, integer
from chainrule.compiler.frame import Own
from chainrule.compiler.kernels import Place, Range, Writer, scalars
from chainrule.compiler.schedule import Item, M, NotCompiled, Plan, Shape, width_of
from chainrule.expressions import Expr, Name, Node
from chainrule.expressions import operations as ops
from chainrule.network import runs

if TYPE_CHECKING:
    from chainrule.compiler.step import Step

PIECE = 48  # rows of a gradient that are made, and their weights moved, at a time
MOST_ROWS = 512  # samples a step up to which that pays


class Moves:
    """Writes the moves of all parameters, each thread its part.

    `grown` are the weights whose gradient is made a few rows at a time, each time followed by their move.
    """

    def __init__(self, step: Step) -> None:
        """Write into the function of a step."""
        self.step, self.task, self.plan, self.places = step, step.task, step.plan, step.places
        self.f, self.kind, self.lanes, self.tiny = step.f, step.kind, step.lanes, step.tiny
        self.grown = self._grown()
        widest = max((step.padded(int(self.task.shapes[name][1])) for name in self.grown), default=0)
        self.packed = step.own(widest, M)
        self.rows = step.own(widest * PIECE, 1)
        self._line()

    def _line(self) -> None:
        """One fused loop over a range of the flat buffers, as an inner function."""
        task = self.task
        shapes: dict[str, Shape] = dict.fromkeys(task.moving, (M,))
        moved = {f"{name}_new": buffer for name, buffer in task.moving.items() if buffer is not Own.GRADIENTS}
        plan = Plan(task.update, shapes, moved, False)
        if len(plan.items) != 1:
            raise NotCompiled("an update that is more than one loop")
        lines = plan.items[0].nodes
        buffers = {buffer: f"p{i}" for i, buffer in enumerate(dict.fromkeys(task.moving.values()))}
        self.numbers = scalars(plan, lines)
        numbers = {f"s{i}": self.kind for i in range(len(self.numbers))}
        f = self.step.module.function(
            "move",
            {"start": "i64", "stop": "i64", **dict.fromkeys(buffers.values(), "ptr"), **numbers},
            inner=True,
        )
        places: dict[Expr, list[Place]] = {
            Name(name): [Place(f.parameters[buffers[buffer]], 1)] for name, buffer in task.moving.items()
        }
        for name, buffer in moved.items():
            places.setdefault(plan.results[name], []).append(Place(f.parameters[buffers[buffer]], 1))
        values = {key: f.parameters[f"s{i}"] for i, key in enumerate(self.numbers)}
        writer = Writer(f, plan, self.kind, self.lanes, places, lambda *key: values[key], ONE, ZERO, 0)
        writer.flat(lines, f.parameters["start"], f.parameters["stop"])

    def write(self, size: Value) -> None:
        """Every parameter moves: this thread's part of it."""
        f, task = self.f, self.task
        buffers = [self.step.entry(buffer) for buffer in dict.fromkeys(task.moving.values())]
        numbers = [self.step.number(*key) for key in self.numbers]
        for name, item in self.grown.items():
            first, after = self._rows_of(name, size)
            self._grow(name, item, (first, after), size, buffers, numbers)
        for start, stop in self._ranges(size):
            f.call("move", start, stop, *buffers, *numbers)

    def _grow(
        self, name: str, item: Item, span: Range, size: Value, buffers: list[Value], numbers: list[Value],
    ) -> None:  # fmt: skip
        """A gradient and the move that it causes, a few rows at a time, so that the gradient never leaves the cache."""
        task, columns = self.task, int(self.task.shapes[name][1])
        a, b = (self.places[read][0] for read in item.reads)
        whole, addresses = ("start", "stop", "samples", "flat"), ("packed", "rows", "a", "b")
        moving = {f"p{i}": "ptr" for i in range(len(buffers))} | {
            f"s{i}": self.kind for i in range(len(numbers))
        }
        parameters = dict.fromkeys(whole, "i64") | dict.fromkeys(addresses, "ptr") | moving
        f = self.step.module.function(f"grow{len(self.step.module.functions)}", parameters, inner=True)
        p = f.parameters
        product = products.Product(
            f, self.kind, self.lanes, task.registers, products.Matrix(p["a"], a.stride, a.padded, True),
            products.Matrix(p["b"], b.stride, b.padded, False), products.Matrix(p["rows"], columns, False, False),
            products.Shape(None, columns), p["samples"], p["packed"],
        )  # fmt: skip

        names = list(dict.fromkeys(task.moving.values()))

        @contextmanager
        def around(first: Value, last: Value) -> Iterator[products.Matrix]:
            begin = f.times(first, columns)
            yield products.Matrix(f.at(p["rows"], f.op("sub", ZERO, begin), self.kind), columns, False, False)
            start, stop = f.add(p["flat"], begin), f.add(p["flat"], f.times(last, columns))
            here = f.at(p["rows"], f.op("sub", ZERO, start), self.kind)
            where = (here if n is Own.GRADIENTS else p[f"p{i}"] for i, n in enumerate(names))
            f.call("move", start, stop, *where, *(p[f"s{i}"] for i in range(len(numbers))))

        product.write_in_pieces(p["start"], p["stop"], PIECE, around)
        call = self.step.module.shared(f)
        flat = integer(task.spans[name].start)
        self.f.call(call, *span, size, flat, self.packed, self.rows, a.base, b.base, *buffers, *numbers)

    def _grown(self) -> dict[str, Item]:
        """The weights whose gradient is a product over the samples that the move alone reads."""
        task, plan = self.task, self.plan
        found: dict[str, Item] = {}
        if not task.update or task.rows > MOST_ROWS or self.tiny is not None:
            return found
        read = [node for item in plan.items for node in item.reads] + list(plan.results.values())
        for name in task.trained:
            node = plan.results[task.gradients[name]]
            assert isinstance(node, Node)
            item, shape = plan.maker[node], task.shapes[name]
            left, right = (*node.args, None, None)[:2]
            turned = [isinstance(arg, Node) and arg.op is ops.TRANSPOSE for arg in (left, right)]
            alone = read.count(node) == 1 and item.lead == shape[0] and len(shape) == 2 and int(shape[1]) > 1
            if (
                item.what == "product"
                and turned == [True, False]
                and plan.shape(node.args[1])[0] == M
                and alone
            ):
                found[name] = item
        return found

    def _rows_of(self, name: str, size: Value) -> Range:
        """This thread's rows of a parameter."""
        lead = self.task.shapes[name][0]
        first, after = self.step.share(lead, size)
        if self.task.threads > 1 and lead == 1:
            after = self.f.choose(self.f.compare("eq", self.step.thread, ZERO), ONE, ZERO)
        return first, after

    def _ranges(self, size: Value) -> Iterator[Range]:
        """This thread's ranges of the flat buffers: alone, whole runs; otherwise its rows of each parameter."""
        task, f = self.task, self.f
        left = [name for name in task.trained if name not in self.grown]
        if task.threads == 1:
            for _, run in runs(task.spans, left):
                yield integer(run.start), integer(run.stop)
            return
        for name in left:
            shape = task.shapes[name]
            width = width_of(shape)
            first, after = self._rows_of(name, size)
            begin = integer(task.spans[name].start)
            yield f.add(begin, f.times(first, width)), f.add(begin, f.times(after, width))

    def read_late(self, phase: int) -> bool:
        """Whether, in the last phase, one thread may still read what another one is about to change."""
        leads: dict[Item, int | str] = {}
        for name in self.task.trained:
            node = self.plan.results[self.task.gradients[name]]
            assert isinstance(node, Node)
            leads[self.plan.maker[node]] = self.task.shapes[name][0]
        if any(item.phase > phase for item in self.grown.values()):
            return True
        return any(
            item.phase == phase
            and item not in self.grown.values()
            and (
                leads.get(item, item.lead) != item.lead
                or any(isinstance(read, Name) and read.name in self.task.spans for read in item.reads)
            )
            for item in self.plan.items
        )
