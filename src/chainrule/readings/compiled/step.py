"""The whole of many training steps as one function: rows are gathered, the items run, the parameters move.

`steps(frame, number)` is entered once by each thread; the frame is a table of addresses and whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from chainrule.expressions import Const, Expr, Name, Node, nodes
from chainrule.expressions import operations as ops
from chainrule.program import Quantity
from chainrule.readings.compiled import products, tiny
from chainrule.readings.compiled.assembly import (
    ONE,
    SIZES,
    ZERO,
    Function,
    Module,
    Value,
    bits,
    integer,
    real,
)
from chainrule.readings.compiled.functions import emit
from chainrule.readings.compiled.kernels import Place, Range, Writer, crossing
from chainrule.readings.compiled.plan import Item, M, NotCompiled, Plan, Shape
from chainrule.readings.compiled.products import FAR

KINDS = {"float32": "float", "float64": "double"}
# How NumPy's dtypes are read: the kind in memory, and the instruction that turns it into the network's numbers.
SOURCES = {
    "uint8": ("i8", "uitofp"), "int8": ("i8", "sitofp"), "uint16": ("i16", "uitofp"), "int16": ("i16", "sitofp"),
    "uint32": ("i32", "uitofp"), "int32": ("i32", "sitofp"), "uint64": ("i64", "uitofp"), "int64": ("i64", "sitofp"),
    "bool": ("i8", "uitofp"), "float32": ("float", ""), "float64": ("double", ""),
}  # fmt: skip
PIECE = 48  # rows of a gradient that are made, and their weights moved, at a time
MOST_ROWS = 512  # samples a step up to which that pays
SPLIT = 8  # threads get whole groups of so many rows of a weight matrix


@dataclass(frozen=True)
class Source:
    """An array of the user's: its dtype, whether it holds labels, whether the entries of a row are neighbours."""

    dtype: str
    labels: bool
    packed: bool


@dataclass(frozen=True)
class Task:
    """What is compiled.

    Parameters
    ----------
    quantities : of the step up to the gradients, in order
    update : the lines of one parameter's update, which serve them all; none for a run that only looks
    shapes : of every leaf of the step, with `M` for the number of samples
    data, output : the names of the input and of the network's output
    spans, trained : where each parameter stands in the flat buffers, and which ones are updated
    moving : the names that the update gives to flat buffers, e.g. ``{"W1": "parameters", "dW1": "gradients"}``
    scalars : the names of the numbers that come from outside
    dtype : the network's
    x, y : how samples and targets come; a task without targets gives the outputs
    shuffled, counts : whether rows come in an order of their own, and right ones are counted
    rows : samples a step, at most
    threads : how many share the work
    register, registers : bytes of the processor's registers, and how many there are
    x86 : whether the processor is one that must be told to take numbers too small to be normal as 0
    """

    quantities: Sequence[Quantity]
    update: Sequence[Quantity]
    shapes: Mapping[str, Shape]
    data: str
    output: str
    spans: Mapping[str, slice]
    trained: Sequence[str]
    moving: Mapping[str, str]
    scalars: Sequence[str]
    dtype: str
    x: Source
    y: Source | None
    shuffled: bool
    counts: bool
    rows: int
    threads: int
    register: int
    registers: int
    x86: bool


