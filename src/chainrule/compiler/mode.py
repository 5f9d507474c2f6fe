"""How the processor takes subnormal numbers: it is up to a hundred times slower with them than with 0."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chainrule.compiler.assembly import Function, integer

FLUSH = 0x8040  # the bits of an x86's register of floating-point settings that make them 0


class Mode:
    """Writes into a function where subnormal numbers are flushed to 0, and where they are not.

    Only an x86 has to be told.
    """

    def __init__(self, f: Function, x86: bool) -> None:
        self.f, self.x86 = f, x86
        if x86:
            self._before, self._now = f.alloca("i32"), f.alloca("i32")

    @contextmanager
    def flushed(self) -> Iterator[None]:
        """What is written inside takes them for 0."""
        if self.x86:
            f = self.f
            f.call("llvm.x86.sse.stmxcsr", self._before)
            f.store(f.op("or", f.load(self._before, "i32"), integer(FLUSH, "i32")), self._now)
            f.call("llvm.x86.sse.ldmxcsr", self._now)
        yield
        if self.x86:
            self.f.call("llvm.x86.sse.ldmxcsr", self._before)

    @contextmanager
    def exact(self) -> Iterator[None]:
        """What is written inside, where they are flushed, takes them as they are."""
        if self.x86:
            self.f.call("llvm.x86.sse.ldmxcsr", self._before)
        yield
        if self.x86:
            self.f.call("llvm.x86.sse.ldmxcsr", self._now)
