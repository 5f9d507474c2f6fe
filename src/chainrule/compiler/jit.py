"""From assembly to a function of this machine, by LLVM."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from chainrule.errors import InputError, MissingPackage

# LLVM works for one thread at a time, behind a lock of llvmlite's, also where it lets memory go. A child that is forked
# in the midst of its work would find that lock taken for ever, so a fork takes it, after that of what belongs together.
_one_at_a_time = threading.RLock()
_locks: list[Any] = [_one_at_a_time]


def _before_fork() -> None:
    for lock in _locks:
        lock.acquire()


def _after_fork() -> None:
    for lock in reversed(_locks):
        lock.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)

OLDEST = (20,)  # LLVM, as in llvmlite 0.45: earlier ones can't read the assembly

# What is wider than registers of so many bytes, or brings what is: a feature of LLVM turns on those that it needs.
_WIDER_THAN_32 = ("avx512", "evex512", "avx10", "amx")
_WIDER_THAN_16 = ("avx", "fma", "f16c", "xop", "vaes", "vpclmulqdq", "sha512", "sm3", "sm4")
WIDER = {"64": (), "32": _WIDER_THAN_32, "16": (*_WIDER_THAN_32, *_WIDER_THAN_16)}


@dataclass(frozen=True)
class Target:
    """The processor: its name and features for LLVM, the bytes and number of its registers, whether it is an x86, and
    whether it multiplies and adds in one instruction, without which products are far slower than NumPy's.
    """

    cpu: str
    features: str
    register: int
    registers: int
    x86: bool
    fused: bool


@cache
def llvm() -> Any:
    """The binding of LLVM, ready for this machine."""
    with _one_at_a_time:
        try:
            import llvmlite.binding as binding
        except ImportError:
            raise MissingPackage("llvmlite", "The compiled engine") from None
        if binding.llvm_version_info < OLDEST:
            raise MissingPackage('"llvmlite>=0.45"', "The compiled engine")
        if len(_locks) == 1:
            # Not public, and without it a child may wait for ever; a test forks while others compile.
            _locks.append(binding.ffi.lib._lock._lock)
        binding.initialize_native_target()
        binding.initialize_native_asmprinter()
        return binding


def _wider() -> tuple[str, ...]:
    """How the features begin that ``CHAINRULE_REGISTER`` asks to do without."""
    given = os.environ.get("CHAINRULE_REGISTER") or "64"
    if given not in WIDER:
        raise InputError(
            f"CHAINRULE_REGISTER = {given!r} is no width of registers: give the bytes that compiled code may take at "
            "most, 16, 32 or 64."
        )
    return WIDER[given]


@cache
def host() -> Target:
    """The machine that this process runs on; with ``CHAINRULE_REGISTER=32`` as one without AVX-512, with 16 as one
    without AVX.

    Raises
    ------
    InputError : for a ``CHAINRULE_REGISTER`` that is none of 16, 32 and 64
    """
    wider = _wider()
    with _one_at_a_time:
        features = llvm().get_host_cpu_features()
        for name in features:
            features[name] = features[name] and not name.startswith(wider)
        x86 = llvm().get_default_triple().startswith("x86_64")
        register = 64 if features.get("avx512dq") else 32 if features.get("avx2") else 16
        registers = 16 if x86 and register < 64 else 32
        fused = bool(features.get("fma")) or not x86
        return Target(llvm().get_host_cpu_name(), features.flatten(), register, registers, x86, fused)


def machine_code(assembly: str) -> bytes:
    """The object file of some assembly."""
    with _one_at_a_time:
        return _compile(assembly)


def _compile(assembly: str) -> bytes:
    module, machine = llvm().parse_assembly(assembly), target_machine()
    improve(module, machine)
    code: bytes = machine.emit_object(module)
    return code


def target_machine() -> Any:
    """LLVM's code generator for this machine."""
    target, this = llvm().Target.from_default_triple(), host()
    # Constants are near the code, and needn't be found by addresses of eight bytes; Windows has its own ways.
    near = {} if os.name == "nt" else {"reloc": "pic", "codemodel": "small"}
    return target.create_target_machine(cpu=this.cpu, features=this.features, opt=2, **near)


def improve(module: Any, machine: Any) -> None:
    """Make registers of the variables, the one pass that brings anything here, before the code generator's own."""
    binding = llvm()
    builder = binding.create_pass_builder(machine, binding.create_pipeline_tuning_options())
    passes = binding.create_new_module_pass_manager()
    passes.add_sroa_pass()
    passes.run(module, builder)


class JitFunction:
    """A compiled ``steps`` in this process's memory: `run`, a function of a frame's address and a thread's number."""

    def __init__(self, code: bytes) -> None:
        """Load an object file."""
        with _one_at_a_time:
            self._load(code)

    def _load(self, code: bytes) -> None:
        binding, this = llvm(), host()
        machine = binding.Target.from_default_triple().create_target_machine(
            cpu=this.cpu, features=this.features
        )
        # Code finds its constants by how far off they are. LLVM's older linker asks the system for each part of memory
        # by itself, may get them too far apart, and then ends the process.
        jit = binding.create_lljit_compiler(machine, use_jit_link=os.name != "nt")
        library = (
            binding.JITLibraryBuilder()
            .add_object_img(code)
            .import_symbol("chainrule_yield", _yield())
            .add_current_process()
            .export_symbol("steps")
        )
        loaded = library.link(jit, "chainrule")
        run: Any = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)(loaded["steps"])
        run.memory = jit, loaded  # so that whoever holds the function holds the memory, too
        self.run: Callable[[int, int], None] = run


@cache
def _yield() -> int:
    """The address of the system's function that lets another thread go first."""
    function = ctypes.windll.kernel32.SwitchToThread if os.name == "nt" else ctypes.CDLL(None).sched_yield  # type: ignore[attr-defined,unused-ignore]
    return int(ctypes.cast(function, ctypes.c_void_p).value or 0)
