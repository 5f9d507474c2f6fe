"""From assembly to a function: what is missing is told, and code lives as long as its function."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from assembled import begin, text

from chainrule.compiler.assembly import integer
from chainrule.compiler.jit import JitFunction, llvm, machine_code
from chainrule.errors import MissingPackage


def writing(number: int) -> str:
    """A function that writes a number into its table."""
    f = begin()
    f.store(integer(number), f.parameters["frame"])
    return text(f, 16)


@pytest.fixture
def forgotten() -> Iterator[None]:
    """LLVM is looked for once more."""
    llvm.cache_clear()
    yield
    llvm.cache_clear()


@pytest.mark.usefixtures("forgotten")
def test_without_llvmlite_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    with pytest.raises(MissingPackage) as caught:
        machine_code(writing(1))
    assert str(caught.value) == (
        "The compiled engine needs the package llvmlite. Install it with: pip install llvmlite"
    )


@pytest.mark.usefixtures("forgotten")
def test_an_old_llvmlite_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llvmlite.binding.llvm_version_info", (15, 0, 7))
    with pytest.raises(MissingPackage) as caught:
        llvm()
    assert str(caught.value) == (
        'The compiled engine needs the package "llvmlite>=0.45". Install it with: pip install "llvmlite>=0.45"'
    )


def test_code_lives_as_long_as_its_function_is_held() -> None:
    functions = [JitFunction(machine_code(writing(number))).run for number in range(20)]
    table = np.zeros(1, np.int64)
    for number, function in enumerate(functions):
        function(table.ctypes.data, 0)
        assert table[0] == number


# Memory whose only free pages are four gigabytes apart, as in a process that has mapped large files and libraries.
IN_TATTERS = """
import ctypes, mmap
import numpy as np
import chainrule as cr

X, y = np.random.default_rng(0).normal(size=(64, 5)), np.arange(64) % 3
def trained(engine):
    net = cr.Network([5, 7, 3], hidden="tanh", seed=0)
    return net.fit(X, y, epochs=2, engine=engine) and net.parameters["W1"]
expected = trained("numpy")
import llvmlite.binding

system, PAGE, FAR = ctypes.CDLL(None), mmap.PAGESIZE, 4 << 30
system.mmap.restype, system.mmap.argtypes = ctypes.c_size_t, [ctypes.c_void_p, ctypes.c_size_t] + 4 * [ctypes.c_long]
system.munmap.argtypes = [ctypes.c_size_t, ctypes.c_size_t]
def taken(size):
    return system.mmap(None, size, 0, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, -1, 0)  # no swap is set aside
span = taken(16 * FAR)
for pages in (256, 64, 16, 4, 1):  # what is free above is filled
    while taken(pages * PAGE) > span:
        pass
for k in range(16):
    system.munmap(span + k * FAR, PAGE)
assert span <= taken(PAGE) < span + 16 * FAR
print(np.abs(trained("compiled") - expected).max())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for memory")
def test_code_runs_where_no_two_free_pages_are_near_each_other(tmp_path: Path) -> None:
    """LLVM's older linker ends the process there."""
    done = subprocess.run(
        [sys.executable, "-c", IN_TATTERS], capture_output=True, text=True, timeout=240,
        env=os.environ | {"CHAINRULE_CACHE": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert float(done.stdout) < 1e-12
