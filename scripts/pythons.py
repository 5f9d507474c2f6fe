"""Run the tests with each Python that this machine has, in an environment each.

    python scripts/pythons.py [PYTEST ARGUMENTS]
    PYTHONS="3.12 /opt/python3.13/bin/python3" python scripts/pythons.py

Without ``PYTHONS`` all that the project is for are looked for, but the one that runs this, as ``make test`` has that;
those that are not here are named, with ways to get them. One that is asked for must be there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from environments import ROOT, environment, install, test

KNOWN = ("3.11", "3.12", "3.13", "3.14")
OWN = "{}.{}".format(*sys.version_info[:2])


def main() -> int:
    """Find them, run the tests, and tell of each how it went."""
    asked = os.environ.get("PYTHONS", "").split()
    outcomes = {name: _tried(name) for name in asked or [version for version in KNOWN if version != OWN]}
    for name, outcome in outcomes.items():
        print(f"{name}: {outcome}")
    passed = [outcome == "passed" for outcome in outcomes.values()]
    missing = [outcome.startswith("not here") for outcome in outcomes.values()]
    ended = [good or (lacks and not asked) for good, lacks in zip(passed, missing, strict=True)]
    return 0 if any(passed) and all(ended) else 1


def _tried(name: str) -> str:
    python = found(name)
    if python is None:
        return missing(name)
    version = told(python)
    print(f"{name}: {python}", flush=True)
    inside = environment(ROOT / f".venv-{version}", python)
    install(inside, "--editable", f"{ROOT}[test]")
    code = test(inside, *sys.argv[1:])
    return "passed" if code == 0 else f"tests failed (pytest's exit code {code})"


def found(name: str) -> str | None:
    """An interpreter that runs, by its version, its command or its path."""
    version = _version(name)
    for python in _candidates(name, version):
        if (says := told(python)) and version in (None, says):
            return python
    return None


def told(python: str) -> str | None:
    """The version that an interpreter says it has; None if it doesn't run, as a name of pyenv's may not."""
    ask = "import sys; print('{}.{}'.format(*sys.version_info[:2]))"
    try:
        done = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() or None


def missing(name: str) -> str:
    """That there is no such Python, and how to get it."""
    version = _version(name)
    if version is None:
        return "not here: no command and no file of that name runs as a Python"
    return (
        f"not here; any of these brings it: uv python install {version}, pyenv install {version}, "
        f"apt install python{version}-venv"
    )


def _version(name: str) -> str | None:
    match = re.fullmatch(r"(?:python)?(\d+\.\d+)", name)
    return match[1] if match else None


def _candidates(name: str, version: str | None) -> Iterator[str]:
    if command := shutil.which(f"python{version}" if version else name):
        yield command
    if version is None:
        return
    if uv := shutil.which("uv"):
        asked = [uv, "python", "find", "--no-python-downloads", version]
        yield subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    yield from map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python"), reverse=True))


if __name__ == "__main__":
    sys.exit(main())
