"""The samples of a step: rows come from the user's arrays as the network's numbers, and outputs go back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chainrule.compiler.assembly import ONE, ZERO, Function, Value, bits, integer, real
from chainrule.compiler.frame import Leaf, Own
from chainrule.compiler.functions import as_number, emit
from chainrule.compiler.kernels import Place, Range
from chainrule.compiler.task import SOURCES, Source
from chainrule.expressions import Const, Expr, Name, nodes
from chainrule.expressions.operations import CAST
from chainrule.program.program import Quantity

if TYPE_CHECKING:
    from chainrule.compiler.step import Step


# Of neighbouring entries, the column of the first one, and which of them there are.
Prepare = Callable[[Value, Value, Value | None], Value]


def doubles(preparation: Iterable[Quantity]) -> Iterator[Expr]:
    """The numbers that all entries share in the lines that prepare inputs."""
    for quantity in preparation:
        for node in nodes(quantity.rule):
            if not node.scalar:
                yield from (arg for arg in node.args if arg.scalar and not isinstance(arg, Const))


def beyond(f: Function, a: Value, b: Value) -> Value:
    """Whether a stands before b where the largest is looked for: NaN counts as the largest."""
    return f.op("and", f.compare("ugt", a, b), f.compare("ord", b, b))


class Samples:
    """Writes what has to do with single rows of a batch; each thread has its own."""

    def __init__(self, step: Step) -> None:
        """Write into the function of a step."""
        self.step, self.task, self.plan, self.places = step, step.task, step.plan, step.places
        self.f, self.kind, self.lanes, self.tiny = step.f, step.kind, step.lanes, step.tiny
        self.sound = self.f.variable(self.kind, self.lanes)
        self.f.store(real(0, self.kind, self.lanes), self.sound)

    def gather(self, order: Value, start: Value, rows: Range, there: bool) -> None:
        """This thread's rows of the batch, from wherever they are, as the network's numbers.

        Samples that are read where they are stay `there`.
        """
        f, task = self.f, self.task
        with f.loop(*rows) as row:
            place = f.add(start, row)
            if task.shuffled:
                index, samples = f.load(f.at(order, place, "i64"), "i64"), self.step.entry(Own.SAMPLES, "i64")
                with self._where(f.compare("ult", index, samples), Own.WRONG_ORDER, place):
                    self._row(index, row, there)
            else:
                self._row(place, row, there)

    def _row(self, index: Value, row: Value, there: bool) -> None:
        """One row of the samples."""
        f, task = self.f, self.task
        if not there:
            line = f.op("mul", index, self.step.entry(Own.X_STRIDE, "i64"))
            start = f.at(self.step.entry(Own.X), line, SOURCES[task.x.dtype][0])
            skip, to = self.step.entry(Own.X_SKIP, "i64"), self.places[Name(task.data)]
            width = int(task.shapes[task.data][1])
            self._copy_row(start, skip, task.x, to, row, width, self._prepared if task.preparation else None)
        if task.y is not None:
            self._target(task.y, index, row, self.places[Name("y")])

    def _target(self, y: Source, index: Value, row: Value, to: list[Place]) -> None:
        """The targets of a row; for a label, a single 1."""
        f, width = self.f, int(self.task.shapes["y"][1])
        kind, code = SOURCES[y.dtype]
        start = f.at(self.step.entry(Own.Y), f.op("mul", index, self.step.entry(Own.Y_STRIDE, "i64")), kind)
        if not y.labels:
            self._copy_row(start, self.step.entry(Own.Y_SKIP, "i64"), y, to, row, width)
            return
        label = f.load(start, kind)
        label = label if kind == "i64" else f.cast("zext" if code[0] == "u" else "sext", label, "i64")
        known = f.compare("ult", label, integer(width))  # one below 0 is large without its sign
        if self.tiny is not None:
            for column, place in enumerate(to):
                same = f.compare("eq", label, integer(column))
                f.store(f.cast("uitofp", same, self.kind), f.at(place.base, row, self.kind))
            with self._where(known, Own.WRONG_LABEL, index):
                pass
            return
        line = f.at(to[0].base, f.times(row, to[0].stride), self.kind)
        for first in range(0, to[0].stride, self.lanes):
            f.store(real(0, self.kind, self.lanes), f.at(line, integer(first), self.kind))
        with self._where(known, Own.WRONG_LABEL, index):
            f.store(real(1, self.kind), f.at(line, label, self.kind))

    @contextmanager
    def _where(self, condition: Value, wrong: Own, row: Value) -> Iterator[None]:
        """Do what is written inside only if the condition holds; else tell the row, if it is the first one.

        What was checked once may have changed since.
        """
        f = self.f
        with f.when(condition):
            yield
        with f.when(f.op("xor", condition, Value("true", "i1"))):
            place = self.step.address(wrong)
            told = f.load(place, "i64")
            f.store(f.choose(f.compare("slt", told, ZERO), row, told), place)

    def _copy_row(
        self, start: Value, skip: Value, source: Source, to: list[Place], row: Value, width: int,
        prepare: Prepare | None = None,
    ) -> None:  # fmt: skip
        """A row as the network's numbers; where it is prepared, computed in double precision on the way."""
        f = self.f
        kind, code = SOURCES[source.dtype]

        def made(value: Value, column: Value, mask: Value | None = None) -> Value:
            if prepare is None:
                return self._converted(value, code, self.kind)
            value = prepare(self._converted(value, code, "double"), column, mask)
            return self._converted(value, "", self.kind)

        if self.tiny is not None:
            for place_in_row, place in enumerate(to):
                value = f.load(f.at(start, f.times(skip, place_in_row), kind), kind)
                f.store(made(value, integer(place_in_row)), f.at(place.base, row, self.kind))
            return
        line = f.at(to[0].base, f.times(row, to[0].stride), self.kind)
        if width == 1 or not source.packed:
            with f.loop(ZERO, integer(width)) as column:
                value = f.load(f.at(start, f.op("mul", column, skip), kind), kind)
                f.store(made(value, column), f.at(line, column, self.kind))
            return
        whole = width - width % self.lanes
        with f.loop(ZERO, integer(whole), self.lanes) as column:
            value = f.load(f.at(start, column, kind), kind, self.lanes)
            f.store(made(value, column), f.at(line, column, self.kind))
        if whole < width:
            mask = bits([i < width - whole for i in range(self.lanes)])
            value = f.load(f.at(start, integer(whole), kind), kind, self.lanes, mask)
            f.store(made(value, integer(whole), mask), f.at(line, integer(whole), self.kind))

    def _prepared(self, value: Value, column: Value, mask: Value | None) -> Value:
        """Neighbouring entries of a row, prepared, in double precision; 0 where the mask doesn't hold."""
        f, lanes = self.f, value.lanes
        if self.task.y is None:  # a preparation may turn what is not finite into what is
            self._look(value)
        values: dict[Expr, Value] = {Name(self.task.raw): value}

        def operand(item: Expr) -> Value:
            if item not in values:
                values[item] = number(item)
            return values[item]

        def number(item: Expr) -> Value:
            if isinstance(item, Const):
                return real(item.value, "double", lanes)
            if item.scalar:
                return f.spread(self.step.doubles[item], lanes)
            assert isinstance(item, Name)
            base = self.step.entry(Leaf(item.name))
            if self.task.constants[item.name] == 1:
                return f.spread(f.load(base, "double"), lanes)
            return f.load(f.at(base, column, "double"), "double", lanes, mask)

        for quantity in self.task.preparation:
            for node in nodes(quantity.rule):
                if not node.scalar:
                    args = [operand(arg) for arg in node.args]
                    values[node] = args[0] if node.op is CAST else emit(f, node, args, "double")
            values[Name(quantity.name)] = operand(quantity.rule)
        result = as_number(f, values[Name(self.task.data)], "double")
        return result if mask is None else f.choose(mask, result, real(0, "double", lanes))

    def give(self, start: Value, rows: Range) -> None:
        """This thread's rows of the outputs, into the user's array; and whether all was finite so far.

        What is not finite in a sample or in the first weights stays so in their product, what is so in later ones stays
        so up to the outputs; and times 0 it is not 0.
        """
        f, kind, lanes = self.f, self.kind, self.lanes
        product = next(item.nodes[0] for item in self.plan.items if item.what == "product")
        output = self.plan.results[self.task.output]
        place, width = self.places[output][0], int(self.plan.shape(output)[1])
        first, length = self.places[product][0], int(self.plan.shape(product)[1])
        result = self.step.entry(Own.RESULT)
        with f.loop(*rows) as row:
            line = f.at(place.base, f.times(row, place.stride), kind)
            to = f.at(result, f.times(f.add(start, row), width), kind)
            for column in range(0, width, lanes):
                mask = bits([column + i < width for i in range(lanes)]) if column + lanes > width else None
                value = f.load(f.at(line, integer(column), kind), kind, lanes)
                f.store(value, f.at(to, integer(column), kind), mask)
                self._look(value if mask is None else f.choose(mask, value, real(0, kind, lanes)))
            line = f.at(first.base, f.times(row, first.stride), kind)
            for column in range(0, length, lanes):
                mask = None if first.padded else bits([column + i < length for i in range(lanes)])
                self._look(f.load(f.at(line, integer(column), kind), kind, lanes, mask))

    def _look(self, value: Value) -> None:
        f = self.f
        nothing = f.op("fmul", value, real(0, value.kind, value.lanes))
        nothing = f.spread(self._converted(nothing, "", self.kind), self.lanes)
        f.store(f.op("fadd", f.load(self.sound, self.kind, self.lanes), nothing), self.sound)

    def tell(self) -> None:
        """Leave 0 where all was finite."""
        f = self.f
        parts, single = f.load(self.sound, self.kind, self.lanes), Value("", self.kind)
        total = f.intrinsic("vector.reduce.fadd", real(0, self.kind), parts, flags="reassoc", result=single)
        total = total if self.kind == "double" else f.cast("fpext", total, "double")
        f.store(total, f.at(self.step.entry(Own.SOUND), self.step.thread, "double"))

    def _converted(self, value: Value, code: str, kind: str) -> Value:
        if code:
            return self.f.cast(code, value, kind)
        if value.kind == kind:
            return value
        return self.f.cast("fptrunc" if value.kind == "double" else "fpext", value, kind)

    def count(self, rows: Range, result: Value) -> None:
        """How many answers in this thread's rows are right, by the rule of `Answers`."""
        f, answers = self.f, self.task.answers
        total = f.variable("i64")
        f.store(ZERO, total)
        places = self.places[self.plan.results[self.task.output]][0], self.places[Name("y")][0]
        with f.loop(*rows) as row:
            lines = [f.at(place.base, f.times(row, place.stride), self.kind) for place in places]
            with f.loop(ZERO, integer(answers.count)) as column:
                if answers.separate:
                    told = [
                        f.compare(
                            "ogt", f.load(f.at(line, column, self.kind), self.kind), real(yes, self.kind)
                        )
                        for line, yes in zip(lines, (answers.threshold, 0.5), strict=True)
                    ]
                else:
                    told = [self._chosen(line, answers.outputs) for line in lines]
                same = f.cast("zext", f.compare("eq", *told), "i64")
                f.store(f.add(f.load(total, "i64"), same), total)
        f.store(f.load(total, "i64"), result)

    def _chosen(self, line: Value, width: int) -> Value:
        """The place of a row's largest entry: the first of equal ones, or the first that is NaN, as in NumPy."""
        f = self.f
        best, largest = f.variable("i64"), f.variable(self.kind)
        f.store(ZERO, best)
        f.store(f.load(line, self.kind), largest)
        with f.loop(ONE, integer(width)) as column:
            value, before = f.load(f.at(line, column, self.kind), self.kind), f.load(largest, self.kind)
            above = beyond(f, value, before)
            f.store(f.choose(above, column, f.load(best, "i64")), best)
            f.store(f.choose(above, value, before), largest)
        return f.load(best, "i64")
