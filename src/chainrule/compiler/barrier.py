"""How the threads of a step wait for each other."""

from __future__ import annotations

from chainrule.compiler.assembly import ONE, ZERO, Module, Value, integer

SPINS = 2000  # looks at the counter before other threads of the system are let run


def write_wait(module: Module, x86: bool) -> None:
    """Wait until all threads have come as far: each adds one, and looks until the sum is there."""
    f = module.function("wait", {"counter": "ptr", "target": "i64"}, inner=True)
    counter, target = f.parameters.values()
    f.line(f"%arrived = atomicrmw add {counter}, i64 1 seq_cst")
    tries = f.alloca("i64")
    f.store(ZERO, tries)
    with f.repeat_while() as condition:
        count = f.op("add", f.load(tries, "i64"), ONE)
        f.store(count, tries)
        with f.if_then(f.compare("sgt", count, integer(SPINS))):  # the other one may not be running at all
            f.call("chainrule_yield")
        if x86:
            f.call("llvm.x86.sse2.pause")
        seen = Value("%seen", "i64")
        f.line(f"%seen = load atomic i64, {counter} seq_cst, align 8")
        condition.append(f.compare("slt", seen, target))
