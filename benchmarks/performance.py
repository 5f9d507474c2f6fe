"""The race of chainrule against everything that one would use instead: docs/performance.md.

    python benchmarks/performance.py                        all of it, into docs/performance.md; about 45 minutes
    python benchmarks/performance.py --only predict,import  some of it, printed; with --write, into the page too
    python benchmarks/performance.py --rounds 3             quicker, and less sure

Peers that are not installed are left out: pip install 'chainrule[bench]'. A section of the page that is none of the
parts is kept as it is.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import fresh
import performance_page
import races
import whole

from chainrule.bench.race import processors

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
PARTS: dict[str, tuple[str, Callable[[int, int], list[str]]]] = {
    "steps": ("Training steps", races.steps),
    "calls": ("Training as a user calls it", races.calls),
    "more": ("Dropout, class weights, moved images, streaming", races.more),
    "mnist": ("MNIST, from a cold process to 97 %", fresh.on_mnist),
    "predict": ("Predictions", races.predict),
    "fits": ("Whole fits, beside scikit-learn", whole.fit),
    "folds": ("A hundred fits in one process", whole.folds),
    "widths": ("Twenty short fits of different widths", whole.widths),
    "growth": ("Growth with the number of samples", fresh.growth),
    "import": ("Import", fresh.imports),
    "memory": ("Memory", fresh.memory),
    "size": ("Installed size", fresh.sizes),
    "avx2": ("Without AVX-512", races.narrow),
}
PACKAGES = (
    "chainrule",
    "numpy",
    "scipy",
    "llvmlite",
    "scikit-learn",
    "torch",
    "jax",
    "jaxlib",
    "onnxruntime",
    "keras",
)


def machine(threads: int) -> list[str]:
    """The machine and the versions, as a table."""
    rows = [
        (
            "processor",
            f"{_processor()}, {processors()} used here, {threads} thread{'s' * (threads > 1)} for each racer",
        ),
        ("memory", _memory()),
        ("system", f"{platform.system()} {platform.release()}, {platform.machine()}"),
        ("Python", platform.python_version()),
        ("packages", ", ".join(_versions())),
    ]
    return ["| machine | here |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows)]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    return f"{model}, {os.cpu_count()} processors"


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    except (AttributeError, ValueError, OSError):
        return "unknown"


def _versions() -> list[str]:
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} is not installed")
    return found


def page(made: dict[str, list[str]], threads: int) -> str:
    """The page with these sections anew, and the others as they are."""
    sections, goals = performance_page.read(PAGE.read_text(encoding="utf-8") if PAGE.exists() else "")
    for title, lines in made.items():
        sections[title], goals[title] = performance_page.apart(lines)
    order = [title for title, _ in PARTS.values()]
    titles = [title for title in order if title in sections] + [t for t in sections if t not in order]
    return performance_page.written(
        {title: sections[title] for title in titles},
        {title: goals[title] for title in titles if goals.get(title)},
        machine(threads),
    )


def main() -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", metavar="PARTS", help=", ".join(PARTS))
    parser.add_argument("--write", action="store_true", help="put the parts of --only into the page")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=min(2, processors()))
    options = parser.parse_args()
    names = options.only.split(",") if options.only else list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        parser.error(f"there is no part {unknown[0]!r}. There is: {', '.join(PARTS)}.")
    if options.rounds < 1 or not 1 <= options.threads <= processors():
        parser.error(f"--rounds is at least 1, and --threads at least 1 and at most {processors()} here.")
    made = {}
    for name in names:
        title, part = PARTS[name]
        print(f"--- {title}", file=sys.stderr)
        when = f"Measured on {datetime.date.today():%Y-%m-%d}, on {_processor()}."
        made[title] = [when, "", *part(options.rounds, options.threads)]
        print(f"## {title}", "", *made[title], "", sep="\n", flush=True)
        if options.write or not options.only:  # after each part, so that none is lost
            PAGE.write_text(page(made, options.threads), encoding="utf-8")


if __name__ == "__main__":
    main()
