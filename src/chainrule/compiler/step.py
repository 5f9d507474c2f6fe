"""The whole of many training steps as one function: rows are gathered, the items run, the parameters are updated.

`steps(frame, number)` is entered once by each thread; the frame is a table of addresses and whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from chainrule.compiler.assembly import BYTES, ZERO, Module, Value, integer
from chainrule.compiler.barrier import write_wait
from chainrule.compiler.calls import call_item
from chainrule.compiler.context import StepContext
from chainrule.compiler.entries import Buffer, Entry, Leaf, Own
from chainrule.compiler.finite import FiniteCheck
from chainrule.compiler.kernels import product_sizes
from chainrule.compiler.loops import Place, Range, scalars
from chainrule.compiler.matmul import block_entries, panel_entries
from chainrule.compiler.memory import find_places
from chainrule.compiler.mode import Mode
from chainrule.compiler.outputs import count_right, write_outputs
from chainrule.compiler.philox import write_uniform
from chainrule.compiler.samples import Samples
from chainrule.compiler.schedule import KernelSchedule, M
from chainrule.compiler.small import SmallStep, small_items
from chainrule.compiler.task import ELEMENTS, Task
from chainrule.compiler.updates import Updates
from chainrule.expressions import Expr, Name
from chainrule.model.streams import BLOCK_BYTES


class Step:
    """A task as assembly, `text`; `slots` and `buffers` are what its frame holds, as for `StepContext`."""

    text: str
    slots: dict[Entry, int]
    buffers: dict[Buffer, tuple[int, int | str]]

    def __init__(self, task: Task) -> None:
        self.task, self.plan, module = task, _plan(task), Module()
        write_wait(module, task.x86)
        if task.noise:
            element = ELEMENTS[task.dtype]
            write_uniform(module, element, task.register // BYTES[element])
        of_samples = {name for name, shape in task.shapes.items() if shape[:1] == (M,)}
        alone = task.threads == 1 and of_samples <= {task.data, "y", "weight"} and task.y is not None
        small = small_items(self.plan) if alone else None
        self.context = StepContext(module, task, self.plan, small)
        self.f, self.small = self.context.f, small
        self._begin()
        self.slots, self.buffers = self.context.slots, self.context.buffers
        self.text = self._write()

    def _begin(self) -> None:
        """What is there before the first step: entries of the frame, memory, and the writers of a step's parts."""
        entry, f, task = self.context.entry, self.f, self.task
        self._mode = Mode(f, task.x86)
        self._samples, self._batch, self._count = (
            entry(own, "i64") for own in (Own.SAMPLES, Own.BATCH, Own.STEPS)
        )
        self._order, self._losses, self._right = entry(Own.ORDER), entry(Own.LOSSES), entry(Own.RIGHT)
        self._counter, self._first_step = entry(Own.COUNTER), entry(Own.T, "i64")
        self._position, self._epoch, self._taken = f.alloca("i64"), f.alloca("i64"), f.alloca("i64")
        f.store(entry(Own.POSITION, "i64"), self._position)
        f.store(ZERO, self._epoch)
        f.store(ZERO, self._taken)
        self.context.places |= find_places(self.context)
        products = [item.nodes[0] for item in self.plan.items if item.what == "product"]
        element, lanes = self.context.element, self.context.lanes
        blocks = [block_entries(element, product_sizes(self.plan, node)) for node in products]
        copies = panel_entries(element, lanes, task.registers) + max(blocks) if blocks else 0
        self._panel = self.context.thread_buffer(copies, 1)
        # Rows that come one after the other, as the network's numbers, are read where they are.
        one_after_the_other = task.x.whole and (task.made or not task.shuffled)
        there = one_after_the_other and not (task.preparation or task.moves) and task.x.dtype == task.dtype
        self._in_place = there and self.small is None
        self._finite = FiniteCheck(self.context)
        self._rows_of = Samples(self.context, self._finite)
        self._updates = Updates(self.context) if task.update else None
        self._arrived = f.alloca("i64")
        f.store(entry(Own.ARRIVED, "i64"), self._arrived)

    def _write(self) -> str:
        """The steps, and what follows the last one; gives the module as text."""
        with self._mode.flushed(), self.f.loop(ZERO, self._count) as step:
            self._step(step)
        if self.task.y is None:
            self._finite.store()
        self._meet()  # whoever goes on from here finds all the others done
        bits = self.task.register * 8
        return self.context.module.text(
            f'nounwind "prefer-vector-width"="{bits}" "min-legal-vector-width"="{bits}"'
        )

    def _step(self, step: Value) -> None:
        """One step: samples, items, updates, and what is told of it."""
        f, task = self.f, self.task
        position = f.load(self._position, "i64")
        size = f.smin(self._batch, f.op("sub", self._samples, position))
        start = f.add(f.load(self._epoch, "i64"), position)
        operands = scalars(self.plan, self.plan.lines())
        self.context.scalars.begin_step(size, self._first_step, step, operands)
        rows = self.context.share(M, size)
        self._gather(step, start, rows)
        self._noise(step, rows)
        phase = self._items(step, rows, size)
        if task.counts and self.small is None:
            place = f.add(f.times(step, task.threads), self.context.thread)
            count_right(self.context, rows, f.gep(self._right, place, "i64"))
        if self._updates is not None:
            if self._updates.read_late(phase):
                self._meet()
            self._updates.write(size)
        if task.y is None:
            write_outputs(self.context, self._finite, start, rows)
        else:
            self._tell_loss(step)
        self._advance(position, size)
        self._meet()

    # --- parts of a step ------------------------------------------------------------------------------------

    def _gather(self, step: Value, start: Value, rows: Range) -> None:
        """The rows of the batch; a batch of everything is gathered in the first step alone."""
        f, task = self.f, self.task
        other, taken = f.compare("slt", self._batch, self._samples), f.load(self._taken, "i64")
        always = Value("true", "i1") if task.made or task.moves else None
        fresh = always or f.op("or", other, f.compare("eq", step, ZERO))
        if self._in_place:
            self._read_from(task.data, Own.X, taken if task.made else start)
        # Images are moved as NumPy does it.
        with f.if_then(fresh), self._mode.exact() if task.moves else nullcontext():
            self._rows_of.gather(self._order, start, taken, rows, self._in_place)

    def _noise(self, step: Value, rows: Range) -> None:
        """What chance brings: uniform noise is drawn for this thread's rows, normal noise was made before the call."""
        f, task, context = self.f, self.task, self.context
        for name, layer in task.noise.items():
            place, key = context.places[Name(name)][0], context.entry(Own.NOISE_KEY)
            each = BLOCK_BYTES // BYTES[context.element]
            span = (f.times(row, place.stride // each) for row in rows)
            number = f.add(context.entry(Own.NOISE_STEP, "i64"), step)
            f.call("uniform", place.base, *span, key, integer(layer), number)
        for name, shape in task.shapes.items():
            if shape[:1] == (M,) and name not in (task.data, "y", "weight", *task.noise):
                self._read_from(name, Leaf(name), f.load(self._taken, "i64"))

    def _read_from(self, name: str, entry: Entry, row: Value) -> None:
        """Let a step read an array from a row on."""
        width = int(self.task.shapes[name][1])
        first = self.f.gep(self.context.entry(entry), self.f.times(row, width), self.context.element)
        self.context.places[Name(name)] = [Place(first, width)]

    def _items(self, step: Value, rows: Range, size: Value) -> int:
        """All items but those of fused updates; gives the last phase."""
        phase = 0
        if self.small is not None:
            self._small_step(size, self.f.gep(self._right, step, "i64"))
        fused = self._updates.fused.items.values() if self._updates else ()
        apart = set(self.small or fused)
        for item in self.plan.items:
            if item in apart:
                continue
            if self.task.threads > 1 and item.phase > phase:
                phase = item.phase
                self._meet()
            # What can't be shared is done by the first thread.
            single = self.task.threads > 1 and item.lead == 1
            with self._first_thread() if single else nullcontext():
                call_item(self.context, item, rows, size, self._panel)
        return phase

    def _small_step(self, size: Value, right: Value) -> None:
        """The part of a small network's step that one loop over the samples holds."""
        assert self.small is not None
        places = self.context.places
        columns: dict[Expr, list[Value]] = {
            Name(name): [place.base for place in places[Name(name)]]
            for name, shape in self.task.shapes.items()
            if shape[:1] == (M,)
        }
        judged = (self.plan.results[self.task.output], Name("y")) if self.task.counts else None
        loops = self.context.loops(size)
        count = SmallStep(loops, self.small, columns, self.task.answers, judged).write()
        if count is not None:
            self.f.store(count, right)

    def _tell_loss(self, step: Value) -> None:
        f = self.f
        with self._first_thread():
            place = self.context.places[self.plan.results["L"]][0]
            loss = f.fpcast(f.load(place.base, self.context.element), "double")
            f.store(loss, f.gep(self._losses, step, "double"))

    def _advance(self, position: Value, size: Value) -> None:
        """On to the next batch, or to the next epoch."""
        f = self.f
        f.store(f.add(f.load(self._taken, "i64"), size), self._taken)
        following = f.add(position, size)
        ended = f.compare("eq", following, self._samples)
        f.store(f.select(ended, ZERO, following), self._position)
        if self.task.shuffled:
            epoch = f.load(self._epoch, "i64")
            f.store(f.add(epoch, f.select(ended, self._samples, ZERO)), self._epoch)

    # --- threads --------------------------------------------------------------------------------------------

    @contextmanager
    def _first_thread(self) -> Iterator[None]:
        """What is written inside is done by the first thread alone."""
        with self.f.if_then(self.f.compare("eq", self.context.thread, ZERO)):
            yield

    def _meet(self) -> None:
        """Threads that share the work wait here for each other."""
        if self.task.threads > 1:
            target = self.f.add(self.f.load(self._arrived, "i64"), integer(self.task.threads))
            self.f.store(target, self._arrived)
            self.f.call("wait", self._counter, target)


def _plan(task: Task) -> KernelSchedule:
    """The items that compute what the task leaves behind."""
    results = [
        *task.gradients.values(),
        *task.buffers.values(),
        *(["L"] if task.y else []),
        *([task.output] if task.counts or not task.y else []),
        *task.told_by,
    ]
    return KernelSchedule(task.quantities, task.shapes, results, task.threads > 1)
