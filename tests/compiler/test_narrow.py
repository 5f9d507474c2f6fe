"""Narrower registers than the processor has, for those who ask: code keeps to them, and its numbers are right."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

from loaded import ROOT, script
from thorough import share

# Both engines' trainings compared, and the registers that LLVM's own listing of the code has.
ASK = """
import re, sys
from chainrule.compiler import compiled, jit

compiling, found = compiled.machine_code, set()


def listed(text):
    module, machine = jit.llvm().parse_assembly(text), jit.target_machine()
    jit.improve(module, machine)
    listing = machine.emit_assembly(module)
    found.update(re.findall(r"%([xyz])mm\\d", listing), re.findall(r"^\\t(v)[a-z]+\\t", listing, re.M))
    return compiling(text)


compiled.machine_code = listed
import agreement

agreement.CASES = {title: agreement.CASES[title] for title in sys.argv[1:]}
code = agreement.main()
print("registers:", jit.host().register, "".join(sorted(found)))
sys.exit(code)
"""


def asked(width: str, cache: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "scripts")])
    given = {"CHAINRULE_REGISTER": width, "CHAINRULE_CACHE": str(cache), "PYTHONPATH": path}
    titles = share(list(script("scripts/agreement.py").CASES))
    return subprocess.run(
        [sys.executable, "-c", ASK, *titles],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the registers of an x86")
@pytest.mark.parametrize(("width", "allowed"), [("16", "x"), ("32", "vxy")])
def test_an_environment_variable_keeps_the_compiler_to_narrow_registers(
    width: str, allowed: str, tmp_path: Path
) -> None:
    """Without AVX there is no instruction that begins with a v, either."""
    done = asked(width, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    register, found = re.findall(r"registers: (\d+) (\w+)", done.stdout)[0]
    assert int(register) <= int(width)
    assert "x" in found
    assert set(found) <= set(allowed)


def test_a_width_that_is_none_is_refused(tmp_path: Path) -> None:
    done = asked("48", tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "chainrule.errors.InputError: CHAINRULE_REGISTER = '48' is no width of registers: give the bytes that compiled "
        "code may take at most, 16, 32 or 64."
    )
