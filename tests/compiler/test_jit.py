"""Compiled code on disk: what is kept, what is made anew, and that training never depends on it."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from assembled import begin, text

from chainrule.compiler import jit as machine
from chainrule.compiler.assembly import integer
from chainrule.compiler.jit import JitFunction, folder, host, llvm, machine_code
from chainrule.errors import MissingPackage
from chainrule.parts.contract import Array


def writing(number: int) -> str:
    """A function that writes a number into its table."""
    f = begin()
    f.store(integer(number), f.parameters["frame"])
    return text(f, 16)


def written(assembly: str) -> int:
    """What such a function writes."""
    table: Array = np.zeros(1, np.int64)
    JitFunction(assembly).run(table.ctypes.data, 0)
    return int(table[0])


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for compiled code that isn't there yet."""
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "a" / "b"))
    return tmp_path / "a" / "b"


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What has been compiled, not taken from disk."""
    compiled: list[str] = []
    compiling = machine._compile

    def watched(assembly: str) -> bytes:
        compiled.append(assembly)
        return compiling(assembly)

    monkeypatch.setattr(machine, "_compile", watched)
    return compiled


# --- kept ---------------------------------------------------------------------------------------------------


def test_what_was_compiled_is_taken_from_disk(kept: Path, compilations: list[str]) -> None:
    assert [written(writing(5)) for _ in range(3)] == [5, 5, 5]
    assert len(compilations) == len(list(kept.iterdir())) == 1


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda file: b"", id="empty"),
        pytest.param(lambda file: file[:20], id="shorter than its checksum"),
        pytest.param(lambda file: file[:-1], id="cut"),
        pytest.param(lambda file: file + b"\0", id="longer"),
        pytest.param(lambda file: file[:-9] + bytes([file[-9] ^ 1]) + file[-8:], id="one bit"),
        pytest.param(lambda file: bytes([file[0] ^ 1]) + file[1:], id="one bit of the checksum"),
    ],
)
def test_a_damaged_file_is_made_anew(
    damage: Callable[[bytes], bytes], kept: Path, compilations: list[str]
) -> None:
    code = machine_code(writing(6))
    (path,) = kept.iterdir()
    file = path.read_bytes()
    path.write_bytes(damage(file))
    assert machine_code(writing(6)) == code
    assert len(compilations) == 2
    assert [path.read_bytes() for path in kept.iterdir()] == [file]
    assert written(writing(6)) == 6
    assert len(compilations) == 2


def test_other_processors_and_versions_have_files_of_their_own(
    kept: Path, compilations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine_code(writing(7))
    here = host()
    with monkeypatch.context() as patch:
        patch.setattr(machine, "FORM", "0")
        machine_code(writing(7))
    with monkeypatch.context() as patch:
        patch.setattr(machine, "host", lambda: dataclasses.replace(here, features=""))
        machine_code(writing(7))
    assert len(compilations) == len(list(kept.iterdir())) == 3
    machine_code(writing(7))
    assert len(compilations) == 3


# --- not kept -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({"CHAINRULE_CACHE": "file"}, id="a file"),
        pytest.param({"CHAINRULE_CACHE": "file/below"}, id="below a file"),  # which not even root can write
        pytest.param({"CHAINRULE_CACHE": "~no one of that name/code"}, id="no one's home"),
        pytest.param({"CHAINRULE_CACHE": "", "HOME": "file"}, id="a home that can't be written"),
        pytest.param({}, id="no home"),
    ],
)
def test_without_a_folder_code_is_compiled_each_time(
    variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compilations: list[str]
) -> None:
    def unknown(user: int) -> None:
        raise KeyError(user)

    (tmp_path / "file").write_text("as it was")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pwd.getpwuid", unknown)
    for name in ("CHAINRULE_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace("file", str(tmp_path / "file")))
    assert [written(writing(8)) for _ in range(2)] == [8, 8]
    assert len(compilations) == 2
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "as it was")]


def test_the_folder_is_the_users_own_if_none_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHAINRULE_CACHE", "~/code")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folder() == tmp_path / "code"
    monkeypatch.delenv("CHAINRULE_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    own = folder()
    assert own is not None
    assert own.is_relative_to(tmp_path)
    assert "chainrule" in own.parts


# --- several processes --------------------------------------------------------------------------------------

# Compiles, says so, and goes on to keep the code when it is told to.
PROCESS = """
import sys
import test_jit
from chainrule.compiler import jit as machine

def waiting(assembly, compiling=machine._compile):
    code = compiling(assembly)
    print("compiled", flush=True)
    sys.stdin.readline()
    return code

machine._compile = waiting
print(test_jit.written(test_jit.writing(9)))
"""


def test_two_processes_that_compile_the_same_at_once_leave_one_whole_file(
    kept: Path, compilations: list[str]
) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", PROCESS], cwd=Path(__file__).parent,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "compiled\n"
    for process in both:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60) for process in both] == [("9\n", "")] * 2
    assert len(list(kept.iterdir())) == 1
    assert written(writing(9)) == 9
    assert not compilations


# --- LLVM ---------------------------------------------------------------------------------------------------


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
        JitFunction(writing(1))
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
    functions = [JitFunction(writing(number)).run for number in range(20)]
    table = np.zeros(1, np.int64)
    for number, function in enumerate(functions):
        function(table.ctypes.data, 0)
        assert table[0] == number
