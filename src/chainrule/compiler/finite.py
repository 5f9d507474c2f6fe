"""Whether all numbers that a prediction meets are finite."""

from __future__ import annotations

from chainrule.compiler.assembly import Value, real
from chainrule.compiler.context import StepContext
from chainrule.compiler.entries import Own


class FiniteCheck:
    """Adds up 0 times each number that it is shown: the sum is 0 as long as all were finite, and NaN ever after."""

    def __init__(self, context: StepContext) -> None:
        self.context, self.f = context, context.f
        self.element, self.lanes = context.element, context.lanes
        self.total = self.f.alloca(self.element, self.lanes)
        self.f.store(real(0, self.element, self.lanes), self.total)

    def look(self, value: Value) -> None:
        """Look at a register of numbers, or at a single one."""
        f = self.f
        zero = f.op("fmul", value, real(0, value.element, value.lanes))
        zero = f.splat(f.fpcast(zero, self.element), self.lanes)
        f.store(f.op("fadd", f.load(self.total, self.element, self.lanes), zero), self.total)

    def store(self) -> None:
        """Leave this thread's sum in its entry of `Own.SOUND`."""
        f = self.f
        parts, single = f.load(self.total, self.element, self.lanes), Value("", self.element)
        total = f.intrinsic(
            "vector.reduce.fadd", real(0, self.element), parts, flags="reassoc", result=single
        )
        total = f.fpcast(total, "double")
        f.store(total, f.gep(self.context.entry(Own.SOUND), self.context.thread, "double"))
