"""What scripts that try the project elsewhere share: an environment each, what is installed in it, its tests."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PIP = ["-m", "pip", "--disable-pip-version-check"]


def environment(place: Path, python: str = sys.executable) -> str:
    """The interpreter of an environment, which is made where there is none."""
    found = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not (place / "pyvenv.cfg").exists():
        run(python, "-m", "venv", place)
    return str(found)


def install(python: str, *what: str | Path) -> None:
    """Install packages by the pip of an environment."""
    run(python, *PIP, "install", "--quiet", *what)


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """What a command prints; where it fails, that is the end of the script."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))[:200]}\n{done.stdout}{done.stderr}")
    return done.stdout


def test(python: str, *arguments: str) -> int:
    """Run the tests by an interpreter, and give pytest's exit code."""
    return subprocess.run([python, "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode


def requirements(*extras: str) -> list[str]:
    """The project's requirements and those of some extras, with the extras that these name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = list(project["dependencies"])
    for extra in extras:
        for requirement in project["optional-dependencies"][extra]:
            inner = re.fullmatch(r"chainrule\[(.*)\]", requirement)
            found += requirements(*inner[1].split(",")) if inner else [requirement]
    return list(dict.fromkeys(found))
