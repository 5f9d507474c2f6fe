"""Images that are moved as their rows are read: the rules of `data.moving` in machine code, with NumPy's bits.

An image is copied into one with a border, whose entries are then read elsewhere. All of it is the thread's own, and
that of a small image stays in the first cache.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from chainrule.compiler.assembly import BYTES, ZERO, Function, Module, Value, integer, real
from chainrule.compiler.context import StepContext
from chainrule.compiler.entries import Own
from chainrule.compiler.functions import EXACT
from chainrule.compiler.lanes import counted, overlapping
from chainrule.compiler.task import ELEMENTS, SOURCES, Source
from chainrule.data.moving import Move, between, moved_dtype, parted, shifted, turned_column, turned_row
from chainrule.expressions import Const, Expr, Name, nodes
from chainrule.expressions.symbol import Symbol

LINE = 64  # bytes of the processor's cache


class Mover:
    """Moves a row of the samples that is an image, by its numbers in the frame."""

    def __init__(self, context: StepContext, how: Move) -> None:
        """Write the function, and make room for each thread."""
        self.context, self.how, f = context, how, context.f
        dtype = np.dtype(moved_dtype(np.dtype(context.task.x.dtype)))
        self.image = image = MovedImage(how, ELEMENTS[dtype.name], context.task.register)
        image.write(context.module, context.task.x)
        self.moved = Source(dtype.name, labels=False, packed=True, whole=True)
        lines = -(-image.entries * dtype.itemsize // LINE)
        self.memory = context.thread_buffer(lines * LINE // BYTES[context.element], 1)
        with f.loop(ZERO, integer(image.tables)) as index:
            f.store(real(how.fill, image.element), f.gep(self.memory, index, image.element))

    def call(self, start: Value, skip: Value, made: Value) -> tuple[Value, Value, Source]:
        """Move an image; gives its first entry, the way from column to column and how they lie, as they are then.

        Parameters
        ----------
        start, skip : its first entry, and the way from column to column
        made : the row of the numbers that were made for it
        """
        f = self.context.f
        numbers = f.gep(self.context.entry(Own.NUMBERS), f.times(made, self.how.numbers), "double")
        f.call("read_elsewhere", start, skip, numbers, self.memory)
        return f.gep(self.memory, integer(self.image.moved), self.image.element), integer(1), self.moved


class MovedImage:
    """Writes the function ``read_elsewhere``, which moves one image.

    In its memory, of so many `entries`, stands the image with a border, which holds what is outside from the
    beginning; then, from `tables` on, what rows and columns add to the places that are read; and from `moved` on the
    image that was made.
    """

    def __init__(self, how: Move, element: str, register: int) -> None:
        self.how, self.element, self.lanes = how, element, register // BYTES[element]
        self.height, self.width, self.channels = how.shape
        above, before = how.border
        self.line = self.width * self.channels
        self.stride = (self.width + 2 * before + 1) * self.channels
        self.first = above * self.stride + before * self.channels
        self.tables = self._whole(how.entries + self.lanes)  # a register may read beyond the end
        sizes = [self._whole(self.height)] * 2 + [self._whole(self.line)] * 2
        places = [self.tables + sum(sizes[:i]) for i in range(4)]
        self.of_row, self.of_column = places[:2], places[2:]
        self.moved = self.tables + sum(sizes)
        self.entries = self.moved + self._whole(self.height * self.line)

    def _whole(self, entries: int) -> int:
        """So many, in whole lines of the cache, and so in whole registers."""
        each = LINE // BYTES[self.element]
        return -(-entries // each) * each

    def write(self, module: Module, source: Source) -> None:
        """Write it, for images that lie as a source does.

        Its parameters are the first entry of the image, the way from column to column, its numbers, and the memory.
        """
        parameters = {"image": "ptr", "skip": "i64", "numbers": "ptr", "memory": "ptr"}
        self.f = f = module.function("read_elsewhere", parameters, inner=True)
        self._copy(source)
        places = (f.gep(f.parameters["numbers"], integer(i), "double") for i in range(self.how.numbers))
        numbers = [f.load(place, "double") for place in places]
        if self.how.turned:
            self._turn(*numbers)
        else:
            self._shift(*numbers)

    def _at(self, place: int, index: Value = ZERO) -> Value:
        """The address of an entry of the memory, so much after a place."""
        f = self.f
        return f.gep(f.gep(f.parameters["memory"], integer(place), self.element), index, self.element)

    def _copy(self, source: Source) -> None:
        """The image as numbers, inside of its border."""
        f, (kind, code) = self.f, SOURCES[source.dtype]
        image, skip = f.parameters["image"], f.parameters["skip"]
        with f.loop(ZERO, integer(self.height)) as row:

            def copy(column: Value, mask: Value | None, lanes: int = self.lanes) -> None:
                place = f.add(f.times(row, self.line), column)
                place = place if source.packed else f.op("mul", place, skip)
                value = f.load(f.gep(image, place, kind), kind, lanes, mask)
                value = f.cast(code, value, self.element) if code else value
                f.store(value, self._at(self.first, f.add(f.times(row, self.stride), column)), mask)

            if source.packed:
                overlapping(f, self.lanes, self.line, copy)
            else:
                with f.loop(ZERO, integer(self.line)) as column:
                    copy(column, None, 1)

    def _each(self, read: Callable[[Value, Value], Value]) -> None:
        """Write all entries of the image, which are read for a row from a column on."""
        f = self.f
        with f.loop(ZERO, integer(self.height)) as row:

            def one(column: Value, mask: Value | None) -> None:
                f.store(read(row, column), self._at(self.moved, f.add(f.times(row, self.line), column)), mask)

            overlapping(f, self.lanes, self.line, one)

    # --- all entries at the same distance -------------------------------------------------------------------

    def _shift(self, down: Value, right: Value) -> None:
        f, (above, before) = self.f, self.how.border
        row, down = written(f, partial(shifted, border=above), down)
        column, right = written(f, partial(shifted, border=before), right)
        row, column = (f.cast("fptosi", number, "i64") for number in (row, column))
        start = f.add(f.times(row, self.stride), f.times(column, self.channels))
        down, right = (f.splat(f.fpcast(part, self.element), self.lanes) for part in (down, right))

        def read(row: Value, column: Value) -> Value:
            index = f.add(f.add(start, f.times(row, self.stride)), column)
            ul, ll, ur, lr = (
                f.load(self._at(by, index), self.element, self.lanes)
                for by in (0, self.stride, self.channels, self.stride + self.channels)
            )
            first, second = (written(f, between, *pair, down)[0] for pair in ((ul, ll), (ur, lr)))
            return written(f, between, first, second, right)[0]

        self._each(read)

    # --- each entry at a place of its own -------------------------------------------------------------------

    def _turn(self, down: Value, right: Value, sin: Value, cos: Value) -> None:
        f = self.f
        of_row = partial(turned_row, height=self.height)
        of_column = partial(turned_column, height=self.height, width=self.width)
        self._tabulate(self.of_row, self.height, 1, of_row, sin, cos, down)
        self._tabulate(self.of_column, self.line, self.channels, of_column, sin, cos, right)

        def read(row: Value, column: Value) -> Value:
            of_row = (
                f.splat(f.load(self._at(table, row), self.element), self.lanes) for table in self.of_row
            )
            of_column = (
                f.load(self._at(table, column), self.element, self.lanes) for table in self.of_column
            )
            return self._corners(column, *of_row, *of_column)

        self._each(read)

    def _tabulate(
        self, tables: list[int], size: int, channels: int, rule: Callable[..., Any], *args: Value
    ) -> None:
        """What a rule gives for each row, or for each column once a channel, in two tables of whole registers."""
        f, lanes = self.f, self.lanes
        given = [f.splat(arg, lanes) for arg in args]
        with f.loop(ZERO, integer(self._whole(size)), lanes) as first:
            index = counted(f, first, lanes)
            index = index if channels == 1 else f.op("udiv", index, whole(channels, lanes))
            numbers = written(f, rule, f.cast("sitofp", index, "double"), *given)
            for table, number in zip(tables, numbers, strict=True):
                f.store(f.fpcast(number, self.element), self._at(table, first))

    def _corners(self, first: Value, *parts: Value) -> Value:
        """What lies between the four entries around some places, given what rows and columns add to them."""
        f, lanes, channels = self.f, self.lanes, self.channels

        def places(row: Any, column: Any, more_row: Any, more_column: Any) -> tuple[Any, ...]:
            return *parted(row + more_row, self.height + 1), *parted(column + more_column, self.width + 1)

        row, row_part, column, column_part = written(f, places, *parts)
        row, column = (f.cast("fptosi", number, "i32") for number in (row, column))
        if channels > 1:
            channel = f.op("urem", counted(f, first, lanes), whole(channels, lanes))
            column = f.op("add", f.op("mul", column, whole(channels, lanes)), channel)
        index = f.op("add", f.op("mul", row, whole(self.stride, lanes)), column)
        upper, lower = (
            written(f, between, *self._pair(by, index), column_part)[0] for by in (0, self.stride)
        )
        return written(f, between, upper, lower, row_part)[0]

    def _pair(self, by: int, index: Value) -> list[Value]:
        """The entries with some indices, so much further, and their neighbours to the right."""
        if self.channels == 1 and self.element == "float":
            return self.f.gather_pairs(self._at(by), index)
        return [self.f.gather(self._at(first), index, self.element) for first in (by, by + self.channels)]


def whole(value: int, lanes: int) -> Value:
    """A whole number of 32 bits in every lane."""
    return Value(f"splat (i32 {value})", "i32", lanes)


def written(f: Function, rule: Callable[..., Any], *args: Value) -> tuple[Value, ...]:
    """What a rule gives for some registers: it is called on symbols, and what it wrote down is emitted."""
    names = [Name(f"x{i}") for i in range(len(args))]
    made = rule(*(Symbol(name, np.zeros(1)) for name in names))
    results = [symbol.expr for symbol in (made if isinstance(made, tuple) else (made,))]
    values: dict[Expr, Value] = dict(zip(names, args, strict=True))

    def operand(item: Expr) -> Value:
        return real(item.value, args[0].element, args[0].lanes) if isinstance(item, Const) else values[item]

    for expr in results:
        for node in nodes(expr):
            if node not in values:
                values[node] = EXACT[node.op](f, *map(operand, node.args))
    return tuple(map(operand, results))
