"""What tells compiled code from all other: the task, the processor, LLVM, and the compiler itself."""

from __future__ import annotations

import hashlib
import os
from functools import cache

from chainrule.compiler.jit import host, llvm
from chainrule.compiler.task import Task
from chainrule.program.written import written

LINES = ("preparation", "scaling", "restoring", "quantities", "update")


def fingerprint(task: Task) -> str:
    """Forty hexadecimal digits, the same for tasks that give the same code, whatever their objects are."""
    made = {name: value for name, value in vars(task).items() if name not in LINES}
    lines = [line for name in LINES for line in written(getattr(task, name))]
    this, binding = host(), llvm()
    machine = (this.cpu, this.features, binding.get_default_triple(), str(binding.llvm_version_info))
    return hashlib.sha256("\0".join((repr(made), *lines, *machine, compiler())).encode()).hexdigest()[:40]


@cache
def compiler() -> str:
    """A digest of the modules that write assembly and of those whose meaning they take: other modules, other code."""
    found, package = hashlib.sha256(), os.path.dirname(os.path.dirname(__file__))
    try:
        paths = [os.path.join(package, "data", "moving.py")]  # whose rules no task holds
        for part in ("compiler", "expressions"):
            folder = os.path.join(package, part)
            paths += [
                os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".py")
            ]
        for path in paths:
            with open(path, "rb") as file:
                found.update(os.path.basename(path).encode() + b"\0" + file.read())
    except OSError:  # in an archive, say: then this process finds nothing of others
        found.update(os.urandom(16))
    return found.hexdigest()
