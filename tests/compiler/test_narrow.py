"""Narrower registers than the processor has, for those who ask."""

from __future__ import annotations

import os
import subprocess
import sys

ASK = "from chainrule.compiler.jit import host; print(host().register, '+avx512' in host().features)"


def test_an_environment_variable_keeps_the_compiler_to_avx2():
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env={**os.environ, "CHAINRULE_REGISTER": "32"},
        capture_output=True,
        text=True,
    )
    register, wider = done.stdout.split()
    assert int(register) <= 32
    assert wider == "False"
