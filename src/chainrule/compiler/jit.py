"""From assembly to a function of this machine, by LLVM; compiled code is kept on disk between processes."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chainrule.errors import MissingPackage
from chainrule.utils.files import replacing

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

FORM = "1"  # to be raised when `_compile` does something else, so that no older file is taken for its result
OLDEST = (20,)  # LLVM, as in llvmlite 0.45: earlier ones can't read the assembly


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


@cache
def host() -> Target:
    """The machine that this process runs on."""
    with _one_at_a_time:
        features = llvm().get_host_cpu_features()
        x86 = llvm().get_default_triple().startswith("x86_64")
        register = 64 if features.get("avx512dq") else 32 if features.get("avx2") else 16
        registers = 16 if x86 and register < 64 else 32
        fused = bool(features.get("fma")) or not x86
        return Target(llvm().get_host_cpu_name(), features.flatten(), register, registers, x86, fused)


def folder() -> Path | None:
    """Where compiled code is kept: ``CHAINRULE_CACHE``, or the user's own cache; None for a user without a home."""
    import platformdirs

    try:
        named = os.environ.get("CHAINRULE_CACHE") or platformdirs.user_cache_dir("chainrule")
        return Path(named).expanduser()
    except RuntimeError:
        return None


def machine_code(assembly: str) -> bytes:
    """The object file of some assembly, from disk where it has been compiled before."""
    this, place = host(), folder()
    target, version = llvm().get_default_triple(), str(llvm().llvm_version_info)
    key = "\0".join((assembly, this.cpu, this.features, target, version, FORM))
    path = place / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.code" if place else None
    code = _kept(path) if path else None
    if code is None:
        code = _compile(assembly)
        if path:
            _keep(path, code)
    return code


def _kept(path: Path) -> bytes | None:
    """A file's code; None if there is none, or it is damaged."""
    try:
        file = path.read_bytes()
    except OSError:
        return None
    return file[32:] if hashlib.sha256(file[32:]).digest() == file[:32] else None


def _keep(path: Path, code: bytes) -> None:
    """Write a file, whole or not at all; a folder that can't be written costs the next process its time, no more."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(hashlib.sha256(code).digest() + code)


def _compile(assembly: str) -> bytes:
    binding, this = llvm(), host()
    module = binding.parse_assembly(assembly)
    module.verify()
    target = binding.Target.from_default_triple()
    machine = target.create_target_machine(cpu=this.cpu, features=this.features, opt=2)
    options = binding.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = options.slp_vectorization = False  # the assembly is in vectors already
    builder = binding.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    code: bytes = machine.emit_object(module)
    return code


class JitFunction:
    """A compiled ``steps`` in this process's memory: `run`, a function of a frame's address and a thread's number."""

    def __init__(self, assembly: str) -> None:
        with _one_at_a_time:
            self._load(assembly)

    def _load(self, assembly: str) -> None:
        binding, this = llvm(), host()
        machine = binding.Target.from_default_triple().create_target_machine(
            cpu=this.cpu, features=this.features
        )
        jit = binding.create_lljit_compiler(machine)
        library = (
            binding.JITLibraryBuilder()
            .add_object_img(machine_code(assembly))
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
