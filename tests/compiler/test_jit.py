"""From assembly to a function: what is missing is told, and code lives as long as its function."""

from __future__ import annotations

import sys
from collections.abc import Iterator

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