class Step:
    """A task as assembly, and what its frame holds.

    `frame` names the entries of the frame in order; `buffers` are the arrays that the step needs for itself,
    by their entry in the frame: the entries of a row, and the number of rows or `M`.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.kind = KINDS[task.dtype]
        self.lanes = task.register // (4 if self.kind == "float" else 8)
        self.frame: list[str] = []
        self._read: dict[str, Value] = {}
        self.buffers: dict[str, tuple[int, int | str]] = {}
        gradients = [f"d{name}" for name in task.trained]
        results = [
            *gradients,
            *(["L"] if task.y else []),
            *([task.output] if task.counts or not task.y else []),
        ]
        self.plan = Plan(task.quantities, task.shapes, results, task.threads > 1)
        self.tiny = tiny.within(self.plan) if task.threads == 1 and task.y is not None else None
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

    def _entry(self, name: str, kind: str = "ptr") -> Value:
        """An entry of the frame, read once at the beginning."""
        if name not in self._read:
            place, f = integer(len(self.frame)), self.f
            self.frame.append(name)
            with f.first():
                self._read[name] = f.load(f.at(f.parameters["frame"], place, "i64"), kind)
        return self._read[name]

    # --- many steps -------------------------------------------------------------------------------------

    def _steps(self) -> str:
        task = self.task
        f = self.module.function("steps", {"frame": "ptr", "number": "i64"})
        self.f, self.number = f, f.parameters["number"]
        self.scalar_base = self._entry("scalars")
        samples, batch, count = (self._entry(name, "i64") for name in ("samples", "batch", "steps"))
        order, losses = self._entry("order"), self._entry("losses")
        right, counter = self._entry("right"), self._entry("counter")
        first_step = self._entry("t", "i64")
        position, epoch = f.variable("i64"), f.variable("i64")
        f.store(self._entry("position", "i64"), position)
        f.store(ZERO, epoch)
        places = self._places()
        most = max((self._scratch(i.nodes[0]) for i in self.plan.items if i.what == "product"), default=0)
        self.buffers["panel"] = (most, task.threads)
        self.panel = f.at(self._entry("panel"), f.times(self.number, most), self.kind)
        self.grown = self._grown()
        widest = max((self._padded(int(task.shapes[name][1])) for name in self.grown), default=0)
        self.buffers["packed"], self.buffers["rows"] = (
            (widest * task.threads, M),
            (widest * PIECE, task.threads),
        )
        room = f.times(f.op("mul", self.number, batch), widest)
        self.packed = f.at(self._entry("packed"), room, self.kind)
        self.rows = f.at(self._entry("rows"), f.times(self.number, widest * PIECE), self.kind)
        move = self._mover() if task.update else None
        arrived = f.variable("i64")
        f.store(ZERO, arrived)
        with self._flushed(), f.loop(ZERO, count) as step:
            at = f.load(position, "i64")
            size = f.least(batch, f.op("sub", samples, at))
            start = f.add(f.load(epoch, "i64"), at)
            self.known = {"m": f.cast("sitofp", size, "double")}
            self.known["t"] = f.cast("sitofp", f.add(f.add(first_step, step), ONE), "double")
            self.numbers = {key: self._number(*key) for key in _scalars(self.plan, _lines(self.plan))}
            rows = self._share(M, size)
            fresh = f.op("or", f.compare("slt", batch, samples), f.compare("eq", step, ZERO))
            with f.when(fresh):
                self._gather(places, order, start, rows)
            phase = 0
            if self.tiny is not None:
                self._tiny(places, size, f.at(right, step, "i64"))
            for item in self.plan.items:
                if item in (self.tiny or self.grown.values()):
                    continue
                if task.threads > 1 and item.phase > phase:
                    phase = item.phase
                    self._meet(counter, arrived)
                with self._lead(item):
                    self._call(item, places, rows if item.lead == M else self._share(item.lead, size), size)
            if task.counts and self.tiny is None:
                self._count(places, rows, f.at(right, f.add(f.times(step, task.threads), self.number), "i64"))
            if move is not None:
                if task.threads > 1 and self._read_late(phase):
                    self._meet(counter, arrived)
                self._move(move, places, size)
            if task.y is None:
                self._give(places, start, rows)
            else:
                with f.when(f.compare("eq", self.number, ZERO)):
                    loss = f.load(places[self.plan.results["L"]][0].base, self.kind)
                    loss = loss if self.kind == "double" else f.cast("fpext", loss, "double")
                    f.store(loss, f.at(losses, step, "double"))
            following = f.add(at, size)
            ended = f.compare("eq", following, samples)
            f.store(f.choose(ended, ZERO, following), position)
            if task.shuffled:
                f.store(f.add(f.load(epoch, "i64"), f.choose(ended, samples, ZERO)), epoch)
            if task.threads > 1:
                self._meet(counter, arrived)
        width = f'"prefer-vector-width"="{task.register * 8}" "min-legal-vector-width"="{task.register * 8}"'
        return self.module.text(f"nounwind {width}")

    def _tiny(self, places: dict[Expr, list[Place]], size: Value, right: Value) -> None:
        """The part of a tiny network's step that one loop over the samples holds."""
        assert self.tiny is not None
        writer = Writer(
            self.f, self.plan, self.kind, self.lanes, places, lambda *key: self.numbers[key], size, ZERO, 0
        )
        columns: dict[Expr, list[Value]] = {
            Name(name): [place.base for place in places[Name(name)]] for name in (self.task.data, "y")
        }
        answers = (self.plan.results[self.task.output], Name("y")) if self.task.counts else None
        count = tiny.Tiny(writer, self.tiny, columns, answers).write()
        if count is not None:
            self.f.store(count, right)

    def _meet(self, counter: Value, arrived: Value) -> None:
        target = self.f.add(self.f.load(arrived, "i64"), integer(self.task.threads))
        self.f.store(target, arrived)
        self.f.call("wait", counter, target)

    def _scratch(self, node: Node) -> int:
        inner, columns = self.plan.shape(node.args[0])[1], self.plan.shape(node)[1]
        return products.scratch(products.Shape(None if inner == M else int(inner), int(columns)), self.lanes)

    def _call(self, item: Item, places: Mapping[Expr, list[Place]], span: Range, size: Value) -> None:
        """An item as a function of its own; items that are alike, such as those of equal layers, share one."""
        touched = dict.fromkeys([*item.reads, *(node for node in item.nodes if node in places)])
        bases = dict.fromkeys(place.base for source in touched for place in places[source])
        numbers = _scalars(self.plan, item.nodes)
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

    def _share(self, lead: int | str, size: Value) -> Range:
        """This thread's range of a leading axis."""
        f, threads = self.f, self.task.threads
        if threads == 1 or lead == 1:
            return ZERO, size if lead == M else integer(int(lead))
        if lead == M:
            first = f.op("sdiv", f.op("mul", size, self.number), integer(threads))
            after = f.op("sdiv", f.op("mul", size, f.add(self.number, ONE)), integer(threads))
            return first, after
        part = -(-int(lead) // (threads * SPLIT)) * SPLIT
        first = f.least(f.times(self.number, part), integer(int(lead)))
        return first, f.least(f.add(first, integer(part)), integer(int(lead)))

    @contextmanager
    def _lead(self, item: Item) -> Iterator[None]:
        """What can't be shared is done by the first thread."""
        if self.task.threads > 1 and item.lead == 1:
            with self.f.when(self.f.compare("eq", self.number, ZERO)):
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

    def _number(self, expr: Expr, reciprocal: bool) -> Value:
        """A scalar expression in double precision, then in the network's kind, as where NumPy meets an array."""
        f = self.f
        values: dict[Expr, Value] = {}

        def value(item: Expr) -> Value:
            if isinstance(item, Const):
                return real(item.value, "double")
            if isinstance(item, Node):
                return values[item]
            if item.name not in self.known:
                place = integer(self.task.scalars.index(item.name))
                self.known[item.name] = f.load(f.at(self.scalar_base, place, "double"), "double")
            return self.known[item.name]

        for node in nodes(expr):
            values[node] = emit(f, node, [value(arg) for arg in node.args], "double")
        result = value(expr)
        if reciprocal:
            result = f.op("fdiv", real(1, "double"), result)
        return result if self.kind == "double" else f.cast("fptrunc", result, "float")

    # --- memory -----------------------------------------------------------------------------------------

    def _places(self) -> dict[Expr, list[Place]]:
        task, f = self.task, self.f
        places: dict[Expr, list[Place]] = {}
        flat = {name: self._entry(name) for name in ("parameters", "gradients")}
        for name, shape in task.shapes.items():
            if name in task.spans:
                base = f.at(flat["parameters"], integer(task.spans[name].start), self.kind)
                places[Name(name)] = [_unpadded(base, shape)]
            elif name in (task.data, "y"):
                places[Name(name)] = (
                    [self._buffer(name, shape)] if self.tiny is None else self._columns(name, shape)
                )
            else:
                places[Name(name)] = [_unpadded(self._entry(name), shape)]
        for name in task.trained:
            base = f.at(flat["gradients"], integer(task.spans[name].start), self.kind)
            places.setdefault(self.plan.results[f"d{name}"], []).append(_unpadded(base, task.shapes[name]))
        crossed = [
            n for i in self.plan.items if i.what == "kernel" for n in crossing(self.plan, i, self.lanes)
        ]
        for node in dict.fromkeys(
            [*(n for i in self.plan.items for n in i.nodes if n in self.plan.stored), *crossed]
        ):
            if node not in places:
                places[node] = [self._buffer(f"buffer {len(self.buffers)}", self.plan.shape(node))]
        return places

    def _buffer(self, name: str, shape: Shape) -> Place:
        """An array of the step's own; where samples are rows, they are padded to whole registers."""
        rows = shape[0] if shape else 1
        width = int(shape[1]) if len(shape) == 2 else 1
        padded = rows == M and width > 1
        stride = self._padded(width) if padded else width
        if padded and stride * SIZES[self.kind] % FAR == 0:
            stride += (
                self.lanes
            )  # rows that lie a power of two apart would push each other out of the first cache
        self.buffers[name] = (stride, rows)
        return Place(self._entry(name), stride, padded)

    def _padded(self, width: int) -> int:
        return -(-width // self.lanes) * self.lanes

    def _columns(self, name: str, shape: Shape) -> list[Place]:
        """Where the columns of an array begin that is kept column by column."""
        base, width = self._entry(name), int(shape[1])
        self.buffers[name] = (width, M)
        with self.f.first():
            length = self.f.op(
                "and", self.f.add(self._entry("batch", "i64"), integer(self.lanes - 1)), integer(-self.lanes)
            )
            return [
                Place(self.f.at(base, self.f.op("mul", length, integer(j)), self.kind), 1)
                for j in range(width)
            ]

    # --- rows -------------------------------------------------------------------------------------------

    def _gather(self, places: Mapping[Expr, list[Place]], order: Value, start: Value, rows: Range) -> None:
        """This thread's rows of the batch, from wherever they are, as the network's numbers."""
        f, task = self.f, self.task
        x, skip = self._entry("x source"), self._entry("x_skip", "i64")
        with f.loop(*rows) as row:
            index = f.add(start, row)
            if task.shuffled:
                index = f.load(f.at(order, index, "i64"), "i64")
            first = f.op("mul", index, self._entry("x_stride", "i64"))
            self._copy_row(f.at(x, first, SOURCES[task.x.dtype][0]), skip, task.x, places[Name(task.data)], row,
                           int(task.shapes[task.data][1]))  # fmt: skip
            if task.y is not None:
                self._target(task.y, index, row, places[Name("y")])

    def _target(self, y: Source, index: Value, row: Value, to: list[Place]) -> None:
        """The targets of a row; for a label, a single 1."""
        f, width = self.f, int(self.task.shapes["y"][1])
        kind, code = SOURCES[y.dtype]
        start = f.at(self._entry("y source"), f.op("mul", index, self._entry("y_stride", "i64")), kind)
        if not y.labels:
            self._copy_row(start, self._entry("y_skip", "i64"), y, to, row, width)
            return
        label = f.load(start, kind)
        label = label if kind == "i64" else f.cast("zext" if code[0] == "u" else "sext", label, "i64")
        if self.tiny is not None:
            for column, place in enumerate(to):
                same = f.compare("eq", label, integer(column))
                f.store(f.cast("uitofp", same, self.kind), f.at(place.base, row, self.kind))
            return
        line = f.at(to[0].base, f.times(row, to[0].stride), self.kind)
        for first in range(0, to[0].stride, self.lanes):
            f.store(real(0, self.kind, self.lanes), f.at(line, integer(first), self.kind))
        f.store(real(1, self.kind), f.at(line, label, self.kind))

    def _copy_row(
        self, start: Value, skip: Value, source: Source, to: list[Place], row: Value, width: int
    ) -> None:
        """A row as the network's numbers."""
        f = self.f
        kind, code = SOURCES[source.dtype]
        if self.tiny is not None:
            for place_in_row, place in enumerate(to):
                value = f.load(f.at(start, f.times(skip, place_in_row), kind), kind)
                f.store(self._converted(value, code), f.at(place.base, row, self.kind))
            return
        line = f.at(to[0].base, f.times(row, to[0].stride), self.kind)
        if width == 1 or not source.packed:
            with f.loop(ZERO, integer(width)) as column:
                value = f.load(f.at(start, f.op("mul", column, skip), kind), kind)
                f.store(self._converted(value, code), f.at(line, column, self.kind))
            return
        whole = width - width % self.lanes
        with f.loop(ZERO, integer(whole), self.lanes) as column:
            value = f.load(f.at(start, column, kind), kind, self.lanes)
            f.store(self._converted(value, code), f.at(line, column, self.kind))
        if whole < width:
            mask = bits([i < width - whole for i in range(self.lanes)])
            value = f.load(f.at(start, integer(whole), kind), kind, self.lanes, mask)
            f.store(self._converted(value, code), f.at(line, integer(whole), self.kind))

    def _give(self, places: Mapping[Expr, list[Place]], start: Value, rows: Range) -> None:
        """This thread's rows of the outputs, into the user's array."""
        f, node = self.f, self.plan.results[self.task.output]
        place, width = places[node][0], int(self.plan.shape(node)[1])
        result = self._entry("result")
        with f.loop(*rows) as row:
            line = f.at(place.base, f.times(row, place.stride), self.kind)
            to = f.at(result, f.times(f.add(start, row), width), self.kind)
            for first in range(0, width, self.lanes):
                mask = (
                    bits([first + i < width for i in range(self.lanes)])
                    if first + self.lanes > width
                    else None
                )
                value = f.load(f.at(line, integer(first), self.kind), self.kind, self.lanes)
                f.store(value, f.at(to, integer(first), self.kind), mask)

    def _converted(self, value: Value, code: str) -> Value:
        if code:
            return self.f.cast(code, value, self.kind)
        if value.kind == self.kind:
            return value
        return self.f.cast("fptrunc" if value.kind == "double" else "fpext", value, self.kind)

    def _count(self, places: Mapping[Expr, list[Place]], rows: Range, result: Value) -> None:
        """How many of this thread's rows are right, by the rule of `network.decide`."""
        f, width = self.f, int(self.task.shapes["y"][1])
        total = f.variable("i64")
        f.store(ZERO, total)
        with f.loop(*rows) as row:
            told = []
            for place in (places[self.plan.results[self.task.output]][0], places[Name("y")][0]):
                line = f.at(place.base, f.times(row, place.stride), self.kind)
                first = f.load(line, self.kind)
                if width == 1:
                    told.append(f.cast("zext", f.compare("ogt", first, real(0.5, self.kind)), "i64"))
                    continue
                best, largest = f.variable("i64"), f.variable(self.kind)
                f.store(ZERO, best)
                f.store(first, largest)
                with f.loop(ONE, integer(width)) as column:
                    value = f.load(f.at(line, column, self.kind), self.kind)
                    above = f.compare("ogt", value, f.load(largest, self.kind))
                    f.store(f.choose(above, column, f.load(best, "i64")), best)
                    f.store(f.choose(above, value, f.load(largest, self.kind)), largest)
                told.append(f.load(best, "i64"))
            same = f.cast("zext", f.compare("eq", *told), "i64")
            f.store(f.add(f.load(total, "i64"), same), total)
        f.store(f.load(total, "i64"), result)

    # --- the parameters move ----------------------------------------------------------------------------

    def _mover(self) -> Function:
        """One fused loop over a range of the flat buffers, as an inner function."""
        task = self.task
        shapes: dict[str, Shape] = dict.fromkeys(task.moving, (M,))
        moved = {f"{name}_new": buffer for name, buffer in task.moving.items() if buffer != "gradients"}
        self.moves = Plan(task.update, shapes, moved, False)
        lines = _lines(self.moves)
        if len(self.moves.items) != 1:
            raise NotCompiled("an update that is more than one loop")
        buffers = {buffer: f"p{i}" for i, buffer in enumerate(dict.fromkeys(task.moving.values()))}
        self.move_numbers = _scalars(self.moves, lines)
        numbers = {f"s{i}": self.kind for i in range(len(self.move_numbers))}
        f = self.module.function(
            "move",
            {"start": "i64", "stop": "i64", **dict.fromkeys(buffers.values(), "ptr"), **numbers},
            inner=True,
        )
        places: dict[Expr, list[Place]] = {
            Name(name): [Place(f.parameters[buffers[buffer]], 1)] for name, buffer in task.moving.items()
        }
        for name, buffer in moved.items():
            places.setdefault(self.moves.results[name], []).append(Place(f.parameters[buffers[buffer]], 1))
        values = {key: f.parameters[f"s{i}"] for i, key in enumerate(self.move_numbers)}
        writer = Writer(f, self.moves, self.kind, self.lanes, places, lambda *key: values[key], ONE, ZERO, 0)
        writer.flat(lines, f.parameters["start"], f.parameters["stop"])
        return f

    def _move(self, move: Function, places: Mapping[Expr, list[Place]], size: Value) -> None:
        """Every parameter moves: this thread's part of it."""
        f, task = self.f, self.task
        buffers = [self._entry(buffer) for buffer in dict.fromkeys(task.moving.values())]
        numbers = [self._number(*key) for key in self.move_numbers]
        for name, item in self.grown.items():
            first, after = self._rows_of(name, size)
            self._grow(name, item, places, (first, after), size, buffers, numbers)
        for start, stop in self._ranges(size):
            f.call(move.name, start, stop, *buffers, *numbers)

    def _grow(
        self, name: str, item: Item, places: Mapping[Expr, list[Place]], span: Range, size: Value,
        buffers: list[Value], numbers: list[Value],
    ) -> None:  # fmt: skip
        """A gradient and the move that it causes, a few rows at a time, so that the gradient never leaves the cache."""
        task, columns = self.task, int(self.task.shapes[name][1])
        a, b = (places[read][0] for read in item.reads)
        whole, addresses = ("start", "stop", "samples", "flat"), ("packed", "rows", "a", "b")
        moving = {f"p{i}": "ptr" for i in range(len(buffers))} | {
            f"s{i}": self.kind for i in range(len(numbers))
        }
        parameters = dict.fromkeys(whole, "i64") | dict.fromkeys(addresses, "ptr") | moving
        f = self.module.function(f"grow{len(self.module.functions)}", parameters, inner=True)
        p = f.parameters
        product = products.Product(
            f, self.kind, self.lanes, task.registers, products.Matrix(p["a"], a.stride, a.padded, True),
            products.Matrix(p["b"], b.stride, b.padded, False), products.Matrix(p["rows"], columns, False, False),
            products.Shape(None, columns), p["samples"], p["packed"],
        )  # fmt: skip

        product.soon = [
            f.at(p[f"p{i}"], p["flat"], self.kind)
            for i, n in enumerate(dict.fromkeys(task.moving.values()))
            if n != "gradients"
        ]

        @contextmanager
        def around(first: Value, last: Value) -> Iterator[products.Matrix]:
            begin = f.times(first, columns)
            yield products.Matrix(f.at(p["rows"], f.op("sub", ZERO, begin), self.kind), columns, False, False)
            start, stop = f.add(p["flat"], begin), f.add(p["flat"], f.times(last, columns))
            here = f.at(p["rows"], f.op("sub", ZERO, start), self.kind)
            places = dict(zip(dict.fromkeys(task.moving.values()), moving, strict=False))
            f.call("move", start, stop, *(here if n == "gradients" else p[i] for n, i in places.items()),
                   *(p[i] for i in list(moving)[len(buffers):]))  # fmt: skip

        product.write_in_pieces(p["start"], p["stop"], PIECE, around)
        call = self.module.shared(f)
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
            node = plan.results[f"d{name}"]
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
        first, after = self._share(lead, size)
        if self.task.threads > 1 and lead == 1:
            after = self.f.choose(self.f.compare("eq", self.number, ZERO), ONE, ZERO)
        return first, after

    def _ranges(self, size: Value) -> Iterator[Range]:
        """This thread's ranges of the flat buffers: alone, whole runs; otherwise its rows of each parameter."""
        task, f = self.task, self.f
        left = [name for name in task.trained if name not in self.grown]
        if task.threads == 1:
            runs: list[list[int]] = []
            for span in (task.spans[name] for name in left):
                if runs and runs[-1][1] == span.start:
                    runs[-1][1] = span.stop
                else:
                    runs.append([span.start, span.stop])
            yield from ((integer(start), integer(stop)) for start, stop in runs)
            return
        for name in left:
            shape = task.shapes[name]
            width = int(shape[1]) if len(shape) == 2 else 1
            first, after = self._rows_of(name, size)
            begin = integer(task.spans[name].start)
            yield f.add(begin, f.times(first, width)), f.add(begin, f.times(after, width))

    def _read_late(self, phase: int) -> bool:
        """Whether, in the last phase, one thread may still read what another one is about to change."""
        leads: dict[Item, int | str] = {}
        for name in self.task.trained:
            node = self.plan.results[f"d{name}"]
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


def _lines(plan: Plan) -> list[Node]:
    return [node for item in plan.items for node in item.nodes]


def _scalars(plan: Plan, lines: list[Node]) -> list[tuple[Expr, bool]]:
    """The scalar operands of some lines, and whether what is needed is the reciprocal."""
    found: dict[tuple[Expr, bool], None] = {}
    for node in lines:
        for place, arg in enumerate(node.args):
            source = plan.source(arg)
            if source.scalar:
                found[source, node.op is ops.DIVIDE and place == 1] = None
    return list(found)


def _unpadded(base: Value, shape: Shape) -> Place:
    return Place(base, int(shape[1]) if len(shape) == 2 else 1)
