"""Early stopping on the command line."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr

RNG = np.random.default_rng(9)
X = RNG.standard_normal((50, 3))
Y = RNG.integers(0, 3, 50)
HELD = RNG.standard_normal((20, 3)), RNG.integers(0, 3, 20)
ENGINES = ["numpy", "compiled"]


def run_train(*options: str) -> int:
    from chainrule.cli import run

    return run(["train", "moons", "--quiet", "--engine", "numpy", *options])


def test_train_with_patience(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """It ends early, saves the best weights, and its figures are theirs."""
    out = str(tmp_path / "model.safetensors")
    assert run_train("--epochs", "500", "--lr", "0.1", "--patience", "3", "--out", out) == 0
    found = re.search(
        r"^validation loss did not improve for 3 epochs; the weights of epoch (\d+) are restored\n"
        r"(\d+) epochs of 240 samples in .*\n  training     loss .*\n  validation   loss (\S+)",
        capsys.readouterr().out,
        re.MULTILINE,
    )
    assert found is not None
    best, epochs, loss = int(found[1]), int(found[2]), float(found[3])
    assert epochs == best + 3
    words = ["--epochs", str(best), "--lr", "0.1", "--validation", "0.2", "--test", "0.2"]
    assert run_train(*words, "--out", str(tmp_path / "other.safetensors")) == 0
    assert f"validation   loss {loss:.6g}" in capsys.readouterr().out
    np.testing.assert_array_equal(
        cr.load(out).parameters.flat, cr.load(tmp_path / "other.safetensors").parameters.flat
    )


def test_patience_without_validation(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_train("--patience", "3", "--validation", "0") == 2
    assert capsys.readouterr().err == (
        "chainrule: --patience waits for the validation loss, and no samples are held out: give --validation.\n"
    )
