"""The samples of a step: rows come from the user's arrays as the network's numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chainrule.compiler.assembly import ZERO, Value, integer, real
from chainrule.compiler.context import StepContext
from chainrule.compiler.entries import Own
from chainrule.compiler.finite import FiniteCheck
from chainrule.compiler.lanes import tail_mask
from chainrule.compiler.loops import Place, Range
from chainrule.compiler.task import SOURCES, Source
from chainrule.expressions import Name

if TYPE_CHECKING:
    from chainrule.compiler.moving import Mover

# Of neighbouring entries, the column of the first one, and which of them there are.
Prepare = Callable[[Value, Value, Value | None], Value]


class Samples:
    """Writes what has to do with single rows of a batch; each thread has its own."""

    def __init__(self, context: StepContext, finite: FiniteCheck) -> None:
        """Write into the function of a step; what a prediction reads is looked at by `finite`."""
        self.context, self.task, self.places = context, context.task, context.places
        self.f, self.element, self.lanes = context.f, context.element, context.lanes
        self.by_column = context.small is not None
        self.finite = finite
        self.mover: Mover | None = None
        if self.task.moves is not None:
            from chainrule.compiler.moving import Mover

            self.mover = Mover(context, self.task.moves)
        task = self.task
        self.preparation = context.in_double(task.preparation, task.raw, task.data)
        self.scaling = context.in_double(task.scaling, task.target, "y")

    def gather(self, order: Value, start: Value, taken: Value, rows: Range, in_place: bool) -> None:
        """This thread's rows of the batch, from wherever they are, as the network's numbers.

        Parameters
        ----------
        order : the order of the samples
        start, taken : with which of them the batch begins, in the order; and with which of those that were made
        rows : this thread's
        in_place : whether samples stay where they are
        """
        f, task = self.f, self.task
        with f.loop(*rows) as row:
            place = f.add(start, row)
            if task.shuffled:
                index = f.load(f.gep(order, place, "i64"), "i64")
                samples = self.context.entry(Own.SAMPLES, "i64")
                with self._where(f.compare("ult", index, samples), Own.WRONG_ORDER, place):
                    self._row(index, f.add(taken, row), row, in_place)
            else:
                self._row(place, f.add(taken, row), row, in_place)

    def _row(self, index: Value, made: Value, row: Value, in_place: bool) -> None:
        """One row of the samples, of the targets and of the weights; of what was made before, another row."""
        task, entry = self.task, self.context.entry
        if not in_place:
            line = self.f.op("mul", made if task.made else index, entry(Own.X_STRIDE, "i64"))
            start = self.f.gep(entry(Own.X), line, SOURCES[task.x.dtype][0])
            skip, to, source = entry(Own.X_SKIP, "i64"), self.places[Name(task.data)], task.x
            if self.mover is not None:
                start, skip, source = self.mover.call(start, skip, made)
            width = int(task.shapes[task.data][1])
            self._copy_row(start, skip, source, to, row, width, self._prepared if task.preparation else None)
        if task.y is not None:
            self._target(task.y, index, row, self.places[Name("y")])
        if "weight" in task.shapes:
            weight = self.f.load(self.f.gep(entry(Own.WEIGHT), index, "double"), "double")
            address = self.f.gep(self.places[Name("weight")][0].base, row, self.element)
            self.f.store(self.f.fpcast(weight, self.element), address)

    # --- targets --------------------------------------------------------------------------------------------

    def _target(self, y: Source, index: Value, row: Value, to: list[Place]) -> None:
        """The targets of a row; for a label, a single 1."""
        f, width = self.f, int(self.task.shapes["y"][1])
        element, code = SOURCES[y.dtype]
        base, stride = self.context.entry(Own.Y), self.context.entry(Own.Y_STRIDE, "i64")
        start = f.gep(base, f.op("mul", index, stride), element)
        if not y.labels:
            prepare = self.scaling.write if self.task.scaling else None
            self._copy_row(start, self.context.entry(Own.Y_SKIP, "i64"), y, to, row, width, prepare)
            return
        label = f.load(start, element)
        label = label if element == "i64" else f.cast("zext" if code[0] == "u" else "sext", label, "i64")
        known = f.compare("ult", label, integer(width))  # one below 0 is large without its sign
        if self.by_column:
            for column, place in enumerate(to):
                same = f.compare("eq", label, integer(column))
                f.store(f.cast("uitofp", same, self.element), f.gep(place.base, row, self.element))
            with self._where(known, Own.WRONG_LABEL, index):
                pass
            return
        line = f.gep(to[0].base, f.times(row, to[0].stride), self.element)
        for first in range(0, to[0].stride, self.lanes):
            f.store(real(0, self.element, self.lanes), f.gep(line, integer(first), self.element))
        with self._where(known, Own.WRONG_LABEL, index):
            f.store(real(1, self.element), f.gep(line, label, self.element))

    @contextmanager
    def _where(self, condition: Value, wrong: Own, row: Value) -> Iterator[None]:
        """Do what is written inside only if the condition holds; else tell the row, if it is the first one.

        What was checked once may have changed since.
        """
        f = self.f
        with f.if_then(condition):
            yield
        with f.if_then(f.op("xor", condition, Value("true", "i1"))):
            place = self.context.address(wrong)
            told = f.load(place, "i64")
            f.store(f.select(f.compare("slt", told, ZERO), row, told), place)

    # --- numbers --------------------------------------------------------------------------------------------

    def _copy_row(
        self, start: Value, skip: Value, source: Source, to: list[Place], row: Value, width: int,
        prepare: Prepare | None = None,
    ) -> None:  # fmt: skip
        """A row as the network's numbers; where it is prepared, computed in double precision on the way."""
        f, element, code = self.f, *SOURCES[source.dtype]

        def made(value: Value, column: Value, mask: Value | None = None) -> Value:
            if prepare is None:
                return self._converted(value, code, self.element)
            value = prepare(self._converted(value, code, "double"), column, mask)
            return f.fpcast(value, self.element)

        if self.by_column:
            for place_in_row, place in enumerate(to):
                value = f.load(f.gep(start, f.times(skip, place_in_row), element), element)
                f.store(made(value, integer(place_in_row)), f.gep(place.base, row, self.element))
            return
        line = f.gep(to[0].base, f.times(row, to[0].stride), self.element)
        if width == 1 or not source.packed:
            with f.loop(ZERO, integer(width)) as column:
                value = f.load(f.gep(start, f.op("mul", column, skip), element), element)
                f.store(made(value, column), f.gep(line, column, self.element))
            return
        whole = width - width % self.lanes
        with f.loop(ZERO, integer(whole), self.lanes) as column:
            value = f.load(f.gep(start, column, element), element, self.lanes)
            f.store(made(value, column), f.gep(line, column, self.element))
        if whole < width:
            mask = tail_mask(width, self.lanes)
            value = f.load(f.gep(start, integer(whole), element), element, self.lanes, mask)
            f.store(made(value, integer(whole), mask), f.gep(line, integer(whole), self.element))

    def _prepared(self, value: Value, column: Value, mask: Value | None) -> Value:
        if self.task.y is None:  # a preparation may turn what is not finite into what is
            self.finite.look(value)
        return self.preparation.write(value, column, mask)

    def _converted(self, value: Value, code: str, element: str) -> Value:
        """A number as it comes, in a type of real numbers; `code` is the instruction for a whole one."""
        return self.f.cast(code, value, element) if code else self.f.fpcast(value, element)
