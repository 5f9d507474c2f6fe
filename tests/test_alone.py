"""Training, tracing and explaining where NumPy alone is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

import chainrule

SCRIPT = """
import sys
import numpy as np
import chainrule as cr

for name in ("rich", "typer", "matplotlib", "sklearn", "scipy", "safetensors", "pooch", "latex2mathml"):
    try:
        __import__(name)
    except ImportError:
        continue
    raise SystemExit(f"{name} is here: this is no environment with NumPy alone")

net = cr.worked_example()
trace = net.trace(net.x, net.y, optimizer=cr.SGD(0.01))
print(trace.explain())
print(trace.explain(arithmetic="by_hand"))
print(trace.why("dW1[0, 1]"))
print(trace)
X, y = cr.data.blobs(100, seed=0)
net = cr.Network([2, 8, 2], hidden=lambda z: np.tanh(z))
print(net.fit(X, y, epochs=20, batch_size=10).accuracy[-1] > 0.9)
print(net.code())
for call in (trace.explain().to_html, lambda: net.save("x.safetensors"), lambda: cr.plot.network(net)):
    try:
        call()
    except cr.ChainruleError as error:
        print(f"{type(error).__name__}: {error}")
"""


def test_the_core_needs_numpy_alone(tmp_path: Path):
    site = tmp_path / "site"
    site.mkdir()
    numpy = Path(np.__file__).parent
    (site / "numpy").symlink_to(numpy)
    if (libraries := numpy.parent / "numpy.libs").exists():
        (site / "numpy.libs").symlink_to(libraries)
    (site / "chainrule").symlink_to(Path(chainrule.__file__).parent)
    # -S leaves the site-packages out: nothing but the standard library and what stands in `site`.
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-S", "-c", SCRIPT], capture_output=True, text=True, env=environment, cwd=tmp_path
    )
    assert done.stderr == ""
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert "  L = -Σ y ⊙ log a2 = -(0×(-0.154402) + 1×(-1.944402)) = 1.944402" in lines
    assert "True" in lines
    assert lines[-3:] == [
        "MissingPackage: writing HTML with formulas needs the package latex2mathml. "
        "Install it with: pip install latex2mathml",
        "MissingPackage: reading and writing model files needs the package safetensors. "
        "Install it with: pip install safetensors",
        "MissingPackage: drawing needs the package matplotlib. Install it with: pip install matplotlib",
    ]


def test_the_command_says_what_it_needs(tmp_path: Path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "chainrule").symlink_to(Path(chainrule.__file__).parent)
    environment = {**os.environ, "PYTHONPATH": str(site)}
    for words in ([], ["explain"], ["--version"]):
        done = subprocess.run(
            [sys.executable, "-S", "-c", "from chainrule.cli import main; main()", *words],
            capture_output=True,
            text=True,
            env=environment,
        )
        assert (done.returncode, done.stdout, done.stderr) == (
            2,
            "",
            "chainrule: the command line needs the package typer. Install it with: pip install typer\n",
        )
