"""What is told of the engine on this machine."""

from __future__ import annotations

from chainrule.compiler.jit import host, llvm
from chainrule.errors import MissingPackage
from chainrule.utils.processors import processors

UNKNOWN = ("", "generic")  # what LLVM calls a processor that it has no name for


def about() -> list[str]:
    """Which engine trains, and what steps are compiled for."""
    count = processors()
    many = f"{count} processor{'s' if count > 1 else ''}"
    try:
        version = ".".join(map(str, llvm().llvm_version_info))
    except MissingPackage as error:
        return [f"engine     numpy: {error}", f"processor  {many}"]
    machine = host()
    known = machine.cpu not in UNKNOWN
    name = (
        machine.cpu if known else "LLVM knows no name for it: steps are compiled for what it says that it has"
    )
    fused = (
        "products and sums in one instruction" if machine.fused else "products and sums one after the other"
    )
    return [
        f"engine     compiled, by LLVM {version}, where a run is long enough to repay it; else numpy",
        f"processor  {name}; {many}",
        f"registers  {machine.registers} of {machine.register} bytes; {fused}",
    ]
