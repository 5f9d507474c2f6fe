"""Ctrl-C and SIGTERM, whatever a command is at: one line, 130 or 143, and no traceback."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from matplotlib.image import imread

import chainrule as cr
from thorough import share

UNJUDGED = ("--test", "0", "--validation", "0")  # no evaluation, for which scikit-learn takes long to import
RUN = "from chainrule.cli import main; main()"
# A process that reports, by a line, that it listens: what comes before is Python's own start.
READY = "import chainrule.cli.signals as s; s.listen(); print('ready', flush=True); " + RUN
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
SAID = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


def ended(number: signal.Signals, after: float, *arguments: str, cwd: Path) -> tuple[int, str, str]:
    """The exit code and what is said, of a command that gets a signal so many seconds after its start."""
    process = subprocess.Popen(
        [sys.executable, "-c", READY, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(after)
    process.send_signal(number)
    out, said = process.communicate(timeout=120)
    return process.returncode, out, said


@pytest.mark.parametrize("number", CODES)
def test_while_it_starts(number: signal.Signals, tmp_path: Path) -> None:
    chance = random.Random(int(number))
    for after in share([chance.uniform(0, 0.4) for _ in range(6)]):
        code, _, said = ended(number, after, "explain", cwd=tmp_path)
        assert (code, said) in ((CODES[number], f"chainrule: stopped by {SAID[number]}.\n"), (0, ""))


@pytest.mark.parametrize("number", CODES)
def test_a_training_saves(number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text("a,b,t\n" + "".join(f"{i % 11},{i % 7},{i % 2}\n" for i in range(200)))
    arguments = (
        "train",
        "some.csv",
        "--epochs",
        "1000000",
        "--out",
        "model.safetensors",
        "--engine",
        "numpy",
        *UNJUDGED,
        "--log",
        "log.csv",
    )
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    log = tmp_path / "log.csv"  # which tells of each epoch
    while not log.exists() or log.read_text().count("\n") < 3:
        assert process.poll() is None, process.stderr
        time.sleep(0.02)
    process.send_signal(number)
    out, said = process.communicate(timeout=120)
    assert (process.returncode, said) == (CODES[number], "")
    assert f"stopped by {SAID[number]} " in out
    assert (tmp_path / "model.safetensors").exists()


@pytest.mark.parametrize("number", CODES)
def test_while_it_draws_pictures(number: signal.Signals, tmp_path: Path) -> None:
    """The model is whole and said to be saved; what was begun leaves no half a picture."""
    (tmp_path / "some.csv").write_text("a,b,t\n" + "".join(f"{i % 11},{i % 7},{i % 2}\n" for i in range(200)))
    arguments = ("train", "some.csv", "--epochs", "2", "--out", "m.safetensors", "--plots", "p", "--engine")
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *arguments, "numpy", *UNJUDGED],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert process.stdout is not None
    while "see it" not in process.stdout.readline():  # after which come the pictures
        assert process.poll() is None, process.stderr
    time.sleep(random.Random(int(number)).uniform(0, 0.6))
    process.send_signal(number)
    out, said = process.communicate(timeout=120)
    assert (process.returncode, said) in (
        (CODES[number], f"chainrule: stopped by {SAID[number]}.\n"),
        (0, ""),  # it was as good as done
    )
    assert cr.load(tmp_path / "m.safetensors").inputs == 2
    pictures = {Path(line.removeprefix("picture: ")).name for line in out.splitlines()}
    assert pictures <= {path.name for path in (tmp_path / "p").iterdir()}
    for path in (tmp_path / "p").iterdir():
        assert imread(path).ndim == 3


def test_what_is_ignored_stays_ignored(tmp_path: Path) -> None:
    """As after nohup, where a closed terminal or Ctrl-C in the shell is no reason to end."""
    ignoring = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); " + READY
    process = subprocess.Popen(
        [sys.executable, "-c", ignoring, "explain"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=120)
    assert (process.returncode, said) == (0, "")
    assert "BACKWARD" in out


def test_without_a_package_of_the_command_line() -> None:
    lacking = "import sys; sys.modules['typer'] = None; " + RUN
    done = subprocess.run([sys.executable, "-c", lacking, "explain"], capture_output=True, text=True)
    assert done.returncode == 2
    assert (
        done.stderr
        == "chainrule: the command line needs the package typer. Install it with: pip install typer\n"
    )


def test_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "chainrule", "--version"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("chainrule ")
