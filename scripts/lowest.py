"""Install exactly the lower bounds of pyproject.toml in an environment of its own, and run the tests with them.

    python scripts/lowest.py [PYTEST ARGUMENTS]

Bounds that no test asks for are only claims. What is named without a bound, or pinned, is taken as it is.
"""

from __future__ import annotations

import re
import sys

from environments import ROOT, environment, install, requirements, test


def main() -> int:
    """Set up, install, test."""
    python = environment(ROOT / ".venv-lowest")
    install(python, *lowest(requirements("test")))
    install(python, "--no-deps", "--editable", ROOT)
    return test(python, *sys.argv[1:])


def lowest(required: list[str]) -> list[str]:
    """Each package at the lowest version that does for all that is said of it."""
    found: dict[str, str] = {}
    for requirement in required:
        name, bounds = re.split(r"(?=[<>=])", requirement, maxsplit=1)
        (version,) = re.findall(r"[>=]=([\d.]+)", bounds)
        found[name] = max(found.get(name, version), version, key=_numbers)
    return [f"{name}=={version}" for name, version in found.items()]


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


if __name__ == "__main__":
    sys.exit(main())
