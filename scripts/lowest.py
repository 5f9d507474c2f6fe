"""Install exactly the lower bounds of pyproject.toml in an environment of its own, and run the tests with them.

    python scripts/lowest.py [PYTEST ARGUMENTS]

Bounds that no test asks for are only claims. What is named without a bound, or pinned, is taken as it is.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / ".venv-lowest"


def main() -> None:
    """Set up, install, test."""
    if not PLACE.exists():
        venv.create(PLACE, with_pip=True)
    python = PLACE / "bin" / "python"
    install = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    subprocess.run([*install, *bounds()], check=True)
    subprocess.run([*install, "--no-deps", "--editable", ROOT], check=True)
    raise SystemExit(
        subprocess.run(
            [python, "-m", "pytest", "-n", "auto", *sys.argv[1:]], cwd=ROOT, check=False
        ).returncode
    )


def bounds() -> list[str]:
    """Every requirement of the project and of its tests, at the lowest version that is said to do."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lowest: dict[str, str] = {}

    def take(requirements: list[str]) -> None:
        for requirement in requirements:
            if inner := re.fullmatch(r"chainrule\[(.*)\]", requirement):
                for extra in inner[1].split(","):
                    take(extras[extra])
                continue
            name, version = re.split(r"[><=]=", requirement)
            known = lowest.get(name, "0")
            lowest[name] = max(known, version, key=lambda text: [int(part) for part in text.split(".")])

    take([*project["dependencies"], *extras["test"]])
    return [f"{name}=={version}" for name, version in lowest.items()]


if __name__ == "__main__":
    main()
