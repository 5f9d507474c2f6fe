"""The function `steps` while it is written: what the writers of its parts share."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.compiler.assembly import BYTES, ONE, ZERO, Module, Value, integer
from chainrule.compiler.entries import Buffer, Entry, Leaf, Own
from chainrule.compiler.loops import LoopWriter, Place, Range
from chainrule.compiler.preparation import Preparation
from chainrule.compiler.scalars import Scalars
from chainrule.compiler.schedule import Item, KernelSchedule, M
from chainrule.compiler.task import ELEMENTS, Task
from chainrule.expressions import Expr
from chainrule.program.program import Quantity

SPLIT = 8  # threads get whole groups of so many rows of a weight matrix


class StepContext:
    """A module with the function ``steps(frame, number)``, and what its frame holds.

    `slots` says where each entry stands in the frame; `buffers` are the arrays that the step needs for itself, by their
    entry in the frame: the entries of a row, and the number of rows or `M`. `places` is where each array is.
    """

    def __init__(self, module: Module, task: Task, plan: KernelSchedule, small: list[Item] | None) -> None:
        """Begin the function; `small` are the items that one loop over the samples holds."""
        self.module, self.task, self.plan, self.small = module, task, plan, small
        self.element = ELEMENTS[task.dtype]
        self.lanes = task.register // BYTES[self.element]
        self.slots: dict[Entry, int] = {own: own.value for own in Own}
        self.buffers: dict[Buffer, tuple[int, int | str]] = {}
        self.places: dict[Expr, list[Place]] = {}
        self._read: dict[Entry, Value] = {}
        self.f = module.function("steps", {"frame": "ptr", "number": "i64"})
        self.thread = self.f.parameters["number"]
        self.scalars = Scalars(self.f, task, self.entry(Own.SCALARS))

    def in_double(self, lines: Sequence[Quantity], given: str, result: str) -> Preparation:
        """A writer of lines that are computed entry by entry in double precision, from one name to another."""
        scalars, constants = self.scalars, self.task.constants
        return Preparation(
            self.f, constants, lines, given, result, lambda item: scalars.doubles[item],
            lambda name: self.entry(Leaf(name)),
        )  # fmt: skip

    # --- the frame ------------------------------------------------------------------------------------------

    def entry(self, of: Entry, element: str = "ptr") -> Value:
        """An entry of the frame, read once at the beginning."""
        if of not in self._read:
            with self.f.entry_block():
                self._read[of] = self.f.load(self.address(of), element)
        return self._read[of]

    def address(self, of: Entry) -> Value:
        """Where an entry of the frame stands."""
        slot = self.slots.setdefault(of, len(self.slots))
        return self.f.gep(self.f.parameters["frame"], integer(slot), "i64")

    # --- memory ---------------------------------------------------------------------------------------------

    def buffer(self, stride: int, rows: int | str) -> Value:
        """A new array of the step's own: its first entry."""
        buffer = Buffer(len(self.buffers))
        self.buffers[buffer] = (stride, rows)
        return self.entry(buffer)

    def thread_buffer(self, entries: int, rows: int | str) -> Value:
        """Memory that each thread has for itself: so many entries, for each sample or once."""
        base = self.buffer(entries * self.task.threads, rows)
        before = self.f.times(self.thread, entries)
        if rows == M:
            before = self.f.op("mul", before, self.entry(Own.BATCH, "i64"))
        return self.f.gep(base, before, self.element)

    def padded(self, width: int) -> int:
        """A width in whole registers."""
        return -(-width // self.lanes) * self.lanes

    # --- loops and threads ----------------------------------------------------------------------------------

    def loops(self, samples: Value) -> LoopWriter:
        """A writer of loops over this step's arrays."""
        operands = self.scalars.operands
        return LoopWriter(
            self.f, self.plan, self.element, self.lanes, self.places, lambda *key: operands[key], samples
        )

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
        first = f.smin(f.times(self.thread, part), integer(int(lead)))
        return first, f.smin(f.add(first, integer(part)), integer(int(lead)))
