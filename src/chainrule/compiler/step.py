"""The whole of many training steps as one function: rows are gathered, the items run, the parameters move.

`steps(frame, number)` is entered once by each thread; the frame is a table of addresses and whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chainrule.compiler import matmul as products
from chainrule.compiler import small as tiny
from chainrule.compiler.assembly import (
    ONE,
    SIZES,
    ZERO,
    Module,
    Value,
    integer,
    real,
)
from chainrule.compiler.frame import Buffer, Entry, Leaf, Own
from chainrule.compiler.functions import emit
from chainrule.compiler.kernels import Place, Range, Writer, crossing, scalars
from chainrule.compiler.matmul import FAR
from chainrule.compiler.samples import Samples, doubles
from chainrule.compiler.schedule import Item, M, Plan, Shape, width_of
from chainrule.compiler.task import KINDS, Task
from chainrule.compiler.updates import Moves
from chainrule.expressions import Const, Expr, Name, Node, nodes

SPLIT = 8  # threads get whole groups of so many rows of a weight matrix


class Step:
    """A task as assembly, and what its frame holds.

    `frame` says where each entry of the frame stands; `buffers` are the arrays that the step needs for itself,
    by their entry in the frame: the entries of a row, and the number of rows or `M`.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.kind = KINDS[task.dtype]
        self.lanes = task.register // SIZES[self.kind]
        self.frame: dict[Entry, int] = {own: own.value for own in Own}
        self._read: dict[Entry, Value] = {}
        self.buffers: dict[Buffer, tuple[int, int | str]] = {}
        results = [
            *task.gradients.values(),
            *task.remembered.values(),
            *(["L"] if task.y else []),
            *([task.output] if task.counts or not task.y else []),
        ]
        self.plan = Plan(task.quantities, task.shapes, results, task.threads > 1)
        self.shared = {q.name: q.rule for q in task.update if q.rule.scalar}
        of_samples = {name for name, shape in task.shapes.items() if shape[:1] == (M,)}
        alone = task.threads == 1 and of_samples == {task.data, "y"}
        self.tiny = tiny.within(self.plan) if alone else None
        self.module = Module()
        self._wait()
        self.text = self._steps()

    # --- small functions --------------------------------------------------------------------------------

    def _wait(self) -> None:
        """Wait until all threads have come as far: each adds one, and looks until the sum is there."""
        f = self.module.function("wait", {"counter": "ptr", "target": "i64"}, inner=True)
        counter, target = f.parameters.values()
        f.line(f"%arrived = atomicrmw add {counter}, i64 1 seq_cst")
        tries = f.variable("i64")
        f.store(ZERO, tries)
        with f.repeat_while() as condition:
            count = f.op("add", f.load(tries, "i64"), ONE)
            f.store(count, tries)
            with f.when(f.compare("sgt", count, integer(2000))):  # the other one may not be running at all
                f.call("chainrule_yield")
            if self.task.x86:
                f.call("llvm.x86.sse2.pause")
            seen = Value("%seen", "i64")
            f.line(f"%seen = load atomic i64, {counter} seq_cst, align 8")
            condition.append(f.compare("slt", seen, target))

    # --- the frame --------------------------------------------------------------------------------------

    def entry(self, of: Entry, kind: str = "ptr") -> Value:
        """An entry of the frame, read once at the beginning."""
        if of not in self._read:
            with self.f.first():
                self._read[of] = self.f.load(self.address(of), kind)
        return self._read[of]

    def address(self, of: Entry) -> Value:
        """Where an entry of the frame stands."""
        place = self.frame.setdefault(of, len(self.frame))
        return self.f.at(self.f.parameters["frame"], integer(place), "i64")

    # --- many steps -------------------------------------------------------------------------------------

    def _steps(self) -> str:
        task = self.task
        f = self.module.function("steps", {"frame": "ptr", "number": "i64"})
        self.f, self.thread = f, f.parameters["number"]
        self.scalar_base = self.entry(Own.SCALARS)
        samples, batch, count = (self.entry(own, "i64") for own in (Own.SAMPLES, Own.BATCH, Own.STEPS))
        order, losses = self.entry(Own.ORDER), self.entry(Own.LOSSES)
        right, counter = self.entry(Own.RIGHT), self.entry(Own.COUNTER)
        first_step = self.entry(Own.T, "i64")
        position, epoch = f.variable("i64"), f.variable("i64")
        f.store(self.entry(Own.POSITION, "i64"), position)
        f.store(ZERO, epoch)
        self.places = self._places()
        most = max((self._scratch(i.nodes[0]) for i in self.plan.items if i.what == "product"), default=0)
        self.panel = self.own(most, 1)
        # Rows that come one after the other, as the network's numbers, are read where they are.
        there = task.x.whole and not (task.shuffled or task.preparation) and task.x.dtype == task.dtype
        there = there and self.tiny is None
        rows_of, moves = Samples(self), Moves(self) if task.update else None
        apart = set(self.tiny or (moves.grown.values() if moves else ()))
        arrived, width = f.variable("i64"), int(task.shapes[task.data][1])
        f.store(self.entry(Own.ARRIVED, "i64"), arrived)
        with self._flushed(), f.loop(ZERO, count) as step:
            at = f.load(position, "i64")
            size = f.least(batch, f.op("sub", samples, at))
            start = f.add(f.load(epoch, "i64"), at)
            self.known = {"m": f.cast("sitofp", size, "double")}
            self.known["t"] = f.cast("sitofp", f.add(f.add(first_step, step), ONE), "double")
            self.numbers = {key: self.number(*key) for key in scalars(self.plan, self.plan.lines())}
            self.doubles = {item: self.number(item, False, "double") for item in doubles(task.preparation)}
            rows = self.share(M, size)
            fresh = f.op("or", f.compare("slt", batch, samples), f.compare("eq", step, ZERO))
            if there:
                first = f.at(self.entry(Own.X), f.times(start, width), self.kind)
                self.places[Name(task.data)] = [Place(first, width)]
            with f.when(fresh):
                rows_of.gather(order, start, rows, there)
            phase = 0
            if self.tiny is not None:
                self._tiny(size, f.at(right, step, "i64"))
            for item in self.plan.items:
                if item in apart:
                    continue
                if task.threads > 1 and item.phase > phase:
                    phase = item.phase
                    self._meet(counter, arrived)
                with self._lead(item):
                    self._call(item, self._span(item, rows, size), size)
            if task.counts and self.tiny is None:
                rows_of.count(rows, f.at(right, f.add(f.times(step, task.threads), self.thread), "i64"))
            if moves is not None:
                if task.threads > 1 and moves.read_late(phase):
                    self._meet(counter, arrived)
                moves.write(size)
            if task.y is None:
                rows_of.give(start, rows)
            else:
                with f.when(f.compare("eq", self.thread, ZERO)):
                    loss = f.load(self.places[self.plan.results["L"]][0].base, self.kind)
                    loss = loss if self.kind == "double" else f.cast("fpext", loss, "double")
                    f.store(loss, f.at(losses, step, "double"))
            following = f.add(at, size)
            ended = f.compare("eq", following, samples)
            f.store(f.choose(ended, ZERO, following), position)
            if task.shuffled:
                f.store(f.add(f.load(epoch, "i64"), f.choose(ended, samples, ZERO)), epoch)
            if task.threads > 1:
                self._meet(counter, arrived)
        if task.y is None:
            rows_of.tell()
        if task.threads > 1:  # whoever goes on from here finds all the others done
            self._meet(counter, arrived)
        registers = (
            f'"prefer-vector-width"="{task.register * 8}" "min-legal-vector-width"="{task.register * 8}"'
        )
        return self.module.text(f"nounwind {registers}")

    def _tiny(self, size: Value, right: Value) -> None:
        """The part of a tiny network's step that one loop over the samples holds."""
        assert self.tiny is not None
        writer = Writer(
            self.f,
            self.plan,
            self.kind,
            self.lanes,
            self.places,
            lambda *key: self.numbers[key],
            size,
            ZERO,
            0,
        )
        columns: dict[Expr, list[Value]] = {
            Name(name): [place.base for place in self.places[Name(name)]] for name in (self.task.data, "y")
        }
        answers = None
        if self.task.counts:
            answers = self.plan.results[self.task.output], Name("y")
        count = tiny.Tiny(writer, self.tiny, columns, self.task.answers, answers).write()
        if count is not None:
            self.f.store(count, right)

    def _meet(self, counter: Value, arrived: Value) -> None:
        target = self.f.add(self.f.load(arrived, "i64"), integer(self.task.threads))
        self.f.store(target, arrived)
        self.f.call("wait", counter, target)

    def _scratch(self, node: Node) -> int:
        inner, columns = self.plan.shape(node.args[0])[1], self.plan.shape(node)[1]
        return products.scratch(products.Shape(None if inner == M else int(inner), int(columns)), self.lanes)

    def _call(self, item: Item, span: Range, size: Value) -> None:
        """An item as a function of its own; items that are alike, such as those of equal layers, share one."""
        places = self.places
        touched = dict.fromkeys([*item.reads, *(node for node in item.nodes if node in places)])
        bases = dict.fromkeys(place.base for source in touched for place in places[source])
        numbers = scalars(self.plan, item.nodes)
        parameters = {"start": "i64", "stop": "i64", "samples": "i64", "panel": "ptr"}
        parameters |= {f"p{i}": "ptr" for i in range(len(bases))} | {
            f"s{i}": self.kind for i in range(len(numbers))
        }
        f = self.module.function(f"item{len(self.module.functions)}", parameters, inner=True)
        inside = {base: f.parameters[f"p{i}"] for i, base in enumerate(bases)}
        own = {
            source: [Place(inside[place.base], place.stride, place.padded) for place in places[source]]
            for source in touched
        }
        values = {key: f.parameters[f"s{i}"] for i, key in enumerate(numbers)}
        p = f.parameters
        writer = Writer(f, self.plan, self.kind, self.lanes, own, lambda *key: values[key], p["samples"], p["panel"],
                        self.task.registers)  # fmt: skip
        writer.write(item, (p["start"], p["stop"]))
        name = self.module.shared(f)
        self.f.call(name, *span, size, self.panel, *bases, *(self.numbers[key] for key in numbers))

    def _span(self, item: Item, rows: Range, size: Value) -> Range:
        """This thread's part of an item."""
        grain = products.panel_width(self.lanes, self.task.registers) if item.across else SPLIT
        return rows if item.lead == M else self.share(item.lead, size, grain)

    def share(self, lead: int | str, size: Value, grain: int = SPLIT) -> Range:
        """This thread's range of a leading axis, in whole grains."""
        f, threads = self.f, self.task.threads
        if threads == 1 or lead == 1:
            return ZERO, size if lead == M else integer(int(lead))
        if lead == M:
            first = f.op("sdiv", f.op("mul", size, self.thread), integer(threads))
            after = f.op("sdiv", f.op("mul", size, f.add(self.thread, ONE)), integer(threads))
            return first, after
        part = -(-int(lead) // (threads * grain)) * grain
        first = f.least(f.times(self.thread, part), integer(int(lead)))
        return first, f.least(f.add(first, integer(part)), integer(int(lead)))

    @contextmanager
    def _lead(self, item: Item) -> Iterator[None]:
        """What can't be shared is done by the first thread."""
        if self.task.threads > 1 and item.lead == 1:
            with self.f.when(self.f.compare("eq", self.thread, ZERO)):
                yield
        else:
            yield

    @contextmanager
    def _flushed(self) -> Iterator[None]:
        """Numbers too small to be normal are taken as 0: a processor is up to a hundred times slower with them."""
        f = self.f
        if self.task.x86:
            before, now = f.variable("i32"), f.variable("i32")
            f.call("llvm.x86.sse.stmxcsr", before)
            f.store(f.op("or", f.load(before, "i32"), integer(0x8040, "i32")), now)
            f.call("llvm.x86.sse.ldmxcsr", now)
        yield
        if self.task.x86:
            f.call("llvm.x86.sse.ldmxcsr", before)

    # --- scalars ----------------------------------------------------------------------------------------

    def number(self, expr: Expr, reciprocal: bool, kind: str = "") -> Value:
        """A scalar expression in double precision, then in the network's kind, as where NumPy meets an array."""
        f = self.f
        values: dict[Expr, Value] = {}

        def value(item: Expr) -> Value:
            if isinstance(item, Const):
                return real(item.value, "double")
            if isinstance(item, Node):
                return values[item]
            if item.name in self.shared and item.name not in self.known:
                self.known[item.name] = self.number(self.shared[item.name], False, "double")
            if item.name not in self.known:
                place = integer(self.task.scalars.index(item.name))
                self.known[item.name] = f.load(f.at(self.scalar_base, place, "double"), "double")
            return self.known[item.name]

        for node in nodes(expr):
            values[node] = emit(f, node, [value(arg) for arg in node.args], "double")
        result = value(expr)
        if reciprocal:
            result = f.op("fdiv", real(1, "double"), result)
        return result if (kind or self.kind) == "double" else f.cast("fptrunc", result, "float")

    # --- memory -----------------------------------------------------------------------------------------

    def _places(self) -> dict[Expr, list[Place]]:
        task, f = self.task, self.f
        places: dict[Expr, list[Place]] = {}
        flat = {own: self.entry(own) for own in (Own.PARAMETERS, Own.GRADIENTS)}
        for name, shape in task.shapes.items():
            if name in task.spans:
                base = f.at(flat[Own.PARAMETERS], integer(task.spans[name].start), self.kind)
                places[Name(name)] = [_unpadded(base, shape)]
            elif name in (task.data, "y"):
                places[Name(name)] = [self._buffer(shape)] if self.tiny is None else self._columns(shape)
            else:
                places[Name(name)] = [_unpadded(self.entry(Leaf(name)), shape)]
        for name in task.trained:
            base = f.at(flat[Own.GRADIENTS], integer(task.spans[name].start), self.kind)
            gradient = self.plan.results[task.gradients[name]]
            places.setdefault(gradient, []).append(_unpadded(base, task.shapes[name]))
        for name, new in task.remembered.items():
            places.setdefault(self.plan.results[new], []).append(places[Name(name)][0])
        crossed = [
            n for i in self.plan.items if i.what == "kernel" for n in crossing(self.plan, i, self.lanes)
        ]
        for node in dict.fromkeys(
            [*(n for i in self.plan.items for n in i.nodes if n in self.plan.stored), *crossed]
        ):
            if node not in places:
                places[node] = [self._buffer(self.plan.shape(node))]
        return places

    def _buffer(self, shape: Shape) -> Place:
        """An array of the step's own; where samples are rows, they are padded to whole registers."""
        rows = shape[0] if shape else 1
        width = width_of(shape)
        padded = rows == M and width > 1
        stride = self.padded(width) if padded else width
        if padded and stride * SIZES[self.kind] % FAR == 0:
            # Rows that lie a power of two apart would push each other out of the first cache.
            stride += self.lanes
        return Place(self._made(stride, rows), stride, padded)

    def _made(self, stride: int, rows: int | str) -> Value:
        """A new array of the step's own: its first entry."""
        buffer = Buffer(len(self.buffers))
        self.buffers[buffer] = (stride, rows)
        return self.entry(buffer)

    def own(self, entries: int, rows: int | str) -> Value:
        """Memory that each thread has for itself: so many entries, for each sample or once."""
        base = self._made(entries * self.task.threads, rows)
        before = self.f.times(self.thread, entries)
        if rows == M:
            before = self.f.op("mul", before, self.entry(Own.BATCH, "i64"))
        return self.f.at(base, before, self.kind)

    def padded(self, width: int) -> int:
        """A width in whole registers."""
        return -(-width // self.lanes) * self.lanes

    def _columns(self, shape: Shape) -> list[Place]:
        """Where the columns of an array begin that is kept column by column."""
        width = int(shape[1])
        base = self._made(width, M)
        with self.f.first():
            length = self.f.op(
                "and", self.f.add(self.entry(Own.BATCH, "i64"), integer(self.lanes - 1)), integer(-self.lanes)
            )
            return [
                Place(self.f.at(base, self.f.op("mul", length, integer(j)), self.kind), 1)
                for j in range(width)
            ]


def _unpadded(base: Value, shape: Shape) -> Place:
    return Place(base, width_of(shape))
