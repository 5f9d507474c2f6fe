"""Try the compiled engine on an emulated 64-bit ARM: ``make arm``.

    python scripts/arm.py [PYTEST ARGUMENTS]

Debian's packages bring the emulator (qemu) and a Python for that processor, pip brings the wheels for it. All of it
lies in ``.venv-arm``: nothing is installed in the system, and nobody need be root. First compiled trainings are
compared with NumPy's; then come the tests of `TESTS`.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from environments import PIP, ROOT, requirements, run, test

PLACE = ROOT / ".venv-arm"
SYSTEM = PLACE / "system"  # what is / for the emulated Python
READY = PLACE / "ready"
TOOLS = ("pytest", "pytest-timeout", "hypothesis", "mpmath")  # of the extra test: what these tests import
# What takes some minutes emulated; all of tests/compiler would take hours.
TESTS = [
    f"tests/compiler/test_{name}.py" for name in ("assembly", "lanes", "functions", "finite", "philox", "jit")
]


def main() -> int:
    """Set up what isn't there, compare, test."""
    if platform.machine() in ("aarch64", "arm64"):
        raise SystemExit("This machine is a 64-bit ARM itself: make test tries it.")
    wanted = wheels()
    if not READY.exists() or READY.read_text(encoding="utf-8").split() != wanted:
        set_up(wanted)
        READY.write_text("\n".join(wanted), encoding="utf-8")
    python = str(PLACE / "bin" / "python")
    os.environ["PYTHONPATH"] = str(ROOT / "src")
    code = subprocess.run([python, ROOT / "scripts" / "agreement.py"], check=False).returncode
    return test(python, "-p", "no:cacheprovider", *(sys.argv[1:] or TESTS)) or code


def wheels() -> list[str]:
    """What the compiled engine and its tests need."""
    named = {re.split(r"[><=]=", requirement)[0]: requirement for requirement in requirements("test")}
    return requirements("fast") + [named[tool] for tool in TOOLS]


def set_up(wanted: list[str]) -> None:
    """Bring the emulator, a Python for ARM and its packages, and write the command that runs it."""
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise SystemExit(
            "make arm takes an emulator and a Python for ARM from Debian's packages, and there is no apt-get here: run "
            "it on Debian or Ubuntu, in a container of it for example."
        )
    print(f"setting up {PLACE.name} (some minutes, once)", flush=True)
    emulator = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
    if emulator is None:
        from_debian(PLACE / "emulator", "qemu-user-static")
        brought = [PLACE / "emulator/usr/bin" / name for name in ("qemu-aarch64-static", "qemu-aarch64")]
        emulator = str(next(path for path in brought if path.exists()))
    from_debian(
        SYSTEM,
        "python3",
        "libstdc++6",
        "--option=APT::Architecture=arm64",
        "--option=APT::Architectures=arm64",
    )
    python = next(path for path in (SYSTEM / "usr/bin").iterdir() if re.fullmatch(r"python3\.\d+", path.name))
    packages = SYSTEM / "usr/local/lib" / python.name / "dist-packages"
    shutil.rmtree(packages, ignore_errors=True)
    platforms = [f"--platform=manylinux_2_{minor}_aarch64" for minor in range(17, 41)]
    version = python.name.removeprefix("python")
    run(sys.executable, *PIP, "install", "--quiet", f"--target={packages}", f"--python-version={version}",
        "--only-binary=:all:", "--platform=manylinux2014_aarch64", *platforms, *wanted)  # fmt: skip
    command = PLACE / "bin" / "python"
    command.parent.mkdir(exist_ok=True)
    # By the name that it is called by, a test finds this command again, and can start another emulated Python.
    command.write_text(
        f'#!/bin/sh\nexport PYTHONHOME="{SYSTEM}/usr"\nexec "{emulator}" -L "{SYSTEM}" -0 "$0" "{python}" "$@"\n',
        encoding="utf-8",
    )
    command.chmod(0o755)


def from_debian(place: Path, *wanted: str) -> None:
    """Unpack Debian's packages and all that they need into a folder, if it isn't there: by an apt of its own lists."""
    if place.exists():
        return
    PLACE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PLACE) as folder:
        apt = ["apt-get", "--quiet", f"--option=Dir::State={folder}", f"--option=Dir::Cache={folder}"]
        apt += [f"--option=Dir::State::status={folder}/status", "--option=APT::Sandbox::User=root"]
        for part in ("lists/partial", "archives/partial", "unpacked"):
            (Path(folder) / part).mkdir(parents=True)
        (Path(folder) / "status").touch()  # as if nothing were installed yet
        run(*apt, "update", *(option for option in wanted if option.startswith("--")))
        run(*apt, "install", "--download-only", "--yes", "--no-install-recommends", *wanted)
        unpacked = Path(folder) / "unpacked"
        for package in sorted(Path(folder).glob("archives/*.deb")):
            run("dpkg", "--extract", package, unpacked)
        if not (unpacked / "lib").exists():  # newer Debians have all of it below usr
            (unpacked / "lib").symlink_to("usr/lib")
        unpacked.rename(place)


if __name__ == "__main__":
    sys.exit(main())
